from __future__ import annotations

import logging
import threading
from collections.abc import Iterator

import pytest

from affectia.capture.mailbox import Mailbox
from affectia.perception.pool import PerceptionPool
from affectia.perception.track import Track
from affectia.signals.face_observations import FaceObservations
from affectia.signals.video_sample import VideoSample
from tests.unit.fakes import FakePerceiver, sample, wait_until

pytestmark = pytest.mark.unit


class Stream:
    """A track with its mailbox; its perceiver may be held up or fail, and writes its name into `order`."""

    def __init__(self, pool: PerceptionPool, name: str, order: list[str]) -> None:
        self.pool, self.name, self.order = pool, name, order
        self.box: Mailbox[VideoSample] = Mailbox()
        self.entered, self.go_on = threading.Event(), threading.Event()
        self.go_on.set()
        self.fails = False
        self.notice = ""
        self.inside = 0
        self.looked = 0
        self.perceiver = FakePerceiver()
        self.out: list[FaceObservations] = []
        self.breaths = 0
        self.track = Track(
            self.box, self, admits=lambda: True, sink=self.out.append, breathe=self.breathe, is_crowded=lambda: pool.is_crowded
        )

    def breathe(self) -> None:
        self.breaths += 1

    def perceive(self, sample: VideoSample) -> FaceObservations:
        self.inside += 1
        assert self.inside == 1, "two threads in one track"
        self.entered.set()
        assert self.go_on.wait(10)
        self.order.append(self.name)
        self.inside -= 1
        self.looked += 1
        if self.fails:
            raise RuntimeError("a network broke on what it saw")
        return self.perceiver.perceive(sample)

    def finish(self) -> None:
        self.perceiver.finish()

    def release(self) -> None:
        self.perceiver.release()

    def forget(self) -> None:
        self.perceiver.forget()

    def close(self) -> None:
        self.perceiver.close()

    def put(self, number: int) -> None:
        self.box.put(sample(number))
        self.pool.wake()

    def has_seen(self, count: int) -> bool:
        return wait_until(lambda: len(self.out) >= count)


@pytest.fixture
def pool() -> Iterator[PerceptionPool]:
    made = PerceptionPool(workers=1)
    made.start()
    yield made
    made.stop()


def names_of_pool() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name.startswith("perception-")]


def test_samples_come_out_as_observations(pool: PerceptionPool) -> None:
    stream = Stream(pool, "a", [])
    pool.add(stream.track)
    for number in range(3):
        stream.put(number)
        assert stream.has_seen(number + 1)
    assert stream.perceiver.seen == [0, 1, 2]


def test_tracks_take_turns(pool: PerceptionPool) -> None:
    order: list[str] = []
    streams = [Stream(pool, name, order) for name in "abc"]
    first = streams[0]
    first.go_on.clear()
    for stream in streams:
        pool.add(stream.track)
    first.put(0)
    assert first.entered.wait(10)
    for number in (1, 2):  # while a is being looked at, everybody gets something new
        for stream in streams:
            stream.put(number)
    first.go_on.set()
    assert all(stream.has_seen(1 + (stream is first)) for stream in streams)
    assert order == ["a", "b", "c", "a"]
    assert first.perceiver.seen == [0, 2]


def test_a_busy_track_holds_up_no_other() -> None:
    pool = PerceptionPool(workers=2)
    pool.start()
    slow, quick = Stream(pool, "slow", []), Stream(pool, "quick", [])
    slow.go_on.clear()
    pool.add(slow.track)
    pool.add(quick.track)
    slow.put(0)
    assert slow.entered.wait(10)
    slow.put(1)  # waits for its own track, on no thread
    for number in range(3):
        quick.put(number)
        assert quick.has_seen(number + 1)
    slow.go_on.set()
    assert slow.has_seen(2)
    pool.stop()


def test_a_perceiver_that_fails_ends_neither_thread_nor_track(pool: PerceptionPool, caplog: pytest.LogCaptureFixture) -> None:
    bad, good = Stream(pool, "bad", []), Stream(pool, "good", [])
    bad.fails = True
    pool.add(bad.track)
    pool.add(good.track)
    with caplog.at_level(logging.ERROR):
        bad.put(0)
        good.put(0)
        assert good.has_seen(1)
    bad.fails = False
    bad.put(1)
    assert bad.has_seen(1)
    assert caplog.messages == ["perception of one sample ended with RuntimeError"]  # and not a word of what it saw


