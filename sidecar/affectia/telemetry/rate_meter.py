"""How often something happens."""

from __future__ import annotations

from collections import deque

from affectia.clock import NANOS_PER_SEC


class RateMeter:
    """Events per second over the last few seconds; one thread marks, any thread reads."""

    def __init__(self, window_secs: float = 3.0) -> None:
        self._window_nanos = round(window_secs * NANOS_PER_SEC)
        self._times: deque[int] = deque(maxlen=1024)

    def mark(self, now_nanos: int) -> None:
        """Something happened now."""
        self._times.append(now_nanos)

    def hz(self, now_nanos: int) -> float:
        """Events per second between the first event in the window and now's last one; 0 when there are fewer than two."""
        recent = [time for time in list(self._times) if now_nanos - time <= self._window_nanos]
        if len(recent) < 2:
            return 0.0
        return (len(recent) - 1) * NANOS_PER_SEC / max(1, recent[-1] - recent[0])
