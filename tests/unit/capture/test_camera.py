from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from affectia.capture.camera import CameraOptions, CameraSource, Device
from affectia.capture.source import SourceState
from affectia.clock import FakeClock, SystemClock
from affectia.errors import CaptureError
from tests.unit.clips import write_clip
from tests.unit.fakes import FakeSink, wait_until

pytestmark = pytest.mark.unit

QUICK = CameraOptions(first_retry_secs=0.01, longest_retry_secs=0.04)
BLUE_GREEN_RED = np.array([[[10, 20, 30]]], np.uint8)


class FakeDevice:
    """Gives `pictures` pictures, then nothing; with `blocks` it waits there until `go_on` is set."""

    def __init__(self, pictures: int, *, blocks: bool = False, raises: bool = False) -> None:
        self.left = pictures
        self.raises = raises
        self.blocks = blocks
        self.is_waiting, self.go_on = threading.Event(), threading.Event()
        self.released = False

    def read(self) -> tuple[bool, Any]:
        if self.left == 0 and self.blocks:
            self.is_waiting.set()
            assert self.go_on.wait(10)
            return True, BLUE_GREEN_RED
        if self.left == 0:
            if self.raises:
                raise cv2.error("the device is gone")
            return False, None
        self.left -= 1
        return True, BLUE_GREEN_RED

    def release(self) -> None:
        self.released = True


class FakeOpener:
    """Opens the given devices one after the other, None for one that is not there."""

    def __init__(self, *devices: FakeDevice | None) -> None:
        self.devices = list(devices)
        self.times: list[float] = []

    def __call__(self, index: int, options: CameraOptions) -> Device | None:
        self.times.append(time.monotonic())
        return self.devices.pop(0) if self.devices else None


def camera(sink: FakeSink, opener: Callable[[int, CameraOptions], Device | None], options: CameraOptions = QUICK) -> CameraSource:
    return CameraSource(3, sink, FakeClock(start_nanos=9), options, opener)


def test_pictures_come_out_as_rgb_with_the_clocks_time() -> None:
    sink, device = FakeSink(), FakeDevice(2, blocks=True)
    source = camera(sink, FakeOpener(device))
    assert source.modality == "camera"
    assert source.description == "camera:3"
    source.start(name="capture-camera")
    assert sink.wait_for(2)
    assert device.is_waiting.wait(10)
    assert (source.state, source.detail, source.captured_count) == (SourceState.RUNNING, "", 2)
    device.go_on.set()
    source.stop()
    assert device.released
    assert sink.samples[0].rgb.tolist() == [[[30, 20, 10]]]
    assert (sink.samples[0].captured_at_nanos, sink.samples[0].media_time_nanos) == (9, 0)


def test_an_unplugged_camera_is_tried_again_until_it_is_back() -> None:
    sink, gone, back = FakeSink(), FakeDevice(1), FakeDevice(1, blocks=True)
    source = camera(sink, FakeOpener(gone, None, None, back))
    source.start(name="capture-camera")
    assert wait_until(lambda: source.state is SourceState.RETRYING)
    assert source.detail.startswith("camera 3 gives no pictures, trying again in ")
    assert back.is_waiting.wait(10)
    assert (source.state, source.detail) == (SourceState.RUNNING, "")
    assert gone.released
    back.go_on.set()
    source.stop()
    assert source.state is SourceState.ENDED


def test_a_backend_that_raises_when_unplugged_is_tried_again_too() -> None:
    back = FakeDevice(1, blocks=True)
    source = camera(FakeSink(), FakeOpener(FakeDevice(1, raises=True), back))
    source.start(name="capture-camera")
    assert back.is_waiting.wait(10)
    assert source.captured_count == 2
    back.go_on.set()
    source.stop()


def test_the_delay_grows_to_its_longest_and_starts_over_after_a_picture() -> None:
    opener = FakeOpener(None, None, None, None, FakeDevice(1), None, FakeDevice(0, blocks=True))
    last = opener.devices[-1]
    assert last is not None
    source = camera(FakeSink(), opener)
    source.start(name="capture-camera")
    assert last.is_waiting.wait(10)
    last.go_on.set()
    source.stop()
    delays = [later - earlier for earlier, later in zip(opener.times, opener.times[1:], strict=False)]
    assert len(delays) == 6
    for delay, least in zip(delays, (0.01, 0.02, 0.04, 0.04, 0.01, 0.02), strict=True):
        assert delay >= 0.9 * least
    assert delays[4] < 0.04


def test_stopping_does_not_wait_for_the_next_try() -> None:
    source = camera(FakeSink(), FakeOpener(), CameraOptions(first_retry_secs=60))
    source.start(name="capture-camera")
    assert wait_until(lambda: source.state is SourceState.RETRYING)
    began = time.monotonic()
    source.stop()
    assert time.monotonic() - began < 5
    assert source.state is SourceState.ENDED


def test_a_picture_that_comes_in_after_the_stop_is_thrown_away() -> None:
    sink, device = FakeSink(), FakeDevice(0, blocks=True)
    source = camera(sink, FakeOpener(device))
    source.start(name="capture-camera")
    assert device.is_waiting.wait(10)
    source.stop(timeout_secs=0.01)  # the driver hangs in its read
    device.go_on.set()
    assert wait_until(lambda: device.released)
    assert sink.samples == []


def test_check_opens_and_gives_back() -> None:
    device = FakeDevice(0)
    camera(FakeSink(), FakeOpener(device)).check()
    assert device.released


def test_check_names_the_next_step_when_there_is_no_camera() -> None:
    with pytest.raises(CaptureError, match=r"^camera 3 does not open, expected one that no other program holds; `affectia serve --source"):
        camera(FakeSink(), FakeOpener()).check()


def test_opencvs_own_capture_goes_through(tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "red.avi", codec="mjpeg", count=5, colour=True)
    opened: list[CameraOptions] = []

    def opener(index: int, options: CameraOptions) -> Device | None:
        opened.append(options)
        if len(opened) > 1:
            return None
        device: Device = cv2.VideoCapture(str(clip))
        return device

    sink = FakeSink()
    options = CameraOptions(width_px=64, height_px=48, first_retry_secs=60)
    source = CameraSource(0, sink, SystemClock(), options, opener)
    source.start(name="capture-camera")
    assert sink.wait_for(5)
    assert wait_until(lambda: source.state is SourceState.RETRYING)  # the clip's end looks like a camera that went away
    source.stop()
    assert opened[0] == options
    assert source.captured_count == 5
    picture = sink.samples[4].rgb
    assert picture.shape == (48, 64, 3)
    assert picture.dtype == np.uint8
    assert picture[..., 0].min() > 200
    assert picture[..., 2].max() < 60
