from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from affectia.rig.idle.moves import TRACKS, Moves, Track
from tests.unit.fakes import slots

pytestmark = pytest.mark.unit

Floats = npt.NDArray[np.float64]
GAZE = slice(Track.GAZE_YAW, Track.GAZE_PITCH + 1)


def of(*values: float) -> Floats:
    return np.array(values)


def at(moves: Moves, secs: float, slot: int = 0) -> npt.NDArray[np.float32]:
    out = np.empty((1, TRACKS), np.float32)
    moves.values(slots(slot), np.array([[secs]]), out)
    row: npt.NDArray[np.float32] = out[0]
    return row


def test_a_move_begins_and_ends_where_it_should_and_is_eased() -> None:
    moves = Moves(1)
    moves.go(slots(0), GAZE, at_secs=of(2), lasts_secs=of(0.5), to=np.array([[10.0, -4.0]]))
    assert not at(moves, 1.9).any()
    assert not at(moves, 2.0).any()
    assert at(moves, 2.125)[GAZE] == pytest.approx((1.5625, -0.625))  # a quarter of the time: 3/16 - 2/64
    assert at(moves, 2.25)[GAZE] == pytest.approx((5, -2))
    assert at(moves, 2.5)[GAZE] == pytest.approx((10, -4))
    assert at(moves, 99)[GAZE] == pytest.approx((10, -4))


def test_the_next_move_goes_on_from_there() -> None:
    moves = Moves(1)
    for start, goal in ((0, 8.0), (1, -2.0)):
        moves.go(slots(0), GAZE, at_secs=of(start), lasts_secs=of(0.5), to=np.array([[goal, 0.0]]))
        assert moves.goals(slots(0), GAZE).tolist() == [[goal, 0.0]]
    assert at(moves, 1.0)[Track.GAZE_YAW] == pytest.approx(8)
    assert at(moves, 1.25)[Track.GAZE_YAW] == pytest.approx(3)
    assert at(moves, 1.5)[Track.GAZE_YAW] == pytest.approx(-2)


def test_a_swell_goes_up_holds_and_comes_back() -> None:
    moves = Moves(1)
    moves.swell(slots(0), Track.LIDS_CLOSE, at_secs=of(1), rise_secs=of(0.1), hold_secs=of(0.2), fall_secs=of(0.4), height=of(1))
    heights = [at(moves, secs)[: Track.LIDS_OPEN + 1].sum() for secs in (0.9, 1.0, 1.05, 1.1, 1.3, 1.5, 1.7, 5.0)]
    assert heights == pytest.approx([0, 0, 0.5, 1, 1, 0.5, 0, 0], abs=1e-6)


def test_slots_are_apart_in_any_order() -> None:
    moves = Moves(4)
    moves.go(slots(3, 1), GAZE, at_secs=of(0, 0), lasts_secs=of(1, 1), to=np.array([[3.0, 0.0], [1.0, 0.0]]))
    out = np.empty((4, TRACKS), np.float32)
    moves.values(slots(2, 1, 3, 0), np.full((4, 1), 2.0), out)
    assert out[:, Track.GAZE_YAW].tolist() == [0, 1, 3, 0]
    moves.forget(slots(3))
    assert not at(moves, 2.0, slot=3).any()
    assert at(moves, 2.0, slot=1).any()
