from __future__ import annotations

import sys
import threading
from pathlib import Path

import pytest

from affectia.bake.bake_job import BakeJob
from affectia.bake.bake_message import Answer
from affectia.bake.bake_pool import BakePool
from affectia.clock import FakeClock

pytestmark = pytest.mark.unit

# A worker that does what the names of clips say.
SCRIPT = """
import json, os, sys, threading
for line in sys.stdin.buffer:
    name = json.loads(line)["clip"]
    if name == "die":
        os._exit(7)
    if name == "hang":
        threading.Event().wait()
    if name == "nonsense":
        sys.stdout.buffer.write(b"hello" + os.linesep.encode())
    elif name.startswith("bad"):
        sys.stdout.buffer.write(json.dumps({"size": 0, "error": "no sound", "exit_code": 4}).encode() + b"\\n")
    else:
        content = name.encode() * 3
        facts = {"duration_secs": 1, "sample_rate_hz": 8000, "channels": 1, "frame_count": 1, "frame_rate_hz": 60, "degraded": False,
            "made_from": str(os.getpid()), "notices": [], "look": {"open_share": 0, "openings": 0, "closures": 0, "widest_gap": 0},
            "took_secs": 0}
        sys.stdout.buffer.write(json.dumps({"size": len(content), "facts": facts}).encode() + b"\\n" + content)
    sys.stdout.buffer.flush()
"""


def pool(*names: str, processes: int = 2, clock: FakeClock | None = None) -> BakePool:
    jobs = [BakeJob(Path(name)) for name in names]
    return BakePool(jobs, processes=processes, command=[sys.executable, "-c", SCRIPT], longest_secs=60, clock=clock or FakeClock())


def answers(found: BakePool) -> dict[int, Answer]:
    with found:
        return dict(found.answers())


def no_thread_is_left() -> bool:
    return not any(thread.name.startswith("bake-") for thread in threading.enumerate())


def test_every_job_is_answered_once_by_its_number() -> None:
    names = [f"clip{number}" for number in range(20)]
    found = answers(pool(*names, processes=3))
    assert {number: answer.content.decode() for number, answer in found.items()} == {number: name * 3 for number, name in enumerate(names)}
    assert len({answer.facts.made_from for answer in found.values() if answer.facts}) <= 3
    assert no_thread_is_left()


def test_no_jobs_are_done_at_once() -> None:
    assert answers(pool()) == {}


def test_no_more_processes_are_started_than_there_are_clips() -> None:
    found = answers(pool("a", processes=64))
    assert [answer.content for answer in found.values()] == [b"aaa"]


def test_a_clip_that_fails_is_told_and_the_others_go_on() -> None:
    found = answers(pool("a", "bad", "b", processes=1))
    assert [found[number].content for number in (0, 2)] == [b"aaa", b"bbb"]
    assert found[1] == Answer(error="no sound", exit_code=4)


@pytest.mark.parametrize("name", ["die", "nonsense"])
def test_a_process_that_breaks_takes_only_its_clip_with_it(name: str) -> None:
    found = answers(pool("a", name, "b", name, "c", processes=1))
    assert [found[number].content for number in (0, 2, 4)] == [b"aaa", b"bbb", b"ccc"]
    assert all("baking process ended" in found[number].error for number in (1, 3))
    if name == "die":
        assert "exit code 7" in found[1].error
    assert no_thread_is_left()


class LookedAtClock(FakeClock):
    """Moves on by 25 s whenever the main thread looks at it, while it `moves`."""

    moves = False

    def now_nanos(self) -> int:
        if self.moves and threading.current_thread() is threading.main_thread():
            self.advance(secs=25)
        return super().now_nanos()


def test_a_process_that_hangs_is_ended_when_its_time_is_up() -> None:
    clock = LookedAtClock()
    found = {}
    with pool("a", "hang", "b", processes=1, clock=clock) as baking:
        for number, answer in baking.answers():
            found[number] = answer
            clock.moves = number == 0
    assert found[1].error == "clip took more than 60 s to bake, expected seconds"
    assert found[2].content == b"bbb"


def test_leaving_early_ends_processes_and_threads() -> None:
    with pool("a", "hang", *(f"clip{number}" for number in range(50)), processes=3) as baking:
        next(baking.answers())
    assert no_thread_is_left()


def test_an_interrupt_ends_them_too() -> None:
    def interrupted() -> None:
        with pool("hang", "hang", "a", processes=3) as baking:
            next(baking.answers())
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert no_thread_is_left()


def test_a_program_that_is_not_there_fails_every_clip() -> None:
    jobs = [BakeJob(Path("a")), BakeJob(Path("b"))]
    found = answers(BakePool(jobs, processes=1, command=["no-such-program-anywhere"]))
    assert all("baking process ended" in answer.error for answer in found.values())
