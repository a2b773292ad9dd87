from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from affectia.motion.one_euro import OneEuroFilter
from tests.unit.fakes import slots

pytestmark = pytest.mark.unit


def one_euro(count: int = 1, *, min_cutoff_hz: float = 1.5, beta_hz: float = 2.5, speed_cutoff_hz: float = 1.0) -> OneEuroFilter:
    def channel(value: float) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
        return np.array([value], np.float32)

    return OneEuroFilter(count, min_cutoff_hz=channel(min_cutoff_hz), beta_hz=channel(beta_hz), speed_cutoff_hz=channel(speed_cutoff_hz))


def step(smooth: OneEuroFilter, value: float, dt_secs: float, *, slowness: float = 1.0, slot: int = 0) -> float:
    values = np.array([[value]], np.float32)
    found = smooth.filtered(slots(slot), values, np.array([dt_secs], np.float32), np.array([slowness], np.float32))
    return float(found[0, 0])


def run(signal: Callable[[float], float], steps: Sequence[float]) -> float:
    """The output of a fresh filter after these time steps of a signal."""
    smooth = one_euro()
    time, out = 0.0, step(smooth, signal(0.0), 1.0)
    for dt in steps:
        time += dt
        out = step(smooth, signal(time), dt)
    return out


@given(st.floats(-10, 10, width=32), st.floats(0, 1e6, width=32))
def test_the_first_sample_passes(value: float, dt_secs: float) -> None:
    assert step(one_euro(), value, dt_secs) == value


def test_it_is_the_filter_of_the_paper() -> None:
    smooth = one_euro(min_cutoff_hz=2, beta_hz=3, speed_cutoff_hz=1)
    rng = np.random.default_rng(1)
    value = speed = 0.0
    step(smooth, 0.0, 1.0)
    for _ in range(200):
        given_value, dt = float(rng.uniform(0, 1)), float(rng.uniform(0.005, 0.05))

        def alpha(cutoff_hz: float, dt: float = dt) -> float:
            return 1 / (1 + 1 / (2 * math.pi * cutoff_hz * dt))

        speed += alpha(1) * ((given_value - value) / dt - speed)
        value += alpha(2 + 3 * abs(speed)) * (given_value - value)
        assert step(smooth, given_value, dt) == pytest.approx(value, abs=1e-4)


def test_a_slope_ends_the_same_at_any_frame_rate() -> None:
    rng = np.random.default_rng(2)
    irregular = rng.uniform(0.005, 0.045, 1000)
    irregular = irregular[: int(np.searchsorted(np.cumsum(irregular), 1.0))]
    irregular = np.append(irregular, 1.0 - irregular.sum())

    def slope(time: float) -> float:
        return min(1.0, 2 * time)

    ends = [run(slope, steps) for steps in ([1 / 30] * 30, [1 / 60] * 60, [1 / 120] * 120, irregular.tolist())]
    assert min(ends) > 0.9
    assert max(ends) - min(ends) < 0.02


def test_a_step_is_followed_without_overshoot() -> None:
    smooth = one_euro()
    step(smooth, 0.0, 1.0)
    values = [step(smooth, 1.0, 1 / 60) for _ in range(60)]
    assert values == sorted(values)
    assert 0.98 < values[-1] <= 1 + 1e-6


@pytest.mark.parametrize(("min_cutoff_hz", "rate_hz"), [(4.0, 1000), (8.0, 1000)])
def test_at_rest_the_time_constant_is_one_over_two_pi_cutoff(min_cutoff_hz: float, rate_hz: int) -> None:
    smooth = one_euro(min_cutoff_hz=min_cutoff_hz, beta_hz=0)
    step(smooth, 0.0, 1.0)
    tau_secs = 1 / (2 * math.pi * min_cutoff_hz)
    for _ in range(round(tau_secs * rate_hz)):
        value = step(smooth, 1.0, 1 / rate_hz)
    assert value == pytest.approx(1 - math.exp(-1), abs=0.03)


