from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from affectia.capture.camera_fault import CameraFault
from affectia.capture.camera_list import FoundCamera
from affectia.capture.camera_options import CameraOptions
from affectia.capture.camera_v4l2 import CameraMode
from affectia.capture.microphone_fault import MicrophoneFault
from affectia.capture.microphone_list import FoundMicrophone, MicrophoneListing
from affectia.cli.devices import Desk, devices
from affectia.errors import ConfigError

pytestmark = pytest.mark.unit

MODES = (
    CameraMode("MJPG", 1920, 1080, 30.0),
    CameraMode("MJPG", 1280, 720, 60.0),
    CameraMode("YUYV", 640, 480, 15.0),
    CameraMode("YUYV", 640, 480, 30.0),
    CameraMode("GREY", 320, 240, 0.0),
)
GOOD = FoundCamera(0, "Good [Cam]", 640, 480, 30.0, modes=MODES)
HELD = FoundCamera(2, "Held Cam", fault=CameraFault.BUSY)


class FakeDesk(Desk):
    def __init__(self, *found: FoundCamera) -> None:
        self.found = list(found)
        self.asked: list[CameraOptions] = []
        self.listing = MicrophoneListing()

    @staticmethod
    def hearing(*found: FoundMicrophone, fault: MicrophoneFault | None = None) -> FakeDesk:
        desk = FakeDesk()
        desk.listing = MicrophoneListing(found, fault)
        return desk

    def cameras(self, options: CameraOptions) -> list[FoundCamera]:
        self.asked.append(options)
        return self.found

    def microphones(self) -> MicrophoneListing:
        return self.listing


def seen(result: Result) -> list[str]:
    """What stands of cameras, which come first."""
    lines = result.stdout.splitlines()
    return lines[: len(lines) - 1 - lines[::-1].index("")]


def heard(result: Result) -> list[str]:
    """What stands of microphones."""
    lines = result.stdout.splitlines()
    return lines[lines.index("", 1) + 1 :]


def run(tmp_path: Path, desk: Desk | None, *arguments: str, text: str = "") -> Result:
    app = typer.Typer()
    app.command()(devices)
    settings = tmp_path / "affectia.toml"
    settings.write_text(text)
    return CliRunner().invoke(app, ["--config", str(settings), *arguments], obj=desk, env={"COLUMNS": "160"})


def test_a_table_shows_what_is_there_and_the_next_step(tmp_path: Path) -> None:
    result = run(tmp_path, FakeDesk(GOOD, HELD))
    assert result.exit_code == 0
    good = next(line for line in result.stdout.splitlines() if line.startswith(" camera:0 "))
    for part in ("Good [Cam]", "ready", "640 x 480", "30 Hz", "MJPG 1920 x 1080 at 30 Hz, YUYV 640 x 480 at 30 Hz, GREY 320 x 240"):
        assert part in good
    held = next(line for line in result.stdout.splitlines() if line.startswith(" camera:2 "))
    assert held.split() == ["camera:2", "Held", "Cam", "busy"]
    assert seen(result)[-2:] == [
        "camera:2 is busy: end the other program that holds it",
        "`affectia serve --source camera:0` watches through the first that is ready",
    ]


def test_none_that_is_ready(tmp_path: Path) -> None:
    result = run(tmp_path, FakeDesk(HELD, FoundCamera(3, "Shy Cam", fault=CameraFault.NO_PERMISSION)))
    assert result.exit_code == 0
    assert "camera:3 is not allowed: " in result.stdout
    assert seen(result)[-1] == "no camera is ready; `affectia serve --source synthetic` works without one"


def test_none_at_all_is_a_sentence_and_no_error(tmp_path: Path) -> None:
    result = run(tmp_path, FakeDesk())
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        "no camera was found: plug one in; `affectia serve --source synthetic` works without one",
        "",
        "no microphone was found: plug one in",
    ]


@pytest.mark.parametrize("fault", CameraFault)
def test_every_fault_is_told_in_a_sentence(fault: CameraFault, tmp_path: Path) -> None:
    told = seen(run(tmp_path, FakeDesk(FoundCamera(1, "Cam", fault=fault))))[-2]
    assert told.startswith("camera:1 is ")
    assert told.endswith(f": {fault.next_step()}")


