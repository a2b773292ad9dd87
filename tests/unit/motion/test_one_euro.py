from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from affectia.errors import ConfigError
from affectia.motion.one_euro import OneEuroFilter, OneEuroOptions
from tests.unit.fakes import slots

pytestmark = pytest.mark.unit

Floats = npt.NDArray[np.float32]
REST = OneEuroOptions(0.5, 150.0, 3.0, 0.04)
RATES_HZ = [15, 30, 60]


def table(*channels: OneEuroOptions) -> Floats:
    return np.array([options.constants() for options in channels], np.float32).T


def one_euro(options: OneEuroOptions = REST, *, count: int = 1) -> OneEuroFilter:
    return OneEuroFilter(count, constants=table(options))


def step(smooth: OneEuroFilter, value: float, dt_secs: float, *, slowness: float = 1.0, slot: int = 0) -> float:
    values = np.array([[value]], np.float32)
    smooth.smooth(slots(slot), values, np.array([dt_secs], np.float32), np.array([slowness], np.float32))
    return float(values[0, 0])


def run(signal: Callable[[float], float], steps: Sequence[float], options: OneEuroOptions = REST) -> list[float]:
    """The outputs of a fresh filter after these time steps of a signal."""
    smooth = one_euro(options)
    time, out = 0.0, [step(smooth, signal(0.0), 1.0)]
    for dt in steps:
        time += dt
        out.append(step(smooth, signal(time), dt))
    return out


@given(st.floats(-10, 10, width=32), st.floats(0, 1e6, width=32))
def test_the_first_sample_passes(value: float, dt_secs: float) -> None:
    assert step(one_euro(), value, dt_secs) == value


def test_it_is_the_filter_that_its_module_describes() -> None:
    smooth = one_euro(OneEuroOptions(2.0, 30.0, 1.5, 0.1))
    rng = np.random.default_rng(1)
    value = distance = 0.0
    step(smooth, 0.0, 1.0)
    for _ in range(200):
        given_value, dt = float(rng.uniform(0, 1)), float(rng.uniform(0.005, 0.05))
        away = given_value - value
        distance = away + (distance - away) * math.exp(-2 * math.pi * 1.5 * dt)
        cutoff_hz = 2 + 30 * max(0.0, abs(distance) - 0.1)
        value = given_value - away * math.exp(-2 * math.pi * cutoff_hz * dt)
        assert step(smooth, given_value, dt) == pytest.approx(value, abs=1e-4)


def test_a_slope_ends_the_same_at_any_frame_rate() -> None:
    rng = np.random.default_rng(2)
    irregular = rng.uniform(0.005, 0.045, 1000)
    irregular = irregular[: int(np.searchsorted(np.cumsum(irregular), 1.0))]
    irregular = np.append(irregular, 1.0 - irregular.sum())

    def slope(time: float) -> float:
        return 0.8 * time

    ends = [run(slope, steps)[-1] for steps in ([1 / 15] * 15, [1 / 30] * 30, [1 / 60] * 60, [1 / 120] * 120, irregular.tolist())]
    assert min(ends) > 0.7
    assert max(ends) - min(ends) < 0.8 * (1 / 15 - 1 / 120)  # each sample is taken to hold for the whole step before it


@pytest.mark.parametrize("rate_hz", RATES_HZ)
@pytest.mark.parametrize("height", [0.02, 0.05, 0.2, 1.0])
def test_a_step_is_followed_without_overshoot_and_leaves_no_bias(rate_hz: int, height: float) -> None:
    values = run(lambda time: height if time > 0 else 0.0, [1 / rate_hz] * rate_hz)
    assert values == sorted(values)
    assert height - 0.1 * REST.dead_zone < values[-1] <= height + 1e-6


