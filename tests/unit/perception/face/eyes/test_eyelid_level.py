from __future__ import annotations

import pytest

from affectia.perception.face.eyes.eyelid_level import EyelidLevel

pytestmark = pytest.mark.unit


def learn(level: EyelidLevel, gap: float, secs: float, *, rate_hz: float = 30, seen: float = 1.0) -> None:
    for _ in range(round(secs * rate_hz)):
        level.learn([gap, gap], [seen, seen], 1 / rate_hz)


@pytest.fixture
def level() -> EyelidLevel:
    return EyelidLevel()


def test_nobody_known_has_mean_eyes(level: EyelidLevel) -> None:
    assert level.open_gaps == pytest.approx([0.23, 0.23], abs=0.01)


@pytest.mark.parametrize("gap", [0.155, 0.215, 0.305])
def test_level_comes_to_this_person_within_seconds(level: EyelidLevel, gap: float) -> None:
    learn(level, gap, 6)
    assert level.open_gaps == pytest.approx([gap, gap], abs=0.012)


def test_level_goes_up_faster_than_down(level: EyelidLevel) -> None:
    learn(level, 0.205, 60)
    learn(level, 0.285, 5)
    assert level.open_gaps[0] > 0.27
    learn(level, 0.205, 5)
    assert level.open_gaps[0] > 0.26
    learn(level, 0.205, 40)
    assert level.open_gaps[0] < 0.22


def test_short_surprise_leaves_the_level(level: EyelidLevel) -> None:
    learn(level, 0.235, 30)
    learn(level, 0.315, 1)
    assert level.open_gaps[0] == pytest.approx(0.235, abs=0.012)


def test_shut_eyes_teach_nothing(level: EyelidLevel) -> None:
    learn(level, 0.275, 10)
    before = list(level.open_gaps)
    learn(level, 0.05, 600, rate_hz=2)
    assert level.open_gaps == before


def test_level_has_a_floor_and_a_ceiling(level: EyelidLevel) -> None:
    learn(level, 0.1, 120, rate_hz=10)
    assert level.open_gaps[0] == pytest.approx(0.13, abs=0.012)
    learn(level, 0.9, 120, rate_hz=10)
    assert level.open_gaps[0] == pytest.approx(0.32, abs=0.012)


def test_eye_that_is_hardly_seen_teaches_nothing(level: EyelidLevel) -> None:
    before = list(level.open_gaps)
    learn(level, 0.3, 60, seen=0.5)
    assert level.open_gaps == before


def test_rate_of_the_samples_makes_no_difference() -> None:
    slow, fast = EyelidLevel(), EyelidLevel()
    learn(slow, 0.3, 2, rate_hz=15)
    learn(fast, 0.3, 2, rate_hz=60)
    assert slow.open_gaps == pytest.approx(fast.open_gaps, abs=0.002)


def test_not_a_number_is_passed_over(level: EyelidLevel) -> None:
    before = list(level.open_gaps)
    learn(level, float("nan"), 5)
    assert level.open_gaps == before


def test_reset_forgets(level: EyelidLevel) -> None:
    before = list(level.open_gaps)
    learn(level, 0.3, 10)
    level.reset()
    assert level.open_gaps == before
