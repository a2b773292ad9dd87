"""Named distances of a face, in the head's own axes: what muscles change, apart from how the head is turned and how far away it is.

A feature is the difference of two small groups of landmarks, taken along one axis of the head. Every feature is listed once in `_TABLE`; a
pair of features, left and right, is listed with its right half and mirrored through the mesh's own symmetry.
"""

from __future__ import annotations

import math
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from affectia.perception.face.landmarks.head_mesh import RIGID

_X, _Y, _Z = 0, 1, 2

# The root mean square distance of the rigid points from their mean, of the median of several thousand resting faces.
_RIGID_RADIUS_CM: Final = 7.73


class _Feature(NamedTuple):
    """`points` - `base` along `axis`, times `sign`; `paired` names become two features, `points` and `base` being of the right one."""

    name: str
    points: tuple[int, ...]
    base: tuple[int, ...]
    axis: int
    sign: float = 1.0
    paired: bool = False


# Landmarks of the right half of the mesh (the subject's) and the ones of the left half that mirror them.
_MIRRORED: Final = {
    33: 263, 133: 362, 159: 386, 158: 385, 160: 387, 145: 374, 144: 373, 153: 380,  # eye
    107: 336, 55: 285, 105: 334, 52: 282, 63: 293, 53: 283, 70: 300, 46: 276,  # brow
    119: 348, 118: 347, 50: 280, 205: 425, 187: 411, 207: 427, 127: 356, 234: 454,  # cheek and side
    129: 358, 48: 278, 64: 294,  # nose
    61: 291, 37: 267, 39: 269, 84: 314, 181: 405, 82: 312, 87: 317, 148: 377,  # mouth and chin
}  # fmt: skip

_MIDLINE: Final = (33, 263, 133, 362, 168, 6)  # eyes' corners and bridge: the middle of the upper face
_CORNERS: Final = (33, 133)
_TABLE: Final = (
    _Feature("brow_inner_height", (107, 55), _CORNERS, _Y, paired=True),
    _Feature("brow_middle_height", (105, 52), _CORNERS, _Y, paired=True),
    _Feature("brow_outer_height", (70, 46, 63, 53), _CORNERS, _Y, paired=True),
    _Feature("brow_gap", (336, 285), (107, 55), _X),
    _Feature("lid_gap", (159, 158, 160), (145, 144, 153), _Y, paired=True),
    _Feature("upper_lid_height", (159, 158, 160), _CORNERS, _Y, paired=True),
    _Feature("lower_lid_height", (145, 144, 153), _CORNERS, _Y, paired=True),
    _Feature("cheek_eye_gap", _CORNERS, (119, 118, 50), _Y, paired=True),
    _Feature("nose_wing_height", (129, 48, 64), _CORNERS, _Y, paired=True),
    _Feature("nose_wing_width", (358, 278), (129, 48), _X),
    _Feature("upper_lip_height", (37, 39), (2,), _Y, paired=True),
    _Feature("upper_lip_height_middle", (0,), (2,), _Y),
    _Feature("upper_lip_red", (0, 37, 267), (13, 82, 312), _Y),
    _Feature("lower_lip_depth", (2,), (17, 84, 314), _Y),
    _Feature("lower_lip_red", (14, 87, 317), (17, 84, 314), _Y),
    _Feature("lip_corner_width", (291,), (61,), _X),
    _Feature("lip_corner_out", (61,), _MIDLINE, _X, sign=-1.0, paired=True),
    _Feature("lip_corner_height", (61,), (13, 14), _Y, paired=True),
    _Feature("lip_corner_rise", (61,), (2,), _Y, paired=True),
    _Feature("lip_corner_depth", (61,), (2,), _Z, paired=True),
    _Feature("lip_width", (269, 405), (39, 181), _X),
    _Feature("inner_lip_gap", (13,), (14,), _Y),
    _Feature("lip_forward", (0, 17, 13, 14), (2,), _Z),
    _Feature("mouth_side", (0, 17, 13, 14, 61, 291), _MIDLINE, _X),
    _Feature("nose_side", (1, 4), _MIDLINE, _X),
    _Feature("jaw_drop", (2,), (152, 175, 199), _Y),
    _Feature("chin_lip_gap", (17, 84, 314), (199, 175), _Y),
    _Feature("chin_side", (152, 175, 199, 148, 377), _MIDLINE, _X),
    _Feature("chin_forward", (152, 175, 199), (2,), _Z),
    _Feature("cheek_width", (205, 187, 207), _MIDLINE, _X, sign=-1.0, paired=True),
    _Feature("cheek_depth", (205, 187, 207), (127, 234), _Z, paired=True),
)


def _mirrored(points: tuple[int, ...]) -> tuple[int, ...]:
    sides = _MIRRORED | {left: right for right, left in _MIRRORED.items()}
    return tuple(sides.get(point, point) for point in points)


def _listed() -> list[_Feature]:
    found: list[_Feature] = []
    for row in _TABLE:
        if row.paired:
            # Outwards is +X on the left and -X on the right: a mirrored face swaps the two and keeps their signs.
            sign = -row.sign if row.axis == _X else row.sign
            left = _Feature(f"{row.name}_left", _mirrored(row.points), _mirrored(row.base), row.axis, sign)
            found += (left, row._replace(name=f"{row.name}_right", paired=False))
        else:
            found.append(row)
    return found


_FEATURES: Final = _listed()

FEATURES: Final[tuple[str, ...]] = tuple(feature.name for feature in _FEATURES)
"""Names in the order of `measure`; Left and Right are the subject's."""

PLACE: Final[dict[str, int]] = {name: place for place, name in enumerate(FEATURES)}
"""The place of each feature in `measure`."""


def _swapped(name: str) -> str:
    if name.endswith("_left"):
        return name.removesuffix("_left") + "_right"
    if name.endswith("_right"):
        return name.removesuffix("_right") + "_left"
    return name


MIRROR: Final[NDArray[np.intp]] = np.array([PLACE[_swapped(name)] for name in FEATURES])
"""(F,) the place of each feature in a mirrored picture."""

MIRROR_SIGN: Final[NDArray[np.float64]] = np.array([-1.0 if name.endswith("_side") else 1.0 for name in FEATURES])
"""(F,) features that say which side something is on change their sign in a mirrored picture."""


def _weights() -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    """The landmarks in use, and (F, 3 * landmarks) how much each of their coordinates counts in each feature."""
    used = sorted({point for feature in _FEATURES for point in feature.points + feature.base})
    weights = np.zeros((len(_FEATURES), len(used), 3))
    for row, feature in enumerate(_FEATURES):
        for point in feature.points:
            weights[row, used.index(point), feature.axis] += feature.sign / len(feature.points)
        for point in feature.base:
            weights[row, used.index(point), feature.axis] -= feature.sign / len(feature.base)
    return np.array(used), weights.reshape(len(_FEATURES), -1)


_USED, _WEIGHTS = _weights()


def measure(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """(F,) the features, in cm of a head of mean size, of points (478, 3) as `head_mesh.points_cm` gives them.

    Gaps, widths and drops are positive distances; heights are up, depths and forward towards the camera of a frontal face; `*_side` is
    positive towards the subject's left.
    """
    rigid = points[RIGID]
    radius_cm = math.sqrt(float(np.vdot(rigid, rigid)) / len(rigid))
    values: NDArray[np.float64] = _WEIGHTS @ points[_USED].ravel()
    values *= _RIGID_RADIUS_CM / max(radius_cm, 1e-6)
    return values
