"""Notices a camera that shows one colour and nothing else: a lens cover, a privacy shutter."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from affectia.clock import NANOS_PER_SEC

_LOOK_EVERY_NANOS = NANOS_PER_SEC
_GRID = 8  # parts a side; averaging over each takes the sensor's noise out
_SAMPLES = 8  # pixels a side of each part
_SPREAD = 4.0  # of 255, between the brightest and the darkest part of a colour; a dim room has 10 and more
_BLACK = 20.0  # of 255; video's black is 16 where a driver does not stretch it


class BlankWatch:
    """Looks at a few pixels once a second; one thread. Two looks must agree: cameras begin with a black picture or two."""

    def __init__(self) -> None:
        self._next_nanos: int | None = None
        self._was_blank = False
        self._finding = ""

    def look(self, rgb: NDArray[np.uint8], now_nanos: int) -> str:
        """What (height, width, 3) uint8 shows: "black", "one colour", or an empty string when it is a picture; a third of a ms a second."""
        if self._next_nanos is not None and now_nanos < self._next_nanos:
            return self._finding
        self._next_nanos = now_nanos + _LOOK_EVERY_NANOS
        found = _blankness(rgb)
        self._finding = found if self._was_blank else ""
        self._was_blank = bool(found)
        return self._finding


def _blankness(rgb: NDArray[np.uint8]) -> str:
    side = _GRID * _SAMPLES
    rows = np.linspace(0, rgb.shape[0] - 1, side).astype(np.intp)
    columns = np.linspace(0, rgb.shape[1] - 1, side).astype(np.intp)
    parts = rgb[np.ix_(rows, columns)].reshape(_GRID, _SAMPLES, _GRID, _SAMPLES, 3).mean(axis=(1, 3))
    spread = parts.max(axis=(0, 1)) - parts.min(axis=(0, 1))
    if spread.max() > _SPREAD:
        return ""
    return "black" if parts.mean() < _BLACK else "one colour"
