from __future__ import annotations

from pathlib import Path

import pytest

from devtools.repository import ROOT, is_generated, project_files, read_text

pytestmark = pytest.mark.unit


def test_the_checkout_has_its_own_files() -> None:
    names = {path.relative_to(ROOT).as_posix() for path in project_files()}
    assert {"run.py", "pyproject.toml", "tests/unit/test_repository.py"} <= names
    assert not any(name.startswith((".venv/", ".git/")) for name in names)


def test_without_git_what_builds_leave_behind_is_left_out(tmp_path: Path) -> None:
    for name in ("a.py", "b/c.py", ".venv/d.py", "b/__pycache__/c.pyc", ".mypy_cache/e"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    assert [path.relative_to(tmp_path).as_posix() for path in project_files(tmp_path)] == ["a.py", "b/c.py"]


@pytest.mark.parametrize("data", [b"a\0b", b"\xff\xfe"])
def test_bytes_are_no_text(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "a").write_bytes(data)
    assert read_text(tmp_path / "a") is None


def test_generated_files_say_so_at_their_top() -> None:
    assert is_generated(Path("registry.py"), '"""Names.\n\nDO NOT EDIT! Generated."""')
    assert not is_generated(Path("registry.py"), '"""Names."""' + " " * 500 + "DO NOT EDIT")
    assert is_generated(Path("frame_pb2.py"), "")