@pytest.mark.parametrize("rate_hz", RATES_HZ)
def test_noise_within_the_dead_zone_is_gone_and_pulls_to_no_side(rate_hz: int) -> None:
    noise = np.random.default_rng(3).normal(0, REST.dead_zone / 3, 40 * rate_hz)
    smooth = one_euro()
    step(smooth, 0.5, 1.0)
    out = np.array([step(smooth, 0.5 + float(value), 1 / rate_hz) for value in noise])[rate_hz:]
    assert out.std() < 0.5 * noise.std() * math.sqrt(30 / rate_hz)
    assert np.diff(out).std() < 0.3 * np.diff(noise).std()
    assert out.mean() == pytest.approx(0.5, abs=0.06 * REST.dead_zone)


def test_the_same_noise_without_a_dead_zone_is_seen() -> None:
    noise = np.random.default_rng(3).normal(0.5, REST.dead_zone / 3, 1200)
    shown = []
    for dead_zone in (0.0, REST.dead_zone):
        smooth = one_euro(OneEuroOptions(REST.min_cutoff_hz, REST.beta_hz, REST.distance_cutoff_hz, dead_zone))
        shown.append(float(np.std([step(smooth, float(value), 1 / 30) for value in noise][300:])))
    assert shown[1] < 0.6 * shown[0]


@pytest.mark.parametrize("rate_hz", RATES_HZ)
def test_a_held_value_is_reached_and_then_nothing_moves(rate_hz: int) -> None:
    settled = np.array(run(lambda time: min(0.37, time), [1 / rate_hz] * (8 * rate_hz)))[6 * rate_hz :]
    assert np.ptp(settled) < 1e-4
    assert settled[-1] == pytest.approx(0.37, abs=1e-4)


@pytest.mark.parametrize("rate_hz", RATES_HZ)
@pytest.mark.parametrize("speed", [0.01, 0.05, 0.2])
def test_a_slow_change_glides_and_does_not_stick_and_slip(rate_hz: int, speed: float) -> None:
    glide = np.diff(run(lambda time: speed * time, [1 / rate_hz] * (6 * rate_hz)))[3 * rate_hz :] * rate_hz
    assert glide.min() > 0.9 * speed
    assert glide.max() < 1.1 * speed


@pytest.mark.parametrize(("min_cutoff_hz", "rate_hz"), [(4.0, 15), (4.0, 1000), (8.0, 30), (0.5, 30)])
def test_at_rest_the_time_constant_is_one_over_two_pi_cutoff(min_cutoff_hz: float, rate_hz: int) -> None:
    smooth = one_euro(OneEuroOptions(min_cutoff_hz, 0.0))
    step(smooth, 0.0, 1.0)
    tau_secs = 1 / (2 * math.pi * min_cutoff_hz)
    steps = round(tau_secs * rate_hz) or 1
    for _ in range(steps):
        value = step(smooth, 1.0, 1 / rate_hz)
    assert value == pytest.approx(1 - math.exp(-steps / rate_hz / tau_secs), abs=1e-4)


def test_no_slowness_is_raw_and_more_is_slower() -> None:
    ends = []
    for slowness in (0.0, 0.5, 1.0, 2.0):
        smooth = one_euro()
        step(smooth, 0.0, 1.0, slowness=slowness)
        ends.append(step(smooth, 0.1, 1 / 60, slowness=slowness))
    assert ends[0] == pytest.approx(0.1, abs=1e-6)
    assert ends[3] < ends[2] < ends[1] < ends[0]


def test_slowness_never_passes_the_slowest_cutoff() -> None:
    quick = OneEuroOptions(8.0, 0.0, slowest_hz=4.0)
    shown = []
    for slowness in (2.0, 10.0):
        smooth = one_euro(quick)
        step(smooth, 0.0, 1.0)
        shown.append(step(smooth, 1.0, 0.04, slowness=slowness))
    assert shown == pytest.approx([1 - math.exp(-2 * math.pi * 4 * 0.04)] * 2, abs=1e-5)


