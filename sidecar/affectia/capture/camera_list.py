"""The cameras of this machine: opened for a moment each, never read."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from affectia.capture import camera_v4l2
from affectia.capture.camera_device import Device, open_camera, read_back
from affectia.capture.camera_fault import CameraFault, fault_of
from affectia.capture.camera_options import CameraOptions
from affectia.capture.camera_v4l2 import CameraMode, VideoNode

MAX_CAMERAS = 8

_HIGHEST_NODE = 63  # Linux numbers its devices as they come, with gaps
_PROFILER = ("system_profiler", "SPCameraDataType", "-json")

Opener = Callable[[int, CameraOptions], Device | None]


@dataclass(frozen=True, slots=True)
class FoundCamera:
    """A camera that is there; size and rate are those it would be opened with, 0 where `fault` keeps them from being known.

    `modes` is what the system says that the camera can do, empty where it says nothing.
    """

    index: int
    name: str
    width_px: int = 0
    height_px: int = 0
    rate_hz: float = 0.0
    fault: CameraFault | None = None
    modes: tuple[CameraMode, ...] = ()

    @property
    def busy(self) -> bool:
        """Whether a session or another program holds it."""
        return self.fault is CameraFault.BUSY

    @property
    def state(self) -> str:
        """The word `ready`, or what is wrong in a word or two."""
        return "ready" if self.fault is None else self.fault.value

    @property
    def next_step(self) -> str:
        """What a person can do about it, empty when it is ready."""
        return "" if self.fault is None else self.fault.next_step()


@dataclass(frozen=True, slots=True)
class Candidate:
    """An index worth trying; `sure` when the system says that a camera is there, so that one that does not open has a fault."""

    index: int
    name: str
    sure: bool
    node: Path | None = None  # where Linux has it


def list_cameras(
    own: Collection[int],
    options: CameraOptions,
    *,
    opener: Opener = open_camera,
    candidates: Collection[Candidate] | None = None,
    examine: Callable[[Path], VideoNode] = camera_v4l2.examine,
) -> list[FoundCamera]:
    """The cameras of this machine, in order; blocks, up to seconds for each.

    Args:
        own: indices that sessions of this process hold; they are listed as busy and not touched.
        options: what a session would ask of a camera.
        opener: opens one device.
        candidates: what to try, None for what this system offers.
        examine: asks one Linux device.
    """
    tried = system_candidates() if candidates is None else candidates
    found = (_found(candidate, own, options, opener, examine) for candidate in tried)
    return [camera for camera in found if camera is not None]


def system_candidates(
    platform: str = sys.platform,
    *,
    devices: Path = Path("/dev"),
    classes: Path = Path("/sys/class/video4linux"),
    described: Path = Path("/run/udev/data"),
    profiler: Callable[[], str] | None = None,
) -> Iterator[Candidate]:
    """What to try on this system; nothing is opened.

    Linux: the video devices that exist, without those for metadata (udev tells; without udev only the first of a camera counts).
    macOS: what the system profiler knows, in the order of OpenCV's indices (by unique id). Elsewhere the first indices.
    """
    if platform.startswith("linux"):
        return _linux_candidates(devices, classes, described)
    named = _mac_names((profiler or _run_profiler)()) if platform == "darwin" else None
    if named is None:
        return (Candidate(index, f"camera {index}", sure=False) for index in range(MAX_CAMERAS))
    return (Candidate(index, name, sure=True) for index, name in enumerate(named[:MAX_CAMERAS]))


def _found(
    candidate: Candidate, own: Collection[int], options: CameraOptions, opener: Opener, examine: Callable[[Path], VideoNode]
) -> FoundCamera | None:
    index, name = candidate.index, candidate.name
    if index in own:
        return FoundCamera(index, name, fault=CameraFault.BUSY)
    modes: tuple[CameraMode, ...] = ()
    if candidate.node is not None:
        node = examine(candidate.node)
        if not node.is_camera:
            return None
        modes, fault = node.modes, fault_of(node.access)
        if fault is CameraFault.GONE:  # between the listing and now
            return None
        if fault is not None:
            return FoundCamera(index, name, fault=fault, modes=modes) if candidate.sure else None
    device = opener(index, options)
    if device is None:
        return FoundCamera(index, name, fault=CameraFault.NO_ANSWER, modes=modes) if candidate.sure else None
    try:
        width_px, height_px, rate_hz = read_back(device)
    finally:
        device.release()
    return FoundCamera(index, name, width_px, height_px, rate_hz, modes=modes)


def _linux_candidates(devices: Path, classes: Path, described: Path) -> Iterator[Candidate]:
    count = 0
    for index in range(_HIGHEST_NODE + 1):
        node, about = devices / f"video{index}", classes / f"video{index}"
        if count == MAX_CAMERAS or not node.exists():
            continue
        captures = _udev_says_capture(described / f"c{_line(about / 'dev')}")
        if captures is False:
            continue
        count += 1
        sure = captures or _line(about / "index") in ("", "0")
        yield Candidate(index, _line(about / "name") or f"camera {index}", sure=sure, node=node)


def _udev_says_capture(record: Path) -> bool | None:
    """Whether udev has found that a device can capture pictures, None where it has not looked."""
    with contextlib.suppress(OSError):
        for line in record.read_text(encoding="utf-8", errors="replace").splitlines():
            if line.startswith("E:ID_V4L_CAPABILITIES="):
                return ":capture:" in line
    return None


def _mac_names(report: str) -> list[str] | None:
    """Names out of the system profiler's JSON in the order of OpenCV's indices, None where it cannot be read."""
    try:
        entries = json.loads(report)["SPCameraDataType"]
        ordered = sorted(entries, key=lambda entry: str(entry.get("spcamera_unique-id", "")))
        return [str(entry.get("_name") or f"camera {index}") for index, entry in enumerate(ordered)]
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


def _run_profiler() -> str:
    try:
        return subprocess.run(_PROFILER, capture_output=True, text=True, timeout=10, check=False).stdout
    except (OSError, subprocess.SubprocessError):
        return ""


def _line(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""
