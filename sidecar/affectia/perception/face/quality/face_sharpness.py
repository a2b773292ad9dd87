"""How sharp a face is in its picture: blur by focus or by movement, against the face's own contrast."""

from __future__ import annotations

import math
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from affectia.perception.face.quality.face_patch import FacePatch
from affectia.perception.face.quality.picture_light import face_window

SPAN_PX: Final = 44.0  # the outer eye corners are brought so far apart: finer detail than this the landmark network hardly uses
_FAR_PX: Final = 8  # within this an edge has risen, blurred or not
_LEAST_PX: Final = 24
_FLAT: Final = 4.0  # squared grey levels: a face with less contrast than this is not sharp


def measure(patch: FacePatch, *, noise: float = 0.0) -> float:
    """Differences between neighbours against differences over a long distance, 0..1; the worse of the two directions.

    Both fall with dim light, only the first falls with blur. In focus it is 0.19 and more, in a picture without any edge 1/8. `noise`
    (standard deviation in grey levels of the fine copy) is taken out, as it passes for detail.
    """
    window = face_window(patch)
    scale = SPAN_PX * patch.fine_step_px / patch.span_px
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    even = cv2.resize(window, None, fx=scale, fy=scale, interpolation=how)
    if min(even.shape) < _LEAST_PX:
        return 0.0
    grain = 0.5 * noise * noise  # a quarter of what neighbours differ by in the copy: resizing evens them out, measured
    grey = even.astype(np.float32)
    return min(_share(grey, grain), _share(grey.T, grain))


def _share(rows: NDArray[np.float32], grain: float) -> float:
    near = rows[:, 1:] - rows[:, :-1]
    far = rows[:, _FAR_PX:] - rows[:, :-_FAR_PX]
    # Squares, so that the few strong edges of eyes, nostrils and lips count most.
    detail = max(float(np.vdot(near, near)) / near.size - grain, 0.0)
    contrast = max(float(np.vdot(far, far)) / far.size - grain, _FLAT)
    return min(math.sqrt(detail / contrast), 1.0)
