from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from affectia.errors import ConfigError
from affectia.motion.spring import CriticalSpring, SpringOptions
from tests.unit.fakes import slots

pytestmark = pytest.mark.unit

Floats = npt.NDArray[np.float32]
OPTIONS = SpringOptions(0.2, 0.8)


def spring(*channels: SpringOptions, count: int = 1, snaps: bool = False) -> CriticalSpring:
    omegas = np.array([options.omegas() for options in channels or (OPTIONS,)], np.float32).T
    return CriticalSpring(count, omegas=omegas, snaps=snaps)


def step(target: CriticalSpring, goal: float, dt_secs: float, *, slot: int = 0) -> float:
    return float(target.moved(slots(slot), np.array([[goal]], np.float32), np.array([dt_secs], np.float32))[0, 0])


def test_it_is_the_spring_that_its_module_describes() -> None:
    target, dice = spring(SpringOptions(0.3, 0.3)), np.random.default_rng(1)
    omega = SpringOptions(0.3, 0.3).omegas()[0]
    x = v = 0.0
    for _ in range(200):
        g, dt = float(dice.uniform(-1, 1)), float(dice.uniform(0.005, 0.1))
        d = x - g
        t = v + omega * d
        e = math.exp(-omega * dt)
        x, v = g + (d + t * dt) * e, (v - omega * t * dt) * e
        assert step(target, g, dt) == pytest.approx(x, abs=1e-4)


@pytest.mark.parametrize(("begins", "ends", "secs"), [(0.0, 1.0, OPTIONS.attack_secs), (1.0, 0.0, OPTIONS.release_secs)])
def test_a_change_is_there_after_the_time_that_its_options_say(begins: float, ends: float, secs: float) -> None:
    target = spring(snaps=True)
    step(target, begins, 0)
    assert abs(step(target, ends, secs / 2) - ends) > 0.1
    assert abs(step(target, ends, secs / 2) - ends) == pytest.approx(0.02, abs=2e-3)


@pytest.mark.parametrize("goal", [1.0, -0.7])
def test_a_held_target_is_reached_the_same_at_any_frame_rate(goal: float) -> None:
    irregular = np.random.default_rng(2).uniform(0.005, 0.045, 1000)
    irregular = irregular[: int(np.searchsorted(np.cumsum(irregular), 0.3))]
    irregular = np.append(irregular, 0.3 - irregular.sum())
    ends = []
    for steps in ([0.3], [0.1] * 3, [1 / 60] * 18, [1 / 240] * 72, irregular.tolist()):
        target = spring()
        values = [step(target, goal, dt) for dt in steps] + [step(target, 0.2 * goal, 2 * dt) for dt in steps]
        ends.append((values[len(steps) - 1], values[-1]))
    np.testing.assert_allclose(ends, np.tile(ends[0], (5, 1)), atol=2e-4)


def test_it_starts_softly_and_does_not_swing() -> None:
    target = spring()
    values = np.array([0.0] + [step(target, 1.0, 0.005) for _ in range(80)])
    assert np.all(np.diff(values) >= 0)
    assert values.max() <= 1 + 1e-6
    assert values[1] < 0.2 * np.diff(values).max() * 5, "a low-pass would be quickest at once"
    assert np.diff(values).argmax() > 3


def test_each_channel_has_a_speed_of_its_own() -> None:
    target = spring(SpringOptions(0.1, 0.1), SpringOptions(1.0, 1.0))
    quick, slow = target.moved(slots(0), np.ones((1, 2), np.float32), np.array([0.1], np.float32))[0].tolist()
    assert quick > 0.97
    assert slow < 0.2


def test_what_goes_below_0_comes_as_quickly_as_what_goes_above() -> None:
    up, down = spring(), spring()
    for _ in range(5):
        assert step(up, 0.6, 0.03) == pytest.approx(-step(down, -0.6, 0.03))


