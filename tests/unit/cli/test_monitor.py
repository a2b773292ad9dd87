from __future__ import annotations

import pytest

from affectia.cli.monitor import Monitor, Reading
from affectia.clock import NANOS_PER_SEC
from tests.unit.cli.frames_by_hand import received

pytestmark = pytest.mark.unit


def fed(monitor: Monitor, count: int, *, first: int = 0, **more: float) -> int:
    """Feed frames at 30/s; returns when the last one came in, in nanoseconds."""
    at_nanos = 0
    for number in range(first, first + count):
        frame = received(number, at_millis=number * 100 / 3, latency_millis=more.get("latency_millis", 20), shapes={"jawOpen": 0.5})
        monitor.add(frame)
        at_nanos = frame.received_at_nanos
    return at_nanos


def test_nothing_received_is_an_empty_reading() -> None:
    assert Monitor().reading(NANOS_PER_SEC) == Reading()


def test_numbers_of_a_steady_stream() -> None:
    monitor = Monitor()
    reading = monitor.reading(fed(monitor, 91))
    assert reading.received == monitor.received == 91
    assert reading.rate_hz == pytest.approx(30.0)
    assert reading.found_share == 1.0
    assert reading.latency_p50_millis == pytest.approx(20.0)
    assert dict(reading.shapes)["jawOpen"] == pytest.approx(0.5, abs=0.01)
    assert len(reading.shapes) == 10
    assert reading.viseme == ("aa", 0.8)
    assert [(g.name, g.valid, g.source) for g in reading.groups][::3] == [("eyes", True, "face"), ("head", True, "face")]
    assert [g.valid for g in reading.groups] == [True, True, True, True, False, False]


def test_only_the_last_seconds_count() -> None:
    monitor = Monitor()
    fed(monitor, 300, latency_millis=90)
    last = fed(monitor, 300, first=300, latency_millis=10)
    assert monitor.reading(last).latency_p95_millis == pytest.approx(10.0)


def test_head_is_neck_and_head_together() -> None:
    monitor = Monitor()
    monitor.add(received(0, head_deg=(20.0, -10.0, 5.0)))
    assert monitor.reading(NANOS_PER_SEC).head_deg == pytest.approx((20.0, -10.0, 5.0), abs=0.02)


def test_no_face_has_no_latency_and_no_pose() -> None:
    monitor = Monitor()
    for number in range(4):
        monitor.add(received(number, at_millis=number, found=number % 2 == 0))
    reading = monitor.reading(NANOS_PER_SEC)
    assert reading.found_share == 0.5
    assert reading.head_deg is None
    assert reading.viseme is None
    assert not any(group.valid for group in reading.groups)


def test_silence_goes_back_to_rest() -> None:
    monitor = Monitor()
    reading = monitor.reading(fed(monitor, 30) + 2 * NANOS_PER_SEC)
    assert reading.silent_secs == pytest.approx(2.0)
    assert reading.rate_hz == 0.0
    assert reading.found_share is None
    assert reading.latency_p50_millis is None
    assert reading.head_deg is None
    assert {weight for _name, weight in reading.shapes} == {0.0}
    assert not any(group.valid for group in reading.groups)


def test_restarted_sidecar_starts_the_window_anew() -> None:
    monitor = Monitor()
    fed(monitor, 30, latency_millis=90)
    again = received(0, at_millis=1000, stream_id=8)
    monitor.add(again)
    reading = monitor.reading(again.received_at_nanos)
    assert reading.latency_p95_millis == pytest.approx(20.0)
    assert reading.received == 31


def test_first_avatar_is_followed_and_the_others_are_counted() -> None:
    monitor = Monitor()
    for number, name in enumerate(("b", "a", "c", "a", "b")):
        monitor.add(received(number, at_millis=number, avatar_id=name))
    reading = monitor.reading(NANOS_PER_SEC)
    assert (reading.avatar_id, reading.other_avatars, reading.received) == ("b", 2, 2)
