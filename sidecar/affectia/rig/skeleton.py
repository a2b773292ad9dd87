"""Bones out of a head rotation and eye shapes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from affectia import registry
from affectia.registry import Bone

_ONES: Final = np.ones(3, np.float32)
_SHAPE: Final = {name: place for place, name in enumerate(registry.BLENDSHAPES)}


@dataclass(frozen=True)
class SkeletonOptions:
    """How a head turn is shared between head and neck, and how far eyes turn at full eyeLook weight."""

    head_share: float = 0.6
    eye_yaw_deg: float = 30.0
    eye_pitch_deg: float = 25.0


class Skeleton:
    """Poses head, neck and eyes; the spine and the shoulders stay as they are."""

    def __init__(self, options: SkeletonOptions) -> None:
        # Both shares turn about the same axis, so neck * head is exactly the head's whole rotation.
        self._shares = np.array((1 - options.head_share, options.head_share), np.float32)
        self._half_angles_of_shapes = _eye_half_angles(options)

    def pose(self, bones: NDArray[np.float32], head_rotation: NDArray[np.float32], blendshapes: NDArray[np.float32]) -> None:
        """Write (n, 4) head rotations and the gaze in (n, 52) shapes into (n, 9, 4) bones."""
        axis, w = head_rotation[:, :3], head_rotation[:, 3]
        sine = np.sqrt((axis * axis) @ _ONES)
        # |w| and its sign: a quaternion and its negative are one rotation, and the short way is shared. A head that is not turned has
        # axis 0, there any scale will do.
        half = np.arctan2(sine, np.abs(w))[:, None] * self._shares
        scale = np.copysign(np.sin(half), w[:, None]) / np.maximum(sine, 1e-9)[:, None]
        bones[:, Bone.NECK : Bone.HEAD + 1, :3] = axis[:, None] * scale[..., None]
        bones[:, Bone.NECK : Bone.HEAD + 1, 3] = np.cos(half)
        # (n, [left yaw, right yaw, left pitch, right pitch]); Ry(yaw) Rx(pitch) as a quaternion.
        angles = blendshapes @ self._half_angles_of_shapes
        sines, cosines = np.sin(angles), np.cos(angles)
        eyes = bones[:, Bone.LEFT_EYE : Bone.RIGHT_EYE + 1]
        eyes[..., 0] = cosines[:, :2] * sines[:, 2:]
        eyes[..., 1] = sines[:, :2] * cosines[:, 2:]
        eyes[..., 2] = -sines[:, :2] * sines[:, 2:]
        eyes[..., 3] = cosines[:, :2] * cosines[:, 2:]


def _eye_half_angles(options: SkeletonOptions) -> NDArray[np.float32]:
    """(52, 4): half radians of left yaw, right yaw, left pitch, right pitch for a full weight of each shape."""
    table = np.zeros((len(registry.BLENDSHAPES), 4), np.float32)
    half_yaw, half_pitch = np.radians((options.eye_yaw_deg / 2, options.eye_pitch_deg / 2))
    # Yaw is positive to the subject's left: outwards for the left eye, inwards for the right one. Pitch is positive downwards.
    table[_SHAPE["eyeLookOutLeft"], 0] = table[_SHAPE["eyeLookInRight"], 1] = half_yaw
    table[_SHAPE["eyeLookInLeft"], 0] = table[_SHAPE["eyeLookOutRight"], 1] = -half_yaw
    table[_SHAPE["eyeLookDownLeft"], 2] = table[_SHAPE["eyeLookDownRight"], 3] = half_pitch
    table[_SHAPE["eyeLookUpLeft"], 2] = table[_SHAPE["eyeLookUpRight"], 3] = -half_pitch
    return table
