from __future__ import annotations

import os
import stat
import sys
from pathlib import Path

import pytest

from affectia.errors import CaptureError, ConfigError
from affectia.store.calibration_store import MOST_BYTES, MOST_FILES, CalibrationStore, calibrations_dir, checked_name

pytestmark = pytest.mark.unit


def test_what_is_saved_is_what_is_loaded(tmp_path: Path) -> None:
    store = CalibrationStore(tmp_path / "new")
    assert store.names() == ()
    store.save("me", {"version": 1, "neutral": {"jawOpen": 0.25}})
    store.save("another-1", {})
    assert store.load("me") == {"version": 1, "neutral": {"jawOpen": 0.25}}
    assert store.names() == ("another-1", "me")


def test_saving_again_replaces(tmp_path: Path) -> None:
    store = CalibrationStore(tmp_path)
    store.save("me", {"a": 1})
    store.save("me", {"a": 2})
    assert store.load("me") == {"a": 2}
    assert [path.name for path in tmp_path.iterdir()] == ["me.json"]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no mode bits")
def test_only_its_user_may_read_it(tmp_path: Path) -> None:
    store = CalibrationStore(tmp_path / "new")
    store.save("me", {})
    assert stat.S_IMODE(store.path("me").stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o700


def test_what_cannot_be_written_leaves_what_was_there(tmp_path: Path) -> None:
    store = CalibrationStore(tmp_path)
    store.save("me", {"a": 1})
    with pytest.raises(ValueError, match="JSON"):
        store.save("me", {"a": float("nan")})
    (tmp_path / "folder.json").mkdir()
    with pytest.raises(
        CaptureError, match=r"^calibration 'folder' cannot be written \(.*\), expected a place to write to: .*folder\.json$"
    ):
        store.save("folder", {"a": 2})
    assert store.load("me") == {"a": 1}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["folder.json", "me.json"]


def test_what_is_not_kept_is_told_with_what_is(tmp_path: Path) -> None:
    store = CalibrationStore(tmp_path)
    with pytest.raises(CaptureError, match="^calibration 'me' is not kept, kept are: none$"):
        store.load("me")
    store.save("anna", {})
    store.save("bert", {})
    with pytest.raises(CaptureError, match="^calibration 'ana' is not kept, kept are: anna, bert, did you mean anna$"):
        store.load("ana")
    with pytest.raises(CaptureError, match="^calibration 'ana' is not kept"):
        store.delete("ana")


def test_what_is_deleted_is_gone(tmp_path: Path) -> None:
    store = CalibrationStore(tmp_path)
    store.save("me", {})
    store.delete("me")
    assert store.names() == ()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is no JSON"),
        (b'{"a": ', "is no JSON"),
        (b"\xff\xfe\x00", "is no JSON"),
        (b"[" * 60_000, "is no JSON"),
        (b"[1]", "is no JSON object"),
        (b" " * (MOST_BYTES + 1), "is larger than 65536 bytes"),
    ],
)
def test_a_broken_file_is_named_with_what_to_do(tmp_path: Path, content: bytes, words: str) -> None:
    (tmp_path / "me.json").write_bytes(content)
    with pytest.raises(CaptureError, match=rf"^calibration 'me' {words}; delete it and calibrate again: .*me\.json$"):
        CalibrationStore(tmp_path).load("me")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_a_pipe_does_not_hold_anybody_up(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "me.json")
    with pytest.raises(CaptureError, match="^calibration 'me' is no JSON"):
        CalibrationStore(tmp_path).load("me")
    writer = os.open(tmp_path / "me.json", os.O_RDWR)  # somebody who might still write
    try:
        with pytest.raises(CaptureError, match="^calibration 'me' is no JSON"):
            CalibrationStore(tmp_path).load("me")
    finally:
        os.close(writer)


@pytest.mark.parametrize("name", ["", "Me", "a/b", "..", "a.b", "x" * 33, "ä", "a\n"])
def test_names_cannot_leave_the_folder(tmp_path: Path, name: str) -> None:
    store = CalibrationStore(tmp_path)
    for call in (store.load, store.delete, store.path, checked_name, lambda one: store.save(one, {})):
        with pytest.raises(ConfigError, match="^name of a calibration is .*, expected 1 to 32 of a-z, 0-9 and -$"):
            call(name)


def test_files_of_other_names_are_left_alone(tmp_path: Path) -> None:
    for name in ("Me.json", "me.txt", ".me.jsonabc", "notes"):
        (tmp_path / name).write_text("{}")
    assert CalibrationStore(tmp_path).names() == ()


def test_how_many_are_kept_is_bounded(tmp_path: Path) -> None:
    store = CalibrationStore(tmp_path)
    for number in range(MOST_FILES):
        (tmp_path / f"n{number}.json").write_text("{}")
    with pytest.raises(ConfigError, match="^256 calibrations are kept, expected fewer; delete one$"):
        store.save("more", {})
    store.save("n0", {"a": 1})  # one that is there may be replaced
    assert store.load("n0") == {"a": 1}


def test_the_folder_is_this_users_own() -> None:
    assert calibrations_dir().name == "calibrations"
    assert "affectia" in str(calibrations_dir()).lower()
