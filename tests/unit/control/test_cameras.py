from __future__ import annotations

from pathlib import Path
from typing import Any

import cv2
import pytest

from affectia.capture.camera import CameraOptions, Device
from affectia.control.cameras import MAX_CAMERAS, Candidate, FoundCamera, list_cameras, system_candidates

pytestmark = pytest.mark.unit


class FakeDevice:
    def __init__(self) -> None:
        self.released = 0
        self.reads = 0

    def read(self) -> tuple[bool, Any]:
        self.reads += 1
        return False, None

    def release(self) -> None:
        self.released += 1


class SizedFakeDevice(FakeDevice):
    def get(self, name: int) -> float:
        return {cv2.CAP_PROP_FRAME_WIDTH: 1280.0, cv2.CAP_PROP_FRAME_HEIGHT: 720.0}[name]


class Desk:
    """Cameras by index; remembers which were opened."""

    def __init__(self, devices: dict[int, FakeDevice]) -> None:
        self.devices = devices
        self.opened: list[int] = []

    def open(self, index: int, options: CameraOptions) -> Device | None:
        self.opened.append(index)
        return self.devices.get(index)


def candidates(*indices: int, sure: bool) -> list[Candidate]:
    return [Candidate(index, f"camera {index}", sure) for index in indices]


def test_camera_that_opens_is_listed_with_its_size_and_given_back_unread() -> None:
    device = SizedFakeDevice()
    found = list_cameras((), CameraOptions(), opener=Desk({1: device}).open, candidates=candidates(0, 1, 2, sure=False))
    assert found == [FoundCamera(1, "camera 1", 1280, 720)]
    assert (device.released, device.reads) == (1, 0)


def test_camera_that_is_surely_there_and_does_not_open_is_busy() -> None:
    found = list_cameras((), CameraOptions(), opener=Desk({}).open, candidates=candidates(0, sure=True))
    assert found == [FoundCamera(0, "camera 0", busy=True)]


def test_camera_of_an_own_session_is_busy_and_not_touched() -> None:
    desk = Desk({0: SizedFakeDevice(), 1: SizedFakeDevice()})
    found = list_cameras({0}, CameraOptions(), opener=desk.open, candidates=candidates(0, 1, sure=False))
    assert [(camera.index, camera.busy) for camera in found] == [(0, True), (1, False)]
    assert desk.opened == [1]


def test_device_that_does_not_tell_its_size() -> None:
    device = FakeDevice()
    assert list_cameras((), CameraOptions(), opener=Desk({0: device}).open, candidates=candidates(0, sure=False)) == [
        FoundCamera(0, "camera 0")
    ]
    assert device.released == 1


def test_device_is_given_back_when_its_size_cannot_be_told() -> None:
    class Broken(FakeDevice):
        def get(self, name: int) -> float:
            raise RuntimeError("gone")

    device = Broken()
    with pytest.raises(RuntimeError):
        list_cameras((), CameraOptions(), opener=Desk({0: device}).open, candidates=candidates(0, sure=False))
    assert device.released == 1


def make_linux(root: Path, nodes: dict[int, tuple[str, str]]) -> dict[str, Path]:
    devices, classes = root / "dev", root / "classes"
    devices.mkdir()
    for index, (name, number) in nodes.items():
        (devices / f"video{index}").touch()
        described = classes / f"video{index}"
        described.mkdir(parents=True)
        (described / "name").write_text(name + "\n")
        (described / "index").write_text(number + "\n")
    return {"devices": devices, "classes": classes}


def test_linux_offers_the_devices_that_exist(tmp_path: Path) -> None:
    folders = make_linux(tmp_path, {0: ("Good Cam", "0"), 1: ("Good Cam", "1"), 4: ("Other Cam", "0"), 9: ("Too Far", "0")})
    assert list(system_candidates("linux", **folders)) == [
        Candidate(0, "Good Cam", sure=True),
        Candidate(1, "Good Cam", sure=False),
        Candidate(4, "Other Cam", sure=True),
    ]


def test_linux_device_that_nobody_describes(tmp_path: Path) -> None:
    (tmp_path / "video0").touch()
    assert list(system_candidates("linux", devices=tmp_path, classes=tmp_path / "none")) == [Candidate(0, "camera 0", sure=True)]


def test_linux_without_devices_offers_none(tmp_path: Path) -> None:
    assert not list(system_candidates("linux", devices=tmp_path / "none", classes=tmp_path))


@pytest.mark.parametrize("platform", ["win32", "darwin"])
def test_other_systems_offer_the_first_indices(platform: str) -> None:
    offered = list(system_candidates(platform))
    assert [candidate.index for candidate in offered] == list(range(MAX_CAMERAS))
    assert not any(candidate.sure for candidate in offered)
