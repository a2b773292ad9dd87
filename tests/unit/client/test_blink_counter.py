from __future__ import annotations

import pytest

from affectia import registry
from affectia.client.blink_counter import BlinkCounter, Blinks
from affectia.wire.emotion_update import EmotionUpdate

pytestmark = pytest.mark.unit


def update(*events: int, stream_id: int = 7, groups: bytes | None = None) -> EmotionUpdate:
    both, left_winks, right_winks, last_millis = events
    return EmotionUpdate(stream_id, 0, 0, 0, groups=groups, blink_events=(both, left_winks, right_winks, last_millis))


def test_first_update_sets_where_counting_starts() -> None:
    counter = BlinkCounter()
    assert counter.add(update(412, 3, 1, 180)) == Blinks()
    assert counter.total == Blinks()


def test_blinks_behind_missed_updates_are_learned_of_once() -> None:
    counter = BlinkCounter()
    counter.add(update(10, 1, 0, 90))
    assert counter.add(update(13, 1, 1, 150)) == Blinks(3, 0, 1, 150)
    assert counter.add(update(13, 1, 1, 150)) == Blinks()
    assert counter.add(update(13, 2, 1, 220)) == Blinks(0, 1, 0, 220)
    assert counter.total == Blinks(3, 1, 1, 220)


def test_counters_go_round() -> None:
    counter = BlinkCounter()
    counter.add(update(65535, 0, 65535, 0))
    assert counter.add(update(1, 0, 0, 100)) == Blinks(2, 0, 1, 100)


def test_restarted_sidecar_starts_anew_and_the_total_stays() -> None:
    counter = BlinkCounter()
    counter.add(update(5, 0, 0, 100))
    counter.add(update(7, 0, 0, 100))
    assert counter.add(update(1, 0, 0, 80, stream_id=8)) == Blinks()
    assert counter.add(update(2, 0, 0, 90, stream_id=8)) == Blinks(1, 0, 0, 90)
    assert counter.total == Blinks(3, 0, 0, 90)


def test_updates_that_tell_of_no_blinks_change_nothing() -> None:
    counter = BlinkCounter()
    counter.add(update(5, 0, 0, 100))
    assert counter.add(EmotionUpdate(7, 1, 0, 0)) == Blinks()
    assert counter.add(update(0, 0, 0, 0, groups=bytes(4 * len(registry.GROUPS)))) == Blinks()
    assert counter.add(update(6, 0, 0, 120)) == Blinks(1, 0, 0, 120)


def test_only_counts_make_it_true() -> None:
    assert Blinks(right_winks=1)
    assert not Blinks(last_millis=180)
