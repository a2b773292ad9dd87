"""Faces made of numbers: a mesh in the head's axes, seen by the camera that MediaPipe assumes."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from affectia.perception.face.landmarks.detected_face import LANDMARKS, DetectedFace
from affectia.wire import rotation

FOCAL_SHARE = 1 / (2 * math.tan(math.radians(63 / 2)))  # focal length as a share of the picture's height


def mesh_cm(seed: int = 1) -> npt.NDArray[np.float64]:
    """(478, 3) some points of a head, the same every time."""
    return np.random.default_rng(seed).uniform((-7, -9, -3), (7, 9, 4), (LANDMARKS, 3))


def seen(
    points_cm: npt.NDArray[np.float64],
    *,
    yaw_pitch_roll_deg: tuple[float, float, float] = (0.0, 0.0, 0.0),
    position_cm: tuple[float, float, float] = (0.0, 0.0, -50.0),
    width_px: int = 640,
    height_px: int = 480,
    shapes: npt.NDArray[np.float32] | None = None,
) -> DetectedFace:
    """The face as the network would give it: projected with perspective, depth relative to the head's place."""
    axes = axes_of(yaw_pitch_roll_deg)
    world = points_cm @ axes.T + position_cm
    focal_px = FOCAL_SHARE * height_px
    depth = -world[:, 2]
    distance = -position_cm[2]
    across, up = world[:, 0] / depth * focal_px, world[:, 1] / depth * focal_px
    landmarks = np.stack((width_px / 2 + across, height_px / 2 - up, (depth / distance - 1) * focal_px), axis=1)
    matrix = np.eye(4)
    matrix[:3, :3] = axes
    matrix[:3, 3] = position_cm
    return DetectedFace(landmarks.astype(np.float32), np.zeros(52, np.float32) if shapes is None else shapes, matrix, width_px, height_px)


def axes_of(yaw_pitch_roll_deg: tuple[float, float, float]) -> npt.NDArray[np.float64]:
    """(3, 3) rotation matrix of Euler angles."""
    x, y, z, w = rotation.from_euler_deg(np.array(yaw_pitch_roll_deg))
    return np.array(
        (
            (1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)),
            (2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)),
            (2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)),
        )
    )
