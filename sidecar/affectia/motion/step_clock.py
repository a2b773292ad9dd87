"""Steps of time: how long ago each slot was here last."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from affectia.clock import NANOS_PER_SEC

_SECS = np.array(NANOS_PER_SEC, np.float64)


class StepClock:
    """Tells each slot how long its step is; one thread.

    No step is longer than `longest_nanos`: that of who had no frame, or nothing to say, for a while.
    """

    def __init__(self, slots: int, *, longest_nanos: int = np.iinfo(np.int64).max) -> None:
        self._longest_nanos = longest_nanos
        self._last_nanos = np.zeros(slots, np.int64)
        self._one = np.zeros(1, np.float32)

    def start(self, slots: NDArray[np.intp], times_nanos: NDArray[np.int64]) -> None:
        """Let the next steps of some slots begin at these instants."""
        self._last_nanos[slots] = times_nanos

    def forget(self, slots: NDArray[np.intp]) -> None:
        """The next steps of some slots are the longest ones."""
        self._last_nanos[slots] = 0

    def passed(self, slots: NDArray[np.intp], times_nanos: NDArray[np.int64]) -> NDArray[np.float32]:
        """(n,) seconds from the last call to now, never less than none; memory that the next call writes to."""
        if slots.size == 1:  # the usual case, in which Python's own numbers are quicker than arrays
            slot, now_nanos = slots.item(), times_nanos.item()
            passed_nanos = min(now_nanos - self._last_nanos.item(slot), self._longest_nanos)
            self._last_nanos[slot] = now_nanos
            self._one[0] = max(passed_nanos, 0) / NANOS_PER_SEC
            return self._one
        passed = times_nanos - self._last_nanos[slots]
        self._last_nanos[slots] = times_nanos
        np.minimum(passed, self._longest_nanos, out=passed)
        np.maximum(passed, 0, out=passed)
        return (passed / _SECS).astype(np.float32)
