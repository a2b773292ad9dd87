from __future__ import annotations

import threading
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from affectia.capture.camera_device import Device
from affectia.capture.camera_fault import CameraFault
from affectia.capture.camera_reader import CameraReader
from affectia.clock import FakeClock

pytestmark = pytest.mark.unit

PICTURE = np.zeros((1, 1, 3), np.uint8)


class ScriptedDevice:
    """Answers with True for a picture, False for none, an error, until the script is over; then with none."""

    def __init__(self, *script: bool | Exception, release_raises: bool = False) -> None:
        self.script = list(script)
        self.release_raises = release_raises
        self.reads = 0
        self.released = False

    def read(self) -> tuple[bool, Any]:
        self.reads += 1
        step = self.script.pop(0) if self.script else False
        if isinstance(step, Exception):
            raise step
        return step, PICTURE if step else None

    def release(self) -> None:
        self.released = True
        if self.release_raises:
            raise cv2.error("it is gone")


class Owner:
    """Remembers what a reader tells it; wants `most` pictures."""

    def __init__(self, device: ScriptedDevice | None, *, most: int = 1000, open_error: Exception | None = None) -> None:
        self.device, self.most, self.open_error = device, most, open_error
        self.log: list[str] = []
        self.end = threading.Event()
        self.reader = CameraReader(
            FakeClock(), opener=self.open, diagnose=self.diagnose, opened=self.opened, deliver=self.deliver, on_end=self.end.set
        )

    def open(self) -> Device | None:
        self.log.append("open")
        if self.open_error is not None:
            raise self.open_error
        return self.device

    def opened(self, device: Device) -> None:
        assert device is self.device
        self.log.append("opened")

    def deliver(self, reader: CameraReader, there_nanos: int, bgr: npt.NDArray[np.uint8]) -> bool:
        assert reader is self.reader
        self.log.append("picture")
        if len(self.log) - 2 >= self.most:
            reader.cancel()
            return False
        return True

    def diagnose(self) -> CameraFault:
        self.log.append("diagnose")
        assert self.device is None or self.device.released  # an opened one would find itself busy
        return CameraFault.BUSY

    def run(self) -> CameraReader:
        self.reader.start(name="reader")
        assert self.end.wait(10)
        assert self.reader.join(10)
        return self.reader


def test_one_attempt_from_opening_to_the_end() -> None:
    owner = Owner(device := ScriptedDevice(True, True))
    reader = owner.run()
    assert owner.log == ["open", "opened", "picture", "picture", "diagnose"]
    assert (reader.pictures, reader.is_open, reader.ended, reader.fault, reader.error) == (2, True, True, CameraFault.BUSY, None)
    assert device.released


def test_a_device_that_does_not_open_is_only_asked_why() -> None:
    owner = Owner(None)
    reader = owner.run()
    assert owner.log == ["open", "diagnose"]
    assert (reader.is_open, reader.fault) == (False, CameraFault.BUSY)


def test_five_misses_in_a_row_are_the_end() -> None:
    device = ScriptedDevice(False, False, False, False, True, False)
    assert Owner(device).run().pictures == 1
    assert device.reads == 10


def test_after_a_stall_one_miss_is_the_end() -> None:
    owner = Owner(device := ScriptedDevice(True))
    owner.reader.is_stalled = True
    owner.run()
    assert device.reads == 2


def test_an_error_of_opencv_is_the_end_of_the_attempt() -> None:
    device = ScriptedDevice(True, cv2.error("no"), True, release_raises=True)
    reader = Owner(device).run()
    assert (reader.pictures, reader.error, device.released) == (1, None, True)


def test_any_other_error_is_kept_for_the_owner_and_the_device_given_back() -> None:
    error = RuntimeError("no")
    device = ScriptedDevice(True, error)
    assert Owner(device).run().error is error
    assert device.released
    assert Owner(None, open_error=error).run().error is error


def test_who_wants_no_more_gets_no_more_and_the_device_is_left_alone() -> None:
    owner = Owner(device := ScriptedDevice(True, True, True), most=2)
    owner.run()
    assert owner.log == ["open", "opened", "picture", "picture"]
    assert device.released


def test_one_that_is_cancelled_before_it_begins_opens_nothing() -> None:
    owner = Owner(ScriptedDevice(True))
    owner.reader.cancel()
    owner.run()
    assert owner.log == []