def test_json_is_for_programs(tmp_path: Path) -> None:
    listed = json.loads(run(tmp_path, FakeDesk(GOOD, HELD), "--json").stdout)
    assert listed[0] == {
        "kind": "camera",
        "source": "camera:0",
        "index": 0,
        "name": "Good [Cam]",
        "state": "ready",
        "next_step": "",
        "width_px": 640,
        "height_px": 480,
        "rate_hz": 30.0,
        "modes": [
            {"pixel_format": mode.pixel_format, "width_px": mode.width_px, "height_px": mode.height_px, "rate_hz": mode.rate_hz}
            for mode in MODES
        ],
    }
    assert (listed[1]["state"], listed[1]["width_px"], listed[1]["next_step"]) == ("busy", 0, CameraFault.BUSY.next_step())
    assert json.loads(run(tmp_path, FakeDesk(), "--json").stdout) == []


def test_cameras_are_asked_for_what_the_settings_say(tmp_path: Path) -> None:
    desk = FakeDesk()
    run(tmp_path, desk, text="[camera]\nwidth_px = 1280\nheight_px = 720\n")
    assert (desk.asked[0].width_px, desk.asked[0].height_px) == (1280, 720)


def test_settings_that_cannot_be_are_refused(tmp_path: Path) -> None:
    assert isinstance(run(tmp_path, FakeDesk(), text="[camera]\nwidth_px = 1\n").exception, ConfigError)


def test_native_output_is_back_after_it(tmp_path: Path) -> None:
    before = os.fstat(2)
    Desk().cameras(CameraOptions())
    assert os.path.samestat(before, os.fstat(2))


MIC = FoundMicrophone(4, "Mic [USB]", "ALSA", 48000, 1, is_default=True)


def test_microphones_stand_below_the_cameras(tmp_path: Path) -> None:
    desk = FakeDesk.hearing(
        MIC,
        FoundMicrophone(5, "Headset", "ALSA", 44100, 2, fault=MicrophoneFault.BUSY),
        FoundMicrophone(None, "Line", "ALSA", fault=MicrophoneFault.NO_PERMISSION),
    )
    lines = heard(run(tmp_path, desk))
    mic = next(line for line in lines if line.startswith(" microphone:4 "))
    assert mic.split() == ["microphone:4", "Mic", "[USB]", "(default)", "ready", "1", "48000", "Hz", "ALSA"]
    assert lines[-2] == "microphone:5 is busy: end the other program that holds it"
    assert lines[-1].startswith("Line is not allowed: ")


@pytest.mark.parametrize("fault", MicrophoneFault)
def test_every_fault_of_a_microphone_is_told(fault: MicrophoneFault, tmp_path: Path) -> None:
    lines = heard(run(tmp_path, FakeDesk.hearing(FoundMicrophone(1, "Mic", fault=fault))))
    assert lines[-2].endswith(f": {fault.next_step()}")
    assert lines[-1] == "no microphone is ready"


def test_where_microphones_cannot_be_listed_the_reason_stands(tmp_path: Path) -> None:
    fault = MicrophoneFault.NO_LIBRARY
    lines = run(tmp_path, FakeDesk.hearing(fault=fault)).stdout.splitlines()
    assert lines[-1] == f"microphones cannot be listed (no PortAudio): {fault.next_step()}"


def test_json_has_microphones_too(tmp_path: Path) -> None:
    (listed,) = json.loads(run(tmp_path, FakeDesk.hearing(MIC), "--json").stdout)
    assert listed == {
        "kind": "microphone",
        "source": "microphone:4",
        "index": 4,
        "name": "Mic [USB]",
        "state": "ready",
        "next_step": "",
        "rate_hz": 48000,
        "channels": 1,
        "is_default": True,
        "host_api": "ALSA",
    }


def test_this_machine_can_be_asked() -> None:
    assert isinstance(Desk().microphones(), MicrophoneListing)
