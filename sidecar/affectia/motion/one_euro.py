"""The One Euro filter over arrays: steady at rest, quick in motion.

Casiez, Roussel and Vogel, "1 Euro Filter", CHI 2012: a first-order low-pass whose cutoff rises with speed,
alpha = 1 / (1 + tau / dt), tau = 1 / (2 pi fc), fc = min_cutoff + beta * |speed|, the speed itself low-passed at `speed_cutoff`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

_TWO_PI: Final = np.float32(2 * np.pi)


@dataclass(frozen=True)
class OneEuroOptions:
    """`min_cutoff_hz` at rest, `beta_hz` added for each unit a second, `speed_cutoff_hz` of the speed's own low-pass."""

    min_cutoff_hz: float
    beta_hz: float
    speed_cutoff_hz: float = 1.0


class OneEuroFilter:
    """Filters `channels` values of every slot, each channel with its own constants; one thread.

    Constants are arrays (channels,). Time steps are the true ones of each slot; nothing is assumed of a frame rate.
    """

    def __init__(
        self,
        slots: int,
        *,
        min_cutoff_hz: NDArray[np.float32],
        beta_hz: NDArray[np.float32],
        speed_cutoff_hz: NDArray[np.float32],
    ) -> None:
        channels = min_cutoff_hz.size
        self._min_cutoff_hz = min_cutoff_hz
        self._beta_hz = beta_hz
        self._speed_cutoff_hz = speed_cutoff_hz
        self._value = np.zeros((slots, channels), np.float32)
        self._speed = np.zeros((slots, channels), np.float32)
        self._primed = np.zeros(slots, np.bool_)

    def reset(self, slots: NDArray[np.intp]) -> None:
        """Forget the past of some slots; their next value passes unfiltered."""
        self._primed[slots] = False
        self._speed[slots] = 0

    def filtered(
        self, slots: NDArray[np.intp], values: NDArray[np.float32], dt_secs: NDArray[np.float32], slowness: NDArray[np.float32]
    ) -> NDArray[np.float32]:
        """(n, channels) values of n slots, `dt_secs` (n,) after their last ones; `slowness` (n,) divides the cutoffs, 0 = raw."""
        before = self._value[slots]
        primed = self._primed[slots]
        if not primed.all():
            fresh = ~primed
            before[fresh] = values[fresh]
            self._primed[slots] = True
        radians = (dt_secs * _TWO_PI)[:, None]
        radians = np.maximum(radians, 1e-6)
        moved = values - before
        speed = self._speed[slots]
        share = self._speed_cutoff_hz * radians
        speed += share / (1 + share) * (moved * (_TWO_PI / radians) - speed)
        cutoff = np.abs(speed)
        cutoff *= self._beta_hz
        cutoff += self._min_cutoff_hz
        cutoff *= radians / np.maximum(slowness, 1e-6)[:, None]
        cutoff /= 1 + cutoff  # alpha = 1 / (1 + tau / dt) with tau = 1 / (2 pi fc)
        moved *= cutoff
        before += moved
        self._value[slots] = before
        self._speed[slots] = speed
        return before
