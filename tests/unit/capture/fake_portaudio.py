"""A PortAudio that a test fills with devices: what the module sounddevice offers, as far as it is used."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

INVALID_RATE = -9997


class PortAudioError(Exception):
    """What sounddevice raises: text, code, (host, its code, its text)."""


class FakeStream:
    """One stream; a test calls `hear`."""

    latency = 0.03

    def __init__(self, sounds: FakeSounds, **asked: Any) -> None:
        self.sounds = sounds
        self.asked = asked
        self.steps: list[str] = []

    def start(self) -> None:
        self.steps.append("start")
        if self.sounds.start_error is not None:
            raise self.sounds.start_error

    def abort(self) -> None:
        self.steps.append("abort")
        raise PortAudioError("is gone", -9988)

    def close(self) -> None:
        self.steps.append("close")

    def hear(self, samples: Any, *, overflow: bool = False) -> None:
        """Call back as PortAudio would."""
        status = type("Status", (), {"input_overflow": overflow})()
        self.asked["callback"](np.asarray(samples, np.float32), len(samples), None, status)


class FakeSounds:
    """The module: devices by hand, errors by (rate, channels)."""

    PortAudioError = PortAudioError

    def __init__(self, *devices: tuple[str, int, float, int], default: int = -1, hosts: tuple[str, ...] = ("ALSA",)) -> None:
        self.devices = list(devices)  # name, host, rate, channels
        self.hosts = hosts
        self.host_default = default
        self.default = type("Default", (), {"device": (-1, -1)})()
        self.errors: dict[tuple[int, int], PortAudioError] = {}
        self.start_error: PortAudioError | None = None
        self.list_error: PortAudioError | None = None
        self.streams: list[FakeStream] = []
        self.steps: list[str] = []
        self.tries: list[tuple[int, int]] = []

    def query_hostapis(self) -> list[dict[str, Any]]:
        return [{"name": name, "default_input_device": self.host_default if place == 0 else -1} for place, name in enumerate(self.hosts)]

    def query_devices(self) -> list[dict[str, Any]]:
        if self.list_error is not None:
            raise self.list_error
        return [
            {"name": name, "hostapi": host, "default_samplerate": rate, "max_input_channels": count, "default_low_input_latency": 0.005}
            for name, host, rate, count in self.devices
        ]

    def InputStream(self, **asked: Any) -> FakeStream:  # noqa: N802 - its name there
        self.tries.append((asked["samplerate"], asked["channels"]))
        if (error := self.errors.get(self.tries[-1]) or self.errors.get((0, 0))) is not None:
            raise error
        self.streams.append(FakeStream(self, **asked))
        return self.streams[-1]

    def _terminate(self) -> None:
        self.steps.append("terminate")

    def _initialize(self) -> None:
        self.steps.append("initialize")

    def load(self) -> Callable[[str], Any]:
        """What PortAudio takes to get the module."""
        return lambda _name: self
