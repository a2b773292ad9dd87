"""Bones out of a head rotation and eye shapes."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from affectia import registry
from affectia.registry import Bone
from affectia.signals.column import column

_ONES: Final = np.ones(3, np.float32)
_LEAST: Final = np.array(1e-9, np.float32)  # without an axis numpy is twice as fast as with a scalar
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
        self._shares = np.array([(1 - options.head_share, options.head_share)], np.float32)
        self._eye_angles, self._eye_offsets = _eye_factors(_eye_half_angles(options))

    def pose_head(self, bones: NDArray[np.float32], head_rotation: NDArray[np.float32]) -> None:
        """Write (n, 4) head rotations into (n, 9, 4) bones."""
        axis, w = head_rotation[:, :3], head_rotation[:, 3]
        sine = (axis * axis).dot(_ONES)
        np.sqrt(sine, out=sine)
        # |w| and its sign: a quaternion and its negative are one rotation, and the short way is shared. A head that is not turned has
        # axis 0, there any scale will do.
        half = column(np.arctan2(sine, np.abs(w))) * self._shares
        posed = bones[:, Bone.NECK : Bone.HEAD + 1]
        np.cos(half, out=posed[..., 3])
        scale = np.sin(half, out=half)
        np.copysign(scale, column(w), out=scale)
        scale /= column(np.maximum(sine, _LEAST))
        np.multiply(axis[:, None], scale[..., None], out=posed[..., :3])

    def pose_eyes(self, bones: NDArray[np.float32], blendshapes: NDArray[np.float32]) -> None:
        """Write the gaze that (n, 52) shapes show into (n, 9, 4) bones."""
        factors = blendshapes.dot(self._eye_angles)
        factors += self._eye_offsets
        np.sin(factors, out=factors)
        factors = factors.reshape(-1, 2, 2, 4)
        np.multiply(factors[:, 0], factors[:, 1], out=bones[:, Bone.LEFT_EYE : Bone.RIGHT_EYE + 1])


def _eye_factors(half_angles: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """(52, 16) half radians for a full weight of each shape, and (1, 16) what is added to them: the sines of the first eight times those
    of the others are the two eyes, since a cosine is a sine a quarter turn on.
    """
    # Ry(yaw) Rx(pitch) as a quaternion: cos y sin p, sin y cos p, - sin y sin p, cos y cos p.
    yaws, pitches = half_angles[:, :2, None], half_angles[:, 2:, None]
    angles = np.stack((yaws * np.array((1, 1, -1, 1)), pitches * np.ones(4)), axis=1)
    offsets = np.empty((1, 2, 2, 4))
    offsets[0, 0], offsets[0, 1] = (math.pi / 2, 0, 0, math.pi / 2), (0, math.pi / 2, 0, math.pi / 2)
    return angles.reshape(-1, 16).astype(np.float32), offsets.reshape(1, 16).astype(np.float32)


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