@given(st.lists(st.tuples(st.integers(0, 2), st.floats(0, 1, width=32), st.floats(0.0078125, 0.125, width=32)), max_size=10))
def test_slots_do_not_touch_each_other(events: list[tuple[int, float, float]]) -> None:
    shared, alone = one_euro(count=3), [one_euro() for _ in range(3)]
    for slot, value, dt_secs in events:
        assert step(shared, value, dt_secs, slot=slot) == pytest.approx(step(alone[slot], value, dt_secs), abs=1e-6)


@pytest.mark.parametrize("order", [(2, 0, 1), (0, 1, 2), (0, 2, 1), (1, 2, 0)])
def test_a_pass_over_slots_in_any_order_is_the_same_as_one_by_one(order: tuple[int, ...]) -> None:
    together, apart = one_euro(count=4), one_euro(count=4)
    values, steps, slowness = np.array([[0.1], [0.5], [0.9]], np.float32), np.array([0.01, 0.02, 0.03], np.float32), (1, 0, 2)
    for scale in (1.0, 0.3, 0.8):
        found = values * np.float32(scale)
        one_by_one = [
            step(apart, float(value), float(dt), slowness=slow, slot=slot)
            for value, dt, slow, slot in zip(found[:, 0], steps, slowness, order, strict=True)
        ]
        together.smooth(slots(*order), found, steps, np.array(slowness, np.float32))
        assert found[:, 0] == pytest.approx(one_by_one, abs=1e-6)


def test_no_slot_is_no_work() -> None:
    nothing = np.zeros(0, np.float32)
    one_euro().smooth(slots(), np.zeros((0, 1), np.float32), nothing, nothing)


def test_a_reset_slot_starts_anew_and_the_others_go_on() -> None:
    smooth = one_euro(count=2)
    for slot in (0, 1):
        step(smooth, 0.0, 1.0, slot=slot)
    smooth.reset(slots(0))
    assert step(smooth, 1.0, 1 / 60, slot=0) == 1
    assert step(smooth, 1.0, 1 / 60, slot=1) < 0.999


def test_other_constants_are_those_of_their_slots_and_move_nothing() -> None:
    smooth, quick, slow = one_euro(count=3), one_euro(OneEuroOptions(9.0, 0.0)), one_euro()
    for filters, places in ((smooth, (0, 1, 2)), (quick, (0,)), (slow, (0,))):
        for slot in places:
            step(filters, 0.4, 1.0, slot=slot)
    smooth.set_constants(slots(2), table(OneEuroOptions(9.0, 0.0)))
    assert step(smooth, 0.4, 1 / 30, slot=2) == pytest.approx(0.4)
    step(quick, 0.4, 1 / 30)
    for value in (0.42, 0.8, 0.1):
        assert step(smooth, value, 1 / 30, slot=2) == pytest.approx(step(quick, value, 1 / 30), abs=1e-6)
        expected = step(slow, value, 1 / 30)
        assert step(smooth, value, 1 / 30, slot=0) == pytest.approx(expected, abs=1e-6)
        assert step(smooth, value, 1 / 30, slot=1) == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("dt_secs", [0.0, -1.0, 1e-9])
def test_a_time_step_that_is_none_neither_fails_nor_overshoots(dt_secs: float) -> None:
    smooth = one_euro()
    step(smooth, 0.0, 1.0)
    assert 0 <= step(smooth, 1.0, dt_secs) <= 1 + 1e-6
    assert 0 <= step(smooth, 0.0, 1 / 60) <= 1 + 1e-6


def test_after_a_long_gap_the_new_value_counts() -> None:
    smooth = one_euro()
    step(smooth, 0.0, 1.0)
    assert step(smooth, 1.0, 10.0) == pytest.approx(1, abs=0.001)


@pytest.mark.parametrize("broken", [math.nan, math.inf, -math.inf])
def test_what_is_no_number_stays_in_its_channel_and_is_forgotten(broken: float) -> None:
    both, alone = OneEuroFilter(2, constants=table(REST, REST)), one_euro()
    dt, slowness = np.full(2, 1 / 30, np.float32), np.ones(2, np.float32)
    for frame, value in enumerate((0.2, 0.3, 0.7, 0.6)):
        values = np.array([[value, 0.5], [value, value]], np.float32)
        if frame == 2:
            values[0, 1] = broken
        both.smooth(slots(0, 1), values, dt, slowness)
        expected = step(alone, value, 1 / 30)
        assert values[[0, 1, 1], [0, 0, 1]] == pytest.approx([expected] * 3, abs=1e-6)
        assert values[0, 1] == pytest.approx(0.5)


