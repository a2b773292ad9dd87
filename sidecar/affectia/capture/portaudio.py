"""PortAudio, which knows the microphones of every system, through the package sounddevice; loaded when it is first needed."""

from __future__ import annotations

import contextlib
import importlib
import math
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from affectia.capture.microphone_fault import MicrophoneFault, fault_of

_LOCK_SECS: Final = 5.0
_LATENCY_SECS: Final = 0.02  # of the device's own buffer: less costs lost blocks where other threads of this process hold Python


@dataclass(frozen=True, slots=True)
class InputDevice:
    """A device that sound can be recorded from; `rate_hz` and `channels` are what it would be opened with by itself."""

    index: int
    name: str
    host_api: str
    rate_hz: int
    channels: int
    is_default: bool = False
    latency_secs: float = 0.0  # the least that the host says it can do

    @property
    def key(self) -> str:
        """What it is known by when devices come and go: indices move then."""
        return f"{self.name}, {self.host_api}"


class PortAudio:
    """The library, one call at a time: it is not made for several threads. Any thread may ask; a driver that hangs keeps others 5 s.

    `load` gets the module; it raises OSError or ImportError where the system has no PortAudio.
    """

    def __init__(self, load: Callable[[str], Any] = importlib.import_module) -> None:
        self._load = load
        self._lock = threading.Lock()
        self._module: Any = None
        self._is_fresh = False  # the list of devices was made by this very call
        self._open_count = 0

    def inputs(self) -> list[InputDevice] | MicrophoneFault:
        """The devices of now in PortAudio's order; no stream is opened. While one is open the list stays as it was then."""
        with self._held() as held:
            if not held:
                return MicrophoneFault.STALLED
            module = self._loaded()
            if module is None:
                return MicrophoneFault.NO_LIBRARY
            try:
                self._refresh(module)
                return _inputs(module)
            except module.PortAudioError:
                return MicrophoneFault.NO_ANSWER

    def open(
        self,
        device: InputDevice,
        *,
        rate_hz: int,
        channels: int,
        block_frames: int,
        callback: Callable[[Any, int, Any, Any], None],
        finished: Callable[[], None],
    ) -> Any:
        """A stream of sounddevice that has not started, which `close` takes, or the fault. Blocks, up to seconds.

        The list may have been made anew since the device was chosen out of it: GONE where another one has its place now.
        """
        with self._held() as held:
            if not held:
                return MicrophoneFault.STALLED
            module = self._loaded()
            if module is None:
                return MicrophoneFault.NO_LIBRARY
            try:
                if not any(found.index == device.index and found.key == device.key for found in _inputs(module)):
                    return MicrophoneFault.GONE
                stream = module.InputStream(
                    device=device.index,
                    samplerate=rate_hz,
                    channels=channels,
                    blocksize=block_frames,
                    dtype="float32",
                    latency=max(_LATENCY_SECS, device.latency_secs),
                    callback=callback,
                    finished_callback=finished,
                )
            except module.PortAudioError as error:
                return _fault(error)
            self._open_count += 1
            return stream

    def start(self, stream: Any) -> MicrophoneFault | None:
        """Let an opened stream run; the fault where it does not."""
        with self._held() as held:
            if not held:
                return MicrophoneFault.STALLED
            try:
                stream.start()
            except self._module.PortAudioError as error:
                return _fault(error)
            return None

    def close(self, stream: Any) -> None:
        """Stop an opened stream and give its device back, once; blocks as long as the driver does."""
        with self._lock:
            self._open_count -= 1
            for step in (stream.abort, stream.close):
                with contextlib.suppress(self._module.PortAudioError):  # of a device that was pulled out
                    step()

    @contextlib.contextmanager
    def _held(self) -> Iterator[bool]:
        held = self._lock.acquire(timeout=_LOCK_SECS)
        try:
            yield held
        finally:
            if held:
                self._lock.release()

    def _loaded(self) -> Any:
        if self._module is None:
            with contextlib.suppress(OSError, ImportError):
                self._module = self._load("sounddevice")
                self._is_fresh = True
        return self._module

    def _refresh(self, module: Any) -> None:
        """Look for devices anew: PortAudio does it only when it starts, and it cannot end under a stream."""
        if self._is_fresh or self._open_count:
            self._is_fresh = False
            return
        with contextlib.suppress(module.PortAudioError):  # it did not start the last time
            module._terminate()
        module._initialize()


def _inputs(module: Any) -> list[InputDevice]:
    hosts = [str(host["name"]) for host in module.query_hostapis()]
    default = int(module.default.device[0])
    if default < 0:
        # Nothing was set by hand: the first host that has a default, as PortAudio itself chooses.
        default = next((int(host["default_input_device"]) for host in module.query_hostapis() if host["default_input_device"] >= 0), -1)
    return [
        InputDevice(
            index=index,
            name=" ".join(str(device["name"]).split()),  # some drivers put line breaks into it
            host_api=hosts[device["hostapi"]],
            rate_hz=_rate_hz(device["default_samplerate"]),
            channels=int(device["max_input_channels"]),
            is_default=index == default,
            latency_secs=max(0.0, float(device["default_low_input_latency"])),
        )
        for index, device in enumerate(module.query_devices())
        if device["max_input_channels"] > 0
    ]


def _rate_hz(value: float) -> int:
    return round(value) if math.isfinite(value) and value > 0 else 0


def _fault(error: Exception) -> MicrophoneFault:
    """Out of the numbers of an error of sounddevice; its text is not looked at."""
    code = error.args[1] if len(error.args) > 1 else None
    host_code = error.args[2][1] if len(error.args) > 2 else None
    return fault_of(code, host_code)


PORTAUDIO: Final = PortAudio()  # the library has one state for the whole process
