"""Where the playback of a line is, as its caller says, or else as the clock says."""

from __future__ import annotations

from typing import Final

from affectia.clock import NANOS_PER_MILLI, NANOS_PER_SEC

BELIEVED_SECS: Final = 2


class PlaybackPosition:
    """In samples since the line's start; one thread.

    Before the first report the sound is taken to run from the moment that its first frames went out, and to stand still where no more
    are out. A report counts as it is for `BELIEVED_SECS`; one that is older may be stuck behind sound that nobody takes yet, so from
    then on time goes on. Whole numbers throughout: nothing drifts.
    """

    def __init__(self, rate_hz: int) -> None:
        self._rate_hz = rate_hz
        self._begins_nanos: int | None = None  # when sample `_begins_sample` is played
        self._begins_sample = 0
        self.reported_sample: int | None = None
        self.out_sample = 0  # up to which frames are out

    def note_out(self, sample: int, now_nanos: int) -> None:
        """Frames are out up to a sample from now on; after a cut it may be an earlier one."""
        if self._begins_nanos is None or self.likely_sample(now_nanos) >= self.out_sample:
            self._begins_nanos, self._begins_sample = now_nanos, self.likely_sample(now_nanos)
        self.out_sample = sample

    def report(self, sample: int, now_nanos: int) -> None:
        """Playback is here now; an earlier place than before is of a report that was overtaken."""
        if self.reported_sample is None or sample >= self.reported_sample:
            self.reported_sample = sample
            self._begins_nanos, self._begins_sample = now_nanos, sample

    def played_sample(self, now_nanos: int) -> int:
        """What was surely played, as far as anybody can know."""
        likely = self.likely_sample(now_nanos)
        if self.reported_sample is None:
            return likely
        return min(self.out_sample, max(self.reported_sample, likely - BELIEVED_SECS * self._rate_hz))

    def likely_sample(self, now_nanos: int) -> int:
        """Where playback is if it ran on since the last report."""
        if self._begins_nanos is None:
            return 0
        passed = (now_nanos - self._begins_nanos) * self._rate_hz // NANOS_PER_SEC
        return min(self._begins_sample + passed, max(self.out_sample, self._begins_sample))

    def remaining_nanos(self, now_nanos: int) -> int:
        """How long it likely takes until all that is out has been played."""
        return max(0, self.out_sample - self.likely_sample(now_nanos)) * NANOS_PER_SEC // self._rate_hz

    def remaining_millis(self, now_nanos: int) -> int:
        """The same in whole milliseconds."""
        return self.remaining_nanos(now_nanos) // NANOS_PER_MILLI
