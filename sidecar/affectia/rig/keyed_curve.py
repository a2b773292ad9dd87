"""A smooth curve through keys that never goes beyond them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def keyed_curve(times: NDArray[np.float64], values: NDArray[np.float64], at: NDArray[np.float64]) -> NDArray[np.float64]:
    """The values at (m,) instants of the curve through (k,) values at (k,) rising times, two or more; flat at both ends and beyond.

    Monotone between any two keys: a cubic Hermite curve whose slope at a key is the harmonic mean of those beside it, 0 where they have
    opposite signs; after Fritsch and Butland, "A method for constructing local monotone piecewise cubic interpolants", 1984.
    """
    widths = np.diff(times)
    rises = np.diff(values) / widths
    slopes = np.zeros(values.size)
    before, after = rises[:-1], rises[1:]
    same = before * after > 0
    first, second = 2 * widths[1:] + widths[:-1], widths[1:] + 2 * widths[:-1]
    mean = np.divide(before * after * (first + second), first * after + second * before, out=np.zeros(same.size), where=same)
    slopes[1:-1] = mean
    at = np.clip(at, times[0], times[-1])
    piece = np.clip(np.searchsorted(times, at, side="right") - 1, 0, widths.size - 1)
    width = widths[piece]
    s = (at - times[piece]) / width
    left = (1 + 2 * s) * values[piece] + s * width * slopes[piece]
    right = (3 - 2 * s) * values[piece + 1] - (1 - s) * width * slopes[piece + 1]
    curve: NDArray[np.float64] = (1 - s) ** 2 * left + s * s * right
    return curve
