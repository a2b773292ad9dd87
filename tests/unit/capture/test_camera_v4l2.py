from __future__ import annotations

import errno
import os
import struct
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

import pytest

from affectia.capture.camera_v4l2 import Access, CameraMode, VideoNode, examine

pytestmark = pytest.mark.unit

MJPG, YUYV = (int.from_bytes(name, "little") for name in (b"MJPG", b"YUYV"))
T = TypeVar("T")
CAPTURE, META, DEVICE_CAPABILITIES = 0x1, 0x00800000, 0x80000000


class FakeDriver:
    """Answers as the kernel does, by the layouts of linux/videodev2.h."""

    def __init__(
        self,
        *,
        of_node: int = CAPTURE,
        modes: dict[int, dict[tuple[int, int], list[tuple[int, int]]]] | None = None,
        busy: int = 0,
        stepwise: bool = False,
        endless: bool = False,
    ) -> None:
        self.of_node, self.modes, self.busy, self.stepwise, self.endless = of_node, modes or {}, busy, stepwise, endless
        self.requests: list[int] = []

    def __call__(self, descriptor: int, request: int, answer: bytearray) -> object:
        os.fstat(descriptor)  # it must be open
        number = request & 0xFF
        assert len(answer) == (request >> 16) & 0x3FFF
        self.requests.append(number)
        {0: self.capability, 2: self.format, 8: self.buffers, 74: self.size, 75: self.interval}[number](answer)
        return 0

    def capability(self, answer: bytearray) -> None:
        struct.pack_into("=16s32s32sIII", answer, 0, b"uvcvideo", b"Good Cam", b"usb-1", 1, CAPTURE | DEVICE_CAPABILITIES, self.of_node)

    def format(self, answer: bytearray) -> None:
        index, kind = struct.unpack_from("=II", answer)
        assert kind == 1
        struct.pack_into("=I", answer, 44, self.at(list(self.modes), index))

    def size(self, answer: bytearray) -> None:
        index, code = struct.unpack_from("=II", answer)
        width, height = self.at(list(self.modes[code]), index)
        if self.stepwise:
            struct.pack_into("=I6I", answer, 8, 3, 16, width, 16, 16, height, 16)
        else:
            struct.pack_into("=III", answer, 8, 1, width, height)

    def interval(self, answer: bytearray) -> None:
        index, code, width, height = struct.unpack_from("=4I", answer)
        struct.pack_into("=III", answer, 16, 1, *self.at(self.modes[code][width, height], index))

    def buffers(self, answer: bytearray) -> None:
        count, kind, memory = struct.unpack_from("=III", answer)
        assert (count, kind, memory) == (0, 1, 1)
        if self.busy:
            raise OSError(self.busy, "no")

    def at(self, items: Sequence[T], index: int) -> T:
        if self.endless:
            return items[0]
        if index >= len(items):
            raise OSError(errno.EINVAL, "no more")
        return items[index]


@pytest.fixture
def node(tmp_path: Path) -> Path:
    path = tmp_path / "video0"
    path.touch()
    return path


def refusing(number: int) -> Callable[[int, int, bytearray], object]:
    def ioctl(descriptor: int, request: int, answer: bytearray) -> object:
        raise OSError(number, "no")

    return ioctl


def test_a_camera_tells_its_modes_with_the_fastest_rate(node: Path) -> None:
    driver = FakeDriver(modes={MJPG: {(1920, 1080): [(1, 30)], (1280, 720): [(1, 60), (1, 30)]}, YUYV: {(640, 480): [(1001, 30000)]}})
    assert examine(node, ioctl=driver) == VideoNode(
        Access.FREE,
        modes=(
            CameraMode("MJPG", 1920, 1080, 30.0),
            CameraMode("MJPG", 1280, 720, 60.0),
            CameraMode("YUYV", 640, 480, 29.97),
        ),
    )


def test_a_camera_of_free_sizes_tells_the_largest(node: Path) -> None:
    driver = FakeDriver(modes={YUYV: {(2592, 1944): [(1, 15)]}}, stepwise=True)
    assert examine(node, ioctl=driver).modes == (CameraMode("YUYV", 2592, 1944, 15.0),)


def test_a_camera_that_another_program_streams_from_is_busy(node: Path) -> None:
    found = examine(node, ioctl=FakeDriver(modes={YUYV: {(640, 480): [(1, 30)]}}, busy=errno.EBUSY))
    assert (found.access, len(found.modes)) == (Access.BUSY, 1)


def test_a_camera_that_is_pulled_out_meanwhile_is_missing(node: Path) -> None:
    assert examine(node, ioctl=FakeDriver(busy=errno.ENODEV)).access is Access.MISSING
    assert examine(node, ioctl=refusing(errno.ENODEV)).access is Access.MISSING


def test_a_driver_that_lends_no_buffers_is_free(node: Path) -> None:
    assert examine(node, ioctl=FakeDriver(busy=errno.EINVAL)).access is Access.FREE


def test_a_metadata_device_is_no_camera(node: Path) -> None:
    driver = FakeDriver(of_node=META)
    assert not examine(node, ioctl=driver).is_camera
    assert driver.requests == [0]


def test_what_is_no_video_device_is_no_camera(node: Path) -> None:
    assert not examine(node, ioctl=refusing(errno.ENOTTY)).is_camera
    assert not examine(node).is_camera  # an empty file, asked in earnest


def test_a_device_that_never_ends_its_lists_is_left(node: Path) -> None:
    driver = FakeDriver(modes={YUYV: {(640, 480): [(0, 30)]}}, endless=True)
    found = examine(node, ioctl=driver)
    assert len(found.modes) == 16 * 64
    assert {mode.rate_hz for mode in found.modes} == {0.0}


def test_a_device_that_is_not_there(tmp_path: Path) -> None:
    assert examine(tmp_path / "video0") == VideoNode(Access.MISSING)


@pytest.mark.parametrize(
    ("number", "access"),
    [(errno.EBUSY, Access.BUSY), (errno.EACCES, Access.DENIED), (errno.EPERM, Access.DENIED), (errno.EIO, Access.BROKEN)],
)
def test_what_opening_answers(node: Path, number: int, access: Access) -> None:
    # Opening and the first request are told apart by nobody, so the request stands in for what only a real device refuses.
    assert examine(node, ioctl=refusing(number)).access is access


def test_every_descriptor_is_closed(node: Path) -> None:
    opened: list[int] = []

    def ioctl(descriptor: int, request: int, answer: bytearray) -> object:
        opened.append(descriptor)
        raise OSError(errno.EIO, "no")

    examine(node, ioctl=ioctl)
    with pytest.raises(OSError, match="descriptor"):
        os.fstat(opened[0])
