"""The light on a face and around it, and the noise and the contrast that the camera makes of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from affectia.perception.face.quality.face_patch import FacePatch

CLIPPED: Final = 250  # grey level from which a camera has nothing more to say
_GRID: Final = 48  # the picture around the face is looked at in about so many rows and columns
_GREY: Final = np.array((77, 150, 29), np.float32) / 256  # ITU-R BT.601 luma in 1/256, as cv2 has it
_NOISE_NORM: Final = float(np.sqrt(np.pi / 2) / 6)  # Immerkaer, Fast Noise Variance Estimation, CVIU 64 (1996), equation 6
_CALM_SHARE: Final = 0.3  # of the blocks: skin without features, where the noise is read
_CALM_BIAS: Final = 0.69  # what the calmest blocks show of noise that is the same everywhere, measured
_BLOCK_PX: Final = 4


@dataclass(frozen=True, slots=True)
class Light:
    """Grey levels 0..255: `level` the face's median, `spread` from its darkest twentieth to its brightest, `around` the mean outside of
    the face, `noise` standard deviation; `clipped` the share 0..1 of the face that is white.
    """

    level: float
    spread: float
    around: float
    noise: float
    clipped: float


def measure(rgb: NDArray[np.uint8], patch: FacePatch) -> Light:
    """The light of one face in its picture; reads the face's copy and one pixel in some hundred of the picture."""
    inner = face_window(patch)
    levels = np.sort(inner[:: max(inner.shape[0] // 32, 1), :: max(inner.shape[1] // 32, 1)], axis=None)
    last = len(levels) - 1
    level, low, high = float(levels[last // 2]), float(levels[last // 20]), float(levels[last - last // 20])
    clipped = 1.0 - float(np.searchsorted(levels, CLIPPED)) / len(levels)
    return Light(level, high - low, _around(rgb, patch, level), _noise(inner), clipped)


def face_window(patch: FacePatch) -> NDArray[np.uint8]:
    """The part of the fine copy inside the face: its box without the outer sixth, where hair and background look in."""
    left, top, right, bottom = patch.box
    step, (x, y) = patch.fine_step_px, patch.origin_px.tolist()
    wide, tall = (right - left) / 6, (bottom - top) / 6
    height, width = patch.fine.shape
    first_row = min(max(int((top + tall - y) / step), 0), height - 3)
    first_column = min(max(int((left + wide - x) / step), 0), width - 3)
    last_row = max(int((bottom - tall - y) / step), first_row + 3)
    last_column = max(int((right - wide - x) / step), first_column + 3)
    return patch.fine[first_row:last_row, first_column:last_column]


def _around(rgb: NDArray[np.uint8], patch: FacePatch, level: float) -> float:
    """Mean level outside of the face; the face's own where the face fills the picture."""
    height, width = rgb.shape[:2]
    tall, wide = max(height // _GRID, 1), max(width // _GRID, 1)
    grey = rgb[tall // 2 :: tall, wide // 2 :: wide].astype(np.float32) @ _GREY
    left, top, right, bottom = patch.box
    rows = slice(int(max(top, 0) / tall), int(max(bottom, 0) / tall) + 1)
    columns = slice(int(max(left, 0) / wide), int(max(right, 0) / wide) + 1)
    inside = grey[rows, columns]
    outside = grey.size - inside.size
    return level if outside < grey.size // 20 else float((grey.sum() - inside.sum()) / outside)


def _noise(window: NDArray[np.uint8]) -> float:
    """Immerkaer's estimate: what a plane and its bend cannot explain; over the calmest part, so that eyes and lips do not count."""
    grey = window.astype(np.int16)
    bend = grey[:, :-2] - 2 * grey[:, 1:-1] + grey[:, 2:]
    left = np.abs(bend[:-2] - 2 * bend[1:-1] + bend[2:])
    size = _BLOCK_PX
    tall, wide = left.shape[0] // size, left.shape[1] // size
    if min(tall, wide) < 1:
        return float(left.mean()) * _NOISE_NORM
    blocks = left[: tall * size, : wide * size].reshape(tall, size, wide, size).mean(axis=(1, 3), dtype=np.float32)
    calm = np.sort(blocks, axis=None)[: max(int(blocks.size * _CALM_SHARE), 1)]
    return float(calm.mean()) * _NOISE_NORM / _CALM_BIAS
