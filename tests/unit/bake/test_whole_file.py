from __future__ import annotations

import os
import stat
import sys
from pathlib import Path

import pytest

from affectia.bake.whole_file import write_whole
from affectia.errors import ConfigError

pytestmark = pytest.mark.unit


def test_a_file_is_written_and_replaced_with_its_folder(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "er" / "a.track"
    write_whole(path, b"one")
    write_whole(path, b"two")
    assert path.read_bytes() == b"two"
    assert os.listdir(path.parent) == ["a.track"]


@pytest.mark.skipif(sys.platform == "win32", reason="modes mean little there")
def test_others_may_read_what_they_may_read_of_this_user(tmp_path: Path) -> None:
    (tmp_path / "plain").write_bytes(b"")
    write_whole(tmp_path / "a.track", b"one")
    assert stat.S_IMODE((tmp_path / "a.track").stat().st_mode) == stat.S_IMODE((tmp_path / "plain").stat().st_mode)


def test_a_name_as_long_as_names_may_be_is_no_problem(tmp_path: Path) -> None:
    write_whole(tmp_path / ("ä" * 127), b"one")
    assert len(os.listdir(tmp_path)) == 1


@pytest.mark.parametrize("error", [KeyboardInterrupt, OSError])
def test_whatever_ends_it_leaves_the_old_file_and_no_part(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: type[BaseException]
) -> None:
    path = tmp_path / "a.track"
    path.write_bytes(b"old")

    def fail(*_given: object) -> None:
        raise error

    monkeypatch.setattr(os, "replace", fail)
    with pytest.raises(ConfigError if error is OSError else error):
        write_whole(path, b"new")
    assert path.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["a.track"]


def test_a_place_that_cannot_be_written_to_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(ConfigError, match=r"result cannot be written \(.+\), expected .* -o: .*a.track"):
        write_whole(tmp_path / "file" / "a.track", b"one")
    (tmp_path / "folder").mkdir()
    with pytest.raises(ConfigError, match="result cannot be written"):
        write_whole(tmp_path / "folder", b"one")
    assert sorted(os.listdir(tmp_path)) == ["file", "folder"]
