"""A short queue of sound between whoever hears and whoever listens: bounded by time, the oldest is lost first."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from typing import Final, Protocol

from affectia.errors import ConfigError
from affectia.signals.audio_sample import VOICE_RATE_HZ, AudioSample

LONGEST_SECS: Final = 0.5


class AudioSink(Protocol):
    """Takes samples of sound on the capture thread."""

    def put(self, sample: AudioSample) -> None:
        """Take the next sample; never waits."""
        ...

    def put_when_room(self, sample: AudioSample, timeout_secs: float) -> bool:
        """Take the next sample when there is room for it; False when there was none in time."""
        ...


class AudioQueue:
    """Samples in their order; any thread may put, any may take, neither waits for the other unless it asks to.

    It holds `longest_secs` of sound. What does not fit pushes out the oldest, which is counted in `dropped_count` (samples), and the next
    one taken then says `follows=False`: its listener begins anew. `on_put` is called after each put, on the thread that puts, and must
    not wait.
    """

    def __init__(self, *, longest_secs: float = LONGEST_SECS, on_put: Callable[[], None] | None = None) -> None:
        if not 0.01 <= longest_secs <= 60:
            raise ConfigError(f"a queue of sound is {longest_secs} s long, expected 0.01 to 60")
        self._longest = round(longest_secs * VOICE_RATE_HZ)
        self._on_put = on_put
        self._changed = threading.Condition()
        self._samples: deque[AudioSample] = deque()
        self._waiting = 0  # of sound at 16 kHz
        self._is_broken = False  # something was lost before what is taken next
        self._closed = False
        self.put_count = 0
        self.dropped_count = 0

    @property
    def waiting_secs(self) -> float:
        """How much sound waits."""
        return self._waiting / VOICE_RATE_HZ

    def put(self, sample: AudioSample) -> None:
        """Leave a sample at the end; one that is longer than the whole queue stays alone in it."""
        with self._changed:
            if self._closed:
                return
            while self._samples and self._waiting + len(sample.pcm) > self._longest:
                self._waiting -= len(self._samples.popleft().pcm)
                self.dropped_count += 1
                self._is_broken = True
            self._append(sample)
        if self._on_put is not None:
            self._on_put()

    def put_when_room(self, sample: AudioSample, timeout_secs: float) -> bool:
        """Leave a sample as soon as nothing has to go for it; False when that did not happen in time or the queue was closed."""
        with self._changed:
            if not self._changed.wait_for(lambda: self._closed or self._has_room(sample), timeout_secs) or self._closed:
                return False
            self._append(sample)
        if self._on_put is not None:
            self._on_put()
        return True

    def take(self) -> AudioSample | None:
        """The oldest sample, None when there is none; never waits."""
        with self._changed:
            if not self._samples:
                return None
            sample = self._samples.popleft()
            self._waiting -= len(sample.pcm)
            if self._is_broken:
                self._is_broken = False
                sample = replace(sample, follows=False)
            self._changed.notify_all()
            return sample

    def clear(self) -> None:
        """Forget what waits, as when consent is taken back; the next sample begins anew."""
        with self._changed:
            self._samples.clear()
            self._waiting = 0
            self._is_broken = True
            self._changed.notify_all()

    def close(self) -> None:
        """Forget what waits, take nothing more, and let nobody wait any longer."""
        self.clear()
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def _has_room(self, sample: AudioSample) -> bool:
        return not self._samples or self._waiting + len(sample.pcm) <= self._longest

    def _append(self, sample: AudioSample) -> None:
        self._samples.append(sample)
        self._waiting += len(sample.pcm)
        self.put_count += 1
