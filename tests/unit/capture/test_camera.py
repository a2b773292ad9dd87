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
from affectia.capture.camera_fault import CameraFault
from affectia.capture.source import SourceState
from affectia.clock import NANOS_PER_SEC, FakeClock, SystemClock
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
    return CameraSource(3, sink, FakeClock(start_nanos=9), options, opener, lambda index: CameraFault.GONE)


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
    assert source.detail.startswith("camera 3 gives no pictures (gone): plug it in; trying again in ")
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
    source = camera(FakeSink(), FakeOpener(), CameraOptions(first_retry_secs=60, longest_retry_secs=60))
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
    expected = r"^camera 3 does not open \(gone\), expected one that is there and free; plug it in; `affectia devices` lists"
    with pytest.raises(CaptureError, match=expected):
        camera(FakeSink(), FakeOpener()).check()


@pytest.mark.parametrize("fault", [CameraFault.GONE, CameraFault.BUSY, CameraFault.NO_PERMISSION, CameraFault.NO_ANSWER])
@pytest.mark.parametrize("opens", [True, False])
def test_the_detail_says_what_is_wrong_and_what_to_do(fault: CameraFault, opens: bool) -> None:
    opener = FakeOpener(FakeDevice(0)) if opens else FakeOpener()
    asked: list[int] = []

    def diagnose(index: int) -> CameraFault:
        asked.append(index)
        return fault

    source = CameraSource(3, FakeSink(), FakeClock(), CameraOptions(first_retry_secs=15), opener, diagnose)
    source.start(name="capture-camera")
    assert wait_until(lambda: source.state is SourceState.RETRYING)
    assert source.detail == f"camera 3 gives no pictures ({fault.value}): {fault.next_step()}; trying again in 15 s"
    source.stop()
    assert asked == [3]


def test_a_few_pictures_that_cannot_be_decoded_do_not_end_it() -> None:
    class Flaky(FakeDevice):
        def read(self) -> tuple[bool, Any]:
            self.left -= 1
            return (True, BLUE_GREEN_RED) if self.left % 5 == 0 else (False, None)

    opener = FakeOpener(Flaky(30))
    sink = FakeSink()
    source = camera(sink, opener)
    source.start(name="capture-camera")
    assert sink.wait_for(6)
    source.stop()
    assert len(opener.times) == 1


STALLING = CameraOptions(first_retry_secs=0.01, longest_retry_secs=0.04, stall_secs=0.02)


def stalled(device: FakeDevice, sink: FakeSink, *later: FakeDevice) -> tuple[CameraSource, FakeOpener]:
    opener = FakeOpener(device, *later)
    source = camera(sink, opener, STALLING)
    source.start(name="capture-camera")
    assert device.is_waiting.wait(10)
    assert wait_until(lambda: source.state is SourceState.RETRYING)
    return source, opener


def test_a_read_that_hangs_is_told_and_goes_on_when_the_driver_answers() -> None:
    sink, device = FakeSink(), FakeDevice(1, blocks=True)
    source, opener = stalled(device, sink)
    assert source.detail.startswith("camera 3 gives no pictures (stalled): its driver does not answer, unplug it")
    assert len(readers()) == 1
    device.go_on.set()
    assert sink.wait_for(2)
    assert wait_until(lambda: (source.state, source.detail) == (SourceState.RUNNING, ""))
    device.go_on.clear()
    assert wait_until(lambda: source.state is SourceState.RETRYING)  # it is told every time
    device.go_on.set()
    assert wait_until(lambda: source.state is SourceState.RUNNING)
    source.stop()
    assert len(opener.times) == 1
    assert readers() == []


def test_a_read_that_hangs_and_then_fails_is_opened_again() -> None:
    class Lost(FakeDevice):
        def read(self) -> tuple[bool, Any]:
            there, picture = super().read()
            return False, picture

    sink, device, back = FakeSink(), Lost(0, blocks=True), FakeDevice(1, blocks=True)
    source, opener = stalled(device, sink, back)
    device.go_on.set()
    assert sink.wait_for(1)
    assert (len(opener.times), device.released) == (2, True)
    back.go_on.set()
    source.stop()


def test_a_source_whose_driver_hangs_is_stopped_at_once_and_nothing_comes_after() -> None:
    sink, device = FakeSink(), FakeDevice(0, blocks=True)
    source, _ = stalled(device, sink)
    began = time.monotonic()
    source.stop(timeout_secs=5)
    assert time.monotonic() - began < 1
    assert source.state is SourceState.ENDED
    assert [thread.name for thread in threading.enumerate() if thread.name == "capture-camera"] == []
    device.go_on.set()
    assert wait_until(lambda: device.released and readers() == [])
    assert sink.samples == []


def test_started_again_it_waits_for_the_reader_that_hangs() -> None:
    sink, device, back = FakeSink(), FakeDevice(0, blocks=True), FakeDevice(1, blocks=True)
    source, opener = stalled(device, sink, back)
    for _ in range(3):
        source.stop()
        source.start(name="capture-camera")
        assert wait_until(lambda: source.state is SourceState.RETRYING)
        assert "(stalled)" in source.detail
        assert (len(opener.times), len(readers())) == (1, 1)
    device.go_on.set()
    assert sink.wait_for(1)
    assert len(opener.times) == 2
    assert source.captured_count == 1
    assert wait_until(lambda: source.state is SourceState.RUNNING or back.is_waiting.is_set())
    back.go_on.set()
    source.stop()


