"""Notices sound that cannot be a voice's: nothing but zeros, or a level so high that its peaks are cut off."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

_FULL_SCALE: Final = 0.999  # of 1; the largest int16 is 0.99997, converters with a limiter stay a little below it
# A recording that was brought to full scale touches it now and then; one in a thousand samples is heard as crackling.
_MOST_AT_FULL_SCALE: Final = 0.001


class SoundWatch:
    """Looks at all the sound of one stream, in blocks; one thread. A real microphone is never exactly 0 for long: its noise is not.

    `is_silent` when the last `silent_secs` were all exact zeros; `is_overdriven` when more than a thousandth of the last whole second
    stood at full scale. `was_heard` and `was_overdriven` tell of the whole stream.
    """

    def __init__(self, rate_hz: int, *, silent_secs: float = 3.0) -> None:
        self._rate_hz = rate_hz
        self._silent_limit = round(silent_secs * rate_hz)
        self._silent = 0
        self._seen = 0  # in this second
        self._cut = 0
        self.is_overdriven = False
        self.was_overdriven = False
        self.was_heard = False

    @property
    def is_silent(self) -> bool:
        """Whether nothing but zeros came lately."""
        return self._silent >= self._silent_limit

    def look(self, samples: NDArray[np.float32]) -> None:
        """Take in the next (n,) or (n, channels), -1..1; a second that has not ended counts only in `finish`."""
        if samples.size == 0:
            return
        highest = float(max(samples.max(), -samples.min()))
        if highest == 0.0:
            self._silent += len(samples)
        else:
            self._silent = 0
            self.was_heard = True
        if highest >= _FULL_SCALE:
            cut = np.abs(samples) >= _FULL_SCALE
            self._cut += int(np.count_nonzero(cut if cut.ndim == 1 else cut.any(axis=1)))
        self._seen += len(samples)
        if self._seen >= self._rate_hz:
            self._judge()

    def finish(self) -> None:
        """Judge the second that the stream ended in."""
        if self._seen:
            self._judge()

    def _judge(self) -> None:
        self.is_overdriven = self._cut > _MOST_AT_FULL_SCALE * self._seen
        self.was_overdriven |= self.is_overdriven
        self._seen = self._cut = 0
