from __future__ import annotations

import io
import subprocess
import sys
from pathlib import Path

import pytest
from rich.console import Console

from affectia.cli.doctor import Examination, as_plain, line
from affectia.cli.finding import Finding, Level
from affectia.cli.sidecar_process import child_environment
from affectia.inference.model_store import ModelStore

pytestmark = pytest.mark.unit

LONG = Finding(
    "face_landmarker", Level.PROBLEM, "is not what it should be, in so many words that no line of a terminal takes them all", "pull it"
)


def shown(finding: Finding, width: int, *, ascii_only: bool = False) -> list[str]:
    console = Console(file=io.StringIO(), width=width, force_terminal=False)
    console.print(line(finding, width, ascii_only=ascii_only))
    assert isinstance(console.file, io.StringIO)
    return [each.rstrip() for each in console.file.getvalue().splitlines()]


def test_a_finding_is_a_line_with_its_mark() -> None:
    assert shown(Finding("python", Level.OK, "3.12.1"), 80) == ["✓ python          3.12.1"]
    assert shown(Finding("ports", Level.WARNING, "odd", "look"), 80) == ["! ports           odd", "                  → look"]


def test_marks_of_a_terminal_that_knows_only_ascii() -> None:
    assert shown(Finding("ports", Level.PROBLEM, "held", "end it"), 80, ascii_only=True) == [
        "x  ports           held",
        "                   -> end it",
    ]


@pytest.mark.parametrize("width", [60, 80, 100, 200])
def test_long_lines_are_folded_under_themselves(width: int) -> None:
    lines = shown(LONG, width)
    assert max(len(each) for each in lines) <= width
    assert all(each.startswith(" " * 18) for each in lines[1:])
    assert " ".join(" ".join(lines).split()) == f"✗ face_landmarker {LONG.found} → pull it"


def test_the_report_for_a_program() -> None:
    report = as_plain([Finding("a", Level.OK, "fine"), LONG])
    assert (report["ok"], report["verdict"]) == (False, "1 problem; first: pull it")
    assert report["findings"][0] == {"name": "a", "level": "ok", "found": "fine", "next_step": ""}
    assert as_plain([Finding("a", Level.WARNING, "odd")])["ok"] is True


def test_a_camera_is_looked_at_only_when_it_is_named(tmp_path: Path) -> None:
    def names(camera: int | None) -> list[str]:
        return [check.name for check in Examination(ModelStore(tmp_path), None, None, camera).checks()]

    assert "camera" not in names(None)
    assert "camera" in names(1)
    assert names(None)[:2] == ["python", "libraries"]
    assert {"hearing", "microphones"} <= set(names(None))
    assert names(1).index("camera") == names(1).index("cameras") + 1


def test_it_starts_where_every_library_is_broken() -> None:
    heavy = ("cv2", "mediapipe", "numpy", "zmq", "grpc", "av", "pydantic", "sounddevice")
    program = f"import sys, affectia.cli.doctor; sys.exit(any(name in sys.modules for name in {heavy!r}))"
    assert subprocess.run([sys.executable, "-c", program], env=child_environment(), check=False).returncode == 0
