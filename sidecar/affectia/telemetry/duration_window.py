"""The last durations of one stage, for percentiles."""

from __future__ import annotations

import numpy as np

from affectia.clock import NANOS_PER_MILLI


class DurationWindow:
    """Keeps the newest `size` durations in a ring; one thread adds, any thread reads (a reader may see one value torn off the end)."""

    def __init__(self, size: int = 1024) -> None:
        self._ring = np.zeros(size, np.int64)
        self._added = 0

    def add(self, nanos: int) -> None:
        """Add one duration in nanoseconds."""
        self._ring[self._added % self._ring.size] = nanos
        self._added += 1

    @property
    def added(self) -> int:
        """How many were ever added."""
        return self._added

    def percentile_millis(self, percent: float) -> float:
        """A percentile of what is kept in milliseconds, 0 when there is nothing yet."""
        kept = self._ring[: min(self._added, self._ring.size)]
        return float(np.percentile(kept, percent)) / NANOS_PER_MILLI if kept.size else 0.0
