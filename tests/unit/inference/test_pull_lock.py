from __future__ import annotations

import sys
import threading
from pathlib import Path

import pytest

from affectia.clock import NANOS_PER_SEC, FakeClock
from affectia.errors import ModelUnavailable
from affectia.inference.program import run_program
from affectia.inference.pull_lock import PullLock

pytestmark = pytest.mark.unit


def test_a_second_holder_gives_up_when_the_time_is_over(tmp_path: Path) -> None:
    clock = FakeClock(start_nanos=0)
    waits: list[str] = []
    with (
        PullLock(tmp_path / "a.lock"),
        pytest.raises(ModelUnavailable, match="another pull has held the lock for 5 s"),
        PullLock(tmp_path / "a.lock", clock=clock, timeout_secs=5, on_wait=lambda: waits.append("wait")),
    ):
        pass
    assert clock.now_nanos() >= 5 * NANOS_PER_SEC
    assert waits == ["wait"]


def test_the_lock_is_free_after_an_error(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt), PullLock(tmp_path / "a.lock"):
        raise KeyboardInterrupt
    with PullLock(tmp_path / "a.lock", clock=FakeClock(), timeout_secs=0):
        pass


def test_two_files_are_two_locks(tmp_path: Path) -> None:
    with PullLock(tmp_path / "a.lock"), PullLock(tmp_path / "b.lock", clock=FakeClock(), timeout_secs=0):
        pass


def test_threads_are_in_one_at_a_time(tmp_path: Path) -> None:
    inside: list[int] = []
    most: list[int] = []

    def work(number: int) -> None:
        for _ in range(20):
            with PullLock(tmp_path / "a.lock", clock=FakeClock(), timeout_secs=1e6):
                inside.append(number)
                most.append(len(inside))
                inside.remove(number)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert most == [1] * 40


def test_a_holder_that_was_killed_leaves_the_lock_free(tmp_path: Path) -> None:
    code = (
        "import os, sys; from pathlib import Path; from affectia.inference.pull_lock import PullLock\n"
        "PullLock(Path(sys.argv[1])).__enter__(); os._exit(7)"
    )
    lock = tmp_path / "a.lock"
    assert run_program([sys.executable, "-c", code, str(lock)], None, 60).exit_code == 7
    assert lock.exists()
    with PullLock(lock, clock=FakeClock(), timeout_secs=0):
        pass