def test_what_is_no_number_at_first_is_rest() -> None:
    assert step(one_euro(), math.nan, 1.0) == 0
    smooth = turning()
    values = np.full((1, 4), np.nan, np.float32)
    smooth.smooth(slots(0), values, np.ones(1, np.float32), np.ones(1, np.float32))
    assert values.tolist() == [[0, 0, 0, 1]]


def turning(count: int = 1) -> OneEuroFilter:
    return OneEuroFilter(count, constants=table(*[OneEuroOptions(0.5, 1000.0, 2.0, 0.004)] * 4), turns=slice(0, 4))


def turn(smooth: OneEuroFilter, quaternion: npt.ArrayLike, dt_secs: float = 1 / 30) -> Floats:
    values = np.array([quaternion], np.float32)
    smooth.smooth(slots(0), values, np.array([dt_secs], np.float32), np.ones(1, np.float32))
    return np.asarray(values[0])


def about(axis: Sequence[float], degrees: float) -> npt.NDArray[np.float64]:
    half, unit = math.radians(degrees) / 2, np.array(axis) / np.linalg.norm(axis)
    return np.append(math.sin(half) * unit, math.cos(half))


def test_a_turn_stays_on_its_axis() -> None:
    smooth = turning()
    axis = np.array((1.0, -0.3, 0.1))
    turn(smooth, (0, 0, 0, 1))
    for frame in range(1, 20):
        shown = turn(smooth, about(axis.tolist(), min(40, 4 * frame)))
        along = shown[:3] / np.linalg.norm(shown[:3])
        assert along == pytest.approx(axis / np.linalg.norm(axis), abs=1e-3)
        assert np.linalg.norm(shown) == pytest.approx(1, abs=1e-6)


def test_a_broken_component_holds_its_whole_quaternion() -> None:
    smooth = turning()
    held = turn(smooth, about((0, 1, 0), 20))
    assert turn(smooth, (math.nan, 0.1, 0.0, 0.9)) == pytest.approx(held, abs=1e-6)
    assert np.isfinite(turn(smooth, (0, 0, 0, 0))).all()
    assert turn(smooth, about((0, 1, 0), 20)) == pytest.approx(held, abs=1e-3)


def test_a_filter_does_not_grow() -> None:
    smooth = one_euro(count=4)
    arrays = [value for value in vars(smooth).values() if isinstance(value, np.ndarray)]
    sizes = [array.nbytes for array in arrays]
    for _ in range(300):
        step(smooth, 0.5, 1 / 60)
    now = [value for value in vars(smooth).values() if isinstance(value, np.ndarray)]
    assert [array.nbytes for array in now] == sizes
    assert all(one is other for one, other in zip(arrays, now, strict=True))


@pytest.mark.parametrize("name", ["min_cutoff_hz", "beta_hz", "distance_cutoff_hz", "dead_zone", "slowest_hz"])
@pytest.mark.parametrize("value", [-1.0, math.nan, math.inf])
def test_constants_that_cannot_work_are_refused(name: str, value: float) -> None:
    with pytest.raises(ConfigError, match=f"{name} is {value}, expected"):
        OneEuroOptions(**{"min_cutoff_hz": 1.0, "beta_hz": 1.0, name: value})


def test_a_scaled_filter_does_the_same_in_other_units() -> None:
    plain, scaled = one_euro(), one_euro(REST.scaled(0.25))
    for value in (0.1, 0.13, 0.8, 0.82, 0.3):
        assert step(scaled, 0.25 * value, 1 / 30) == pytest.approx(0.25 * step(plain, value, 1 / 30), abs=1e-6)
