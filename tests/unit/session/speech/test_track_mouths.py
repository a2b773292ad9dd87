from __future__ import annotations

import numpy as np
import pytest

from affectia.perception.voice.heard_frames import HeardFrames
from affectia.session.speech.track_grid import TrackGrid
from affectia.session.speech.track_mouths import ROW, SHAPES, MouthWork, TrackMouths
from affectia.signals.voice_observations import VISEMES
from tests.unit.fakes import VISEME
from tests.unit.session.speech.made_lines import JAW_OPEN

pytestmark = pytest.mark.unit


def known(mouths: TrackMouths, viseme: str, count: int, rate: int = 60, *, closes: bool = False, begins: bool = False) -> TrackGrid:
    """A grid of which so many frames are known, each of one viseme alone; unless it `begins`, long after the beginning."""
    heard = np.zeros((count * 100 // rate + 10, VISEMES), np.float32)
    heard[:, VISEME[viseme]] = 0 if closes else 1
    heard[:, VISEME["PP"]] += closes
    ones = np.ones(len(heard), np.float32)
    made = TrackGrid(rate, mouths.leads)
    made.add(HeardFrames(0, heard, 0.7 * ones, ones))
    made.next = made.next if begins else 0
    made.end = count
    return made


def work(mouths: TrackMouths, slot: int, viseme: str, count: int, rate: int = 60, *, closes: bool = False) -> MouthWork:
    return MouthWork(slot, known(mouths, viseme, count, rate, closes=closes))


def test_a_vowel_opens_the_jaw_and_its_viseme_travels() -> None:
    mouths = TrackMouths(2)
    [rows] = mouths.rows([work(mouths, mouths.open(), "aa", 30)])
    assert rows.shape == (30, ROW)
    assert rows[0, JAW_OPEN] < rows[2, JAW_OPEN] < rows[-1, JAW_OPEN]
    assert rows[-1, JAW_OPEN] > 100
    assert (rows[:, SHAPES + VISEME["aa"]] == 255).all()


def test_lines_together_are_as_each_alone() -> None:
    together, alone = TrackMouths(3), TrackMouths(3)
    plan = [("aa", 17, 60), ("oh", 40, 30), ("PP", 3, 100)]
    slots = [together.open() for _ in plan]
    rows = together.rows([work(together, slot, viseme, count, rate) for slot, (viseme, count, rate) in zip(slots, plan, strict=True)])
    for (viseme, count, rate), mine in zip(plan, rows, strict=True):
        [expected] = alone.rows([work(alone, alone.open(), viseme, count, rate)])
        np.testing.assert_array_equal(mine, expected)


def test_a_closure_shuts_an_open_mouth_in_full() -> None:
    mouths = TrackMouths(1)
    slot = mouths.open()
    mouths.rows([work(mouths, slot, "aa", 30)])
    [rows] = mouths.rows([work(mouths, slot, "aa", 4, closes=True)])
    close = rows[-1, JAW_OPEN + 1]  # mouthClose stands behind jawOpen
    assert close >= rows[-1, JAW_OPEN] - 1


def test_a_slot_begins_shut_whoever_had_it_before() -> None:
    mouths = TrackMouths(1)
    slot = mouths.open()
    [first] = mouths.rows([work(mouths, slot, "aa", 5)])
    mouths.close(slot)
    [again] = mouths.rows([work(mouths, mouths.open(), "aa", 5)])
    np.testing.assert_array_equal(first, again)


def test_frames_before_the_sound_are_moved_through_and_not_given() -> None:
    mouths = TrackMouths(2)
    [rows] = mouths.rows([MouthWork(mouths.open(), known(mouths, "aa", 10, begins=True))])
    [late] = mouths.rows([work(mouths, mouths.open(), "aa", 10)])
    assert len(rows) == len(late) == 10
    assert rows[0, JAW_OPEN] > late[0, JAW_OPEN] > 0


def test_no_frames_are_no_rows() -> None:
    mouths = TrackMouths(2)
    first, second = mouths.open(), mouths.open()
    assert [len(rows) for rows in mouths.rows([work(mouths, first, "aa", 0), work(mouths, second, "aa", 0)])] == [0, 0]
    assert [len(rows) for rows in mouths.rows([work(mouths, first, "aa", 0), work(mouths, second, "aa", 2)])] == [0, 2]
    assert mouths.rows([]) == []
