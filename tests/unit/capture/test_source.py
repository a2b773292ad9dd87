from __future__ import annotations

import threading

import pytest

from affectia.capture.source import Source, SourceState
from affectia.clock import NANOS_PER_SEC, Clock, FakeClock
from affectia.errors import CaptureError

pytestmark = pytest.mark.unit


class FakeSource(Source):
    """Marks three events, then does what the test wants."""

    def __init__(self, clock: Clock, *, fails: bool = False, stays: bool = False) -> None:
        super().__init__(clock)
        self.fails, self.stays = fails, stays
        self.threads: list[str] = []
        self.is_there = threading.Event()

    def _run(self) -> None:
        self.threads.append(threading.current_thread().name)
        for number in range(3):
            self._mark(self._clock.now_nanos() + number * NANOS_PER_SEC // 10)
        self.is_there.set()
        if self.fails:
            raise CaptureError("stream ended, expected more")
        if self.stays:
            self._stopping.wait(60)


def joined(source: FakeSource) -> None:
    assert source.is_there.wait(10)
    for thread in threading.enumerate():
        if thread.name == "capture-a":
            thread.join(10)


def test_a_source_goes_from_idle_through_running_to_ended() -> None:
    source = FakeSource(FakeClock(), stays=True)
    states = [source.state]
    source.start(name="capture-a")
    assert source.is_there.wait(10)
    states.append(source.state)
    source.stop()
    states.append(source.state)
    assert states == [SourceState.IDLE, SourceState.RUNNING, SourceState.ENDED]
    assert source.threads == ["capture-a"]
    assert "capture-a" not in [thread.name for thread in threading.enumerate()]


def test_an_error_ends_the_source_with_its_message_and_not_the_process(caplog: pytest.LogCaptureFixture) -> None:
    source = FakeSource(FakeClock(), fails=True)
    source.start(name="capture-a")
    joined(source)
    assert (source.state, source.detail) == (SourceState.ENDED, "stream ended, expected more")
    assert "source FakeSource ended: stream ended, expected more" in caplog.text


def test_the_rate_is_of_what_was_marked() -> None:
    clock = FakeClock()
    source = FakeSource(clock)
    assert source.rate_hz() == 0
    source.start(name="capture-a")
    joined(source)
    assert source.captured_count == 3
    assert source.rate_hz() == pytest.approx(10)
    clock.advance(secs=60)
    assert source.rate_hz() == 0


def test_a_source_that_ended_can_be_started_again() -> None:
    source = FakeSource(FakeClock(), stays=True)
    for _ in range(2):
        source.is_there.clear()
        source.start(name="capture-a")
        assert source.is_there.wait(10)
        source.stop()
    assert source.captured_count == 6


def test_stopping_what_never_started_does_nothing() -> None:
    source = FakeSource(FakeClock())
    source.stop()
    assert source.state is SourceState.ENDED


def test_a_source_whose_thread_still_hangs_is_not_started_beside_it() -> None:
    class Hanging(FakeSource):
        let_go = threading.Event()

        def _run(self) -> None:
            self.is_there.set()
            self.let_go.wait(60)

    source = Hanging(FakeClock())
    source.start(name="capture-a")
    assert source.is_there.wait(10)
    source.stop(timeout_secs=0.01)
    with pytest.raises(CaptureError, match="still waits for its device"):
        source.start(name="capture-a")
    source.let_go.set()
    joined(source)
    source.start(name="capture-a")
    joined(source)


def test_what_a_library_raises_ends_the_source_and_tells_its_type_alone(caplog: pytest.LogCaptureFixture) -> None:
    class Broken(FakeSource):
        def _run(self) -> None:
            self.is_there.set()
            raise ValueError("0.73 0.12 0.55")

    source = Broken(FakeClock())
    source.start(name="capture-a")
    joined(source)
    assert source.state is SourceState.ENDED
    assert "ended with ValueError" in source.detail
    assert "0.73" not in caplog.text
