"""Opening one microphone, and handing its sound on with the age that it has in the device's callback."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final, Protocol

import numpy as np
from numpy.typing import NDArray

from affectia.capture.microphone_alsa import has_forbidden_capture
from affectia.capture.microphone_fault import MicrophoneFault
from affectia.capture.microphone_options import MicrophoneOptions
from affectia.capture.pcm import HIGHEST_RATE_HZ, LOWEST_RATE_HZ, MOST_CHANNELS
from affectia.capture.portaudio import PORTAUDIO, InputDevice, PortAudio
from affectia.clock import NANOS_PER_SEC

_USUAL_RATES_HZ: Final = (48_000, 44_100, 16_000)
_OLDEST_SECS: Final = 1.0  # hosts that do not know their latency say anything

BlockTaker = Callable[[NDArray[np.float32], int, bool], None]
"""Gets (n, channels) float32 that is only lent, the age of its first sample in nanoseconds, and whether sound before it is missing;
called on the device's own thread, and must not wait."""


class MicrophoneStream(Protocol):
    """A microphone that was opened."""

    key: str  # what to ask for to get the same one again
    rate_hz: int
    channels: int

    def start(self, take: BlockTaker, on_end: Callable[[], None]) -> MicrophoneFault | None:
        """Let it run; `on_end` is called when it ends by itself. The fault where it does not run."""
        ...

    def close(self) -> None:
        """Give the device back, once; blocks as long as the driver does."""
        ...


class PortAudioStream:
    """A microphone through PortAudio."""

    def __init__(self, device: InputDevice, rate_hz: int, channels: int, portaudio: PortAudio) -> None:
        self.key = device.key
        self.rate_hz = rate_hz
        self.channels = channels
        self._portaudio = portaudio
        self._stream: Any = None
        self._take: BlockTaker | None = None
        self._on_end: Callable[[], None] | None = None
        self._latency_secs = 0.0

    def open(self, device: InputDevice, *, block_millis: float) -> MicrophoneFault | None:
        """Open it; the fault where it does not."""
        stream = self._portaudio.open(
            device,
            rate_hz=self.rate_hz,
            channels=self.channels,
            block_frames=max(1, round(self.rate_hz * block_millis / 1000)),
            callback=self._called,
            finished=self._finished,
        )
        if isinstance(stream, MicrophoneFault):
            return stream
        self._stream = stream
        self._latency_secs = float(stream.latency)
        return None

    def start(self, take: BlockTaker, on_end: Callable[[], None]) -> MicrophoneFault | None:
        """Let it run; `on_end` is called when it ends by itself. The fault where it does not run."""
        self._take, self._on_end = take, on_end
        return self._portaudio.start(self._stream)

    def close(self) -> None:
        """Give the device back, once; blocks as long as the driver does."""
        self._on_end = None
        self._portaudio.close(self._stream)
        self._take = None

    def _called(self, samples: Any, frames: int, time: Any, status: Any) -> None:
        if self._take is not None:
            secs = age_secs(latency_secs=self._latency_secs, block_secs=frames / self.rate_hz)
            self._take(samples, round(secs * NANOS_PER_SEC), bool(status.input_overflow))

    def _finished(self) -> None:
        if self._on_end is not None:
            self._on_end()


def age_secs(*, latency_secs: float, block_secs: float) -> float:
    """How long ago the first sample of a block was heard: the latency that the host declares, a block at least.

    What hosts tell of single blocks is not used: PulseAudio was seen to go from 387 to 10 ms while its blocks came evenly.
    """
    return max(block_secs, min(latency_secs, _OLDEST_SECS) if math.isfinite(latency_secs) else 0.0)


def open_microphone(which: str, options: MicrophoneOptions, portaudio: PortAudio = PORTAUDIO) -> MicrophoneStream | MicrophoneFault:
    """Open a microphone by `which`: an index, a part of its name, or nothing for the system's own; blocks, up to seconds.

    What it prefers is tried first, then what most can do.
    """
    found = portaudio.inputs()
    if isinstance(found, MicrophoneFault):
        return found
    device = chosen(which, found)
    if device is None:
        return MicrophoneFault.NO_PERMISSION if has_forbidden_capture() else MicrophoneFault.GONE
    fault = MicrophoneFault.NO_ANSWER
    for rate_hz, channels in _tries(device, options):
        stream = PortAudioStream(device, rate_hz, channels, portaudio)
        refused = stream.open(device, block_millis=options.block_millis)
        if refused is None:
            return stream
        if (fault := refused) is not MicrophoneFault.NO_ANSWER:  # another rate would not help
            break
    return fault


def diagnose_microphone(which: str, portaudio: PortAudio = PORTAUDIO) -> MicrophoneFault:
    """Why a microphone that has just ended by itself gives nothing; opens none."""
    found = portaudio.inputs()
    if isinstance(found, MicrophoneFault):
        return found
    return MicrophoneFault.GONE if chosen(which, found) is None else MicrophoneFault.NO_ANSWER


def chosen(which: str, devices: Sequence[InputDevice]) -> InputDevice | None:
    """The device that is meant: by index, by key, by a part of its name in any case, or the default one; None where there is none."""
    asked = which.strip()
    if not asked:
        return next((device for device in devices if device.is_default), devices[0] if devices else None)
    if asked.isdecimal():
        return next((device for device in devices if device.index == int(asked)), None)
    folded = asked.casefold()
    for names in (
        {device.index: device.key.casefold() == folded for device in devices},
        {device.index: device.name.casefold() == folded for device in devices},
        {device.index: folded in device.key.casefold() for device in devices},
    ):
        fitting = [device for device in devices if names[device.index]]
        if fitting:
            # A system may know a device several times; the default's way to it is the one that works.
            host_api = next((device.host_api for device in devices if device.is_default), "")
            return next((device for device in fitting if device.host_api == host_api), fitting[0])
    return None


def _tries(device: InputDevice, options: MicrophoneOptions) -> Iterator[tuple[int, int]]:
    """(rate, channels) to open it with, the preferred ones first."""
    own = device.rate_hz if LOWEST_RATE_HZ <= device.rate_hz <= HIGHEST_RATE_HZ else _USUAL_RATES_HZ[0]
    rates_hz = dict.fromkeys((options.rate_hz or own, own, *_USUAL_RATES_HZ))
    most = min(device.channels, MOST_CHANNELS)
    channels = dict.fromkeys((min(options.channels or 2, most), min(2, most), 1, most))
    return ((rate_hz, count) for rate_hz in rates_hz for count in channels)
