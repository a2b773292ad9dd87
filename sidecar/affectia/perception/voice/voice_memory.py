"""What the networks remember of each voice: a row per stream in a few arrays, so that many are gathered in one step."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

FRAMES: Final = 128  # frames remembered ahead, a ring: more than an engine's step and what is known beyond it
# What is known of a frame before its row is made, in this order.
OPEN: Final = 0
SPEAKING: Final = 1
LOUD: Final = 2
_COLUMNS: Final = 3
_FIRST_ROWS: Final = 8

# One row as a slice costs no copy, several are gathered.
Rows = slice | NDArray[np.intp]


class VoiceMemory:
    """Rows that are given out and taken back; the arrays double when all are in use. One thread at a time.

    `detector` and `mouth` are the networks' states; `frames` (rows, FRAMES, 3) is what is known of frames by number modulo FRAMES: how far
    the gate is open, the probability of speech, the loudness.
    """

    def __init__(self, *, detector_width: int, mouth_width: int) -> None:
        self.detector = np.zeros((0, detector_width), np.float32)
        self.mouth = np.zeros((0, mouth_width), np.float32)
        self.frames = np.zeros((0, FRAMES, _COLUMNS), np.float32)
        self._free: list[int] = []

    @property
    def capacity(self) -> int:
        """How many rows there are, used or not."""
        return int(self.frames.shape[0])

    @property
    def used(self) -> int:
        """How many rows are given out."""
        return self.capacity - len(self._free)

    def take_row(self) -> int:
        """A row that nobody has, as at the beginning of a stream."""
        if not self._free:
            rows = self.capacity
            more = max(rows, _FIRST_ROWS)
            self.detector, self.mouth, self.frames = (
                np.concatenate((kept, np.zeros((more, *kept.shape[1:]), np.float32))) for kept in (self.detector, self.mouth, self.frames)
            )
            self._free = list(range(rows + more - 1, rows - 1, -1))
        row = self._free.pop()
        self.reset(row)
        return row

    def give_back(self, row: int) -> None:
        """Let another stream have a row; what is in it is gone at once."""
        self.reset(row)
        self._free.append(row)

    def reset(self, row: int) -> None:
        """A row as at the beginning of a stream."""
        self.detector[row] = 0
        self.mouth[row] = 0
        self.frames[row] = 0
