"""From emotions that are told to those that are shown: contrast, the strongest, strength and the blend in time; all rows in one pass.

Names and defaults are those of Audio2Face-3D (parameter tuning guide: emotion_contrast, max_emotions, live_blend_coef 0.7,
preferred_emotion_strength, emotion_strength 0.6), so that whoever knows them there knows them here. The formulas are our own.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

from affectia.clock import NANOS_PER_SEC
from affectia.signals.column import column

BLEND_RATE_HZ: Final = 30.0
"""The frame rate that `live_blend_coef` is meant at."""

_NONE: Final = np.array(0, np.float32)  # numpy takes arrays without an axis more quickly than scalars
_LEAST: Final = np.float32(1e-9)
_AT_ONCE: Final = -1e9  # a second: nothing is left of the last moment
_SECS: Final = np.array(1 / NANOS_PER_SEC, np.float32)


def contrasted(scores: NDArray[np.float32], contrast: NDArray[np.float32]) -> NDArray[np.float32]:
    """(n, 8) shares to the power of (n,) contrasts, with the sum that they had: more than 1 makes the strong stronger.

    Of shares that a softmax gave, this is the softmax of scores that are multiplied by the contrast. A share of 0 stays 0.
    """
    raised: NDArray[np.float32] = scores ** contrast[:, None]
    raised *= scores.sum(axis=1, keepdims=True) / np.maximum(raised.sum(axis=1, keepdims=True), _LEAST)
    return raised


def strongest(weights: NDArray[np.float32], most: NDArray[np.float32]) -> NDArray[np.bool_]:
    """(n, 8) whether a weight is among the (n,) largest ones of its row; of equals the first is the larger one."""
    if most.size == 1:  # one row is quicker by its smallest weight that counts, unless several are equal to it
        count = int(most.item())
        chosen: NDArray[np.bool_] = weights >= np.sort(weights, axis=1)[:, weights.shape[1] - count].reshape(())
        if np.count_nonzero(chosen) == count:
            return chosen
    rank = (-weights).argsort(axis=1, kind="stable").argsort(axis=1)
    return rank < most[:, None]


def blend_rate(live_blend_coef: float) -> float:
    """The exponent a second of what is left of the last moment: `live_blend_coef` after a 30th of a second, whatever the frame rate."""
    return BLEND_RATE_HZ * math.log(live_blend_coef) if live_blend_coef > 0 else _AT_ONCE


def secs_since(before_nanos: NDArray[np.int64], times_nanos: NDArray[np.int64]) -> NDArray[np.float32]:
    """(n,) seconds that went by, never less than none."""
    secs = (times_nanos - before_nanos).astype(np.float32)
    secs *= _SECS
    return np.maximum(secs, _NONE, out=secs)


def blend(shown: NDArray[np.float32], target: NDArray[np.float32], rate: NDArray[np.float32], step_secs: NDArray[np.float32]) -> None:
    """Move (n, k) in place towards a target by the time that went by: exact for a target that stood still in it."""
    kept = rate * step_secs
    np.exp(kept, out=kept)
    shown -= target
    shown *= column(kept)
    shown += target


class ArousalRise:
    """How much of the rows of high and of low arousal is shown: nothing in the dead zone, from there on evenly."""

    def __init__(self, dead_zone: float) -> None:
        gain = 1 / (1 - dead_zone)
        self._gain = np.array([(gain, -gain)], np.float32)
        self._offset = np.array(dead_zone * gain, np.float32)

    def rows(self, arousal: NDArray[np.float32]) -> NDArray[np.float32]:
        """(n, 2) 0..1, high and low, of (n,) arousal -1..1."""
        rise: NDArray[np.float32] = column(arousal) * self._gain
        rise -= self._offset
        return np.maximum(rise, _NONE, out=rise)
