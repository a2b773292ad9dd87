"""Why a camera gives no pictures, and what to do about it."""

from __future__ import annotations

import enum
import sys
from pathlib import Path

from affectia.capture import camera_v4l2


class CameraFault(enum.Enum):
    """Why a camera gives no pictures; NO_ANSWER where the system does not tell."""

    GONE = "gone"
    BUSY = "busy"
    NO_PERMISSION = "no permission"
    STALLED = "stalled"
    NO_ANSWER = "no answer"

    def next_step(self, platform: str = sys.platform) -> str:
        """What a person can do, as the end of a sentence."""
        return _ALLOW.get(platform, _ALLOW["linux"]) if self is CameraFault.NO_PERMISSION else _NEXT_STEPS[self]


_NEXT_STEPS = {
    CameraFault.GONE: "plug it in",
    CameraFault.BUSY: "end the other program that holds it",
    CameraFault.STALLED: "its driver does not answer, unplug it and plug it in again",
    CameraFault.NO_ANSWER: "plug it in, end other programs that may hold it, or allow this one to use it",
}
_ALLOW = {
    "linux": "add yourself to group video (`sudo usermod -aG video $USER`) and log in again",
    "darwin": "allow it in System Settings, Privacy & Security, Camera",
    "win32": "allow it in Settings, Privacy & security, Camera",
}


def diagnose_camera(index: int, platform: str = sys.platform, *, devices: Path = Path("/dev")) -> CameraFault:
    """Why a camera that has just been tried in vain gave nothing; opens it for a moment where that tells something (Linux)."""
    if not platform.startswith("linux"):
        return CameraFault.NO_ANSWER
    return fault_of(camera_v4l2.examine(devices / f"video{index}").access) or CameraFault.NO_ANSWER


def fault_of(access: camera_v4l2.Access) -> CameraFault | None:
    """The fault that the system's answer means, None where it would let the camera be opened."""
    return _FAULTS.get(access)


_FAULTS = {
    camera_v4l2.Access.MISSING: CameraFault.GONE,
    camera_v4l2.Access.BUSY: CameraFault.BUSY,
    camera_v4l2.Access.DENIED: CameraFault.NO_PERMISSION,
    camera_v4l2.Access.BROKEN: CameraFault.NO_ANSWER,
}
