"""The one clock: integer nanoseconds that only rise.

`perf_counter_ns` and not `monotonic_ns`, because the latter steps 15.6 ms on Windows before Python 3.13. On Linux, macOS and
Windows its zero is common to all processes of one machine, so a subscriber beside the sidecar may subtract these times;
times of two machines are never compared.
"""

from __future__ import annotations

import threading
import time
from typing import Protocol

NANOS_PER_SEC = 1_000_000_000
NANOS_PER_MILLI = 1_000_000


class Clock(Protocol):
    """Where every time in Affectia comes from; any thread may call it."""

    def now_nanos(self) -> int:
        """The time in nanoseconds since an arbitrary, fixed zero."""
        ...

    def wait(self, condition: threading.Condition, timeout_secs: float) -> bool:
        """Wait on a held condition; False when the time ran out before a notify."""
        ...


class SystemClock:
    """The machine's own clock."""

    def now_nanos(self) -> int:
        """The time in nanoseconds since the machine's zero."""
        return time.perf_counter_ns()

    def wait(self, condition: threading.Condition, timeout_secs: float) -> bool:
        """Wait on a held condition for at most `timeout_secs`."""
        return condition.wait(max(0.0, timeout_secs))


class FakeClock:
    """A clock that stands still until a test moves it."""

    def __init__(self, start_nanos: int = NANOS_PER_SEC) -> None:
        self._now_nanos = start_nanos
        self._changed = threading.Condition()

    def now_nanos(self) -> int:
        """The time that the test has set, in nanoseconds."""
        return self._now_nanos

    def advance(self, *, secs: float = 0.0, nanos: int = 0) -> int:
        """Move the clock forward, wake whoever waits on it, and return the new time in nanoseconds."""
        with self._changed:
            self._now_nanos += nanos + round(secs * NANOS_PER_SEC)
            self._changed.notify_all()
        return self._now_nanos

    def wait(self, condition: threading.Condition, timeout_secs: float) -> bool:
        """Pass the time at once: nobody waits on a fake clock, the wait is what moves it."""
        self.advance(secs=max(0.0, timeout_secs))
        return False


def epoch_offset_nanos(clock: Clock) -> int:
    """What to add to `clock` to get Unix nanoseconds; read once at start and then fixed."""
    before = clock.now_nanos()
    unix = time.time_ns()
    after = clock.now_nanos()
    return unix - (before + after) // 2
