"""Angles of both eyes as eyeLook shapes, and back."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from affectia import registry
from affectia.rig.skeleton import SkeletonOptions

SHAPE: Final = {name: place for place, name in enumerate(registry.BLENDSHAPES)}
YAW_DEG: Final = SkeletonOptions.eye_yaw_deg  # of an eye at full weight, and as far as eyes turn
PITCH_DEG: Final = SkeletonOptions.eye_pitch_deg
HALF_EYE_DISTANCE_CM: Final = 3.15  # adults' pupils are 6.3 cm apart, Dodgson 2004

# Of each eye the shapes of the positive directions (yaw to the subject's left, pitch down), then those of the negative ones.
_POSITIVE: Final = ("eyeLookOutLeft", "eyeLookInRight", "eyeLookDownLeft", "eyeLookDownRight")
_NEGATIVE: Final = ("eyeLookInLeft", "eyeLookOutRight", "eyeLookUpLeft", "eyeLookUpRight")
PLACES: Final = np.array([SHAPE[name] for name in (*_POSITIVE, *_NEGATIVE)], np.intp)
_DEG: Final = np.array((YAW_DEG, YAW_DEG, PITCH_DEG, PITCH_DEG))
_SIGNED_PER_DEG: Final = np.concatenate((1 / _DEG, -1 / _DEG))


def signed_weights(angles_deg: NDArray[np.float64]) -> NDArray[np.float64]:
    """(n, 8) for the shapes at PLACES of (n, 4): yaw of the left and the right eye, pitch of both; of two opposed ones, one is negative."""
    weights: NDArray[np.float64] = np.concatenate((angles_deg, angles_deg), axis=1) * _SIGNED_PER_DEG
    return weights


def weights(angles_deg: NDArray[np.float64]) -> NDArray[np.float64]:
    """(n, 8) 0..1 for the shapes at PLACES of (n, 4): yaw of the left and the right eye, pitch of both."""
    return np.minimum(np.maximum(signed_weights(angles_deg), 0.0), 1.0)


def angles_deg(shapes: NDArray[np.float32]) -> NDArray[np.float64]:
    """(n, 4) yaw of the left and the right eye and pitch of both, of (n, 52 or more) shapes in registry order."""
    found = shapes.take(PLACES, axis=1)
    angles: NDArray[np.float64] = (found[:, :4] - found[:, 4:]) * _DEG
    return angles
