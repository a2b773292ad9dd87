"""One stream of samples on its way through perception."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from affectia.signals.face_observations import FaceObservations
from affectia.signals.video_sample import VideoSample
from affectia.telemetry.duration_window import DurationWindow


class Perceiver(Protocol):
    """Sees faces in samples; one thread at a time."""

    def perceive(self, sample: VideoSample) -> FaceObservations:
        """What is in the sample."""
        ...

    def close(self) -> None:
        """Free the network."""
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


class Track:
    """An inbox, a perceiver and where its observations go.

    `admits` is asked before each sample is looked at: while it says no, samples are thrown away unseen.
    """

    def __init__(self, inbox: Inbox, perceiver: Perceiver, *, admits: Callable[[], bool], sink: Callable[[FaceObservations], None]) -> None:
        self._inbox = inbox
        self._perceiver = perceiver
        self._admits = admits
        self._sink = sink
        self.durations = DurationWindow()
        self.refused_count = 0
        self.found_count = 0

    @property
    def is_due(self) -> bool:
        """Whether a sample waits."""
        return self._inbox.is_full

    def step(self) -> None:
        """Perceive the newest sample, if there is one and it may be looked at."""
        sample = self._inbox.take()
        if sample is None:
            return
        if not self._admits():
            self.refused_count += 1
            return
        observations = self._perceiver.perceive(sample)
        self.durations.add(observations.perceived_in_nanos)
        self.found_count += bool(observations.found.any())
        if self._admits():  # consent may have been taken back meanwhile
            self._sink(observations)

    def close(self) -> None:
        """Free the perceiver."""
        self._perceiver.close()
