from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from affectia import registry
from affectia.registry import Bone
from affectia.rig.idle import philox
from affectia.rig.idle.event_draws import EventDraws
from affectia.rig.idle.idle_pose import IdlePose
from affectia.rig.idle.moods import load_moods
from affectia.rig.idle.moves import TRACKS, Moves, Track
from affectia.rig.idle.saccades import Saccades, pose_gaze
from affectia.signals.pose_layer import TURNS
from tests.unit.fakes import SHAPE, slots

pytestmark = pytest.mark.unit

GAZE = slice(Track.GAZE_YAW, Track.GAZE_PITCH + 1)
Floats = npt.NDArray[np.float64]


class Looker:
    """One avatar's gaze."""

    def __init__(self, *, amount: float = 1.0, mood: str = "neutral") -> None:
        self.moves = Moves(1)
        self.saccades = Saccades(1, self.moves, amount=amount)
        self.draws = EventDraws(1, kinds=1)
        self.draws.open(0, philox.key_of("a", seed=1))
        self.habits = load_moods().blend(np.eye(8, dtype=np.float32)[[registry.EMOTIONS.index(mood)]], 1)
        self.next = float(self.saccades.begin(slots(0), self.draws.take(slots(0), 0), self.habits)[0])

    def shift(self) -> tuple[float, float, float, float]:
        """Yaw, pitch, how long the gaze rests, and whether it calls for a blink."""
        start = self.next
        following, blinks = self.saccades.happen(slots(0), np.array([start]), self.draws.take(slots(0), 0), self.habits)
        self.next = float(following[0])
        yaw, pitch = self.moves.goals(slots(0), GAZE)[0]
        return yaw, pitch, self.next - start, float(blinks[0])

    def at(self, secs: float) -> npt.NDArray[np.float32]:
        out = np.empty((1, TRACKS), np.float32)
        self.moves.values(slots(0), np.array([[secs]]), out)
        row: npt.NDArray[np.float32] = out[0]
        return row


def shifts(count: int = 3000, *, amount: float = 1.0, mood: str = "neutral") -> Floats:
    looker = Looker(amount=amount, mood=mood)
    return np.array([looker.shift() for _ in range(count)])


def test_gaze_rests_mostly_near_straight_ahead() -> None:
    yaw, pitch, rest, _ = shifts().T
    size = np.hypot(yaw, pitch)
    near = size < 5
    assert rest[near].sum() / rest.sum() > 0.8
    assert 4 < size.max() < 23
    assert np.abs(yaw).max() > np.abs(pitch).max()
    assert abs(yaw.mean()) < 0.5
    assert abs(pitch.mean()) < 0.5


def test_it_comes_back_after_every_glance() -> None:
    size = np.hypot(*shifts()[:, :2].T)
    glances = np.flatnonzero(size[:-1] > 5)
    assert len(glances) > 200
    assert (size[glances + 1] < 5).all()


def test_rests_are_of_random_length() -> None:
    rest = shifts()[:, 2]
    assert rest.min() >= 0.2 - 1e-9
    assert rest.max() <= 4.0 + 1e-9
    assert np.median(rest) == pytest.approx(0.85, abs=0.12)
    assert np.log(rest).std() > 0.35


def test_a_saccade_lasts_as_long_as_its_size_demands() -> None:
    looker = Looker()
    for _ in range(200):
        before = looker.moves.goals(slots(0), GAZE)[0]
        start = looker.next
        looker.shift()
        after = looker.moves.goals(slots(0), GAZE)[0]
        size = float(np.hypot(*(after - before)))
        lasts = 0.021 + 0.0022 * size
        assert looker.at(start)[GAZE] == pytest.approx(before, abs=1e-4)
        assert looker.at(start + lasts / 2)[GAZE] == pytest.approx((before + after) / 2, abs=1e-3)
        assert looker.at(start + 0.9 * lasts)[GAZE] != pytest.approx(after, abs=0.01 * size)
        assert looker.at(start + lasts)[GAZE] == pytest.approx(after, abs=1e-4)


def test_large_shifts_call_for_blinks_and_small_ones_never_do() -> None:
    found = shifts()
    way = np.hypot(*np.diff(found[:, :2], axis=0).T)
    blinks = found[1:, 3] > 0
    assert not blinks[way < 6].any()
    assert blinks[way > 14].mean() > blinks[(way > 6) & (way < 10)].mean() > 0


def test_the_head_follows_a_glance_and_comes_back() -> None:
    looker = Looker()
    turned = []
    for _ in range(300):
        looker.shift()
        gaze, follow = looker.at(looker.next)[GAZE], looker.at(looker.next)[Track.FOLLOW_YAW : Track.FOLLOW_PITCH + 1]
        size = float(np.hypot(*gaze))
        turned.append(bool(follow.any()))
        assert follow == pytest.approx(0.25 * gaze if turned[-1] else (0, 0), abs=1e-3)
        assert turned[-1] == (size > 4.5) or 3.9 < size <= 4.5  # where a near gaze and a short glance cannot be told apart
    assert 10 < sum(turned) < 100


def test_amount_and_mood_change_how_far_and_where() -> None:
    assert not shifts(300, amount=0)[:, :2].any()
    np.testing.assert_allclose(shifts(300, amount=2)[:, :2], 2 * shifts(300)[:, :2], rtol=1e-9, atol=1e-9)
    assert shifts(mood="sad")[:, 1].mean() == pytest.approx(5, abs=0.5)
    assert shifts(mood="fear")[:, 2].mean() < 0.6 * shifts()[:, 2].mean()


def test_gaze_is_shown_by_eyes_of_which_a_head_takes_its_part() -> None:
    pose = IdlePose()
    pose_gaze(pose)
    table = pose.table()
    assert table[Track.GAZE_YAW, SHAPE["eyeLookOutLeft"]] == pytest.approx(1 / 30)
    assert table[Track.GAZE_YAW, SHAPE["eyeLookInRight"]] == pytest.approx(1 / 30)
    assert table[Track.GAZE_PITCH, SHAPE["eyeLookDownLeft"]] == pytest.approx(1 / 25)
    assert table[Track.FOLLOW_YAW, SHAPE["eyeLookOutLeft"]] == pytest.approx(-1 / 30)
    assert np.degrees(table[Track.FOLLOW_YAW, TURNS.start + 3 * Bone.HEAD + 1]) == pytest.approx(0.6)
