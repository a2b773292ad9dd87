from __future__ import annotations

import threading
import time

import pytest

from affectia.clock import NANOS_PER_SEC, Clock, FakeClock, SystemClock, epoch_offset_nanos

pytestmark = pytest.mark.unit


def test_a_fake_clock_stands_still_until_it_is_moved() -> None:
    clock = FakeClock(start_nanos=5)
    assert [clock.now_nanos(), clock.now_nanos()] == [5, 5]
    assert clock.advance(secs=0.25, nanos=3) == NANOS_PER_SEC // 4 + 8
    assert clock.now_nanos() == NANOS_PER_SEC // 4 + 8


def test_waiting_on_a_fake_clock_moves_it_and_never_blocks() -> None:
    clock = FakeClock(start_nanos=0)
    condition = threading.Condition()
    with condition:
        assert not clock.wait(condition, 3600)
        assert clock.now_nanos() == 3600 * NANOS_PER_SEC
        assert not clock.wait(condition, -1)
    assert clock.now_nanos() == 3600 * NANOS_PER_SEC


def test_the_system_clock_only_rises() -> None:
    clock = SystemClock()
    times = [clock.now_nanos() for _ in range(1000)]
    assert times == sorted(times)


def test_the_system_clock_waits_for_a_notify_or_the_time() -> None:
    clock = SystemClock()
    condition = threading.Condition()
    with condition:
        assert not clock.wait(condition, 0.001)
        assert not clock.wait(condition, -1)

    def notify() -> None:
        with condition:
            condition.notify()

    with condition:
        threading.Thread(target=notify).start()
        assert clock.wait(condition, 10)


@pytest.mark.parametrize("clock", [SystemClock(), FakeClock(start_nanos=123)], ids=["system", "fake"])
def test_the_epoch_offset_makes_unix_time_of_a_clock(clock: Clock) -> None:
    before = time.time_ns()
    unix = clock.now_nanos() + epoch_offset_nanos(clock)
    assert abs(unix - before) < NANOS_PER_SEC