def test_opening_that_hangs_is_told_and_does_not_keep_the_source() -> None:
    go_on = threading.Event()
    late = FakeDevice(1)

    def opener(index: int, options: CameraOptions) -> Device | None:
        assert go_on.wait(10)
        return late

    source = camera(FakeSink(), opener, STALLING)
    source.start(name="capture-camera")
    assert wait_until(lambda: source.state is SourceState.RETRYING)
    assert "(stalled)" in source.detail
    source.stop()
    go_on.set()
    assert wait_until(lambda: late.released)
    assert late.left == 1  # given back unread: nobody wants it any more


def test_what_is_unforeseen_ends_the_source_and_is_not_told() -> None:
    def opener(index: int, options: CameraOptions) -> Device | None:
        raise RuntimeError("secret")

    source = camera(FakeSink(), opener)
    source.start(name="capture-camera")
    assert wait_until(lambda: source.state is SourceState.ENDED)
    assert source.detail == "source camera:3 ended with RuntimeError"


def test_size_and_rate_are_those_that_the_device_gives() -> None:
    class Telling(FakeDevice):
        def get(self, name: int, /) -> float:
            return {cv2.CAP_PROP_FRAME_WIDTH: 1280.0, cv2.CAP_PROP_FRAME_HEIGHT: 720.0, cv2.CAP_PROP_FPS: 24.0}[name]

    device = Telling(0, blocks=True)
    source = camera(FakeSink(), FakeOpener(device))
    assert (source.size_px, source.frame_rate_hz) == ((640, 480), 30.0)
    source.start(name="capture-camera")
    assert device.is_waiting.wait(10)
    assert (source.size_px, source.frame_rate_hz) == ((1280, 720), 24.0)
    device.go_on.set()
    source.stop()


class PictureDevice(FakeDevice):
    """Gives the same picture again and again, a second later each time."""

    def __init__(self, clock: FakeClock, picture: Any) -> None:
        super().__init__(0)
        self.clock, self.picture = clock, picture
        self.pause = threading.Event()

    def read(self) -> tuple[bool, Any]:
        self.pause.wait(0.005)
        self.clock.advance(nanos=NANOS_PER_SEC)
        return True, self.picture


def test_large_pictures_leave_it_smaller() -> None:
    sink, clock = FakeSink(), FakeClock()
    device = PictureDevice(clock, np.zeros((2160, 3840, 3), np.uint8))
    source = CameraSource(3, sink, clock, QUICK, FakeOpener(device))
    source.start(name="capture-camera")
    assert sink.wait_for(1)
    assert wait_until(lambda: source.size_px == (3840, 2160))
    source.stop()
    assert sink.samples[0].rgb.shape == (720, 1280, 3)


def test_a_covered_camera_says_so_until_it_is_uncovered_or_stopped() -> None:
    sink, clock = FakeSink(), FakeClock()
    black, scene = np.zeros((48, 64, 3), np.uint8), np.zeros((48, 64, 3), np.uint8)
    scene[:24] = 200
    device = PictureDevice(clock, black)
    source = CameraSource(3, sink, clock, QUICK, FakeOpener(device))
    assert source.notice == ""
    source.start(name="capture-camera")
    assert wait_until(lambda: source.notice == "camera 3 delivers only black: open its shutter")
    assert source.state is SourceState.RUNNING
    device.picture = scene
    assert wait_until(lambda: source.notice == "")
    device.picture = black
    assert wait_until(lambda: source.notice != "")
    source.stop()
    assert source.notice == ""


def test_a_camera_that_goes_takes_its_notice_along() -> None:
    clock = FakeClock()
    device = PictureDevice(clock, np.zeros((48, 64, 3), np.uint8))
    source = CameraSource(3, FakeSink(), clock, QUICK, FakeOpener(device), lambda index: CameraFault.GONE)
    source.start(name="capture-camera")
    assert wait_until(lambda: source.notice != "")
    device.picture = None
    assert wait_until(lambda: source.state is SourceState.RETRYING)
    assert source.notice == ""
    source.stop()


def readers() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name == "capture-camera-reader"]


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
    options = CameraOptions(width_px=32, height_px=16, first_retry_secs=60, longest_retry_secs=60)
    source = CameraSource(0, sink, SystemClock(), options, opener)
    source.start(name="capture-camera")
    assert sink.wait_for(5)
    assert wait_until(lambda: source.state is SourceState.RETRYING)  # the clip's end looks like a camera that went away
    source.stop()
    assert opened[0] == options
    assert source.captured_count == 5
    assert source.size_px == (64, 48)  # what the device gives and not what it was asked for
    assert source.frame_rate_hz == cv2.VideoCapture(str(clip)).get(cv2.CAP_PROP_FPS)
    picture = sink.samples[4].rgb
    assert picture.shape == (48, 64, 3)
    assert picture.dtype == np.uint8
    assert picture[..., 0].min() > 200
    assert picture[..., 2].max() < 60
