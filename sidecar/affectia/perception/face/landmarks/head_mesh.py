"""A face's landmarks in the head's own axes: what is measured there does not change when the head turns or moves away.

The landmarks are taken back through the camera that MediaPipe assumes (their depth is relative to the head and scales like x), then
through the inverse of the matrix that it gives. Lengths are those of the canonical face: centimetres of a head of mean size. Against a
parallel projection the chin's place wanders a third as much with yaw, measured on turning heads.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

from affectia.perception.face.landmarks.detected_face import DetectedFace
from affectia.perception.face.landmarks.head_pose import NETWORK_FOV_DEG

# Points that no muscle moves: corners of the eyes, bridge of the nose, temples, sides of the head, top of the forehead.
RIGID: Final = np.array((33, 133, 362, 263, 168, 6, 127, 356, 234, 454, 10))
_RIGID_MEAN: Final = np.full(RIGID.size, 1 / RIGID.size)
_TANGENT: Final = math.tan(math.radians(NETWORK_FOV_DEG / 2))


def points_cm(face: DetectedFace) -> NDArray[np.float64]:
    """(478, 3): +X the subject's left, +Y up, +Z forward; the origin is the mean of the `RIGID` points."""
    focal_px = face.height_px / 2 / _TANGENT
    axes, position = face.matrix[:3, :3], face.matrix[:3, 3]
    distance_cm = -position[2]
    points = face.landmarks_px.astype(np.float64)
    depth = points[:, 2]
    depth *= -distance_cm / focal_px
    depth -= distance_cm
    flat = points[:, :2]
    flat -= (face.width_px / 2, face.height_px / 2)
    flat *= depth[:, None] * (-1 / focal_px, 1 / focal_px)
    square_scale = axes[0] @ axes[0]  # 1, but for rounding
    turned: NDArray[np.float64] = points @ (axes / square_scale)
    turned -= _RIGID_MEAN @ turned[RIGID]
    return turned
