from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from affectia.errors import ConfigError
from affectia.motion.mouth_closure import MouthClosure, MouthClosureOptions
from tests.unit.fakes import SHAPE, slots

pytestmark = pytest.mark.unit

Floats = npt.NDArray[np.float32]
JAW, CLOSE, PRESS, ROLL = (SHAPE[name] for name in ("jawOpen", "mouthClose", "mouthPressLeft", "mouthRollLower"))
LIPS, TEETH = (0.6, 0.0), (0.0, 0.6)
NONE = (0.0, 0.0)
PARTED = ("jawOpen", "mouthFunnel", "mouthLowerDownLeft", "mouthLowerDownRight", "mouthUpperUpLeft", "mouthUpperUpRight", "tongueOut")


def closing(count: int = 1, options: MouthClosureOptions | None = None) -> MouthClosure:
    floors = np.zeros((2, 52), np.float32)
    floors[0, [PRESS, ROLL]] = 0.5, 0.22
    floors[1, [ROLL, SHAPE["mouthUpperUpLeft"]]] = 0.3, 0.25
    return MouthClosure(count, floors=floors, jaw_caps=np.array([0.1, 0.08], np.float32), options=options)


def opened() -> Floats:
    shapes = np.zeros((1, 52), np.float32)
    shapes[0, [SHAPE[name] for name in PARTED]] = 0.6
    return shapes


def step(target: MouthClosure, closure: tuple[float, float], dt_secs: float, *, slot: int = 0, shapes: Floats | None = None) -> Floats:
    shown = opened() if shapes is None else shapes.copy()
    target.enforce(slots(slot), shown, closure=np.array([closure], np.float32), dt_secs=np.array([dt_secs], np.float32))
    return shown


def test_without_a_demand_nothing_is_touched() -> None:
    np.testing.assert_array_equal(step(closing(), (0.1, 0.1), 1 / 60), opened())


