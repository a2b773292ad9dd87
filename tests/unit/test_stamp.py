from __future__ import annotations

from pathlib import Path

import pytest

from devtools.stamp import STAMP_NAME, Stamp, environment_fingerprint, file_fingerprint, read_stamp, write_stamp

pytestmark = pytest.mark.unit


def test_stamp_survives_the_file(tmp_path: Path) -> None:
    stamp = Stamp(state="ready", fingerprint="f", extras=["demo"], libraries_checked=True, models={"demo": "m"})
    write_stamp(tmp_path / ".venv", stamp)
    assert read_stamp(tmp_path / ".venv") == stamp
    assert [path.name for path in (tmp_path / ".venv").iterdir()] == [STAMP_NAME]


@pytest.mark.parametrize("text", ["", "{", "[1]", '{"state": "ready", "colour": "red"}', "null"])
def test_unreadable_stamp_is_none(tmp_path: Path, text: str) -> None:
    (tmp_path / STAMP_NAME).write_text(text)
    assert read_stamp(tmp_path) is None


def test_missing_stamp_is_none(tmp_path: Path) -> None:
    assert read_stamp(tmp_path / "nowhere") is None


def test_stamp_covers_its_extras_and_fewer_but_no_others() -> None:
    stamp = Stamp(state="ready", fingerprint="f", extras=["demo", "dev"])
    assert stamp.covers("f", frozenset({"demo"}))
    assert stamp.covers("f", frozenset({"demo", "dev"}))
    assert not stamp.covers("f", frozenset({"gpu"}))
    assert not stamp.covers("other", frozenset({"demo"}))


@pytest.mark.parametrize("state", ["building", "partial"])
def test_unfinished_stamp_covers_nothing(state: str) -> None:
    assert not Stamp(state=state, fingerprint="f").covers("f", frozenset())


@pytest.mark.parametrize("name", ["pyproject.toml", "constraints.txt", "VERSION"])
def test_fingerprint_follows_each_input(tmp_path: Path, name: str) -> None:
    before = environment_fingerprint(tmp_path)
    (tmp_path / name).write_text("1")
    assert environment_fingerprint(tmp_path) != before


def test_fingerprint_ignores_other_files(tmp_path: Path) -> None:
    before = environment_fingerprint(tmp_path)
    (tmp_path / "README.md").write_text("1")
    assert environment_fingerprint(tmp_path) == before


def test_fingerprint_of_a_missing_file_is_empty(tmp_path: Path) -> None:
    assert file_fingerprint(tmp_path / "nothing") == ""
    (tmp_path / "something").write_text("1")
    assert len(file_fingerprint(tmp_path / "something")) == 64
