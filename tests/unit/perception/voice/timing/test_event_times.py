from __future__ import annotations

import numpy as np
import pytest

from affectia.errors import ConfigError
from affectia.perception.voice.timing.event_times import MAX_EVENTS, EventTimes, event_times

pytestmark = pytest.mark.unit

NONE = float("nan")


def times(*pairs: tuple[float, float], clip_secs: float | None = None) -> EventTimes:
    start, end = (np.array([pair[place] for pair in pairs], np.float64) for place in (0, 1))
    return event_times(start, end, place=lambda number: f"line {number + 1}", clip_secs=clip_secs)


def spans(found: EventTimes) -> list[tuple[float, float]]:
    return [(round(start, 6), round(end, 6)) for start, end in zip(found.start_secs.tolist(), found.end_secs.tolist(), strict=True)]


def test_times_in_order_stay_as_they_are() -> None:
    found = times((0, 0.1), (0.1, 0.3), (0.5, 0.6), clip_secs=0.6)
    assert spans(found) == [(0, 0.1), (0.1, 0.3), (0.5, 0.6)]
    assert found.order.tolist() == [0, 1, 2]
    assert found.notices == ()


def test_what_is_not_in_order_is_sorted_with_a_notice() -> None:
    found = times((0.5, 0.6), (0, 0.1))
    assert spans(found) == [(0, 0.1), (0.5, 0.6)]
    assert found.order.tolist() == [1, 0]
    assert found.notices == ("2 entries were not in the order of time and have been sorted",)


def test_what_overlaps_is_cut_with_a_notice() -> None:
    found = times((0, 0.4), (0.3, 0.5))
    assert spans(found) == [(0, 0.3), (0.3, 0.5)]
    assert found.notices == ("1 entries overlap the next one and have been cut at its start",)


def test_of_two_at_one_time_the_later_entry_counts() -> None:
    found = times((0, 0.2), (0.2, 0.3), (0.2, 0.4))
    assert spans(found) == [(0, 0.2), (0.2, 0.4)]
    assert found.order.tolist() == [0, 2]


def test_an_end_that_was_not_given_is_the_next_start() -> None:
    assert spans(times((0, NONE), (0.4, NONE), (0.6, NONE))) == [(0, 0.4), (0.4, 0.6), (0.6, 0.7)]
    assert spans(times((0, NONE), clip_secs=0.05)) == [(0, 0.05)]


def test_what_is_outside_of_the_clip_is_cut_with_a_notice() -> None:
    found = times((-0.2, -0.1), (-0.1, 0.2), (0.5, 1.5), (2, 3), clip_secs=1)
    assert spans(found) == [(0, 0.2), (0.5, 1)]
    assert found.order.tolist() == [1, 2]
    assert [notice.split(" entries ")[0] for notice in found.notices] == ["2", "2"]
    assert times((0, 1.01), clip_secs=1).notices == (), "an end is rounded here and there"


@pytest.mark.parametrize(
    ("pairs", "message"),
    [
        ([(0, 1), (NONE, 2)], "start is no finite number.*: line 2"),
        ([(0, 1), (1, float("inf"))], "end is no finite number.*: line 2"),
        ([(0, 1), (2, 1.5)], "end is before its start.*: line 2"),
        ([(0, 1), (1000000, 1000001)], "time is beyond 21600 s.*: line 2"),
        ([], "timing has 0 entries, expected 1 to"),
        ([(0.5, 0.5)], "no entry of any duration"),
        ([(-2, -1)], "no entry of any duration"),
    ],
)
def test_what_can_be_no_time_is_refused_by_its_place(pairs: list[tuple[float, float]], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        times(*pairs)


def test_a_clip_that_is_none_is_refused() -> None:
    with pytest.raises(ConfigError, match="clip_secs is 0, expected more than 0"):
        times((0, 1), clip_secs=0)
    with pytest.raises(ConfigError, match="no entry of any duration within the clip"):
        times((5, 6), clip_secs=1)


def test_a_million_entries_are_refused_at_once() -> None:
    many = np.arange(1_000_000.0)
    with pytest.raises(ConfigError, match=f"timing has 1000000 entries, expected 1 to {MAX_EVENTS}"):
        event_times(many, many + 1, place=str)
