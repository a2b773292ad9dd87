"""Opening one camera with OpenCV, and taking pictures from it with the time at which they were there."""

from __future__ import annotations

import math
import sys
from typing import Any, Protocol, runtime_checkable

import cv2
import numpy as np
from numpy.typing import NDArray

from affectia.capture.camera_options import CameraOptions
from affectia.clock import Clock


class Device(Protocol):
    """The part of OpenCV's VideoCapture that is used."""

    def read(self) -> tuple[bool, Any]:
        """(whether there is a picture, the picture as BGR)."""
        ...

    def release(self) -> None:
        """Give the device back."""
        ...


@runtime_checkable
class GrabbingDevice(Protocol):
    """A device that waits for a picture and decodes it in two steps, as OpenCV's do."""

    def grab(self) -> bool:
        """Wait for the next picture; False where there is none."""
        ...

    def retrieve(self) -> tuple[bool, Any]:
        """(whether there is a picture, the picture that was waited for as BGR)."""
        ...


@runtime_checkable
class TellingDevice(Protocol):
    """A device that tells its properties, as OpenCV's do."""

    def get(self, name: int, /) -> float:
        """The value of one property."""
        ...


def open_camera(index: int, options: CameraOptions) -> Device | None:
    """Open a camera of this machine with OpenCV, None when it is not there or busy; takes up to seconds."""
    backend = {"win32": cv2.CAP_DSHOW, "darwin": cv2.CAP_AVFOUNDATION, "linux": cv2.CAP_V4L2}.get(sys.platform, cv2.CAP_ANY)
    device = cv2.VideoCapture(index, backend)
    if not device.isOpened():
        device.release()
        return None
    negotiate(device, options)
    opened: Device = device
    return opened


def negotiate(device: Any, options: CameraOptions) -> None:
    """Ask an opened device for a size and a rate; it gives what it can, `read_back` tells what that is."""
    if options.needs_compression:
        # Before the size: drivers offer only those sizes that the format has.
        device.set(cv2.CAP_PROP_FOURCC, cv2.VideoWriter.fourcc(*"MJPG"))
    device.set(cv2.CAP_PROP_FRAME_WIDTH, options.width_px)
    device.set(cv2.CAP_PROP_FRAME_HEIGHT, options.height_px)
    device.set(cv2.CAP_PROP_FPS, options.rate_hz)
    # A queue of old pictures is latency. With one buffer, though, the camera has none to write to while its picture is decoded,
    # and every second picture is lost; whoever reads without a pause finds the second one empty.
    device.set(cv2.CAP_PROP_BUFFERSIZE, 2)


def read_back(device: Device) -> tuple[int, int, float]:
    """(width in pixels, height in pixels, rate in Hz) that a device really gives, 0 for each that it does not tell."""
    if not isinstance(device, TellingDevice):
        return 0, 0, 0.0
    width_px, height_px, rate_hz = (device.get(name) for name in (cv2.CAP_PROP_FRAME_WIDTH, cv2.CAP_PROP_FRAME_HEIGHT, cv2.CAP_PROP_FPS))
    # Some drivers answer -1, and DirectShow makes up rates before the first picture.
    return _size_px(width_px), _size_px(height_px), rate_hz if math.isfinite(rate_hz) and 1 <= rate_hz <= 240 else 0.0


def next_picture(device: Device, clock: Clock, platform: str = sys.platform) -> tuple[int, NDArray[np.uint8] | None]:
    """(the clock's nanoseconds at which the next picture was there, the picture as BGR or None); blocks, raises cv2.error.

    The time is taken before the picture is decoded where the device lets it: JPEG takes 5 ms at 720p. DirectShow waits for the
    picture only while it hands it out.
    """
    if isinstance(device, GrabbingDevice) and platform != "win32":
        if not device.grab():
            return clock.now_nanos(), None
        there_nanos = clock.now_nanos()
        there, bgr = device.retrieve()
    else:
        there, bgr = device.read()
        there_nanos = clock.now_nanos()
    return there_nanos, bgr if there and bgr is not None and bgr.size else None


def _size_px(value: float) -> int:
    return int(value) if math.isfinite(value) and value > 0 else 0
