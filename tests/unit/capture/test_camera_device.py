from __future__ import annotations

import math
from typing import Any

import cv2
import numpy as np
import pytest

from affectia.capture.camera_device import negotiate, next_picture, read_back
from affectia.capture.camera_options import CameraOptions
from affectia.clock import FakeClock

pytestmark = pytest.mark.unit

PICTURE = np.zeros((2, 2, 3), np.uint8)


class PlainDevice:
    """Reads in one step, which takes 5 ns."""

    def __init__(self, clock: FakeClock, *, there: bool = True, picture: Any = PICTURE) -> None:
        self.clock, self.there, self.picture = clock, there, picture

    def read(self) -> tuple[bool, Any]:
        self.clock.advance(nanos=5)
        return self.there, self.picture

    def release(self) -> None:
        raise AssertionError("nobody releases it here")


class TwoStepDevice(PlainDevice):
    """Waits 1 ns for a picture and decodes it in 3 ns."""

    def grab(self) -> bool:
        self.clock.advance(nanos=1)
        return self.there

    def retrieve(self) -> tuple[bool, Any]:
        self.clock.advance(nanos=3)
        return True, self.picture


class TellingDevice(PlainDevice):
    def __init__(self, **properties: float) -> None:
        super().__init__(FakeClock())
        self.properties = properties
        self.asked: list[tuple[int, float]] = []

    def get(self, name: int, /) -> float:
        return {
            cv2.CAP_PROP_FRAME_WIDTH: self.properties["width"],
            cv2.CAP_PROP_FRAME_HEIGHT: self.properties["height"],
            cv2.CAP_PROP_FPS: self.properties["rate"],
        }[name]

    def set(self, name: int, value: float) -> bool:
        self.asked.append((name, value))
        return False


def test_the_time_is_that_before_decoding() -> None:
    clock = FakeClock(100)
    there_nanos, bgr = next_picture(TwoStepDevice(clock), clock, "linux")
    assert (there_nanos, bgr is PICTURE) == (101, True)
    assert clock.now_nanos() == 104


def test_directshow_has_the_picture_only_when_it_hands_it_out() -> None:
    clock = FakeClock(100)
    assert next_picture(TwoStepDevice(clock), clock, "win32")[0] == 105


def test_a_device_of_one_step() -> None:
    clock = FakeClock(100)
    there_nanos, bgr = next_picture(PlainDevice(clock), clock, "linux")
    assert (there_nanos, bgr is PICTURE) == (105, True)


@pytest.mark.parametrize(
    "device",
    [
        PlainDevice(FakeClock(), there=False),
        PlainDevice(FakeClock(), picture=None),
        PlainDevice(FakeClock(), picture=np.zeros((0, 0, 3), np.uint8)),
        TwoStepDevice(FakeClock(), there=False),
        TwoStepDevice(FakeClock(), picture=None),
    ],
)
def test_no_picture(device: PlainDevice) -> None:
    assert next_picture(device, FakeClock(), "linux")[1] is None


def test_jpeg_is_asked_for_before_a_size_that_needs_it() -> None:
    device = TellingDevice()
    negotiate(device, CameraOptions(width_px=1280, height_px=720, rate_hz=60))
    assert device.asked == [
        (cv2.CAP_PROP_FOURCC, cv2.VideoWriter.fourcc(*"MJPG")),
        (cv2.CAP_PROP_FRAME_WIDTH, 1280),
        (cv2.CAP_PROP_FRAME_HEIGHT, 720),
        (cv2.CAP_PROP_FPS, 60),
        (cv2.CAP_PROP_BUFFERSIZE, 2),
    ]


def test_what_usb_carries_is_left_as_the_camera_likes_it() -> None:
    device = TellingDevice()
    negotiate(device, CameraOptions())
    assert cv2.CAP_PROP_FOURCC not in dict(device.asked)


@pytest.mark.parametrize(
    ("properties", "told"),
    [
        ((1280.0, 720.0, 29.97), (1280, 720, 29.97)),
        ((-1.0, math.nan, 0.0), (0, 0, 0.0)),
        ((math.inf, 480.0, 1e7), (0, 480, 0.0)),
        ((640.0, 480.0, math.nan), (640, 480, 0.0)),
    ],
)
def test_what_the_device_says_is_read_back(properties: tuple[float, float, float], told: tuple[int, int, float]) -> None:
    width, height, rate = properties
    assert read_back(TellingDevice(width=width, height=height, rate=rate)) == told


def test_a_device_that_tells_nothing() -> None:
    assert read_back(PlainDevice(FakeClock())) == (0, 0, 0.0)