def test_a_perceiver_that_always_fails_does_not_flood_the_log(pool: PerceptionPool, caplog: pytest.LogCaptureFixture) -> None:
    bad = Stream(pool, "bad", [])
    bad.fails = True
    pool.add(bad.track)
    with caplog.at_level(logging.ERROR):
        for number in range(40):
            bad.put(number)
            assert wait_until(lambda: bad.looked > number)  # noqa: B023 - asked within the round
    assert wait_until(lambda: bad.track.notice != "")
    assert caplog.messages == ["perception of one sample ended with RuntimeError"]


def test_failures_are_told_together_later(pool: PerceptionPool, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> None:
    bad = Stream(pool, "bad", [])
    bad.fails = True
    pool.add(bad.track)
    with caplog.at_level(logging.ERROR):
        for number in range(4):
            if number == 3:
                assert wait_until(lambda: not pool._busy)
                monkeypatch.setattr("affectia.perception.track.FAILURE_LOG_SECS", 0.0)
            bad.put(number)
            assert wait_until(lambda: bad.looked > number)  # noqa: B023 - asked within the round
        assert wait_until(lambda: len(caplog.messages) == 2)
    assert caplog.messages[1] == "perception of 3 samples ended with RuntimeError"


def test_a_track_that_gets_no_samples_forgets_whom_it_saw(pool: PerceptionPool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("affectia.perception.track.STALE_SECS", 0.05)
    stream = Stream(pool, "a", [])
    pool.add(stream.track)
    stream.put(0)
    assert stream.has_seen(1)
    assert wait_until(lambda: stream.perceiver.forgotten == 1)  # and nobody wakes the pool for it
    assert stream.track.stale_in_secs is None


def test_nobody_breathes_while_another_track_waits(pool: PerceptionPool) -> None:
    first, second = Stream(pool, "a", []), Stream(pool, "b", [])
    first.go_on.clear()
    for stream in (first, second):
        pool.add(stream.track)
    first.put(0)
    assert first.entered.wait(10)
    assert not pool.is_crowded
    second.put(0)
    assert pool.is_crowded
    first.go_on.set()
    assert second.has_seen(1)
    assert wait_until(lambda: second.breaths == 1)
    assert first.breaths == 0


def test_removing_waits_for_the_sample_that_is_being_looked_at(pool: PerceptionPool) -> None:
    stream = Stream(pool, "a", [])
    stream.go_on.clear()
    pool.add(stream.track)
    stream.put(0)
    assert stream.entered.wait(10)
    remover = threading.Thread(target=pool.remove, args=(stream.track,))
    remover.start()
    assert not stream.perceiver.closed
    stream.go_on.set()
    remover.join(10)
    assert stream.perceiver.closed
    assert len(stream.out) == 1
    stream.put(1)
    other = Stream(pool, "b", [])
    pool.add(other.track)
    other.put(0)
    assert other.has_seen(1)
    assert len(stream.out) == 1


def test_removing_what_is_not_there_does_nothing(pool: PerceptionPool) -> None:
    stream = Stream(pool, "a", [])
    pool.remove(stream.track)
    assert not stream.perceiver.closed


def test_stopping_ends_the_threads_and_closes_the_tracks() -> None:
    pool = PerceptionPool(workers=3)
    pool.start()
    assert len(names_of_pool()) == 3
    stream = Stream(pool, "a", [])
    pool.add(stream.track)
    pool.stop()
    assert names_of_pool() == []
    assert stream.perceiver.closed
    stream.put(0)
    assert stream.out == []


def test_there_is_always_a_worker() -> None:
    pool = PerceptionPool()
    assert len(pool._threads) >= 1


def test_a_track_that_hangs_in_its_network_is_closed_when_it_comes_back(pool: PerceptionPool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("affectia.perception.pool.REMOVAL_SECS", 0.01)
    stream = Stream(pool, "a", [])
    stream.go_on.clear()
    pool.add(stream.track)
    stream.put(1)
    assert stream.entered.wait(10)
    stream.notice = "picture is dark"
    pool.remove(stream.track)
    assert not stream.perceiver.closed
    assert stream.track.notice == ""
    stream.go_on.set()
    assert wait_until(lambda: stream.perceiver.closed)
    assert stream.perceiver.forgotten == 1
