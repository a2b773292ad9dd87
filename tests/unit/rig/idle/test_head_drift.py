from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from affectia.registry import Bone
from affectia.rig.idle import philox
from affectia.rig.idle.event_draws import EventDraws
from affectia.rig.idle.head_drift import HeadDrift, pose_drift
from affectia.rig.idle.idle_pose import SWAYS, IdlePose
from affectia.rig.idle.moods import Habit, load_moods
from affectia.rig.idle.moves import TRACKS, Moves, Track
from affectia.signals.pose_layer import SHIFT, TURNS
from tests.unit.fakes import slots

pytestmark = pytest.mark.unit

Floats = npt.NDArray[np.float32]
NEUTRAL = load_moods().blend(None, 1)
LEANS = slice(Track.LEAN_ROLL, Track.TILT + 1)


def drift(*, count: int = 2, amount: float = 1.0) -> HeadDrift:
    made = HeadDrift(count, Moves(count), amount=amount)
    for slot in range(count):
        made.open(slot, np.random.default_rng(slot).random(SWAYS + 1))
    return made


def sways(made: HeadDrift, secs: npt.NDArray[np.float64], slot: int = 0) -> Floats:
    out = np.empty((len(secs), SWAYS), np.float32)
    made.values(np.full(len(secs), slot), secs[:, None], np.ones((len(secs), 1), np.float32), out)
    return out


def head(rows: Floats) -> tuple[Floats, Floats]:
    """(m, 3) pitch, yaw and roll in degrees and (m, 3) shift in cm of sways."""
    pose = IdlePose()
    pose_drift(pose, 1.0)
    channels = rows @ pose.table()[TRACKS:]
    turns = np.degrees(channels[:, TURNS].reshape(-1, 9, 3))
    return turns[:, Bone.NECK] + turns[:, Bone.HEAD], channels[:, SHIFT]


def test_a_head_drifts_by_one_or_two_degrees_and_some_millimetres() -> None:
    turns, shift = head(sways(drift(), np.arange(0, 600, 0.1)))
    assert (np.abs(turns).max(axis=0) > 0.8).all()
    assert (np.abs(turns).max(axis=0) <= 2.01).all()
    assert 0.2 < np.abs(shift).max() <= 0.36


def test_drift_is_slow_and_does_not_repeat() -> None:
    turns, _ = head(sways(drift(), np.arange(0, 600, 0.1)))
    assert np.abs(np.diff(turns, axis=0)).max() / 0.1 < 2.5  # degrees a second
    for shift in range(50, 3000):
        assert np.abs(turns[shift:] - turns[:-shift]).max() > 0.3


def test_avatars_drift_apart_and_each_the_same_again() -> None:
    made, secs = drift(), np.arange(0, 100, 0.5)
    assert abs(np.corrcoef(sways(made, secs, 0).ravel(), sways(made, secs, 1).ravel())[0, 1]) < 0.5
    np.testing.assert_array_equal(sways(drift(), secs), sways(made, secs))


def test_a_sine_after_a_year_is_still_smooth() -> None:
    rows = sways(drift(), 3.0e7 + np.arange(0, 2, 0.01))
    assert np.abs(np.diff(rows, axis=0)).max() < 0.03


def test_postures_change_now_and_then_and_slowly() -> None:
    moves = Moves(1)
    made = HeadDrift(1, moves, amount=1.0)
    draws = EventDraws(1, kinds=1)
    draws.open(0, philox.key_of("a", seed=1))
    now = float(made.begin(slots(0), draws.take(slots(0), 0), NEUTRAL)[0])
    stays, goals = [], []
    out = np.empty((1, TRACKS), np.float32)
    moves.values(slots(0), np.array([[now]]), out)
    for _ in range(300):
        following = float(made.happen(slots(0), np.array([now]), draws.take(slots(0), 0), NEUTRAL)[0])
        stays.append(following - now)
        before = out[0, LEANS].copy()
        goals.append(moves.goals(slots(0), LEANS)[0])
        moves.values(slots(0), np.array([[now + 0.6]]), out)
        under_way = out[0, LEANS].copy()
        assert np.abs(under_way - before).max() < 0.5 * np.abs(goals[-1] - before).max() + 1e-6  # half of it takes 0.6 s or more
        moves.values(slots(0), np.array([[following]]), out)
        assert out[0, LEANS] == pytest.approx(goals[-1], abs=1e-5)
        now = following
    assert np.mean(stays) == pytest.approx(NEUTRAL[0, Habit.POSTURE_SECS], rel=0.05)
    assert min(stays) > 3
    assert np.abs(goals).max() < 4
    assert (np.std(goals, axis=0) > 0.5).all()


def test_drift_becomes_what_the_mood_wants() -> None:
    moves = Moves(1)
    made = HeadDrift(1, moves, amount=1.0)
    habits = NEUTRAL.copy()
    habits[0, Habit.DRIFT] = 0.5
    made.calm(slots(0), np.array([0.0]), NEUTRAL)
    made.calm(slots(0), np.array([4.0]), habits)
    out = np.empty((1, TRACKS), np.float32)
    moves.values(slots(0), np.array([[4.75]]), out)
    assert out[0, Track.DRIFT] == pytest.approx(0.75)


def test_an_amount_of_0_keeps_head_and_body_still() -> None:
    moves = Moves(1)
    made = HeadDrift(1, moves, amount=0)
    draws = EventDraws(1, kinds=1)
    draws.open(0, philox.key_of("a", seed=1))
    made.begin(slots(0), draws.take(slots(0), 0), NEUTRAL)
    assert not moves.goals(slots(0), LEANS).any()
    pose = IdlePose()
    pose_drift(pose, 0.0)
    assert not pose.table()[TRACKS:].any()
