from __future__ import annotations

import json
import sys
import tomllib
from pathlib import Path

import pytest

from affectia.cli import doctor_libraries
from affectia.cli.doctor_libraries import (
    LIBRARIES,
    MEDIAPIPE,
    Tried,
    camera_finding,
    library_finding,
    library_version,
    microphones_finding,
    missing_step,
    network_finding,
    tried,
)
from affectia.cli.finding import Level
from devtools.repository import ROOT
from devtools.system_packages import LIBRARIES as SYSTEM_LIBRARIES

pytestmark = pytest.mark.unit

CAMERA = {"opened": True, "width_px": 640, "height_px": 480, "rate_hz": 29.9, "first_millis": 310.0, "is_black": False}


def child(tmp_path: Path, *lines: str) -> list[str]:
    """A program that tells of every item in its arguments, after these lines of Python were run for it."""
    program = tmp_path / "child.py"
    body = "\n    ".join(lines or ("pass",))
    program.write_text(
        "import json, os, sys, time\n"
        "def say(**line): print(json.dumps(line), flush=True)\n"
        f"for item in sys.argv[1:]:\n    say(begin=item)\n    {body}\n    say(done=item, size=len(item))\n"
    )
    return [sys.executable, "-S", "-E", str(program)]


def test_what_the_child_tells_is_told_in_order(tmp_path: Path) -> None:
    found = list(tried(["a", "bb"], timeout_secs=20, command=child(tmp_path, "print('[noise]'); print('noise')")))
    assert [(each.item, each.error, each.told["size"]) for each in found] == [("a", "", 1), ("bb", "", 2)]


def test_an_item_that_ends_the_child_costs_only_itself(tmp_path: Path) -> None:
    found = list(tried(["a", "b", "c"], timeout_secs=20, command=child(tmp_path, "if item == 'b': os._exit(7)")))
    assert [(each.item, each.error) for each in found] == [("a", ""), ("b", "ended its process with code 7"), ("c", "")]


def test_an_item_that_hangs_is_given_up_and_the_rest_with_it(tmp_path: Path) -> None:
    found = list(tried(["a", "b", "c"], timeout_secs=0.7, command=child(tmp_path, "if item == 'b': time.sleep(60)")))
    assert [each.item for each in found] == ["a", "b", "c"]
    assert found[0].error == ""
    assert found[1].error.startswith("did not answer within 0.")
    assert found[2].error == "was not tried, there was no time left"
    assert [each.late for each in found] == [False, True, True]


def test_what_only_took_too_long_is_a_warning() -> None:
    assert library_finding(Tried("library:cv2", "did not answer within 8.0 s", late=True), None).level is Level.WARNING
    assert network_finding(Tried("network:x", "did not answer within 8.0 s", late=True)).level is Level.WARNING


def test_a_child_that_says_nothing_is_told_as_that() -> None:
    found = list(tried(["a"], timeout_secs=20, command=[sys.executable, "-S", "-c", "raise SystemExit(3)"]))
    assert found == [Tried("a", "ended its process with code 3")]


def test_the_pinned_version_is_that_of_the_project() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert f"mediapipe=={MEDIAPIPE}" in project["dependencies"]


def test_the_system_libraries_are_those_that_setting_up_installs() -> None:
    assert set(SYSTEM_LIBRARIES) <= set(doctor_libraries._DEBIAN.values())


def test_installed_versions_are_found() -> None:
    assert library_version("mediapipe") == MEDIAPIPE
    assert all(library_version(name) for name in LIBRARIES)


@pytest.mark.parametrize(
    ("tried", "level", "found", "step"),
    [
        (Tried("library:onnxruntime"), Level.OK, "onnxruntime 1.22.0", ""),
        (
            Tried("library:onnxruntime", "ModuleNotFoundError: No module named 'onnxruntime'"),
            Level.WARNING,
            "does not import: ModuleNotFoundError: No module named 'onnxruntime'; voices are told by their loudness alone",
            "`python3 run.py setup` in a checkout, or `pip install affectia[cpu]`",
        ),
        (
            Tried("library:onnxruntime", "ImportError: libgomp.so.1: cannot open shared object file"),
            Level.WARNING,
            "does not import: ImportError: libgomp.so.1: cannot open shared object file; voices are told by their loudness alone",
            "install libgomp1 (Debian, Ubuntu: `sudo apt-get install -y libgomp1`)",
        ),
    ],
)
def test_faces_need_no_runtime_of_networks_that_listen(tried: Tried, level: Level, found: str, step: str) -> None:
    finding = library_finding(tried, "1.22.0")
    assert (finding.name, finding.level, finding.found, finding.next_step) == ("onnxruntime", level, found, step)


@pytest.mark.parametrize(
    ("version", "level", "found"),
    [
        (MEDIAPIPE, Level.OK, f"mediapipe {MEDIAPIPE}"),
        ("1.0.0", Level.PROBLEM, f"version 1.0.0, expected {MEDIAPIPE}: later ones contact their vendor"),
        (None, Level.PROBLEM, f"version None, expected {MEDIAPIPE}: later ones contact their vendor"),
    ],
)
def test_mediapipe_must_be_the_one_that_is_pinned(version: str | None, level: Level, found: str) -> None:
    finding = library_finding(Tried("library:mediapipe"), version)
    assert (finding.name, finding.level, finding.found) == ("mediapipe", level, found)


