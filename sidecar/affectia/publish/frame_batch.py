"""Weights of many avatars quantized in one pass and cut into frames."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from affectia import registry
from affectia.registry import Group
from affectia.signals.avatar_weights import EFFECTS, QUATERNIONS, SHAPES, SHIFT, SHOWN, UNITS, VISEMES, AvatarWeights
from affectia.signals.groups import GroupStates
from affectia.wire import quantize
from affectia.wire.frame_template import FrameTemplate
from affectia.wire.layout import STANDARD

_SCALES: Final = np.full(SHOWN.stop, registry.UNIT_WEIGHT_U8, np.float32)
_SCALES[QUATERNIONS] = registry.UNIT_QUATERNION_I16
_SCALES[SHIFT] = registry.UNIT_TRANSLATION_I16_PER_CM
_SMALLEST: Final = np.zeros(SHOWN.stop, np.float32)
_SMALLEST[UNITS.stop :] = -32767
_LARGEST: Final = np.full(SHOWN.stop, 255, np.float32)
_LARGEST[UNITS.stop :] = 32767

_LEVEL_SCALES: Final = np.array((registry.UNIT_WEIGHT_U8, 1000 / registry.UNIT_AGE_MILLIS_PER_TICK, registry.UNIT_WEIGHT_U8), np.float32)
_LEVELS_SMALLEST: Final = np.zeros(3, np.float32)
_LEVELS_LARGEST: Final = np.array((255, registry.WIRE_MAX_AGE_TICKS, 255), np.float32)


class FrameBatch:
    """The frames of n avatars: weights in 8 bit, in 16 bit for those that asked for it; one thread."""

    def __init__(self) -> None:
        self._narrow = FrameTemplate(STANDARD, 1)
        self._wide_template = FrameTemplate(STANDARD, 2)
        self._narrow_tails = self._wide_tails = b""
        self._wide: list[bool] = []
        self._groups = b""

    def fill(self, weights: AvatarWeights, wide: NDArray[np.bool_]) -> None:
        """Take the weights of n avatars; `wide` (n,) says which of them want 16 bit. A value that is no number becomes rest."""
        channels, bones = weights.channels[:, SHOWN], weights.bones
        if (under := bones[..., 3] < 0).any():
            bones[under] *= -1  # the same rotation; what is sent has w >= 0
        scaled = quantize.scaled(channels, _SCALES, _SMALLEST, _LARGEST)
        units = scaled[:, UNITS].astype(np.uint8)
        signed = np.ascontiguousarray(scaled[:, UNITS.stop :].astype("<i2")).view(np.uint8)
        turns, shift = signed[:, : 2 * (QUATERNIONS.stop - QUATERNIONS.start)], signed[:, 2 * (SHIFT.start - UNITS.stop) :]
        groups = group_bytes(weights.groups)
        visemes = units[:, VISEMES]
        dominant = np.empty((channels.shape[0], 2), np.uint8)
        dominant[:, 0] = visemes.argmax(axis=1)
        # How sure the strongest viseme is: its weight, as far as the mouth group is to be trusted.
        dominant[:, 1] = visemes.max(axis=1) * groups[:, 4 * Group.MOUTH + 1].astype(np.uint16) // 255
        self._groups = groups.tobytes()
        self._wide = wide.tolist()
        self._narrow_tails = self._narrow.tails(groups, units[:, SHAPES], turns, shift, units[:, VISEMES], dominant, units[:, EFFECTS])
        if wide.any():
            fine = quantize.weights_u16(channels[:, UNITS]).view(np.uint8)
            shapes, fine_visemes = fine[:, : 2 * SHAPES.stop], fine[:, 2 * VISEMES.start : 2 * VISEMES.stop]
            self._wide_tails = self._wide_template.tails(groups, shapes, turns, shift, fine_visemes, dominant, units[:, EFFECTS])

    def body(
        self, row: int, stream_id: int, sequence: int, time_nanos: int, publish_delay_micros: int, audio_sample: int | None = None
    ) -> bytes:
        """The body of one avatar's frame; `audio_sample` where a voice drives the mouth."""
        template, tails = (self._wide_template, self._wide_tails) if self._wide[row] else (self._narrow, self._narrow_tails)
        size = template.row_bytes
        return template.body(stream_id, sequence, time_nanos, publish_delay_micros, tails[row * size : (row + 1) * size], audio_sample)

    def groups(self, row: int) -> bytes:
        """The group bytes of one avatar."""
        size = 4 * len(registry.GROUPS)
        return self._groups[row * size : (row + 1) * size]


def group_bytes(groups: GroupStates) -> NDArray[np.uint8]:
    """(n, 4 * groups): flags, confidence, age, weight of each group."""
    count, columns = groups.valid.shape
    packed = np.empty((count, columns, 4), np.uint8)
    packed[..., 0] = groups.valid | groups.source << 1
    packed[..., 1:] = quantize.scaled(groups.levels, _LEVEL_SCALES, _LEVELS_SMALLEST, _LEVELS_LARGEST)
    return packed.reshape(count, 4 * columns)
