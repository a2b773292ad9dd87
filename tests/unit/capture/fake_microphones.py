"""Microphones without a device: opened, heard and pulled out by a test."""

from __future__ import annotations

import threading
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from affectia.capture.microphone_device import BlockTaker, MicrophoneStream
from affectia.capture.microphone_fault import MicrophoneFault
from affectia.capture.microphone_options import MicrophoneOptions


class FakeMicrophone:
    """One opened microphone; `runs` is set when it was started, closing waits for `lets_go`."""

    def __init__(self, *, key: str = "Mic, ALSA", rate_hz: int = 16000, channels: int = 1, refuses: MicrophoneFault | None = None) -> None:
        self.key, self.rate_hz, self.channels = key, rate_hz, channels
        self.refuses = refuses
        self.runs, self.lets_go, self.closed = threading.Event(), threading.Event(), threading.Event()
        self.lets_go.set()
        self._take: BlockTaker | None = None
        self._on_end: Callable[[], None] | None = None

    def start(self, take: BlockTaker, on_end: Callable[[], None]) -> MicrophoneFault | None:
        if self.refuses is not None:
            return self.refuses
        self._take, self._on_end = take, on_end
        self.runs.set()
        return None

    def close(self) -> None:
        assert self.lets_go.wait(10)
        self.closed.set()

    def hear(self, samples: NDArray[np.float32] | int = 160, *, age_nanos: int = 0, is_gap: bool = False) -> None:
        """Call back with these samples, or so many of a quiet noise."""
        assert self.runs.wait(10)
        assert self._take is not None
        if isinstance(samples, int):
            samples = np.random.default_rng(samples).uniform(-0.1, 0.1, (samples, self.channels)).astype(np.float32)
        self._take(samples.reshape(len(samples), -1), age_nanos, is_gap)

    def end(self) -> None:
        """End by itself, as one that was pulled out."""
        assert self.runs.wait(10)
        assert self._on_end is not None
        self._on_end()


class FakeMicrophones:
    """Opens the given ones, or the faults in their places, one after the other; then there is none."""

    def __init__(self, *streams: FakeMicrophone | MicrophoneFault) -> None:
        self.streams = list(streams)
        self.asked: list[str] = []

    def __call__(self, which: str, options: MicrophoneOptions) -> MicrophoneStream | MicrophoneFault:
        self.asked.append(which)
        return self.streams.pop(0) if self.streams else MicrophoneFault.GONE
