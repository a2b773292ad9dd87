"""When a sample of a running device sounded: its count, fitted to the machine's clock."""

from __future__ import annotations

from typing import Final

from affectia.clock import NANOS_PER_SEC

_WINDOW_SECS: Final = 1.0
_JUMP_NANOS: Final = NANOS_PER_SEC // 2
_MOST_SLEW: Final = 10  # a time is moved by a tenth of a block's length at most, so that times always rise


class SoundClock:
    """Turns counts of samples into the clock's nanoseconds; one thread.

    A device counts exactly and at a rate that is off by some ten parts in a million; a callback comes late by a few milliseconds, never
    early. So the time of sample n is n / rate + offset, and the offset is the smallest one that the blocks of the last one to two
    seconds have shown: lateness does not get into it, and the drift of the device does. It is followed by at most a tenth of the time
    that passes; what lies off by more than half a second (the machine slept, the device was held up) is a new beginning.
    """

    def __init__(self, rate_hz: int) -> None:
        self._rate_hz = rate_hz
        self._window = round(_WINDOW_SECS * rate_hz)
        self._offset_nanos: int | None = None
        self._least_nanos = 0  # in this window
        self._least_before_nanos = 0  # in the window before
        self._window_ends = 0  # count at which the next window begins

    def observe(self, sample: int, count: int, heard_at_nanos: int) -> bool:
        """Take in that a block of `count` from `sample` on was said to begin at `heard_at_nanos`; False where times begin anew with it."""
        seen_nanos = heard_at_nanos - sample * NANOS_PER_SEC // self._rate_hz
        if self._offset_nanos is None or abs(seen_nanos - self._offset_nanos) > _JUMP_NANOS:
            is_first = self._offset_nanos is None
            self._offset_nanos = self._least_nanos = self._least_before_nanos = seen_nanos
            self._window_ends = sample + self._window
            return is_first
        if sample >= self._window_ends:
            self._least_before_nanos, self._least_nanos = self._least_nanos, seen_nanos
            self._window_ends = sample + self._window
        self._least_nanos = min(self._least_nanos, seen_nanos)
        wanted = min(self._least_nanos, self._least_before_nanos) - self._offset_nanos
        most = count * NANOS_PER_SEC // self._rate_hz // _MOST_SLEW
        self._offset_nanos += max(-most, min(most, wanted))
        return True

    def nanos_of(self, sample: int) -> int:
        """The clock's time of sample number `sample` of the device."""
        return sample * NANOS_PER_SEC // self._rate_hz + (self._offset_nanos or 0)
