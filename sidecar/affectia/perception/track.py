"""One stream of samples on its way through perception."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Protocol

from affectia.clock import NANOS_PER_SEC, Clock, SystemClock
from affectia.perception.attention import Attention
from affectia.signals.emotion_observations import EmotionObservations
from affectia.signals.face_observations import FaceObservations
from affectia.signals.video_sample import VideoSample
from affectia.telemetry.duration_window import DurationWindow

FORGET_SECS = 0.1  # so long `forget` waits for a sample that is being looked at
# Whoever carries the observations on needs the interpreter now; what can wait would take 0.4 ms from it, measured.
BREATH_SECS = 0.004
STALE_SECS = 1.75  # so long what was learned of people outlives their last sample, and what was noticed of it with it
FAILURES_TO_NOTICE = 30  # in a row, a second of a camera: one picture that breaks the network is nobody's business
FAILURE_LOG_SECS = 10.0
FAILURE_NOTICE = "the face network fails on every picture; restart the session"


class Perceiver(Protocol):
    """Sees faces in samples; one thread at a time."""

    def perceive(self, sample: VideoSample) -> FaceObservations:
        """What is in the sample."""
        ...

    def finish(self) -> EmotionObservations | None:
        """Do what could wait until the observations of the last sample were on their way; how people seem to feel, or nothing."""
        ...

    def release(self) -> None:
        """Let the last sample go without studying it; also after `perceive` or `finish` has raised."""
        ...

    def forget(self) -> None:
        """Drop everything that was learned of people."""
        ...

    def close(self) -> None:
        """Free the network."""
        ...

    @property
    def notice(self) -> str:
        """What a person could do to be seen better, empty when all is well; any thread may ask."""
        ...


class Inbox(Protocol):
    """Where the newest sample waits."""

    def take(self) -> VideoSample | None:
        """The newest sample, None when there is none."""
        ...

    @property
    def is_full(self) -> bool:
        """Whether a sample waits."""
        ...


def _breathe() -> None:
    time.sleep(BREATH_SECS)


class Track:
    """An inbox, a perceiver and where its observations go; `emotion_sink` takes those of how people seem to feel, which come later.

    `admits` is asked before each sample is looked at: while it says no, samples are thrown away unseen. So are most of them while
    nobody is in view. `breathe` is called between handing observations on and what can wait, unless a sample waits, here or, by
    `is_crowded`, on another track. What was learned of people is forgotten `STALE_SECS` after the last sample: a step that is due.
    """

    def __init__(
        self,
        inbox: Inbox,
        perceiver: Perceiver,
        *,
        admits: Callable[[], bool],
        sink: Callable[[FaceObservations], None],
        emotion_sink: Callable[[EmotionObservations], None] | None = None,
        attention: Attention | None = None,
        breathe: Callable[[], None] = _breathe,
        is_crowded: Callable[[], bool] = lambda: False,
        clock: Clock | None = None,
    ) -> None:
        self._inbox = inbox
        self._perceiver = perceiver
        self._admits = admits
        self._sink = sink
        self._emotion_sink = emotion_sink
        self._attention = attention or Attention()
        self._breathe = breathe
        self._is_crowded = is_crowded
        self._clock = clock or SystemClock()
        self.durations = DurationWindow()
        self.refused_count = 0
        self.found_count = 0
        self.rested_count = 0
        self._at_work = threading.Lock()
        self._is_to_forget = False
        self._is_closed = False
        self._newest_nanos: int | None = None  # when the last sample was done with; None while nothing is known of anybody
        self._failed_in_row = 0
        self._untold_failures = 0
        self._failures_told_nanos: int | None = None

    @property
    def is_due(self) -> bool:
        """Whether a sample waits, or it is time to forget because none comes any more."""
        return self._inbox.is_full or self.stale_in_secs == 0.0

    @property
    def stale_in_secs(self) -> float | None:
        """Seconds until what is known of people is to be forgotten if no sample comes, 0 from then on; None where nothing is known."""
        newest_nanos = self._newest_nanos
        if newest_nanos is None:
            return None
        return max(0.0, STALE_SECS - (self._clock.now_nanos() - newest_nanos) / NANOS_PER_SEC)

    def step(self) -> None:
        """Perceive the newest sample, if there is one and it may be looked at; forget when there has been none for too long.

        What the perceiver or the sink raises is raised, counted, and has left nothing of the sample behind.
        """
        with self._at_work:
            try:
                self._perceive_newest()
            except Exception:
                self._untold_failures += 1
                raise
            finally:
                self._forget_if_asked()

    def take_failures(self) -> int:
        """How many samples failed that are to be told now: the first at once, later ones together every `FAILURE_LOG_SECS`."""
        now = self._clock.now_nanos()
        told = self._failures_told_nanos
        if told is not None and now - told < FAILURE_LOG_SECS * NANOS_PER_SEC:
            return 0
        count, self._untold_failures = self._untold_failures, 0
        self._failures_told_nanos = now
        return count

    def forget(self) -> None:
        """Drop everything that was learned of people: at once, or as soon as the sample that is being looked at is done; any thread."""
        self._is_to_forget = True
        if self._at_work.acquire(timeout=FORGET_SECS):
            try:
                self._forget_if_asked()
            finally:
                self._at_work.release()

    def _forget_if_asked(self) -> None:
        if not self._is_to_forget or self._is_closed:
            return
        self._newest_nanos = None
        self._failed_in_row = 0
        try:
            self._perceiver.forget()
        finally:
            self._is_to_forget = False  # after the perceiver's notice is gone: nobody sees it in between

    def _perceive_newest(self) -> None:
        sample = self._inbox.take()
        if sample is None:
            if self.stale_in_secs == 0.0:
                self._is_to_forget = True  # only ever set here: `forget` may set it at any moment
            return
        if not self._admits():
            self.refused_count += 1
            return
        if not self._attention.wants(sample.captured_at_nanos):
            self.rested_count += 1
            if self._newest_nanos is not None:
                self._newest_nanos = self._clock.now_nanos()
            return
        is_studied = False
        try:
            observations = self._seen(sample)
            if self._may_tell():  # consent may have been taken back meanwhile
                self._sink(observations)
                if not self._inbox.is_full and not self._is_crowded():
                    self._breathe()
                if self._may_tell():
                    feelings = self._perceiver.finish()
                    is_studied = True
                    if feelings is not None and self._emotion_sink is not None and self._may_tell():
                        self._emotion_sink(feelings)
        finally:
            self._newest_nanos = self._clock.now_nanos()
            if not is_studied:
                self._perceiver.release()

    def _may_tell(self) -> bool:
        """Whether what is made of the sample that was taken is still wanted: once all is to be forgotten it is not, even where somebody
        has been let in again meanwhile, or another session has the avatars.
        """
        return not self._is_to_forget and self._admits()

    def _seen(self, sample: VideoSample) -> FaceObservations:
        try:
            observations = self._perceiver.perceive(sample)
        except Exception:
            self._failed_in_row += 1
            raise
        self._failed_in_row = 0
        somebody = bool(observations.found.any())
        self._attention.saw(sample.captured_at_nanos, somebody=somebody)
        self.durations.add(observations.perceived_in_nanos)
        self.found_count += somebody
        return observations

    @property
    def notice(self) -> str:
        """What a person could do to be seen better; empty when all is well, and when nobody is looked at any more."""
        if self._is_to_forget or self._is_closed:
            return ""
        return FAILURE_NOTICE if self._failed_in_row >= FAILURES_TO_NOTICE else self._perceiver.notice

    def close(self) -> None:
        """Free the perceiver; waits for nothing but a `forget` that is under way."""
        with self._at_work:
            self._is_closed = True
            self._perceiver.close()
