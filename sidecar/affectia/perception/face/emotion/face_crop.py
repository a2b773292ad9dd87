"""The face as emotion networks want it: a small grey picture with eyes, nose and mouth in their places, or a loose one in colour.

Places are continuous: pixel n of a picture covers n to n + 1, for the landmarks, the template and the crop alike.
"""

from __future__ import annotations

import math
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

SIDE_PX: Final = 48  # of the aligned crop: that of the pictures of FER2013, which the network was trained with
MOUTH_TOP_ROW: Final = 30  # of the aligned crop: from here down a mouth that talks changes the picture
LOOSE_SIDE_PX: Final = 224
LOOSE_MARGIN: Final = 0.1  # of the longer side of the landmarks' box, on each side: some hair and ears; no better share is known

# Landmarks of MediaPipe's mesh and where they are in the crop: outer and inner corner of the right eye, inner and outer corner of the left
# one, base of the nose, right and left corner of the mouth. Means over 1449 pictures of FER+'s training split in which FaceLandmarker found
# a face (of 1500; enlarged four times, half their size of their mean grey around them), made symmetric about the middle. Not the irises:
# gaze moves them.
POINTS: Final = np.array((33, 133, 362, 263, 2, 61, 291), np.intp)
TEMPLATE: Final[NDArray[np.complex128]] = np.array(
    (11.84 + 18.45j, 19.14 + 19.05j, 28.86 + 19.05j, 36.16 + 18.45j, 24.0 + 31.01j, 16.91 + 36.9j, 31.09 + 36.9j), np.complex128
)
_MIDDLE: Final = complex(TEMPLATE.mean())
_CENTERED: Final = TEMPLATE - _MIDDLE

_LEAST_SPREAD_PX: Final = 1e-3  # landmarks closer together than this are no face
_SKIP_STEP: Final = 4
_UNKNOWN: Final = 128  # grey of a crop of which nothing is in the picture


def aligned(rgb: NDArray[np.uint8], landmarks_px: NDArray[np.floating], out: NDArray[np.float32]) -> None:
    """Write the grey crop of a face, luma 0..1 and row 0 = top, into `out` (48, 48); some 0.1 ms, any thread.

    `rgb` (h, w, 3), `landmarks_px` (478, 2 or more) x, y in its pixels. The face is turned, moved and scaled by the similarity that brings
    the landmarks nearest to the template (least squares, Umeyama 1991), and averaged over area, so that a large face does not alias. What
    lies outside the picture repeats its edge. Mid-grey where the landmarks are no numbers or all in one place, or all is outside.
    """
    placed = _similarity(landmarks_px)
    if placed is None:
        out.fill(_UNKNOWN / 255)
        return
    step, origin = placed
    # Twice the size first, then the mean of four: the warp by itself would only look at the nearest pixels.
    large = _sampled(rgb, step=step / 2, origin=origin, side_px=2 * SIDE_PX, is_grey=True)
    small = cv2.resize(large, (SIDE_PX, SIDE_PX), interpolation=cv2.INTER_AREA)
    np.multiply(small, np.float32(1 / 255), out=out)


def loose(rgb: NDArray[np.uint8], landmarks_px: NDArray[np.floating], out: NDArray[np.uint8]) -> None:
    """Write an upright square around the face, in colour, into `out` (224, 224, 3); arguments and edges as of `aligned`."""
    points = landmarks_px[:, :2].astype(np.float64)
    low, high = points.min(axis=0), points.max(axis=0)
    extent = float((high - low).max()) * (1 + 2 * LOOSE_MARGIN) if np.isfinite(points).all() else 0.0
    if extent < _LEAST_SPREAD_PX:
        out.fill(_UNKNOWN)
        return
    left, top = ((low + high) / 2 - extent / 2).tolist()
    out[:] = _sampled(rgb, step=complex(extent / LOOSE_SIDE_PX), origin=complex(left, top), side_px=LOOSE_SIDE_PX, is_grey=False)


def mouthless(faces: NDArray[np.float32], out: NDArray[np.float32]) -> None:
    """Write aligned crops (..., 48, 48) without their mouths into `out`: the lower rows become the mean of the rows above them."""
    out[..., :MOUTH_TOP_ROW, :] = faces[..., :MOUTH_TOP_ROW, :]
    out[..., MOUTH_TOP_ROW:, :] = faces[..., :MOUTH_TOP_ROW, :].mean(axis=(-2, -1), keepdims=True)


def _similarity(landmarks_px: NDArray[np.floating]) -> tuple[complex, complex] | None:
    """How a place c of the crop becomes step * c + origin of the picture, places being complex numbers; None without a solution.

    In the plane the least-squares similarity without a mirror is one quotient.
    """
    places = landmarks_px[POINTS, :2].astype(np.float64)
    if not np.isfinite(places).all():
        return None
    points = places[:, 0] + 1j * places[:, 1]
    middle = complex(points.mean())
    centered = points - middle
    spread = float(np.vdot(centered, centered).real)
    turn = complex(np.vdot(centered, _CENTERED))
    if spread < _LEAST_SPREAD_PX**2 or abs(turn) < _LEAST_SPREAD_PX:
        return None
    step = spread / turn
    return step, middle - step * _MIDDLE


def _sampled(rgb: NDArray[np.uint8], *, step: complex, origin: complex, side_px: int, is_grey: bool) -> NDArray[np.uint8]:
    """A square of the picture: its place c shows place step * c + origin."""
    corners = [origin + step * corner for corner in (0, side_px, 1j * side_px, side_px * (1 + 1j))]
    # Of a large face every pixel of the square is the mean of many: by whole numbers, the fast way through cv2's area average.
    shrink = max(math.ceil(abs(step) - 1e-6), 1)
    shrink += shrink % 2 if shrink > _SKIP_STEP else 0
    height, width = rgb.shape[:2]
    across, down = [corner.real for corner in corners], [corner.imag for corner in corners]
    # Two pixels of the smaller picture more than the corners: the warp looks at neighbours.
    left, right = _window(min(across), max(across), length=width, margin=2 * shrink)
    top, bottom = _window(min(down), max(down), length=height, margin=2 * shrink)
    wide, tall = (right - left) // shrink, (bottom - top) // shrink
    if wide < 1 or tall < 1:
        return np.full((side_px, side_px) if is_grey else (side_px, side_px, 3), _UNKNOWN, np.uint8)
    window = rgb[top : top + tall * shrink, left : left + wide * shrink]
    if shrink > _SKIP_STEP:
        window = window[::2]  # every second row is enough of so many
    picture = cv2.cvtColor(window, cv2.COLOR_RGB2GRAY) if is_grey else np.ascontiguousarray(window)
    if shrink > 1:
        picture = cv2.resize(picture, (wide, tall), interpolation=cv2.INTER_AREA)
    step, origin = step / shrink, (origin - complex(left, top)) / shrink
    # From places to pixel centres, which is how cv2 counts.
    shift = origin + step * (0.5 + 0.5j) - (0.5 + 0.5j)
    warp = np.array(((step.real, -step.imag, shift.real), (step.imag, step.real, shift.imag)))
    square: NDArray[np.uint8] = cv2.warpAffine(
        picture, warp, (side_px, side_px), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP, borderMode=cv2.BORDER_REPLICATE
    )
    return square


def _window(low: float, high: float, *, length: int, margin: int) -> tuple[int, int]:
    """The part of 0..length that is looked at; empty when all is outside."""
    if not (low < length and high > 0):
        return 0, 0
    return max(int(low) - margin, 0), min(math.ceil(high) + margin, length)
