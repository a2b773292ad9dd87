from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import cv2
import pytest

from affectia.capture.camera_device import Device
from affectia.capture.camera_fault import CameraFault
from affectia.capture.camera_list import MAX_CAMERAS, Candidate, FoundCamera, list_cameras, system_candidates
from affectia.capture.camera_options import CameraOptions
from affectia.capture.camera_v4l2 import Access, CameraMode, VideoNode

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


class TellingFakeDevice(FakeDevice):
    def get(self, name: int, /) -> float:
        return {cv2.CAP_PROP_FRAME_WIDTH: 1280.0, cv2.CAP_PROP_FRAME_HEIGHT: 720.0, cv2.CAP_PROP_FPS: 25.0}[name]


class Desk:
    """Cameras by index; remembers which were opened."""

    def __init__(self, devices: dict[int, FakeDevice]) -> None:
        self.devices = devices
        self.opened: list[int] = []

    def open(self, index: int, options: CameraOptions) -> Device | None:
        self.opened.append(index)
        return self.devices.get(index)


def candidates(*indices: int, sure: bool, node: Path | None = None) -> list[Candidate]:
    return [Candidate(index, f"camera {index}", sure, node) for index in indices]


def test_camera_that_opens_is_listed_with_its_size_and_rate_and_given_back_unread() -> None:
    device = TellingFakeDevice()
    found = list_cameras((), CameraOptions(), opener=Desk({1: device}).open, candidates=candidates(0, 1, 2, sure=False))
    assert found == [FoundCamera(1, "camera 1", 1280, 720, 25.0)]
    assert (found[0].state, found[0].next_step, found[0].busy) == ("ready", "", False)
    assert (device.released, device.reads) == (1, 0)


def test_camera_that_is_surely_there_and_does_not_open_gives_no_answer() -> None:
    (found,) = list_cameras((), CameraOptions(), opener=Desk({}).open, candidates=candidates(0, sure=True))
    assert found == FoundCamera(0, "camera 0", fault=CameraFault.NO_ANSWER)
    assert found.next_step == CameraFault.NO_ANSWER.next_step()


def test_camera_of_an_own_session_is_busy_and_not_touched() -> None:
    desk = Desk({0: TellingFakeDevice(), 1: TellingFakeDevice()})
    found = list_cameras({0}, CameraOptions(), opener=desk.open, candidates=candidates(0, 1, sure=False))
    assert [(camera.index, camera.busy) for camera in found] == [(0, True), (1, False)]
    assert desk.opened == [1]


@pytest.mark.parametrize(("access", "fault"), [(Access.BUSY, CameraFault.BUSY), (Access.DENIED, CameraFault.NO_PERMISSION)])
def test_what_linux_tells_saves_the_opening(access: Access, fault: CameraFault) -> None:
    desk, modes = Desk({0: TellingFakeDevice()}), (CameraMode("MJPG", 1280, 720, 30.0),)
    (found,) = list_cameras(
        (),
        CameraOptions(),
        opener=desk.open,
        candidates=candidates(0, sure=True, node=Path("video0")),
        examine=lambda node: VideoNode(access, modes=modes),
    )
    assert found == FoundCamera(0, "camera 0", fault=fault, modes=modes)
    assert desk.opened == []


def test_modes_are_listed_with_a_camera_that_opens() -> None:
    modes = (CameraMode("MJPG", 1280, 720, 30.0),)
    (found,) = list_cameras(
        (),
        CameraOptions(),
        opener=Desk({0: TellingFakeDevice()}).open,
        candidates=candidates(0, sure=True, node=Path("video0")),
        examine=lambda node: VideoNode(Access.FREE, modes=modes),
    )
    assert (found.state, found.modes) == ("ready", modes)


@pytest.mark.parametrize("node", [VideoNode(Access.FREE, is_camera=False), VideoNode(Access.MISSING)])
def test_what_is_no_camera_or_has_gone_is_not_listed(node: VideoNode) -> None:
    desk = Desk({0: TellingFakeDevice()})
    tried = candidates(0, sure=True, node=Path("video0"))
    assert list_cameras((), CameraOptions(), opener=desk.open, candidates=tried, examine=lambda path: node) == []
    assert desk.opened == []


def test_device_that_does_not_tell_its_size() -> None:
    device = FakeDevice()
    assert list_cameras((), CameraOptions(), opener=Desk({0: device}).open, candidates=candidates(0, sure=False)) == [
        FoundCamera(0, "camera 0")
    ]
    assert device.released == 1


