"""Weights of many avatars quantized in one pass and cut into frames."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from affectia.registry import Group
from affectia.signals.avatar_weights import EFFECTS, SHAPES, UNIT_CHANNELS, VISEMES, AvatarWeights
from affectia.signals.groups import GroupStates
from affectia.wire import quantize


class FrameParts(NamedTuple):
    """The raw payloads of one avatar's frame, in the order of wire.AvatarFrame's fields."""

    groups: bytes
    blendshapes: bytes
    bones: bytes
    head_translation: bytes
    visemes: bytes
    dominant_viseme: bytes
    effects: bytes


class FrameBatch:
    """The parts of n avatars; weights in 8 bit, and in 16 bit for those that asked for it."""

    def __init__(self, weights: AvatarWeights, wide: NDArray[np.bool_]) -> None:
        units = quantize.weights_u8(weights.units)
        self._units = units.tobytes()
        self._wide_units = quantize.weights_u16(weights.units).tobytes() if wide.any() else b""
        self._wide = wide.tolist()
        bones = quantize.quaternions_i16(weights.bones)
        self._bones, self._bone_bytes = bones.tobytes(), bones[0].nbytes
        self._shift = quantize.translation_i16(weights.head_shift_cm).tobytes()
        self._groups = group_bytes(weights.groups).tobytes()
        self._group_bytes = 4 * weights.groups.valid.shape[1]
        visemes = weights.units[:, VISEMES]
        dominant = visemes.argmax(axis=1)
        sureness = visemes[np.arange(dominant.size), dominant] * weights.groups.confidence[:, Group.MOUTH]
        self._dominant = np.stack((dominant.astype(np.uint8), quantize.weights_u8(sureness)), axis=1).tobytes()

    def groups(self, row: int) -> bytes:
        """The group bytes of one avatar."""
        return self._groups[row * self._group_bytes : (row + 1) * self._group_bytes]

    def parts(self, row: int) -> FrameParts:
        """The payloads of one avatar."""
        start = row * UNIT_CHANNELS
        units, width = (self._wide_units, 2) if self._wide[row] else (self._units, 1)
        return FrameParts(
            self.groups(row),
            units[(start + SHAPES.start) * width : (start + SHAPES.stop) * width],
            self._bones[row * self._bone_bytes : (row + 1) * self._bone_bytes],
            self._shift[6 * row : 6 * row + 6],
            units[(start + VISEMES.start) * width : (start + VISEMES.stop) * width],
            self._dominant[2 * row : 2 * row + 2],
            self._units[start + EFFECTS.start : start + EFFECTS.stop],
        )


def group_bytes(groups: GroupStates) -> NDArray[np.uint8]:
    """(n, groups, 4): flags, confidence, age, weight."""
    packed = np.empty((*groups.valid.shape, 4), np.uint8)
    packed[..., 0] = groups.valid | groups.source << 1
    packed[..., 1] = quantize.weights_u8(groups.confidence)
    packed[..., 2] = quantize.age_ticks(groups.age_secs)
    packed[..., 3] = quantize.weights_u8(groups.weight)
    return packed
