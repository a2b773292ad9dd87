"""Samples out of a camera of this machine."""

from __future__ import annotations

import threading
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from affectia.capture.camera_blank import BlankWatch
from affectia.capture.camera_device import Device, open_camera, read_back
from affectia.capture.camera_fault import CameraFault, diagnose_camera
from affectia.capture.camera_options import CameraOptions
from affectia.capture.camera_picture import small_rgb
from affectia.capture.camera_reader import CameraReader
from affectia.capture.source import Source, SourceState, VideoSink
from affectia.clock import Clock
from affectia.errors import CaptureError
from affectia.signals.video_sample import VideoSample

__all__ = ["CameraOptions", "CameraSource", "Device", "open_camera"]

_LOOKS_PER_STALL = 4
_STALLS_PER_OPENING = 5  # DirectShow takes several seconds to open some cameras
_LET_GO_SECS = 1.5  # for the last read and the release, less than what `Source.stop` waits


class CameraSource(Source):
    """Reads one camera; when it goes away the source says `retrying` and tries again with growing delay, the process goes on.

    The device is touched by a `CameraReader` alone; the source's own thread only watches it, so that a driver that hangs in a call
    keeps nobody: the source says that it is stalled, can be stopped, and goes on when the driver answers. There is never a second
    reader beside one that hangs. `size_px` (width, height) and `frame_rate_hz` are what the device says that it gives, and what was
    asked for until then; samples are smaller where the device gives more than the face network can use.
    """

    modality = "camera"

    def __init__(
        self,
        index: int,
        sink: VideoSink,
        clock: Clock,
        options: CameraOptions | None = None,
        opener: Callable[[int, CameraOptions], Device | None] = open_camera,
        diagnose: Callable[[int], CameraFault] = diagnose_camera,
    ) -> None:
        super().__init__(clock)
        self._index = index
        self._sink = sink
        self._options = options or CameraOptions()
        self._opener = opener
        self._diagnose = diagnose
        self._admission = threading.Lock()  # held while a picture goes out, and to shut the door
        self._wake = threading.Event()
        self._reader: CameraReader | None = None
        self._blank = BlankWatch()
        self.description = f"camera:{index}"
        self.frame_rate_hz = self._options.rate_hz
        self.size_px = (self._options.width_px, self._options.height_px)

    def check(self) -> None:
        """Open and close the camera once; raises CaptureError with the next step when it does not answer."""
        device = self._opener(self._index, self._options)
        if device is None:
            fault = self._diagnose(self._index)
            raise CaptureError(
                f"camera {self._index} does not open ({fault.value}), expected one that is there and free; {fault.next_step()}; "
                "`affectia devices` lists cameras, `affectia serve --source synthetic` works without one"
            )
        device.release()

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
                reader.cancel()
                if not reader.is_stalled:
                    reader.join(_LET_GO_SECS)
            if reader.error is not None:
                self.notice = ""
                raise reader.error
            if reader.pictures:
                delay_secs = self._options.first_retry_secs
            if self._stopping.is_set():
                return
            self._retry(reader.fault, f"trying again in {delay_secs:.0f} s")
            if self._stopping.wait(delay_secs):
                return
            delay_secs = min(2 * delay_secs, self._options.longest_retry_secs)

    def _next_reader(self) -> CameraReader | None:
        """The next attempt, None once the source is stopped."""
        reader = CameraReader(
            self._clock,
            opener=lambda: self._opener(self._index, self._options),
            diagnose=lambda: self._diagnose(self._index),
            opened=self._opened,
            deliver=self._deliver,
            on_end=self._wake.set,
        )
        with self._admission:
            if self._stopping.is_set():
                return None
            self._reader = reader
        return reader

    def _wait_for_former_reader(self) -> None:
        """Until the driver that hung when the source was stopped has answered: a second reader would only hang beside it."""
        former = self._reader
        while former is not None and not former.ended and not self._stopping.is_set():
            self._retry(CameraFault.STALLED, "waiting for it")
            self._wake.wait()
            self._wake.clear()

    def _watch(self, reader: CameraReader) -> None:
        """Until the reader has ended or the source is stopped; tells when it gets nowhere."""
        look_secs = self._options.stall_secs / _LOOKS_PER_STALL
        looks, seen = 0, -1
        while not reader.ended and not self._stopping.is_set():
            self._wake.wait(look_secs)
            self._wake.clear()
            progress = reader.pictures + reader.is_open
            looks = looks + 1 if progress == seen else 0
            seen = progress
            patience = _LOOKS_PER_STALL * (1 if reader.is_open else _STALLS_PER_OPENING)
            if looks >= patience and not reader.is_stalled:
                with self._admission:
                    if reader.pictures + reader.is_open == seen and not reader.ended:
                        reader.is_stalled = True
                        self._retry(CameraFault.STALLED, "waiting for it")

    def _opened(self, device: Device) -> None:
        width_px, height_px, rate_hz = read_back(device)
        self.size_px = (width_px or self._options.width_px, height_px or self._options.height_px)
        self.frame_rate_hz = rate_hz or self._options.rate_hz

    def _deliver(self, reader: CameraReader, there_nanos: int, bgr: NDArray[np.uint8]) -> bool:
        """Send one picture on, unless nobody wants it any more; on the reader's thread."""
        sample = VideoSample(there_nanos, 0, small_rgb(bgr))
        finding = self._blank.look(sample.rgb, there_nanos)
        with self._admission:
            if reader.cancelled:  # a read may outlast the stop: nothing comes out after it
                return False
            self._sink.put(sample)
            self._mark(there_nanos)
            reader.is_stalled = False
            self.size_px = (bgr.shape[1], bgr.shape[0])
            self.notice = f"camera {self._index} delivers only {finding}: open its shutter" if finding else ""
            self.state, self.detail = SourceState.RUNNING, ""
        return True

    def _retry(self, fault: CameraFault, what_next: str) -> None:
        self.notice = ""
        self.detail = f"camera {self._index} gives no pictures ({fault.value}): {fault.next_step()}; {what_next}"
        self.state = SourceState.RETRYING
