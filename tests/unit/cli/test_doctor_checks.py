from __future__ import annotations

from pathlib import Path

import pytest

from affectia.cli.doctor_checks import (
    FACE_MODEL,
    camera_finding,
    check_cache,
    check_cameras,
    check_clock,
    check_loopback,
    check_models,
    check_processors,
    check_python,
    check_settings,
    clock_finding,
    loopback_finding,
    processor_finding,
    python_finding,
)
from affectia.cli.finding import Level
from affectia.inference.model_store import CACHE_DIR_VARIABLE, ModelStore
from affectia.session.session_parts import FACE_MODEL as SESSIONS_FACE_MODEL

pytestmark = pytest.mark.unit

NOW = 1_790_000_000 * 1_000_000_000


@pytest.mark.parametrize(
    ("version", "bits", "level"),
    [
        ((3, 11, 7), 64, Level.OK),
        ((3, 13, 0), 64, Level.OK),
        ((3, 10, 1), 64, Level.PROBLEM),
        ((3, 14, 0), 64, Level.PROBLEM),
        ((3, 12, 0), 32, Level.PROBLEM),
    ],
)
def test_pythons(version: tuple[int, ...], bits: int, level: Level) -> None:
    finding = python_finding(version, bits, "Linux")
    assert finding.level is level
    assert finding.found == f"{version[0]}.{version[1]}.{version[2]}, {bits} bit, Linux"


def test_this_python_is_fine() -> None:
    assert [finding.level for finding in check_python()] == [Level.OK]


def test_missing_and_damaged_models_are_told_with_the_command_that_brings_them(tmp_path: Path) -> None:
    store = ModelStore(tmp_path)
    damaged = store.verify(FACE_MODEL).path
    damaged.parent.mkdir(parents=True)
    damaged.write_bytes(b"cut off")
    found = {finding.name: finding for finding in check_models(store)}
    assert (found[FACE_MODEL].level, found[FACE_MODEL].next_step) == (Level.PROBLEM, f"affectia models pull {FACE_MODEL}")
    assert found[FACE_MODEL].found.startswith("is damaged: has 7 bytes, expected ")
    assert (found["carphone"].level, found["carphone"].found) == (Level.WARNING, "is not in the cache")


def test_the_face_model_is_the_one_that_sessions_load() -> None:
    assert FACE_MODEL == SESSIONS_FACE_MODEL


@pytest.mark.parametrize(
    ("cameras", "can_tell", "level", "found"),
    [
        ([(0, "Cam", True), (2, "Other", True)], True, Level.OK, "0 Cam, 2 Other (not opened)"),
        ([(0, "Cam", False)], True, Level.PROBLEM, "0 Cam; this user may not open camera 0"),
        ([], True, Level.WARNING, "none was found"),
        ([], False, Level.OK, "not looked for: this system names cameras only when they are opened"),
    ],
)
def test_cameras(cameras: list[tuple[int, str, bool]], can_tell: bool, level: Level, found: str) -> None:
    finding = camera_finding(cameras, can_tell=can_tell)
    assert (finding.level, finding.found) == (level, found)


def test_no_camera_is_opened_to_name_it(monkeypatch: pytest.MonkeyPatch) -> None:
    import cv2

    def opened(*_arguments: object) -> None:
        raise AssertionError("a camera was opened")

    monkeypatch.setattr(cv2, "VideoCapture", opened)
    assert len(list(check_cameras("linux"))) == len(list(check_cameras("win32"))) == 1


@pytest.mark.parametrize(
    ("millis", "localhost", "level"),
    [(0.1, ["127.0.0.1", "::1"], Level.OK), (0.1, ["::1"], Level.WARNING), (0.1, [], Level.WARNING), (None, [], Level.PROBLEM)],
)
def test_loopback(millis: float | None, localhost: list[str], level: Level) -> None:
    assert loopback_finding(millis, localhost).level is level


def test_this_machine_reaches_itself() -> None:
    (finding,) = check_loopback()
    assert finding.found.startswith("127.0.0.1 answers in ")


@pytest.mark.parametrize(
    ("resolution_secs", "late_millis", "unix_nanos", "alike", "level"),
    [
        (1e-9, 0.1, NOW, True, Level.OK),
        (1e-9, 0.1, NOW, None, Level.OK),
        (0.0156, 0.1, NOW, True, Level.WARNING),
        (1e-9, 14.6, NOW, True, Level.WARNING),
        (1e-9, 0.1, 0, True, Level.WARNING),
        (1e-9, 0.1, NOW, False, Level.WARNING),
    ],
)
def test_clocks(resolution_secs: float, late_millis: float, unix_nanos: int, alike: bool | None, level: Level) -> None:
    assert clock_finding(resolution_secs, late_millis, unix_nanos, alike).level is level


def test_this_clock_is_measured() -> None:
    (finding,) = check_clock(True)
    assert "a wait of 1 ms ends" in finding.found


@pytest.mark.parametrize(
    ("count", "load", "level"), [(8, 2.0, Level.OK), (2, None, Level.OK), (1, 0.1, Level.WARNING), (2, 3.5, Level.WARNING)]
)
def test_processors(count: int, load: float | None, level: Level) -> None:
    assert processor_finding(count, load).level is level


def test_these_processors_are_counted() -> None:
    (finding,) = check_processors()
    assert "processor" in finding.found


def test_a_cache_that_takes_a_file_is_left_as_it_was(tmp_path: Path) -> None:
    (finding,) = check_cache(tmp_path / "new")
    assert finding.level is Level.OK
    assert list((tmp_path / "new").iterdir()) == []


def test_a_cache_that_cannot_be_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    (finding,) = check_cache(tmp_path / "file")
    assert finding.level is Level.PROBLEM
    assert finding.found.endswith(f": {tmp_path / 'file'}")
    assert CACHE_DIR_VARIABLE in finding.next_step


def test_settings_are_read_as_serving_would(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text("[server]\nport_base = 20000\n")
    (finding,) = check_settings(tmp_path / "a.toml")
    assert (finding.level, finding.found) == (Level.OK, f"{tmp_path / 'a.toml'}; port base 20000, source camera:0")
    (tmp_path / "a.toml").write_text("[server]\nport_bse = 20000\n")
    (finding,) = check_settings(tmp_path / "a.toml")
    assert finding.level is Level.PROBLEM
    assert "did you mean server.port_base" in finding.found
