"""What Linux says of a video device: whether it may be opened, whether it is a camera, and the modes that it has.

Structures and request numbers are those of the kernel's uapi header linux/videodev2.h. Nothing here makes a camera stream, so none
lights its lamp.
"""

from __future__ import annotations

import enum
import errno
import os
import struct
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

_QUERY_CAPABILITY = 0x80685600
_ENUMERATE_FORMATS = 0xC0405602
_REQUEST_BUFFERS = 0xC0145608
_ENUMERATE_SIZES = 0xC02C564A
_ENUMERATE_INTERVALS = 0xC034564B

_CAN_CAPTURE = 0x1 | 0x1000  # single- and multi-planar
_HAS_DEVICE_CAPABILITIES = 0x80000000
_BUFFER_TYPE_CAPTURE = 1
_MEMORY_MMAP = 1
_DISCRETE = 1

# A device that lies about itself must not keep anybody here.
_MOST_FORMATS, _MOST_SIZES, _MOST_INTERVALS = 16, 64, 32

_ACCESS_ERRNOS = {errno.EBUSY: "BUSY", errno.EACCES: "DENIED", errno.EPERM: "DENIED"}
_MISSING_ERRNOS = (errno.ENOENT, errno.ENODEV, errno.ENXIO, errno.ENOTDIR)

Ioctl = Callable[[int, int, bytearray], object]


class Access(enum.Enum):
    """What opening a device leads to."""

    FREE = "free"
    MISSING = "missing"
    BUSY = "busy"
    DENIED = "denied"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True)
class CameraMode:
    """A way in which a camera can be run: four-letter format, pixels, and the fastest rate there (0 where it does not tell)."""

    pixel_format: str
    width_px: int
    height_px: int
    rate_hz: float


@dataclass(frozen=True, slots=True)
class VideoNode:
    """What a video device says of itself; `is_camera` is True where it could not be asked."""

    access: Access
    is_camera: bool = True
    modes: tuple[CameraMode, ...] = ()


def examine(path: Path, *, ioctl: Ioctl | None = None) -> VideoNode:
    """Open a device for a moment and ask it; never raises for what the system or the device answers."""
    try:
        # Without O_NONBLOCK some drivers wait here for whoever holds the device.
        descriptor = os.open(path, os.O_RDWR | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0))
    except OSError as error:
        return VideoNode(_access(error))
    try:
        return _asked(descriptor, ioctl or _system_ioctl)
    except OSError as error:
        # A file that is no device, or a driver that is none of V4L2's, answers ENOTTY or EINVAL.
        return VideoNode(_access(error), is_camera=error.errno not in (errno.ENOTTY, errno.EINVAL))
    finally:
        os.close(descriptor)


def _asked(descriptor: int, ioctl: Ioctl) -> VideoNode:
    answer = bytearray(104)
    ioctl(descriptor, _QUERY_CAPABILITY, answer)
    whole, of_node = struct.unpack_from("=II", answer, 84)
    if not (of_node if whole & _HAS_DEVICE_CAPABILITIES else whole) & _CAN_CAPTURE:
        return VideoNode(Access.FREE, is_camera=False)
    modes = tuple(_modes(descriptor, ioctl))
    try:
        # Asking for no buffers changes nothing, and is refused while another program streams: opening alone is not.
        ioctl(descriptor, _REQUEST_BUFFERS, bytearray(struct.pack("=5I", 0, _BUFFER_TYPE_CAPTURE, _MEMORY_MMAP, 0, 0)))
    except OSError as error:
        if error.errno == errno.EBUSY:
            return VideoNode(Access.BUSY, modes=modes)
        if error.errno in _MISSING_ERRNOS:
            return VideoNode(Access.MISSING)
    return VideoNode(Access.FREE, modes=modes)


def _modes(descriptor: int, ioctl: Ioctl) -> Iterator[CameraMode]:
    for format_answer in _answers(descriptor, ioctl, _ENUMERATE_FORMATS, struct.pack("=II", 0, _BUFFER_TYPE_CAPTURE), 64, _MOST_FORMATS):
        (code,) = struct.unpack_from("=I", format_answer, 44)
        name = struct.pack("<I", code & 0x7FFFFFFF).decode("ascii", errors="replace").strip()
        for size_answer in _answers(descriptor, ioctl, _ENUMERATE_SIZES, struct.pack("=II", 0, code), 44, _MOST_SIZES):
            kind, width_px, greatest_width_px, _, _, greatest_height_px = struct.unpack_from("=6I", size_answer, 8)
            if kind == _DISCRETE:
                height_px = greatest_width_px
            else:  # steps between two sizes: the largest says what there is
                width_px, height_px = greatest_width_px, greatest_height_px
            yield CameraMode(name, width_px, height_px, _fastest_hz(descriptor, ioctl, code, width_px, height_px))
            if kind != _DISCRETE:
                break


def _fastest_hz(descriptor: int, ioctl: Ioctl, code: int, width_px: int, height_px: int) -> float:
    asked = struct.pack("=4I", 0, code, width_px, height_px)
    fastest = 0.0
    for answer in _answers(descriptor, ioctl, _ENUMERATE_INTERVALS, asked, 52, _MOST_INTERVALS):
        # Discrete: the interval; otherwise the first of a range is the shortest.
        numerator, denominator = struct.unpack_from("=II", answer, 20)
        if numerator:
            fastest = max(fastest, denominator / numerator)
    return round(fastest, 2)


def _answers(descriptor: int, ioctl: Ioctl, request: int, asked: bytes, size: int, most: int) -> Iterator[bytearray]:
    """The answers for index 0, 1, 2, ... until the device has no more; the index is the first word of every such structure."""
    for index in range(most):
        answer = bytearray(size)
        answer[: len(asked)] = asked
        struct.pack_into("=I", answer, 0, index)
        try:
            ioctl(descriptor, request, answer)
        except OSError:  # EINVAL ends the list, ENOTTY says that there is none
            return
        yield answer


def _access(error: OSError) -> Access:
    if error.errno in _MISSING_ERRNOS:
        return Access.MISSING
    return Access[_ACCESS_ERRNOS.get(error.errno or 0, "BROKEN")]


def _system_ioctl(descriptor: int, request: int, answer: bytearray) -> object:
    if sys.platform == "win32":  # the tests of this module run there too
        raise OSError(errno.ENOTTY, "no such call")
    import fcntl

    return fcntl.ioctl(descriptor, request, answer)
