from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from affectia import registry
from affectia.registry import Bone
from affectia.rig.idle import philox
from affectia.rig.idle.breathing import INHALE_SHARE, Breathing, pose_breath
from affectia.rig.idle.event_draws import EventDraws
from affectia.rig.idle.idle_pose import IdlePose
from affectia.rig.idle.moods import Habit, load_moods
from affectia.rig.idle.moves import TRACKS, Moves, Track
from affectia.signals.pose_layer import TURNS
from tests.unit.fakes import slots

pytestmark = pytest.mark.unit

Floats = npt.NDArray[np.float64]


class Breather:
    """One avatar's breath."""

    def __init__(self, mood: str = "neutral") -> None:
        self.moves = Moves(1)
        self.breathing = Breathing(self.moves)
        self.draws = EventDraws(1, kinds=1)
        self.draws.open(0, philox.key_of("a", seed=1))
        self.habits = load_moods().blend(np.eye(8, dtype=np.float32)[[registry.EMOTIONS.index(mood)]], 1)
        self.next = float(self.breathing.begin(slots(0), self.draws.take(slots(0), 0), self.habits)[0])

    def breathe(self) -> tuple[float, float]:
        start = self.next
        self.next = float(self.breathing.happen(slots(0), np.array([start]), self.draws.take(slots(0), 0), self.habits)[0])
        return start, self.next - start

    def depth(self, secs: float) -> float:
        out = np.empty((1, TRACKS), np.float32)
        self.moves.values(slots(0), np.array([[secs]]), out)
        return float(out[0, Track.INHALE] + out[0, Track.EXHALE])


@pytest.mark.parametrize("mood", registry.EMOTIONS)
def test_the_rate_is_the_mood_s(mood: str) -> None:
    breather = Breather(mood)
    lengths = np.array([breather.breathe()[1] for _ in range(500)])
    assert 60 / lengths.mean() == pytest.approx(breather.habits[0, Habit.BREATHS_PER_MIN], rel=0.05)
    assert lengths.std() > 0.05 * lengths.mean()
    assert lengths.min() > 2.2  # what is eased at each breath has the time


def test_a_breath_goes_in_for_two_fifths_and_out_for_the_rest() -> None:
    breather = Breather()
    depths = []
    for _ in range(200):
        start, length = breather.breathe()
        depths.append(breather.depth(start + INHALE_SHARE * length))
        assert breather.depth(start) == breather.depth(start + length) == pytest.approx(0, abs=1e-6)
        assert breather.depth(start + 0.2 * length) == pytest.approx(depths[-1] / 2, rel=1e-4)
        assert breather.depth(start + 0.7 * length) == pytest.approx(depths[-1] / 2, rel=1e-4)
    assert np.median(depths) == pytest.approx(1, abs=0.05)
    assert np.std(depths) > 0.05
    sighs = np.mean(np.array(depths) > 1.55)
    assert 0 < sighs < 0.06


def test_a_life_begins_within_a_breath() -> None:
    breather = Breather()
    assert breather.next < 60 / 12 * 1.5
    assert breather.depth(0) > 0


def test_the_chest_rises_with_the_shoulders_and_the_head_stays_level() -> None:
    pose = IdlePose()
    pose_breath(pose, 1.0)
    row = np.degrees(pose.table()[Track.INHALE, TURNS].reshape(9, 3))
    assert row[Bone.CHEST, 0] < 0
    assert row[Bone.LEFT_SHOULDER, 2] == -row[Bone.RIGHT_SHOULDER, 2] > 0
    assert abs(row[: Bone.HEAD + 1, 0].sum()) < 0.5
    none = IdlePose()
    pose_breath(none, 0.0)
    assert not none.table().any()