def test_noise_at_rest_is_damped() -> None:
    smooth = one_euro()
    rng = np.random.default_rng(3)
    noise = rng.normal(0.5, 0.01, 600)
    out = [step(smooth, float(value), 1 / 60) for value in noise]
    assert np.std(np.diff(out[60:])) < 0.25 * np.std(np.diff(noise[60:]))


def test_no_slowness_is_raw_and_more_is_slower() -> None:
    ends = []
    for slowness in (0.0, 0.5, 1.0, 2.0):
        smooth = one_euro(beta_hz=0)
        step(smooth, 0.0, 1.0, slowness=slowness)
        ends.append(step(smooth, 1.0, 1 / 60, slowness=slowness))
    assert ends[0] == pytest.approx(1, abs=1e-4)
    assert ends == sorted(ends, reverse=True)
    assert ends[3] < ends[2] < ends[1] < 0.9


@given(st.lists(st.tuples(st.integers(0, 2), st.floats(0, 1, width=32), st.floats(0.0078125, 0.125, width=32)), max_size=30))
def test_slots_do_not_touch_each_other(events: list[tuple[int, float, float]]) -> None:
    shared, alone = one_euro(3), [one_euro() for _ in range(3)]
    for slot, value, dt_secs in events:
        assert step(shared, value, dt_secs, slot=slot) == pytest.approx(step(alone[slot], value, dt_secs), abs=1e-6)


def test_a_pass_over_all_slots_is_the_same_as_one_by_one() -> None:
    together, apart = one_euro(3), one_euro(3)
    values, steps = np.array([[0.1], [0.5], [0.9]], np.float32), np.array([0.01, 0.02, 0.03], np.float32)
    for scale in (1.0, 0.3, 0.8):
        found = together.filtered(slots(2, 0, 1), values * np.float32(scale), steps, np.array([1, 0, 2], np.float32))
        one_by_one = [
            step(apart, float(value), float(dt), slowness=slowness, slot=slot)
            for value, dt, slowness, slot in zip(values[:, 0] * np.float32(scale), steps, (1, 0, 2), (2, 0, 1), strict=True)
        ]
        assert found[:, 0] == pytest.approx(one_by_one, abs=1e-6)


def test_a_reset_slot_starts_anew_and_the_others_go_on() -> None:
    smooth = one_euro(2)
    for slot in (0, 1):
        step(smooth, 0.0, 1.0, slot=slot)
    smooth.reset(slots(0))
    assert step(smooth, 1.0, 1 / 60, slot=0) == 1
    assert step(smooth, 1.0, 1 / 60, slot=1) < 0.9


@pytest.mark.parametrize("dt_secs", [0.0, -1.0, 1e-9])
def test_a_time_step_that_is_none_neither_fails_nor_overshoots(dt_secs: float) -> None:
    smooth = one_euro()
    step(smooth, 0.0, 1.0)
    assert 0 <= step(smooth, 1.0, dt_secs) <= 1 + 1e-6
    assert np.isfinite(step(smooth, 0.0, 1 / 60))


def test_after_a_long_gap_the_new_value_counts() -> None:
    smooth = one_euro()
    step(smooth, 0.0, 1.0)
    assert step(smooth, 1.0, 10.0) == pytest.approx(1, abs=0.02)


def test_the_callers_values_are_not_written_to_and_its_results_stay() -> None:
    smooth = one_euro()
    one = np.array([1], np.float32)
    values = np.array([[0.25]], np.float32)
    first = smooth.filtered(slots(0), values, one, one)
    smooth.filtered(slots(0), np.array([[0.75]], np.float32), one, one)
    assert values.tolist() == [[0.25]]
    assert first.tolist() == [[0.25]]


def test_a_filter_does_not_grow() -> None:
    smooth = one_euro(4)
    arrays = [value for value in vars(smooth).values() if isinstance(value, np.ndarray)]
    sizes = [array.nbytes for array in arrays]
    for _ in range(1000):
        step(smooth, 0.5, 1 / 60)
    now = [value for value in vars(smooth).values() if isinstance(value, np.ndarray)]
    assert [array.nbytes for array in now] == sizes
    assert all(one is other for one, other in zip(arrays, now, strict=True))
