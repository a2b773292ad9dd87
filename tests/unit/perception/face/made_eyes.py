"""Two eyes in head axes, made from how far they are open and where they look."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from affectia.perception.face.landmarks.detected_face import LANDMARKS
from affectia.perception.face.landmarks.head_pose import HeadPose
from affectia.wire import rotation
from tests.unit.perception.face.made_faces import axes_of

OPEN_GAP = 0.27
WIDTH_CM = 3.2
SIDES = (1.0, -1.0)  # the subject's left eye is at +X
CORNERS = ((263, 362), (33, 133))
UPPER = ((384, 385, 386, 387, 388), (157, 158, 159, 160, 161))
LOWER = ((381, 380, 374, 373, 390), (154, 153, 145, 144, 163))
IRISES = ((473, 474, 475, 476, 477), (468, 469, 470, 471, 472))
STRAIGHT_CM = (0.03, 0.195)  # of an iris that looks along +Z: outwards and up from the middle of its corners


def points(
    gaps: tuple[float, float] = (OPEN_GAP, OPEN_GAP),
    *,
    iris_cm: tuple[tuple[float, float], tuple[float, float]] = ((0.0, 0.0), (0.0, 0.0)),
    iris_depth_cm: float = -0.12,
) -> npt.NDArray[np.float64]:
    """(478, 3). `gaps`: height / width of the left and the right eye; `iris_cm`: x and y beyond where a straight look has them."""
    made = np.zeros((LANDMARKS, 3))
    for eye, side in enumerate(SIDES):
        outer, inner = CORNERS[eye]
        middle = side * 3.5
        made[outer] = (middle + side * WIDTH_CM / 2, 0, 1.6)
        made[inner] = (middle - side * WIDTH_CM / 2, 0, 1.6)
        across = np.linspace(-0.8, 0.8, 5) + middle
        for lid, half in ((UPPER[eye], gaps[eye] / 2), (LOWER[eye], -gaps[eye] / 2)):
            made[list(lid), 0] = across
            made[list(lid), 1] = half * WIDTH_CM
            made[list(lid), 2] = 2.2
        x, y = iris_cm[eye]
        ring = np.array(((0, 0), (0.6, 0), (0, 0.6), (-0.6, 0), (0, -0.6)))
        made[list(IRISES[eye]), :2] = ring + (middle + side * STRAIGHT_CM[0] + x, STRAIGHT_CM[1] + y)
        made[list(IRISES[eye]), 2] = 1.6 + iris_depth_cm
    return made


def pose(yaw_deg: float = 0.0, pitch_deg: float = 0.0, *, position_cm: tuple[float, float, float] = (0.0, 0.0, -40.0)) -> HeadPose:
    """A head turned by this, here in the camera's space."""
    euler = np.array((yaw_deg, pitch_deg, 0.0))
    turn = rotation.from_euler_deg(euler)
    position = np.array(position_cm)
    return HeadPose(turn, axes_of((yaw_deg, pitch_deg, 0.0)), position, euler, -position / np.linalg.norm(position))
