from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from affectia.store.file_lock import FileLock

pytestmark = pytest.mark.unit


def test_one_holder_at_a_time(tmp_path: Path) -> None:
    first, second = FileLock(tmp_path / "a.lock"), FileLock(tmp_path / "a.lock")
    assert first.try_acquire()
    assert not second.try_acquire()
    first.release()
    assert second.try_acquire()
    second.release()


def test_a_holder_does_not_get_it_twice(tmp_path: Path) -> None:
    lock = FileLock(tmp_path / "a.lock")
    assert lock.try_acquire()
    assert not lock.try_acquire()
    lock.release()
    lock.release()
    assert lock.try_acquire()
    lock.release()


def test_a_holder_that_died_leaves_it_free(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "a.lock"
    code = (
        "import os, sys; from pathlib import Path; from affectia.store.file_lock import FileLock\n"
        "os._exit(7 if FileLock(Path(sys.argv[1])).try_acquire() else 1)"
    )
    assert subprocess.run([sys.executable, "-c", code, str(path)], check=False).returncode == 7
    lock = FileLock(path)
    assert lock.try_acquire()
    lock.release()
