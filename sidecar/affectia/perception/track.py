"""One stream of samples on its way through perception."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Protocol

from affectia.perception.attention import Attention
from affectia.signals.face_observations import FaceObservations
from affectia.signals.video_sample import VideoSample
from affectia.telemetry.duration_window import DurationWindow

FORGET_SECS = 0.1  # so long `forget` waits for a sample that is being looked at
# Whoever carries the observations on needs the interpreter now; what can wait would take 0.4 ms from it, measured.
BREATH_SECS = 0.004


class Perceiver(Protocol):
    """Sees faces in samples; one thread at a time."""

    def perceive(self, sample: VideoSample) -> FaceObservations:
        """What is in the sample."""
        ...

    def finish(self) -> None:
        """Do what could wait until the observations of the last sample were on their way."""
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
    """An inbox, a perceiver and where its observations go.

    `admits` is asked before each sample is looked at: while it says no, samples are thrown away unseen. So are most of them while
    nobody is in view. `breathe` is called between handing observations on and what can wait.
    """

    def __init__(
        self,
        inbox: Inbox,
        perceiver: Perceiver,
        *,
        admits: Callable[[], bool],
        sink: Callable[[FaceObservations], None],
        attention: Attention | None = None,
        breathe: Callable[[], None] = _breathe,
    ) -> None:
        self._inbox = inbox
        self._perceiver = perceiver
        self._admits = admits
        self._sink = sink
        self._attention = attention or Attention()
        self._breathe = breathe
        self.durations = DurationWindow()
        self.refused_count = 0
        self.found_count = 0
        self.rested_count = 0
        self._at_work = threading.Lock()
        self._is_to_forget = False

    @property
    def is_due(self) -> bool:
        """Whether a sample waits."""
        return self._inbox.is_full

    def step(self) -> None:
        """Perceive the newest sample, if there is one and it may be looked at."""
        with self._at_work:
            try:
                self._perceive_newest()
            finally:
                self._forget_if_asked()

    def forget(self) -> None:
        """Drop everything that was learned of people: at once, or as soon as the sample that is being looked at is done; any thread."""
        self._is_to_forget = True
        if self._at_work.acquire(timeout=FORGET_SECS):
            try:
                self._forget_if_asked()
            finally:
                self._at_work.release()

    def _forget_if_asked(self) -> None:
        if self._is_to_forget:
            self._is_to_forget = False
            self._perceiver.forget()

    def _perceive_newest(self) -> None:
        sample = self._inbox.take()
        if sample is None:
            return
        if not self._admits():
            self.refused_count += 1
            return
        if not self._attention.wants(sample.captured_at_nanos):
            self.rested_count += 1
            return
        observations = self._perceiver.perceive(sample)
        somebody = bool(observations.found.any())
        self._attention.saw(sample.captured_at_nanos, somebody=somebody)
        self.durations.add(observations.perceived_in_nanos)
        self.found_count += somebody
        if self._admits():  # consent may have been taken back meanwhile
            self._sink(observations)
            if not self._inbox.is_full:
                self._breathe()
            self._perceiver.finish()

    @property
    def notice(self) -> str:
        """What a person could do to be seen better, empty when all is well."""
        return self._perceiver.notice

    def close(self) -> None:
        """Free the perceiver."""
        self._perceiver.close()
