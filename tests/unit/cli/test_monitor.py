from __future__ import annotations

import pytest

from affectia import registry
from affectia.cli.affect_monitor import AffectReading
from affectia.cli.monitor import TRAIL_SECS, WINDOW_SECS, Monitor, Reading, VisemeReading
from affectia.clock import NANOS_PER_SEC
from tests.unit.cli.frames_by_hand import received, updated

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
    assert Monitor().reading(NANOS_PER_SEC) == Reading(affect=AffectReading())
    assert Monitor(affect=False).reading(NANOS_PER_SEC) == Reading()


def test_numbers_of_a_steady_stream() -> None:
    monitor = Monitor()
    reading = monitor.reading(fed(monitor, 91))
    assert reading.received == monitor.received == 91
    assert reading.rate_hz == pytest.approx(30.0)
    assert reading.found_share == 1.0
    assert reading.latency_p50_millis == pytest.approx(20.0)
    assert dict(reading.shapes)["jawOpen"] == pytest.approx(0.5, abs=0.01)
    assert len(reading.shapes) == 8
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
    assert {weight for _name, weight in reading.shapes} == {None}


def test_silence_goes_back_to_rest() -> None:
    monitor = Monitor()
    reading = monitor.reading(fed(monitor, 30) + 2 * NANOS_PER_SEC)
    assert reading.silent_secs == pytest.approx(2.0)
    assert reading.rate_hz == 0.0
    assert reading.found_share is None
    assert reading.latency_p50_millis is None
    assert reading.head_deg is None
    assert {weight for _name, weight in reading.shapes} == {None}
    assert not any(group.valid for group in reading.groups)


def test_restarted_sidecar_starts_the_window_anew() -> None:
    monitor = Monitor()
    fed(monitor, 30, latency_millis=90)
    again = received(0, at_millis=1000, stream_id=8)
    monitor.add(again)
    reading = monitor.reading(again.received_at_nanos)
    assert reading.latency_p95_millis == pytest.approx(20.0)
    assert reading.received == 31


def test_first_avatar_is_followed_and_the_others_are_named() -> None:
    monitor = Monitor()
    for number, name in enumerate(("b", "a", "c", "a", "b")):
        monitor.add(received(number, at_millis=number, avatar_id=name))
    reading = monitor.reading(NANOS_PER_SEC)
    assert (reading.avatar_id, reading.other_avatars, reading.received) == ("b", ("a", "c"), 2)


def test_avatar_that_is_gone_is_not_named_for_ever() -> None:
    monitor = Monitor()
    monitor.add(received(0, avatar_id="b"))
    monitor.add(received(0, avatar_id="a"))
    last = received(1, at_millis=WINDOW_SECS * 1000 + 1, avatar_id="b")
    monitor.add(last)
    assert monitor.reading(last.received_at_nanos).other_avatars == ()


def test_updates_of_the_followed_avatar_are_read() -> None:
    monitor = Monitor(shape_rows=3, unit_rows=2)
    monitor.add_update(updated(0, units={"au12_smile": 0.9}))  # before its first frame: nobody is followed yet
    frame = received(0)
    monitor.add(frame)
    monitor.add_update(updated(0, units={"au12_smile": 0.5}, lids=(0.5, 0.25)))
    monitor.add_update(updated(0, units={"au12_smile": 0.9}, lids=(1.0, 1.0), avatar_id="default-2"))
    reading = monitor.reading(frame.received_at_nanos)
    assert reading.affect is not None
    assert dict(reading.affect.units)["AU12 smile"] == pytest.approx(0.5, abs=0.002)
    assert reading.affect.lids == pytest.approx((0.5, 0.25), abs=0.002)
    assert (len(reading.shapes), len(reading.affect.units)) == (3, 2)
    silent = monitor.reading(frame.received_at_nanos + 2 * NANOS_PER_SEC).affect
    assert silent is not None
    assert silent.lids is None


def test_without_affect_updates_are_passed_over() -> None:
    monitor = Monitor(affect=False)
    monitor.add(received(0))
    monitor.add_update(updated(0))
    assert monitor.reading(NANOS_PER_SEC).affect is None


def test_voice_without_a_face_has_a_latency_and_visemes() -> None:
    monitor = Monitor()
    for number in range(3):
        monitor.add(received(number, at_millis=17 * number, latency_millis=70, found=False, spoken=True))
    monitor.add_update(updated(2, found=False, speaking=0.8))
    reading = monitor.reading(NANOS_PER_SEC)
    assert reading.found_share == 0
    assert reading.latency_p50_millis == pytest.approx(70)
    assert [each.name for each in reading.visemes] == list(registry.VISEMES)
    assert {each.name: each.weight for each in reading.visemes if each.weight} == {"aa": 1.0}
    assert reading.mouth is not None
    assert reading.mouth.is_a_voices
    assert reading.affect is not None
    assert reading.affect.speaking == pytest.approx(0.8, abs=0.002)
    assert monitor.reading(3 * NANOS_PER_SEC).visemes == ()


def test_visemes_are_shown_while_a_voice_is_heard_and_not_of_a_face_alone() -> None:
    monitor = Monitor()
    monitor.add(received(0))
    assert monitor.reading(NANOS_PER_SEC).visemes == ()
    monitor.add_update(updated(0, speaking=0.0))
    reading = monitor.reading(NANOS_PER_SEC)
    assert {each.name: each.weight for each in reading.visemes if each.weight} == {"aa": 1.0}
    assert reading.mouth is not None
    assert not reading.mouth.is_a_voices


def test_viseme_that_was_shown_between_two_looks_leaves_a_trail_that_falls() -> None:
    monitor = Monitor()
    monitor.add(received(0, latency_millis=0, spoken=True, visemes={"PP": 1.0}))
    monitor.add(received(1, at_millis=50, latency_millis=0, spoken=True, found=False, visemes={"aa": 0.8}))
    now_nanos = 1_050_000_000 + round(TRAIL_SECS / 4 * 1e9)

    def seen(now_nanos: int) -> dict[str, VisemeReading]:
        return {each.name: each for each in monitor.reading(now_nanos).visemes}

    assert seen(now_nanos)["PP"].weight == 0
    assert seen(now_nanos)["aa"].weight == seen(now_nanos)["aa"].trail == pytest.approx(0.8)
    assert seen(now_nanos)["PP"].trail == pytest.approx(1 - 0.25 - 0.05 / TRAIL_SECS)
    later_nanos = now_nanos + round(TRAIL_SECS * 1e9)
    assert all(each.trail == each.weight for each in seen(later_nanos).values())


def test_mouth_that_is_not_valid_leaves_no_trail() -> None:
    monitor = Monitor()
    monitor.add(received(0, latency_millis=0, found=False, visemes={"PP": 1.0}))
    monitor.add(received(1, at_millis=50, latency_millis=0, spoken=True, visemes={"aa": 1.0}))
    assert {each.name for each in monitor.reading(1_050_000_000).visemes if each.trail} == {"aa"}


def test_where_a_face_is_seen_the_latency_is_that_of_pictures_alone() -> None:
    monitor = Monitor()
    monitor.add(received(0, latency_millis=15, spoken=True))
    monitor.add(received(1, at_millis=10, latency_millis=70, spoken=True, found=False))
    assert monitor.reading(NANOS_PER_SEC).latency_p95_millis == pytest.approx(15)
