from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from affectia.clock import NANOS_PER_SEC
from affectia.rig.emotion.emotion_line import EmotionTimeCode, emotion_weights
from affectia.rig.emotion.preferred_emotion import PreferredEmotion, preferred_emotion
from affectia.rig.emotion.preferred_table import PreferredTable
from tests.unit.feelings import EMOTION

pytestmark = pytest.mark.unit

START = 7 * NANOS_PER_SEC
HAPPY, SAD = EMOTION["happy"], EMOTION["sad"]


def line(*codes: tuple[float, float], first: float = 0.0, hold_secs: float = 0.0) -> PreferredEmotion:
    """Happiness along a line, and as it is before."""
    told = [EmotionTimeCode(at_secs, emotion_weights({"happy": weight})) for at_secs, weight in codes]
    return preferred_emotion({"happy": first}, time_codes=told, hold_secs=hold_secs)


def at(table: PreferredTable, secs: float, *slots: int) -> npt.NDArray[np.float32]:
    return table.at(np.array(slots), np.full(len(slots), START + round(secs * NANOS_PER_SEC)))


def test_a_line_is_blended_between_its_time_codes_and_stands_before_and_behind_them() -> None:
    table = PreferredTable(4)
    table.set(2, line((1, 0.5), (2, 1.0), (4, 0.0), first=0.2), START)
    for secs, weight in ((0, 0.2), (0.999, 0.2), (1, 0.5), (1.5, 0.75), (2, 1), (3, 0.5), (4, 0), (60, 0)):
        assert at(table, secs, 2)[0, HAPPY] == pytest.approx(weight, abs=1e-5)
    assert at(table, -3, 2)[0, HAPPY] == pytest.approx(0.2)


def test_earlier_than_asked_is_never_before_its_beginning() -> None:
    table = PreferredTable(1)
    table.set(0, line((0, 0.5), (2, 1.0), first=0.1), START)
    times = np.array([START + NANOS_PER_SEC])
    assert table.at(np.array([0]), times, earlier_secs=np.array([0.5], np.float32))[0, HAPPY] == pytest.approx(0.625)
    assert table.at(np.array([0]), times, earlier_secs=np.array([5], np.float32))[0, HAPPY] == pytest.approx(0.5)


def test_slots_with_and_without_lines_are_evaluated_in_one_pass() -> None:
    table = PreferredTable(5)
    table.set(0, line((0, 0), (1, 1)), START)
    table.set(3, preferred_emotion({"sad": 0.25}), START)
    table.set(4, line(*((0.1 * place, place / 100) for place in range(100))), START)
    found = at(table, 0.5, 4, 3, 1, 0)
    assert found[:, HAPPY].tolist() == pytest.approx([0.05, 0, 0, 0.5], abs=1e-5)
    assert found[:, SAD].tolist() == [0, 0.25, 0, 0]


def test_a_shorter_wish_leaves_nothing_of_a_longer_one() -> None:
    table = PreferredTable(2)
    for slot in range(2):
        table.set(slot, line((0, 0), (1, 1), (2, 0), (3, 1)), START)
    table.set(0, line((0, 0.5)), START)
    assert at(table, 1, 0)[0, HAPPY] == pytest.approx(0.5)
    assert at(table, 3, 0)[0, HAPPY] == pytest.approx(0.5)
    table.clear(np.array([0]))
    assert not at(table, 1, 0).any()


def test_it_knows_whether_anything_is_there() -> None:
    table = PreferredTable(3)
    assert not table.active
    table.set(1, preferred_emotion({}), START)
    assert table.active
    assert not table.has_lines
    table.set(2, line((0, 1)), START)
    assert table.has_lines
    assert table.is_set.tolist() == [False, True, True]
    table.clear(np.array([1, 2]))
    assert not table.active
    assert not table.has_lines


def test_a_wish_that_is_held_is_over_so_long_after_its_last_time_code() -> None:
    table = PreferredTable(3)
    table.set(0, line((0, 0), (2, 1), hold_secs=0.5), START)
    table.set(1, preferred_emotion({"sad": 1}), START)
    slots = np.arange(3)
    ends = START + round(2.5 * NANOS_PER_SEC)
    assert table.over(slots, np.full(3, ends - 1)) == []
    assert table.over(slots, np.full(3, ends + 7)) == [(0, ends)]
    table.clear(np.array([0]))
    assert table.over(slots, np.full(3, ends + 7)) == []