@pytest.mark.parametrize(
    ("error", "step"),
    [
        ("ImportError: libGL.so.1: cannot open shared object file", "install libgl1 (Debian, Ubuntu: `sudo apt-get install -y libgl1`)"),
        ("OSError: libEGL.so.1: cannot open shared object file: No such file", "install libegl1 (Debian"),
        ("ImportError: libgthread-2.0.so.0: cannot open", "install libglib2.0-0 (Debian"),
        ("ImportError: libnever-heard.so.4: cannot open", "install the system library libnever-heard.so.4"),
        ("ImportError: DLL load failed while importing cv2", "install the Microsoft Visual C++ Redistributable"),
        ("ModuleNotFoundError: No module named 'cv2'", "`python3 run.py setup` in a checkout, or `pip install opencv-contrib-python`"),
        ("ended its process with code -11", "install it anew"),
        ("did not answer within 8.0 s", "try again when the machine is less busy"),
    ],
)
def test_what_is_missing_has_a_next_step(error: str, step: str) -> None:
    finding = library_finding(Tried("library:cv2", error), None)
    assert (finding.name, finding.level) == ("opencv", Level.PROBLEM)
    assert finding.next_step.startswith(step)
    assert finding.next_step == missing_step(error, "opencv-contrib-python")


def test_long_errors_are_cut_to_a_line() -> None:
    finding = library_finding(Tried("library:av", "ImportError: " + "very\nlong " * 90), None)
    assert len(finding.found) < 170
    assert "\n" not in finding.found


@pytest.mark.parametrize(("millis", "level"), [(7.0, Level.OK), (40.0, Level.WARNING)])
def test_a_network_that_runs_has_its_figure(millis: float, level: Level) -> None:
    finding = network_finding(Tried("network:x", told={"load_millis": 300.2, "run_millis": millis}))
    assert finding.level is level
    assert finding.found == f"runs: a blank picture takes {millis:.1f} ms, loading took 300 ms"


def test_a_network_that_does_not_run_is_a_problem() -> None:
    finding = network_finding(Tried("network:x", "OSError: libEGL.so.1: cannot open shared object file"))
    assert finding.level is Level.PROBLEM
    assert "libegl1" in finding.next_step


@pytest.mark.parametrize(
    ("camera", "level", "found"),
    [
        (Tried("camera:2", told=CAMERA), Level.OK, "640 x 480, 29.9 pictures/s, the first after 310 ms"),
        (Tried("camera:2", told=CAMERA | {"is_black": True}), Level.WARNING, "the first after 310 ms, and all black"),
        (Tried("camera:2", told={"opened": False}), Level.PROBLEM, "does not open"),
        (Tried("camera:2", told=CAMERA | {"rate_hz": 0.0}), Level.PROBLEM, "opens and gives no pictures"),
        (Tried("camera:2", "did not answer within 8.0 s"), Level.PROBLEM, "does not work: did not answer within 8.0 s"),
    ],
)
def test_a_camera_that_was_opened(camera: Tried, level: Level, found: str) -> None:
    finding = camera_finding(camera, 2)
    assert (finding.name, finding.level) == ("camera 2", level)
    assert finding.found.endswith(found)
    assert bool(finding.next_step) is (level is not Level.OK)


def test_every_item_can_be_told_as_json() -> None:
    assert json.loads(json.dumps(CAMERA)) == CAMERA


def microphones(*listed: tuple[object, ...], fault: str = "", step: str = "") -> Tried:
    return Tried("microphones:", told={"fault": fault, "next_step": step, "microphones": [list(each) for each in listed]})


READY = (0, "Mic", "ready", "", True)
BUSY = (None, "Line", "busy", "end it", False)


@pytest.mark.parametrize(
    ("told", "level", "found", "step"),
    [
        (microphones(READY), Level.OK, "0 Mic (default) (not opened)", ""),
        (microphones(READY, BUSY), Level.OK, "0 Mic (default), Line (busy) (not opened)", ""),
        (microphones(BUSY), Level.WARNING, "Line (busy); none is ready", "end it"),
        (microphones(), Level.WARNING, "none was found", "plug one in; sound of files needs none"),
        (microphones(fault="no PortAudio", step="install it"), Level.WARNING, "cannot be listed (no PortAudio)", "install it"),
        (
            Tried("microphones:", "did not answer within 5.0 s", late=True),
            Level.WARNING,
            "did not answer within 5.0 s",
            "try again when the",
        ),
        (Tried("microphones:", "ended its process with code -11"), Level.WARNING, "cannot be listed: ended its process", "install it anew"),
    ],
)
def test_microphones(told: Tried, level: Level, found: str, step: str) -> None:
    finding = microphones_finding(told)
    assert (finding.name, finding.level) == ("microphones", level)
    assert finding.found.startswith(found)
    assert finding.next_step.startswith(step)
