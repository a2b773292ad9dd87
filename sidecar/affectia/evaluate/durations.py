"""How long something took, again and again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from affectia.clock import NANOS_PER_MILLI


class Durations:
    """Gathers durations in nanoseconds, tells them in milliseconds; NaN of none."""

    def __init__(self) -> None:
        self._nanos: list[int] = []

    def add(self, nanos: int) -> None:
        """One more."""
        self._nanos.append(nanos)

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self._nanos)

    def percentile_ms(self, percent: float) -> float:
        """So many per cent took no longer."""
        return float(np.percentile(self._nanos, percent)) / NANOS_PER_MILLI if self._nanos else float("nan")

    def described(self) -> Mapping[str, Any]:
        """For JSON."""
        return {"count": self.count, "p50_ms": self.percentile_ms(50), "p95_ms": self.percentile_ms(95)}
