"""How faces move, in numbers that say nothing of what they mean: jitter, range, how often a face is away from rest."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from affectia import registry

MOVED: Final = 0.05
"""A shape moved when its range is more than this; else it stood still."""
EXPRESSIVE: Final = 0.2
"""A face is away from rest when the shapes of brows and corners of the mouth are at this together: the root of their summed squares."""

_SHAPES: Final = len(registry.BLENDSHAPES)
_EXPRESSIVE_SHAPES: Final = np.array([name.startswith(("brow", "mouthSmile", "mouthFrown")) for name in registry.BLENDSHAPES], np.float32)
# From the 5th to the 95th percentile are 3.29 standard deviations of a normal distribution, 3.12 of an even one.
_RANGE_OF_DEVIATION: Final = 3.29
_VALUE, _SQUARE, _STEP = range(3)
_EXPRESSIVE_SQUARED: Final = np.array(EXPRESSIVE * EXPRESSIVE, np.float32)  # without an axis numpy is faster than with a scalar


@dataclass(frozen=True, slots=True)
class MotionReport:
    """The movement of some avatars until now; 0 where there is nothing to tell.

    `frames` that were noted. Over every shape of every avatar: `jitter_percent`, median over those that moved of RMS difference between
    consecutive frames against the range; `rest_rms`, RMS of these differences over those that stood still and were not dead; `range`
    0..1, mean of those that moved. `expressive_share` 0..1: frames in which brows or corners of the mouth were away from rest.
    """

    frames: int = 0
    jitter_percent: float = 0.0
    rest_rms: float = 0.0
    range: float = 0.0
    expressive_share: float = 0.0


class MotionMeter:
    """Sums over the frames of each slot, from which a report is made when it is asked for; one thread notes, any thread asks for a report,
    which may miss a part of the newest frame.

    A range is told by the spread, not by the extremes: it does not grow with the length of a session, and a single stray frame does not
    make it. Differences are those of consecutive frames, so figures of different frame rates are not to be compared.
    """

    def __init__(self, slots: int) -> None:
        self._sums = np.zeros((slots, 3, _SHAPES))  # of values, of their squares, of squared steps
        self._counts = np.zeros((slots, 3))  # frames, steps, expressive frames
        self._last = np.zeros((slots, _SHAPES), np.float32)
        # Whether a slot has a last frame, as bytes, of which Python reads one at once, and as an array over the same memory.
        self._has_last = bytearray(slots)
        self._primed = np.frombuffer(self._has_last, np.bool_)
        self._room = 0
        self._count_of_views = 0

    def forget(self, slots: NDArray[np.intp]) -> None:
        """Start anew with some slots."""
        self._sums[slots], self._counts[slots] = 0, 0
        self._primed[slots] = False

    def note(self, slots: NDArray[np.intp], shapes: NDArray[np.float32], captured: NDArray[np.bool_] | None = None) -> None:
        """Take in one frame of n different slots: (n, 52) shapes as they are shown. Where `captured` (n,) is false the frame does not
        count, and the next one that does is no step from the one before.
        """
        if captured is not None and np.count_nonzero(captured) < captured.size:
            self._primed[slots[~captured]] = False
            slots, shapes = slots[captured], shapes[captured]
        count = slots.size
        if not count:
            return
        if count != self._count_of_views:
            self._make_views(count)
        # One slot, which is the usual case, is read and written in place.
        first = int(slots[0])
        rows = slice(first, first + 1) if count == 1 else slots
        new, squares, steps, counts = self._new, self._squares, self._steps, self._new_counts
        self._values[...] = shapes
        np.multiply(shapes, shapes, out=squares)
        np.subtract(shapes, self._last[rows], out=steps)
        np.multiply(steps, steps, out=steps)
        if not (self._has_last[first] if count == 1 else np.count_nonzero(self._primed[slots]) == count):
            fresh = ~self._primed[slots]
            steps[fresh] = 0
            counts[fresh, 1] = 0
            self._primed[slots] = True
        np.greater_equal(squares.dot(_EXPRESSIVE_SHAPES), _EXPRESSIVE_SQUARED, out=self._expressive, casting="unsafe")
        sums, all_counts = self._sums[rows], self._counts[rows]
        sums += new
        all_counts += counts
        if count > 1:
            self._sums[rows], self._counts[rows] = sums, all_counts
        self._last[rows] = shapes
        counts[:, 1] = 1

    def report(self, slots: NDArray[np.intp]) -> MotionReport:
        """What was noted of some slots together; reads only."""
        frames, steps, expressive = self._counts[slots].T[..., None]
        total = int(frames.sum())
        if not total:
            return MotionReport()
        value, square, step = (self._sums[slots, which] for which in (_VALUE, _SQUARE, _STEP))
        mean = value / np.maximum(frames, 1)
        spread = np.sqrt(np.maximum(square / np.maximum(frames, 1) - mean * mean, 0))
        ranges = np.minimum(_RANGE_OF_DEVIATION * spread, 1)
        mean_step = step / np.maximum(steps, 1)  # squared
        moved = ranges > MOVED
        still = ~moved & (step > 0)
        jitter = np.sqrt(mean_step[moved]) / ranges[moved]
        return MotionReport(
            frames=total,
            jitter_percent=100 * float(np.median(jitter)) if jitter.size else 0.0,
            rest_rms=math.sqrt(float(mean_step[still].mean())) if still.any() else 0.0,
            range=float(ranges[moved].mean()) if jitter.size else 0.0,
            expressive_share=float(expressive.sum()) / total,
        )

    def _make_views(self, count: int) -> None:
        if count > self._room:
            self._room = count
            self._all_new, self._all_counts = np.empty((count, 3, _SHAPES), np.float32), np.ones((count, 3), np.float32)
        self._count_of_views = count
        self._new, self._new_counts = self._all_new[:count], self._all_counts[:count]
        self._values, self._squares, self._steps = self._new[:, _VALUE], self._new[:, _SQUARE], self._new[:, _STEP]
        self._expressive = self._new_counts[:, 2]