@pytest.mark.parametrize("rate_hz", [24, 30, 60, 120])
@pytest.mark.parametrize(("demand", "seal", "floor"), [(LIPS, PRESS, 0.5), (TEETH, ROLL, 0.3)])
def test_one_frame_of_demand_is_a_whole_closure_that_comes_soon_and_is_held(
    rate_hz: int, demand: tuple[float, float], seal: int, floor: float
) -> None:
    target = closing()
    frames = [step(target, demand, 1 / rate_hz)] + [step(target, NONE, 1 / rate_hz) for _ in range(rate_hz // 4)]
    whole = np.flatnonzero([frame[0, seal] >= 0.9 * floor for frame in frames])
    assert whole.size >= 1
    assert whole[0] / rate_hz <= 0.030, "within 30 ms after the frame that demands it"
    assert whole.size / rate_hz >= 0.030
    np.testing.assert_allclose(frames[-1], opened(), atol=1e-6)


def test_lips_meet_whatever_was_before() -> None:
    target = closing()
    for _ in range(3):
        shown = step(target, LIPS, 1 / 60)
    assert shown[0, JAW] == pytest.approx(0.1)
    assert shown[0, CLOSE] == pytest.approx(shown[0, JAW]), "what is left of the jaw is closed over"
    assert not shown[0, [SHAPE[name] for name in PARTED if name != "jawOpen"]].any()
    assert shown[0, PRESS] == pytest.approx(0.5)
    assert shown[0, ROLL] == pytest.approx(0.22)


def test_more_than_the_floor_stays() -> None:
    target, pressed = closing(), opened()
    pressed[0, PRESS] = 0.8
    pressed[0, CLOSE] = 0.5
    for _ in range(3):
        shown = step(target, LIPS, 1 / 60, shapes=pressed)
    assert shown[0, PRESS] == pytest.approx(0.8)
    assert shown[0, CLOSE] == pytest.approx(0.1), "never more than the jaw"


def test_the_lower_lip_comes_to_the_teeth_that_show() -> None:
    target = closing()
    for _ in range(3):
        shown = step(target, TEETH, 1 / 60)
    assert shown[0, JAW] == pytest.approx(0.08)
    assert shown[0, ROLL] == pytest.approx(0.3)
    assert shown[0, SHAPE["mouthLowerDownLeft"]] == shown[0, SHAPE["mouthFunnel"]] == 0
    assert shown[0, SHAPE["mouthUpperUpLeft"]] == pytest.approx(0.6)
    assert shown[0, CLOSE] == 0


def test_where_both_are_demanded_the_lips_meet() -> None:
    target = closing()
    for _ in range(3):
        shown = step(target, (0.6, 0.6), 1 / 60)
    assert shown[0, PRESS] == pytest.approx(0.5)
    assert shown[0, SHAPE["mouthUpperUpLeft"]] == 0


@pytest.mark.parametrize("rate_hz", [30, 60])
def test_it_opens_smoothly_within_50_to_80_millis(rate_hz: int) -> None:
    target = closing()
    for _ in range(rate_hz):
        step(target, LIPS, 1 / rate_hz)
    jaws = np.array([step(target, NONE, 0.005)[0, JAW] for _ in range(40)])
    moving = np.flatnonzero((jaws > 0.105) & (jaws < 0.595))
    assert (np.diff(jaws) >= -1e-6).all()
    assert 0.035 <= moving.size * 0.005 <= 0.080
    assert np.diff(jaws).max() < 0.1


def test_a_weak_demand_brings_lips_nearer() -> None:
    jaws = []
    for demand in (0.12, 0.2, 0.3, 0.39):
        target = closing()
        for _ in range(20):
            shown = step(target, (demand, 0.0), 1 / 60)
        jaws.append(float(shown[0, JAW]))
    assert jaws == sorted(jaws, reverse=True)
    assert jaws[0] == pytest.approx(0.6)
    assert 0.1 < jaws[2] < 0.5


def test_a_demand_that_comes_back_within_the_hold_stays_shut() -> None:
    target = closing()
    for demand in (LIPS, LIPS, NONE, LIPS, NONE, LIPS, NONE):
        shown = step(target, demand, 1 / 60)
    assert shown[0, PRESS] == pytest.approx(0.5)


def test_slots_do_not_touch_each_other_and_a_reset_one_is_open() -> None:
    target = closing(2)
    for _ in range(3):
        step(target, LIPS, 1 / 60, slot=1)
    np.testing.assert_array_equal(step(target, NONE, 1 / 60, slot=0), opened())
    target.reset(slots(1))
    np.testing.assert_array_equal(step(target, NONE, 1 / 60, slot=1), opened())


def test_a_pass_over_many_is_the_same_as_one_by_one() -> None:
    rng = np.random.default_rng(6)
    together, apart, order = closing(4), closing(4), slots(2, 0, 3)
    for _ in range(60):
        shapes = rng.uniform(0, 1, (3, 52)).astype(np.float32)
        demand = (rng.uniform(0, 1, (3, 2)) ** 3).astype(np.float32)
        dt = rng.uniform(0, 0.03, 3).astype(np.float32)
        shown = shapes.copy()
        together.enforce(order, shown, closure=demand, dt_secs=dt)
        for place in range(3):
            mine = slice(place, place + 1)
            alone = shapes[mine].copy()
            apart.enforce(order[mine], alone, closure=demand[mine], dt_secs=dt[mine])
            np.testing.assert_allclose(shown[mine], alone, atol=1e-6)
        assert shown.min() >= 0
        assert shown.max() <= 1


@pytest.mark.parametrize("dt_secs", [0.0, -1.0])
def test_a_time_step_that_is_none_neither_opens_nor_closes(dt_secs: float) -> None:
    target = closing()
    np.testing.assert_allclose(step(target, LIPS, dt_secs), opened(), atol=1e-6)
    for _ in range(3):
        step(target, LIPS, 1 / 60)
    assert step(target, NONE, dt_secs)[0, PRESS] == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"none_below": 0.5}, "none_below is 0.5 and whole_from 0.4"),
        ({"whole_from": 1.5}, "whole_from 1.5"),
        ({"close_secs": 0.0}, "close_secs is 0.0, expected more than 0"),
        ({"hold_secs": -1.0}, "hold_secs is -1.0"),
        ({"open_secs": 2.0}, "open_secs is 2.0"),
    ],
)
def test_options_that_cannot_work_are_refused(options: dict[str, float], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        MouthClosureOptions(**options)


def test_it_tells_how_far_lips_are_shut() -> None:
    target, told = closing(), []
    for demand in (NONE, LIPS, LIPS, NONE, NONE, NONE, NONE, NONE, NONE, NONE):
        told.append(target.enforce(slots(0), opened(), closure=np.array([demand], np.float32), dt_secs=np.array([1 / 60], np.float32)))
    assert told[0] is None
    assert told[-1] is None
    lips = [float(shut[0, 0]) for shut in told if shut is not None]
    assert max(lips) == 1
    assert 0 < lips[0] < 1
    assert lips[-1] < 1
