"""Bones out of a head rotation and eye shapes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from affectia import registry
from affectia.registry import Bone
from affectia.signals.avatar_weights import BONES
from affectia.wire import rotation

_SHAPE: Final = {name: place for place, name in enumerate(registry.BLENDSHAPES)}


@dataclass(frozen=True)
class SkeletonOptions:
    """How a head turn is shared between head and neck, and how far eyes turn at full eyeLook weight."""

    head_share: float = 0.6
    eye_yaw_deg: float = 30.0
    eye_pitch_deg: float = 25.0


def bones(head_rotation: NDArray[np.float32], blendshapes: NDArray[np.float32], options: SkeletonOptions) -> NDArray[np.float32]:
    """(n, 4) head rotations and (n, 52) shapes to (n, 9, 4) bone rotations; the spine and the shoulders stay at rest."""
    count = head_rotation.shape[0]
    turned = np.zeros((count, BONES, 4), np.float32)
    turned[..., 3] = 1
    # Both shares turn about the same axis, so neck * head is exactly the head's whole rotation.
    turned[:, Bone.HEAD] = rotation.scaled(head_rotation, options.head_share)
    turned[:, Bone.NECK] = rotation.scaled(head_rotation, 1 - options.head_share)
    turned[:, Bone.LEFT_EYE : Bone.RIGHT_EYE + 1] = rotation.from_euler_deg(_eye_angles_deg(blendshapes, options))
    return turned


def _eye_angles_deg(blendshapes: NDArray[np.float32], options: SkeletonOptions) -> NDArray[np.float32]:
    """(n, 2, 3) yaw, pitch, roll of the left and the right eye."""
    angles = np.zeros((blendshapes.shape[0], 2, 3), np.float32)
    # Yaw is positive to the subject's left: outwards for the left eye, inwards for the right one.
    angles[:, 0, 0] = blendshapes[:, _SHAPE["eyeLookOutLeft"]] - blendshapes[:, _SHAPE["eyeLookInLeft"]]
    angles[:, 1, 0] = blendshapes[:, _SHAPE["eyeLookInRight"]] - blendshapes[:, _SHAPE["eyeLookOutRight"]]
    angles[:, 0, 1] = blendshapes[:, _SHAPE["eyeLookDownLeft"]] - blendshapes[:, _SHAPE["eyeLookUpLeft"]]
    angles[:, 1, 1] = blendshapes[:, _SHAPE["eyeLookDownRight"]] - blendshapes[:, _SHAPE["eyeLookUpRight"]]
    angles[..., 0] *= options.eye_yaw_deg
    angles[..., 1] *= options.eye_pitch_deg
    return angles
