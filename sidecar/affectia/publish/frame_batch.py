"""Weights of many avatars quantized in one pass and cut into frames."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from affectia import registry
from affectia.publish.group_bytes import GROUP_BYTES, group_bytes
from affectia.registry import Group
from affectia.signals.avatar_weights import BONES, EFFECTS, QUATERNIONS, SHAPES, SHOWN, UNITS, VISEMES
from affectia.signals.groups import GroupStates
from affectia.wire import quantize
from affectia.wire.frame_template import FrameTemplate
from affectia.wire.layout import STANDARD, Layout

_BYTES_OF_TURNS: Final = 2 * (QUATERNIONS.stop - QUATERNIONS.start)
_SHAPE_GROUPS: Final = (Group.EYES, Group.BROWS, Group.MOUTH, Group.EMOTION)


class FrameBatch:
    """The frames of n avatars of one layout: weights in 8 bit, in 16 bit for those that asked for it; one thread.

    A layout of one's own has shapes of its own; its bones, visemes and effects are those of the standard layout.
    """

    def __init__(self, layout: Layout = STANDARD) -> None:
        self._narrow = FrameTemplate(layout, 1)
        self._wide_template = FrameTemplate(layout, 2)
        self._narrow_tails = self._wide_tails = b""
        self._wide: list[bool] = []
        self._groups = b""
        self._speaks_for_all = layout.parts[0] != registry.BLENDSHAPES
        more = layout.count(0) - SHAPES.stop
        self._shown = slice(0, SHOWN.stop + more)
        self._shapes = slice(0, SHAPES.stop + more)
        self._visemes, self._effects = (slice(part.start + more, part.stop + more) for part in (VISEMES, EFFECTS))
        self._units = slice(0, UNITS.stop + more)
        self._quaternions = slice(QUATERNIONS.start + more, QUATERNIONS.stop + more)
        self._scales = np.full(self._shown.stop, registry.UNIT_WEIGHT_U8, np.float32)
        self._scales[self._quaternions] = registry.UNIT_QUATERNION_I16
        self._scales[self._quaternions.stop :] = registry.UNIT_TRANSLATION_I16_PER_CM
        self._smallest = np.zeros(self._shown.stop, np.float32)
        self._smallest[self._units.stop :] = -32767
        self._largest = np.full(self._shown.stop, 255, np.float32)
        self._largest[self._units.stop :] = 32767

    def fill(self, channels: NDArray[np.float32], groups: GroupStates, wide: NDArray[np.bool_]) -> None:
        """Take what n avatars show: shapes of the layout, then visemes, effects, bones and head shift; what stands behind is left alone.

        `wide` (n,) says which of them want 16 bit. A value that is no number becomes rest.
        """
        bones = channels[:, self._quaternions].reshape(-1, BONES, 4)
        if (under := bones[..., 3] < 0).any():
            bones[under] *= -1  # the same rotation; what is sent has w >= 0
        scaled = quantize.scaled(channels[:, self._shown], self._scales, self._smallest, self._largest)
        units = scaled[:, self._units].astype(np.uint8)
        signed = np.ascontiguousarray(scaled[:, self._units.stop :].astype("<i2")).view(np.uint8)
        turns, shift = signed[:, :_BYTES_OF_TURNS], signed[:, _BYTES_OF_TURNS:]
        packed = group_bytes(groups)
        visemes = units[:, self._visemes]
        dominant = np.empty((channels.shape[0], 2), np.uint8)
        dominant[:, 0] = visemes.argmax(axis=1)
        # How sure the strongest viseme is: its weight, as far as the mouth group is to be trusted.
        dominant[:, 1] = visemes.max(axis=1) * packed[:, 4 * Group.MOUTH + 1].astype(np.uint16) // 255
        self._groups = packed.tobytes()
        if self._speaks_for_all:
            # Readers count shapes that the registry does not know to the mouth. Those of an invalid group are at rest already, so
            # one group that is valid makes all of them so: else a covered mouth would stop a blink.
            packed[:, 4 * Group.MOUTH] |= groups.valid[:, _SHAPE_GROUPS].any(axis=1)
        self._wide = wide.tolist()
        self._narrow_tails = self._narrow.tails(packed, units[:, self._shapes], turns, shift, visemes, dominant, units[:, self._effects])
        if wide.any():
            fine = quantize.weights_u16(channels[:, self._units]).view(np.uint8)
            shapes, fine_visemes = fine[:, : 2 * self._shapes.stop], fine[:, 2 * self._visemes.start : 2 * self._visemes.stop]
            self._wide_tails = self._wide_template.tails(packed, shapes, turns, shift, fine_visemes, dominant, units[:, self._effects])

    def body(
        self, row: int, stream_id: int, sequence: int, time_nanos: int, publish_delay_micros: int, audio_sample: int | None = None
    ) -> bytes:
        """The body of one avatar's frame; `audio_sample` where a voice drives the mouth."""
        template, tails = (self._wide_template, self._wide_tails) if self._wide[row] else (self._narrow, self._narrow_tails)
        size = template.row_bytes
        return template.body(stream_id, sequence, time_nanos, publish_delay_micros, tails[row * size : (row + 1) * size], audio_sample)

    def groups(self, row: int) -> bytes:
        """The group bytes of one avatar, as its emotion_update tells them."""
        return self._groups[row * GROUP_BYTES : (row + 1) * GROUP_BYTES]
