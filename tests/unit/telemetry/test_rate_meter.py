from __future__ import annotations

import pytest

from affectia.clock import NANOS_PER_SEC
from affectia.telemetry.rate_meter import RateMeter

pytestmark = pytest.mark.unit


def test_one_event_has_no_rate() -> None:
    meter = RateMeter()
    assert meter.hz(0) == 0
    meter.mark(0)
    assert meter.hz(0) == 0


def test_a_steady_event_has_its_rate() -> None:
    meter = RateMeter(window_secs=3)
    for number in range(300):
        meter.mark(number * NANOS_PER_SEC // 30)
    assert meter.hz(299 * NANOS_PER_SEC // 30) == pytest.approx(30, rel=1e-6)


def test_many_at_once_count_as_many() -> None:
    meter = RateMeter(window_secs=3)
    for number in range(61):
        meter.mark(number * NANOS_PER_SEC // 60, 500)
    assert meter.hz(NANOS_PER_SEC) == pytest.approx(30_000, rel=1e-6)


def test_events_outside_the_window_do_not_count() -> None:
    meter = RateMeter(window_secs=1)
    for time in (0, 1, 2):
        meter.mark(time)
    assert meter.hz(10 * NANOS_PER_SEC) == 0


def test_two_events_at_once_do_not_divide_by_zero() -> None:
    meter = RateMeter()
    meter.mark(5)
    meter.mark(5)
    assert meter.hz(5) > 0


def test_a_meter_does_not_grow() -> None:
    meter = RateMeter(window_secs=1e6)
    meter.mark(-NANOS_PER_SEC)  # within the window, and too many marks ago to be kept
    for number in range(5000):
        meter.mark(number)
    assert meter.hz(5000) == pytest.approx(NANOS_PER_SEC)


def test_many_events_at_once_count_each() -> None:
    meter = RateMeter()
    for number in range(31):
        meter.mark(number * NANOS_PER_SEC // 30, count=4)
    assert meter.hz(NANOS_PER_SEC) == pytest.approx(120)
