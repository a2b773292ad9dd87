"""How often something happens."""

from __future__ import annotations

from collections import deque

from affectia.clock import NANOS_PER_SEC


class RateMeter:
    """Events per second over the last few seconds; one thread marks, any thread reads."""

    def __init__(self, window_secs: float = 3.0) -> None:
        self._window_nanos = round(window_secs * NANOS_PER_SEC)
        self._marks: deque[tuple[int, int]] = deque(maxlen=1024)

    def mark(self, now_nanos: int, count: int = 1) -> None:
        """Something happened now, `count` times at once."""
        self._marks.append((now_nanos, count))

    def hz(self, now_nanos: int) -> float:
        """Events per second after the first mark in the window until its last one; 0 when there are fewer than two marks."""
        recent = [mark for mark in list(self._marks) if now_nanos - mark[0] <= self._window_nanos]
        if len(recent) < 2:
            return 0.0
        return sum(count for _, count in recent[1:]) * NANOS_PER_SEC / max(1, recent[-1][0] - recent[0][0])
