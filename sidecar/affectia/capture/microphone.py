"""Sound out of a microphone of this machine."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Final

from affectia.capture.audio_queue import AudioSink
from affectia.capture.block_ring import HeardBlock
from affectia.capture.microphone_device import MicrophoneStream, diagnose_microphone, open_microphone
from affectia.capture.microphone_fault import MicrophoneFault
from affectia.capture.microphone_options import MicrophoneOptions
from affectia.capture.microphone_reader import MicrophoneReader
from affectia.capture.microphone_voice import MicrophoneVoice
from affectia.capture.source import Source, SourceState
from affectia.clock import Clock
from affectia.errors import CaptureError

__all__ = ["MicrophoneOptions", "MicrophoneSource"]

Opener = Callable[[str, MicrophoneOptions], MicrophoneStream | MicrophoneFault]

_LOOKS_PER_STALL: Final = 4
_STALLS_PER_OPENING: Final = 5  # a headset without wires takes seconds until it hears
_LET_GO_SECS: Final = 1.5  # for closing it, less than what `Source.stop` waits


class MicrophoneSource(Source):
    """Hears one microphone; when it goes away the source says `retrying` and tries again with growing delay, the process goes on.

    `which` is an index, a part of a name, or nothing for the system's own. Once it was open the same device is asked for again, by its
    name: indices move when devices come and go, and nobody is to be heard through another one than was chosen; only the system's own
    may change. The device is touched by a `MicrophoneReader` alone; the source's own thread converts. `rate_hz` and `channels` of the
    device are `device_rate_hz` and `device_channels`, 0 until it is open. Each time that it opens `source_sample` begins at 0 again.
    """

    modality = "microphone"

    def __init__(
        self,
        which: str,
        sink: AudioSink,
        clock: Clock,
        options: MicrophoneOptions | None = None,
        opener: Opener = open_microphone,
        diagnose: Callable[[str], MicrophoneFault] = diagnose_microphone,
    ) -> None:
        super().__init__(clock)
        self._which = which.strip()
        self._sink = sink
        self._options = options or MicrophoneOptions()
        self._opener = opener
        self._diagnose = diagnose
        self._admission = threading.Lock()  # held while sound goes out, and to shut the door
        self._wake = threading.Event()
        self._reader: MicrophoneReader | None = None
        self._voice: MicrophoneVoice | None = None
        self.description = f"microphone:{self._which}" if self._which else "microphone"
        self._called = f"microphone {self._which}" if self._which else "the microphone"
        self.frame_rate_hz = 1000 / self._options.block_millis
        self.device_rate_hz = 0
        self.device_channels = 0
        self.key = ""  # of the device that is or was open
        self.lost_count = 0  # samples that this process was too slow for

    def check(self) -> None:
        """Open and close the microphone once, nothing is heard; raises CaptureError with the next step when it does not answer."""
        stream = self._opener(self._which, self._options)
        if isinstance(stream, MicrophoneFault):
            raise CaptureError(
                f"{self._called} does not open ({stream.value}), expected one that is there and free; {stream.next_step()}; "
                "`affectia devices` lists microphones"
            )
        stream.close()

    def stop(self, timeout_secs: float = 2.0) -> None:
        """End the capture thread; when this returns nothing more comes out of the source, even where the driver still hangs."""
        with self._admission:
            self._stopping.set()
            if self._reader is not None:
                self._reader.cancel()
        self._wake.set()
        super().stop(timeout_secs)
        self.notice = ""

    def _run(self) -> None:
        delay_secs = self._options.first_retry_secs
        self._wait_for_former_reader()
        while (reader := self._next_reader()) is not None:
            reader.start(name=f"{threading.current_thread().name}-reader")
            try:
                self._watch(reader)
            finally:
                if self._stopping.is_set():
                    reader.cancel()
                if not reader.join(_LET_GO_SECS):
                    self._wait_for_former_reader()
            self.lost_count += reader.lost_count
            if reader.error is not None:
                raise reader.error
            if self._stopping.is_set():
                return
            fault = reader.fault or MicrophoneFault.NO_ANSWER
            if fault is MicrophoneFault.NO_LIBRARY:
                raise CaptureError(f"{self._called} cannot be used ({fault.value}): {fault.next_step()}")
            if reader.block_count:
                delay_secs = self._options.first_retry_secs
            self._retry(fault, f"trying again in {delay_secs:.0f} s")
            if self._stopping.wait(delay_secs):
                return
            delay_secs = min(2 * delay_secs, self._options.longest_retry_secs)

    def _next_reader(self) -> MicrophoneReader | None:
        """The next attempt, None once the source is stopped."""
        which = self.key if self.key and self._which else self._which
        reader = MicrophoneReader(
            self._clock,
            opener=lambda: self._opener(which, self._options),
            diagnose=lambda: self._diagnose(which),
            on_change=self._wake.set,
        )
        with self._admission:
            if self._stopping.is_set():
                return None
            self._reader = reader
            self._voice = None
        return reader

    def _wait_for_former_reader(self) -> None:
        """Until a driver that hangs has answered: a second reader would only hang beside it."""
        former = self._reader
        while former is not None and not former.ended and not self._stopping.is_set():
            self._retry(MicrophoneFault.STALLED, "waiting for it")
            self._wake.wait()
            self._wake.clear()

    def _watch(self, reader: MicrophoneReader) -> None:
        """Hand on what is heard until the reader has ended, gets nowhere, or the source is stopped."""
        look_secs = self._options.stall_secs / _LOOKS_PER_STALL
        looks, seen = 0, -1
        while not reader.ended and not self._stopping.is_set():
            self._wake.wait(look_secs)
            self._wake.clear()
            while (block := reader.take()) is not None and self._deliver(reader, block):
                pass
            progress = reader.block_count + reader.is_open
            looks = looks + 1 if progress == seen else 0
            seen = progress
            if looks < _LOOKS_PER_STALL * (1 if reader.is_open else _STALLS_PER_OPENING):
                continue
            if reader.is_open:
                # PortAudio does not tell of every device that was pulled out: its callback is just not called any more.
                reader.give_up(MicrophoneFault.STALLED)
                return
            self._retry(MicrophoneFault.STALLED, "waiting for it")

    def _deliver(self, reader: MicrophoneReader, block: HeardBlock) -> bool:
        """Send one block on, unless nobody wants it any more."""
        voice = self._voice or self._opened(reader)
        sample = voice.convert(block)
        finding = voice.finding
        with self._admission:
            if reader.cancelled:
                return False
            if sample is not None:
                self._sink.put(sample)
            self._mark(self._clock.now_nanos())
            self.notice = f"{self._called} {finding}" if finding else ""
            self.state, self.detail = SourceState.RUNNING, ""
        return True

    def _opened(self, reader: MicrophoneReader) -> MicrophoneVoice:
        stream = reader.stream
        assert stream is not None
        self.key, self.device_rate_hz, self.device_channels = stream.key, stream.rate_hz, stream.channels
        self._voice = MicrophoneVoice(stream.rate_hz, silent_secs=self._options.silent_secs)
        return self._voice

    def _retry(self, fault: MicrophoneFault, what_next: str) -> None:
        with self._admission:
            if self._stopping.is_set():
                return
            self.notice = ""
            self.detail = f"{self._called} gives no sound ({fault.value}): {fault.next_step()}; {what_next}"
            self.state = SourceState.RETRYING
