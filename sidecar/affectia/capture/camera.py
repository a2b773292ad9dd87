"""Samples out of a camera of this machine."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from affectia.capture.source import Source, SourceState, VideoSink
from affectia.clock import Clock
from affectia.errors import CaptureError
from affectia.signals.video_sample import VideoSample


@dataclass(frozen=True)
class CameraOptions:
    """What is asked of the camera, which may give something else, and how long to wait before it is tried again."""

    width_px: int = 640
    height_px: int = 480
    rate_hz: float = 30.0
    first_retry_secs: float = 1.0
    longest_retry_secs: float = 15.0


class Device(Protocol):
    """The part of OpenCV's VideoCapture that is used."""

    def read(self) -> tuple[bool, Any]:
        """(whether there is a picture, the picture as BGR)."""
        ...

    def release(self) -> None:
        """Give the device back."""
        ...


def open_camera(index: int, options: CameraOptions) -> Device | None:
    """Open a camera of this machine with OpenCV, None when it is not there or busy; takes up to seconds."""
    backend = {"win32": cv2.CAP_DSHOW, "darwin": cv2.CAP_AVFOUNDATION, "linux": cv2.CAP_V4L2}.get(sys.platform, cv2.CAP_ANY)
    device = cv2.VideoCapture(index, backend)
    if not device.isOpened():
        device.release()
        return None
    device.set(cv2.CAP_PROP_FRAME_WIDTH, options.width_px)
    device.set(cv2.CAP_PROP_FRAME_HEIGHT, options.height_px)
    device.set(cv2.CAP_PROP_FPS, options.rate_hz)
    device.set(cv2.CAP_PROP_BUFFERSIZE, 1)  # a queue of old pictures is latency
    opened: Device = device
    return opened


class CameraSource(Source):
    """Reads one camera; when it goes away the source says `retrying` and tries again with growing delay, the process goes on."""

    modality = "camera"

    def __init__(
        self,
        index: int,
        sink: VideoSink,
        clock: Clock,
        options: CameraOptions | None = None,
        opener: Callable[[int, CameraOptions], Device | None] = open_camera,
    ) -> None:
        super().__init__(clock)
        self._index = index
        self._sink = sink
        self._options = options or CameraOptions()
        self._opener = opener
        self.description = f"camera:{index}"
        self.frame_rate_hz = self._options.rate_hz

    def check(self) -> None:
        """Open and close the camera once; raises CaptureError with the next step when it does not answer."""
        device = self._opener(self._index, self._options)
        if device is None:
            raise CaptureError(
                f"camera {self._index} does not open, expected one that no other program holds; "
                "`affectia serve --source synthetic` works without a camera"
            )
        device.release()

    def _run(self) -> None:
        delay_secs = self._options.first_retry_secs
        while not self._stopping.is_set():
            device = self._opener(self._index, self._options)
            if device is not None:
                try:
                    if self._read_until_gone(device):
                        delay_secs = self._options.first_retry_secs
                finally:
                    device.release()
                if self._stopping.is_set():
                    return
            self.state = SourceState.RETRYING
            self.detail = f"camera {self._index} gives no pictures, trying again in {delay_secs:.0f} s"
            if self._stopping.wait(delay_secs):
                return
            delay_secs = min(2 * delay_secs, self._options.longest_retry_secs)

    def _read_until_gone(self, device: Device) -> bool:
        """Deliver pictures until the device gives none; whether there was at least one."""
        delivered = False
        while not self._stopping.is_set():
            try:
                there, bgr = device.read()
            except cv2.error:  # some backends raise when the device is pulled out
                return delivered
            if not there or bgr is None or self._stopping.is_set():  # a read may outlast the stop: nothing comes out after it
                return delivered
            sample = VideoSample(self._clock.now_nanos(), 0, _rgb(bgr))
            self._sink.put(sample)
            self._mark(sample.captured_at_nanos)
            self.state, self.detail = SourceState.RUNNING, ""
            delivered = True
        return delivered


def _rgb(bgr: NDArray[np.uint8]) -> NDArray[np.uint8]:
    rgb: NDArray[np.uint8] = cv2.cvtColor(bgr, cv2.COLOR_BGR2RGB)
    return rgb
