from __future__ import annotations

from pathlib import Path

import pytest

from affectia.capture.camera_fault import CameraFault, diagnose_camera, fault_of
from affectia.capture.camera_v4l2 import Access

pytestmark = pytest.mark.unit


def test_linux_tells_that_a_camera_is_gone(tmp_path: Path) -> None:
    assert diagnose_camera(3, "linux", devices=tmp_path) is CameraFault.GONE


def test_a_device_that_could_be_opened_just_does_not_answer(tmp_path: Path) -> None:
    (tmp_path / "video3").touch()
    assert diagnose_camera(3, "linux", devices=tmp_path) is CameraFault.NO_ANSWER


@pytest.mark.parametrize("platform", ["win32", "darwin"])
def test_other_systems_tell_nothing(platform: str, tmp_path: Path) -> None:
    assert diagnose_camera(3, platform, devices=tmp_path) is CameraFault.NO_ANSWER


def test_every_answer_of_the_system_has_its_fault() -> None:
    assert {access: fault_of(access) for access in Access} == {
        Access.FREE: None,
        Access.MISSING: CameraFault.GONE,
        Access.BUSY: CameraFault.BUSY,
        Access.DENIED: CameraFault.NO_PERMISSION,
        Access.BROKEN: CameraFault.NO_ANSWER,
    }


def test_every_fault_has_a_next_step_on_every_system() -> None:
    steps = {fault: {platform: fault.next_step(platform) for platform in ("linux", "darwin", "win32")} for fault in CameraFault}
    assert all(step for of_fault in steps.values() for step in of_fault.values())
    assert "group video" in steps[CameraFault.NO_PERMISSION]["linux"]
    assert "System Settings" in steps[CameraFault.NO_PERMISSION]["darwin"]
    assert "Settings, Privacy & security" in steps[CameraFault.NO_PERMISSION]["win32"]