def test_device_is_given_back_when_its_size_cannot_be_told() -> None:
    class Broken(FakeDevice):
        def get(self, name: int, /) -> float:
            raise RuntimeError("gone")

    device = Broken()
    with pytest.raises(RuntimeError):
        list_cameras((), CameraOptions(), opener=Desk({0: device}).open, candidates=candidates(0, sure=False))
    assert device.released == 1


def make_linux(root: Path, nodes: dict[int, tuple[str, str]], udev: dict[int, str] | None = None) -> dict[str, Path]:
    devices, classes, described = root / "dev", root / "classes", root / "udev"
    devices.mkdir()
    described.mkdir()
    for index, (name, number) in nodes.items():
        (devices / f"video{index}").touch()
        about = classes / f"video{index}"
        about.mkdir(parents=True)
        (about / "name").write_text(name + "\n")
        (about / "index").write_text(number + "\n")
        (about / "dev").write_text(f"81:{index}\n")
    for index, capabilities in (udev or {}).items():
        (described / f"c81:{index}").write_text(f"I:12345\nE:ID_V4L_VERSION=2\nE:ID_V4L_CAPABILITIES={capabilities}\nG:seat\n")
    return {"devices": devices, "classes": classes, "described": described}


def linux(folders: dict[str, Path]) -> list[Candidate]:
    return list(system_candidates("linux", devices=folders["devices"], classes=folders["classes"], described=folders["described"]))


def offered(folders: dict[str, Path]) -> list[tuple[int, str, bool]]:
    return [(found.index, found.name, found.sure) for found in linux(folders)]


def test_linux_offers_the_devices_that_exist(tmp_path: Path) -> None:
    folders = make_linux(tmp_path, {0: ("Good Cam", "0"), 1: ("Good Cam", "1"), 4: ("Other Cam", "0"), 40: ("Late Cam", "0")})
    assert offered(folders) == [(0, "Good Cam", True), (1, "Good Cam", False), (4, "Other Cam", True), (40, "Late Cam", True)]
    assert linux(folders)[0].node == tmp_path / "dev" / "video0"


def test_linux_skips_what_udev_knows_for_metadata_and_trusts_it_with_a_second_lens(tmp_path: Path) -> None:
    nodes = {0: ("Good Cam", "0"), 1: ("Good Cam", "1"), 2: ("Good Cam IR", "2"), 3: ("Good Cam IR", "3")}
    folders = make_linux(tmp_path, nodes, {0: ":capture:", 1: ":", 2: ":capture:", 3: ":"})
    assert offered(folders) == [(0, "Good Cam", True), (2, "Good Cam IR", True)]


def test_linux_offers_no_more_than_can_be_shown(tmp_path: Path) -> None:
    folders = make_linux(tmp_path, dict.fromkeys(range(20), ("Cam", "0")))
    assert len(offered(folders)) == MAX_CAMERAS


def test_linux_device_that_nobody_describes(tmp_path: Path) -> None:
    (tmp_path / "video0").touch()
    none = tmp_path / "none"
    assert offered({"devices": tmp_path, "classes": none, "described": none}) == [(0, "camera 0", True)]


def test_linux_without_devices_offers_none(tmp_path: Path) -> None:
    assert offered({"devices": tmp_path / "none", "classes": tmp_path, "described": tmp_path}) == []


def test_macos_offers_what_its_profiler_knows_in_the_order_of_opencv() -> None:
    entries = [
        {"_name": "FaceTime HD Camera", "spcamera_unique-id": "3F45E80A"},
        {"_name": "USB Cam", "spcamera_unique-id": "0x1100000"},
        {"spcamera_unique-id": "9"},
    ]
    found = system_candidates("darwin", profiler=lambda: json.dumps({"SPCameraDataType": entries}))
    assert [(camera.index, camera.name, camera.sure) for camera in found] == [
        (0, "USB Cam", True),
        (1, "FaceTime HD Camera", True),
        (2, "camera 2", True),
    ]


def test_macos_without_cameras_offers_none() -> None:
    assert list(system_candidates("darwin", profiler=lambda: '{"SPCameraDataType": []}')) == []


@pytest.mark.parametrize(
    ("platform", "report"), [("win32", ""), ("darwin", ""), ("darwin", "[]"), ("darwin", '{"SPCameraDataType": [1]}'), ("darwin", "{}")]
)
def test_where_the_system_tells_nothing_the_first_indices_are_tried(platform: str, report: str) -> None:
    tried = list(system_candidates(platform, profiler=lambda: report))
    assert [candidate.index for candidate in tried] == list(range(MAX_CAMERAS))
    assert not any(candidate.sure for candidate in tried)
