"""The cameras of this machine: opened for a moment each, never read."""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, runtime_checkable

import cv2

from affectia.capture.camera import CameraOptions, Device, open_camera

MAX_CAMERAS = 8

Opener = Callable[[int, CameraOptions], Device | None]


@dataclass(frozen=True, slots=True)
class FoundCamera:
    """A camera that is there; the size is 0 x 0 when it is busy."""

    index: int
    name: str
    width_px: int = 0
    height_px: int = 0
    busy: bool = False


@dataclass(frozen=True, slots=True)
class Candidate:
    """An index worth trying; `sure` when the system says that a camera is there, so that one that does not open is busy."""

    index: int
    name: str
    sure: bool


@runtime_checkable
class SizedDevice(Protocol):
    """A device that tells its properties, as OpenCV's do."""

    def get(self, name: int) -> float:
        """The value of one property."""
        ...


def list_cameras(
    own: Collection[int], options: CameraOptions, *, opener: Opener = open_camera, candidates: Collection[Candidate] | None = None
) -> list[FoundCamera]:
    """The cameras of this machine, in order; blocks, up to seconds for each.

    Args:
        own: indices that sessions of this process hold; they are listed as busy and not touched.
        options: what a session would ask of a camera.
        opener: opens one device.
        candidates: what to try, None for what this system offers.
    """
    found = []
    for candidate in list(system_candidates()) if candidates is None else candidates:
        if candidate.index in own:
            found.append(FoundCamera(candidate.index, candidate.name, busy=True))
            continue
        device = opener(candidate.index, options)
        if device is None:
            if candidate.sure:
                found.append(FoundCamera(candidate.index, candidate.name, busy=True))
            continue
        try:
            width_px, height_px = _size(device)
        finally:
            device.release()
        found.append(FoundCamera(candidate.index, candidate.name, width_px, height_px))
    return found


def system_candidates(
    platform: str = sys.platform, *, devices: Path = Path("/dev"), classes: Path = Path("/sys/class/video4linux")
) -> Iterator[Candidate]:
    """What to try on this system: on Linux the video devices that exist, elsewhere the first indices."""
    for index in range(MAX_CAMERAS):
        if not platform.startswith("linux"):
            yield Candidate(index, f"camera {index}", sure=False)
        elif (devices / f"video{index}").exists():
            described = classes / f"video{index}"
            # A webcam has further nodes, for metadata, that never open; only its first one is surely a camera.
            yield Candidate(index, _line(described / "name") or f"camera {index}", sure=_line(described / "index") in ("", "0"))


def _size(device: Device) -> tuple[int, int]:
    if not isinstance(device, SizedDevice):
        return 0, 0
    return max(0, int(device.get(cv2.CAP_PROP_FRAME_WIDTH))), max(0, int(device.get(cv2.CAP_PROP_FRAME_HEIGHT)))


def _line(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""
