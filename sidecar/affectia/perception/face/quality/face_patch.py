"""A small upright copy of one face out of the picture, for everything that looks at its appearance."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from affectia.perception.face.landmarks.detected_face import DetectedFace

# Places of MediaPipe's face mesh: the outer corners of the eyes, and the middle of the forehead's edge and of the chin.
RIGHT_EYE_OUTER: Final = 33
LEFT_EYE_OUTER: Final = 263
FOREHEAD: Final = 10
CHIN: Final = 152

MARGIN: Final = 0.12  # of the face's size, kept around it
FINE_SPAN_PX: Final = 44  # eye corners are this far apart in the fine copy, or up to twice that; less only where the picture has less
COARSE_SPAN_PX: Final = 22  # and in the coarse one
SKIP_STEP: Final = 4
LEAST_PX: Final = 6  # a copy with a side below this shows no face


@dataclass(frozen=True, slots=True)
class FacePatch:
    """`fine` (h, w) and `coarse` (h, w) uint8 grey copies of the face, area-averaged; a pixel (x, y) of the picture is at
    `(x - origin_px) / step_px` of a copy, where `fine_step_px` and `coarse_step_px` are whole numbers. `span_px`: distance between the
    outer eye corners in pixels of the picture, depth included, so that turning the head does not shrink it. `down` (2,): unit vector in
    the picture from forehead to chin. `box` (4,): left, top, right and bottom of the landmarks in the picture.
    """

    fine: NDArray[np.uint8]
    coarse: NDArray[np.uint8]
    origin_px: NDArray[np.float64]
    fine_step_px: int
    coarse_step_px: int
    span_px: float
    down: NDArray[np.float64]
    box: tuple[float, float, float, float]

    @property
    def size_px(self) -> float:
        """The longer side of the face's box, as DetectedFace has it."""
        left, top, right, bottom = self.box
        return max(right - left, bottom - top)

    def aligned(self, center_px: NDArray[np.floating], *, spans: float, side_px: int, mirror: bool = False) -> NDArray[np.uint8]:
        """(side_px, side_px) grey square around a place of the picture, `spans` eye spans wide, chin down, as `mirror` says turned round.

        What lies outside the copy repeats its edge.
        """
        # Plain numbers: numpy is slow on two of them.
        scale = spans * self.span_px / side_px / self.coarse_step_px  # pixels of the copy per pixel of the square
        down_x, down_y = float(self.down[0]) * scale, float(self.down[1]) * scale
        right_x, right_y = (-down_y, down_x) if mirror else (down_y, -down_x)
        # Pixel centres: a place p of the picture is at p / step - 0.5 of the copy.
        x = (float(center_px[0]) - float(self.origin_px[0])) / self.coarse_step_px - 0.5
        y = (float(center_px[1]) - float(self.origin_px[1])) / self.coarse_step_px - 0.5
        half = (side_px - 1) / 2
        warp = np.array(((right_x, down_x, x - half * (right_x + down_x)), (right_y, down_y, y - half * (right_y + down_y))))
        square: NDArray[np.uint8] = cv2.warpAffine(
            self.coarse, warp, (side_px, side_px), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP, borderMode=cv2.BORDER_REPLICATE
        )
        return square


def cut(rgb: NDArray[np.uint8], face: DetectedFace) -> FacePatch | None:
    """The copies of this face in a picture (h, w, 3); None where (nearly) nothing of it is inside the picture or it has no extent."""
    points = face.landmarks_px
    if not np.isfinite(points).all():
        return None
    span_px = float(np.linalg.norm(points[LEFT_EYE_OUTER] - points[RIGHT_EYE_OUTER]))
    down = (points[CHIN, :2] - points[FOREHEAD, :2]).astype(np.float64)
    length = math.hypot(*down)
    if span_px < 1.0 or length < 1.0:
        return None
    flat = np.ascontiguousarray(points[:, :2].T)  # numpy is slow along the long axis of a narrow array
    (low_x, low_y), (high_x, high_y) = flat.min(axis=1).tolist(), flat.max(axis=1).tolist()
    margin = MARGIN * max(high_x - low_x, high_y - low_y)
    height, width = rgb.shape[:2]
    left, top = max(int(low_x - margin), 0), max(int(low_y - margin), 0)
    right, bottom = min(int(high_x + margin) + 1, width), min(int(high_y + margin) + 1, height)
    fine_step = max(int(span_px // FINE_SPAN_PX), 1)
    wide, tall = (right - left) // fine_step, (bottom - top) // fine_step
    if min(wide, tall) < LEAST_PX:
        return None
    window = rgb[top : top + tall * fine_step, left : left + wide * fine_step]
    skip = 2 if fine_step >= SKIP_STEP and fine_step % 2 == 0 else 1  # every second row is enough of so many
    fine = cv2.cvtColor(window[::skip], cv2.COLOR_RGB2GRAY)
    if fine_step > 1:  # whole steps: the fast way through cv2's area average
        fine = cv2.resize(fine, (wide, tall), interpolation=cv2.INTER_AREA)
    more = max(int(span_px / fine_step // COARSE_SPAN_PX), 1)
    coarse = fine
    if more > 1:
        even = fine[: tall // more * more, : wide // more * more]
        coarse = cv2.resize(even, (wide // more, tall // more), interpolation=cv2.INTER_AREA)
    origin_px, box = np.array((left, top), np.float64), (low_x, low_y, high_x, high_y)
    return FacePatch(fine, coarse, origin_px, fine_step, fine_step * more, span_px, down / length, box)
