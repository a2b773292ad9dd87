from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from affectia.cli.main import main
from affectia.version import installed_version

pytestmark = pytest.mark.unit


def test_the_version_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out.strip() == installed_version()


def test_an_error_of_ours_is_one_sentence_and_its_code(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["serve", "--source", "cammera:0"]) == 2
    error = capsys.readouterr().err
    assert error == "affectia: source is 'cammera:0', expected camera:N, file:PATH, clip:ID, take:PATH, synthetic, npc or none\n"


def test_a_wrong_option_is_a_usage_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["serve", "--sauce", "camera:0"]) == 2
    assert "--source" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["serve", "watch", "demo", "models", "replay", "bake", "devices", "doctor", "inspect"])
def test_every_command_explains_itself(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([command, "--help"]) == 0
    assert command in capsys.readouterr().out


@pytest.fixture
def broken_library(tmp_path: Path) -> dict[str, str]:
    """An environment in which OpenCV does not load, as where a system library is missing."""
    (tmp_path / "cv2.py").write_text("raise ImportError('libGL.so.1: cannot open shared object file')\n")
    return {**os.environ, "PYTHONPATH": os.pathsep.join((str(tmp_path), *filter(None, sys.path)))}


def affectia(environment: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "affectia", *arguments], env=environment, capture_output=True, text=True, timeout=60)


def test_a_library_that_does_not_load_is_one_sentence(broken_library: dict[str, str]) -> None:
    ended = affectia(broken_library, "serve")
    assert ended.returncode == 1
    assert ended.stderr.startswith("affectia: a library does not load (libGL.so.1: cannot open shared object file)")
    assert "affectia doctor" in ended.stderr


def test_the_doctor_works_where_a_library_does_not(broken_library: dict[str, str]) -> None:
    ended = affectia(broken_library, "doctor", "--help")
    assert (ended.returncode, ended.stderr) == (0, "")