@pytest.mark.parametrize("broken", [math.nan, math.inf, -math.inf])
def test_a_target_that_is_no_number_leaves_its_channel_and_no_other(broken: float) -> None:
    target = spring(OPTIONS, OPTIONS)
    dt = np.array([0.05], np.float32)
    before = target.moved(slots(0), np.full((1, 2), 0.5, np.float32), dt).copy()
    given_targets = np.array([[broken, 0.5]], np.float32)
    after = target.moved(slots(0), given_targets, dt).copy()
    assert after[0, 0] == before[0, 0]
    assert after[0, 1] > before[0, 1]
    assert not math.isfinite(given_targets[0, 0]), "the caller's targets are not touched"
    assert np.isfinite(target.moved(slots(0), np.zeros((1, 2), np.float32), dt)).all()


def test_first_value_is_taken_whole_only_by_one_that_snaps() -> None:
    assert step(spring(snaps=True), 0.8, 0.0) == pytest.approx(0.8)
    assert step(spring(), 0.8, 0.0) == 0


def test_slots_do_not_learn_of_each_other() -> None:
    alone, among = spring(), spring(count=5)
    dt = np.full(3, 0.04, np.float32)
    for goal in (0.3, 0.9, 0.1):
        shown = among.moved(slots(4, 1, 2), np.array([[0.7], [goal], [-1]], np.float32), dt).copy()
        assert shown[1, 0] == step(alone, goal, 0.04)


@given(st.permutations(range(4)))
def test_any_order_of_slots_gives_the_same(order: list[int]) -> None:
    one, other = spring(count=4), spring(count=4)
    goals, dt = np.array([[0.1], [0.4], [-0.3], [1.0]], np.float32), np.array([0.02, 0.03, 0.04, 0.05], np.float32)
    for _ in range(3):
        expected = one.moved(slots(0, 1, 2, 3), goals, dt).copy()
        got = other.moved(slots(*order), goals[order], dt[order])
        np.testing.assert_array_equal(got, expected[order])


def test_without_a_target_all_goes_to_rest_and_stays() -> None:
    target = spring(count=2)
    dt = np.full(2, 0.1, np.float32)
    target.moved(slots(0, 1), np.array([[1.0], [0.0]], np.float32), dt)
    assert target.settle(slots(0, 1)).tolist() == [False, True]
    for _ in range(30):
        shown = target.moved(slots(0, 1), None, dt)
    assert 0 < abs(shown[0, 0]) < 1e-4
    assert target.settle(slots(0, 1)).tolist() == [True, True]
    assert not target.moved(slots(0, 1), None, dt).any()


def test_one_at_0_that_still_has_speed_is_not_settled() -> None:
    target = spring()
    step(target, 1.0, 0.1)
    target.moved(slots(0), np.array([[-1.0]], np.float32), np.array([0.1], np.float32))
    for _ in range(200):
        value = float(target.moved(slots(0), np.array([[1.0]], np.float32), np.array([0.001], np.float32))[0, 0])
        if value > -1e-3:
            break
    assert not target.settle(slots(0)).any()


def test_a_reset_slot_starts_anew() -> None:
    target, fresh = spring(count=2), spring()
    step(target, 1.0, 0.1, slot=1)
    target.reset(slots(1))
    assert step(target, 0.5, 0.05, slot=1) == step(fresh, 0.5, 0.05)


def test_a_time_that_goes_back_is_no_time() -> None:
    target = spring()
    before = step(target, 1.0, 0.1)
    assert step(target, 1.0, -0.1) == pytest.approx(before)


@pytest.mark.parametrize("name", ["attack_secs", "release_secs"])
@pytest.mark.parametrize("value", [0.0, -1.0, 31.0, math.nan])
def test_options_that_cannot_work_are_refused(name: str, value: float) -> None:
    with pytest.raises(ConfigError, match=f"{name} is "):
        SpringOptions(**{name: value})


def test_a_spring_comes_to_rest_exactly_on_its_target_and_leaves_it_again() -> None:
    target, goal, dt = (
        CriticalSpring(2, omegas=np.full((2, 3), 20, np.float32)),
        np.array([[0.3, 0.0, -0.2]], np.float32),
        np.float32(1 / 30),
    )
    for goals in (np.array([[0.8, 0.5, 0.4]], np.float32), goal):
        for _ in range(90):
            shown = target.moved(slots(1), goals, np.array([dt])).copy()
        np.testing.assert_array_equal(shown, goals)
    assert 0 < target.moved(slots(1), np.array([[0.3, 0.1, -0.2]], np.float32), np.array([dt]))[0, 1] < 0.1
