"""What the mesh shows of the two eyes, in the head's own axes: how far the lids are apart, and where the iris stands between the corners.

Rows are the subject's left eye, then the right one.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from affectia.perception.face.landmarks.head_pose import HeadPose

LEFT: Final = 0
RIGHT: Final = 1

# One fancy index for everything: [eye][outer corner, inner corner, five of the upper lid, the five below them, iris centre and ring].
_POINTS: Final = np.array(
    (
        (263, 362, 384, 385, 386, 387, 388, 381, 380, 374, 373, 390, 473, 474, 475, 476, 477),
        (33, 133, 157, 158, 159, 160, 161, 154, 153, 145, 144, 163, 468, 469, 470, 471, 472),
    )
)
# Rows: width (outer - inner corner), mean height between the lids, iris from the middle between the corners. The iris is the mean of its
# five points: 3 to 10 % less noise than its centre alone, measured.
_SUMS: Final = np.zeros((3, _POINTS.shape[1]))
_SUMS[0, :2] = (1, -1)
_SUMS[1, 2:7], _SUMS[1, 7:12] = 1 / 5, -1 / 5
_SUMS[2, :2], _SUMS[2, 12:] = -1 / 2, 1 / 5

_WIDTH_CM: Final = (1.5, 6.0)  # a mean face has 3.2; outside, the mesh has collapsed or exploded
_GAP_LIMIT: Final = 1.0  # gap / width; the widest eye of some ten thousand pictures has 0.5
_IRIS_LIMIT_CM: Final = 2.0  # from the middle between the corners: further away is outside the eye
_SEEN_DEG: Final = 30.0  # an eye is seen fully until the camera stands this far on the other side of the face ...
_HIDDEN_DEG: Final = 55.0  # ... and not at all from here: the nose is before it


@dataclass(frozen=True, slots=True)
class EyeGeometry:
    """`gaps` (2,): mean height between the lids / width of the eye, 0 = shut, about 0.27 = open; `iris_cm` (2, 3): the iris from the middle
    between the corners; `lids_measured`, `iris_measured` (2,): false = the landmarks make no eye, the row's values are 0.
    """

    gaps: NDArray[np.float64]
    iris_cm: NDArray[np.float64]
    lids_measured: tuple[bool, bool]
    iris_measured: tuple[bool, bool]


def measure(points: NDArray[np.floating]) -> EyeGeometry:
    """From (478, 3) points in head axes, cm; any content, NaN included, gives finite values."""
    with np.errstate(invalid="ignore", over="ignore"):  # an exploded mesh is told by its sums
        sums = _SUMS @ np.asarray(points[_POINTS], np.float64)  # (2, 3, 3)
    rows: list[list[list[float]]] = sums.tolist()
    gaps, irises, lids_measured, iris_measured = [0.0, 0.0], [(0.0, 0.0, 0.0), (0.0, 0.0, 0.0)], [False, False], [False, False]
    for eye, (across, opening, iris) in enumerate(rows):
        width = math.hypot(*across)
        if not _WIDTH_CM[0] < width < _WIDTH_CM[1]:  # false for NaN too
            continue
        # Height alone, not distance: the lids of a shut eye pass each other, and depth is the noisiest axis.
        gap = opening[1] / width
        if abs(gap) < _GAP_LIMIT:
            gaps[eye], lids_measured[eye] = gap, True
        if math.hypot(*iris) < _IRIS_LIMIT_CM:
            irises[eye], iris_measured[eye] = (iris[0], iris[1], iris[2]), True
    return EyeGeometry(
        np.array(gaps), np.array(irises), (lids_measured[LEFT], lids_measured[RIGHT]), (iris_measured[LEFT], iris_measured[RIGHT])
    )


def sight_deg(pose: HeadPose) -> tuple[float, float]:
    """Where the camera is as the head sees it: yaw (+ = the subject's left) and height (+ = above), degrees."""
    x, y, z = (pose.to_camera @ pose.axes).tolist()
    yaw, height = math.degrees(math.atan2(x, z)), math.degrees(math.asin(max(-1.0, min(1.0, y))))
    return (yaw, height) if math.isfinite(yaw) and math.isfinite(height) else (0.0, 0.0)


def visibility(camera_yaw_deg: float) -> tuple[float, float]:
    """How well each eye is seen, 0..1, when the camera is at this yaw as the head sees it (`sight_deg`)."""
    span = _HIDDEN_DEG - _SEEN_DEG
    return (
        min(1.0, max(0.0, (_HIDDEN_DEG + camera_yaw_deg) / span)),
        min(1.0, max(0.0, (_HIDDEN_DEG - camera_yaw_deg) / span)),
    )
