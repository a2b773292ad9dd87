from __future__ import annotations

import numpy as np
import pytest

from affectia.perception.voice.timing.event_times import EventTimes
from affectia.perception.voice.timing.timed_visemes import VisemePart, timed_visemes

pytestmark = pytest.mark.unit


def times(*pairs: tuple[float, float], order: tuple[int, ...] | None = None) -> EventTimes:
    start, end = (np.array([pair[place] for pair in pairs], np.float64) for place in (0, 1))
    return EventTimes(np.array(order if order is not None else range(len(pairs)), np.intp), start, end, ("a notice",))


def test_the_time_of_an_entry_is_shared_out_among_its_visemes() -> None:
    parts = [(VisemePart(1),), (VisemePart(10, 0.6), VisemePart(12, 0.4, 0.5)), (VisemePart(2, 3.0), VisemePart(3, 1.0))]
    found = timed_visemes(times((0, 0.1), (0.1, 0.2), (0.4, 0.8)), parts)
    assert found.visemes.tolist() == [1, 10, 12, 2, 3]
    assert found.start_secs.tolist() == pytest.approx([0, 0.1, 0.16, 0.4, 0.7])
    assert found.end_secs.tolist() == pytest.approx([0.1, 0.16, 0.2, 0.7, 0.8])
    assert found.strengths.tolist() == [1, 1, 0.5, 1, 1]
    assert found.duration_secs == pytest.approx(0.8)
    assert found.notices == ("a notice",)


def test_parts_are_those_of_the_given_entries_not_of_the_sorted_ones() -> None:
    parts = [(VisemePart(1),), (VisemePart(2),), (VisemePart(3),)]
    assert timed_visemes(times((0, 1), (1, 2), order=(2, 0)), parts).visemes.tolist() == [3, 1]


def test_an_entry_that_says_nothing_is_a_gap() -> None:
    found = timed_visemes(times((0, 1), (1, 2), (2, 3)), [(VisemePart(1),), (), (VisemePart(2),)])
    assert found.start_secs.tolist() == [0, 2]
    nothing = timed_visemes(times((0, 1)), [()])
    assert nothing.visemes.size == 0
    assert nothing.duration_secs == 0


def test_rounding_leaves_no_gap_in_a_long_row() -> None:
    edges = np.arange(5001) / 7
    row = EventTimes(np.arange(5000), edges[:-1], edges[1:], ())
    found = timed_visemes(row, [(VisemePart(10, 0.6), VisemePart(12, 0.4))] * 5000)
    np.testing.assert_allclose(found.start_secs[1:], found.end_secs[:-1], atol=1e-9)
    assert (found.end_secs > found.start_secs).all()
