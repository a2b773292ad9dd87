from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
import pytest

from affectia.clock import NANOS_PER_SEC
from affectia.errors import ConfigError
from affectia.registry import Bone
from affectia.rig.gesture_table import load_gestures
from affectia.rig.gestures import AT_ONCE, LET_GO_SECS, Gestures
from affectia.signals.pose_layer import CHANNELS, SHAPES, TURNS
from tests.unit.fakes import SHAPE, slots

pytestmark = pytest.mark.unit

Floats = npt.NDArray[np.float32]
BEGAN = 123_456_789_000_000
TABLE = load_gestures()


def nanos(secs: float) -> int:
    return BEGAN + round(secs * NANOS_PER_SEC)


def trigger(gestures: Gestures, name: str, secs: float, *, slot: int = 0, strength: float = 1.0, speed: float = 1.0) -> float:
    return gestures.trigger(slot, name, strength=strength, speed=speed, now_nanos=nanos(secs))


def shown(gestures: Gestures, secs: float, which: npt.NDArray[np.intp] | None = None) -> Floats:
    which = slots(0) if which is None else which
    out = np.zeros((which.size, CHANNELS), np.float32)
    gestures.add(which, np.full(which.size, nanos(secs), np.int64), out)
    return out


def over(gestures: Gestures, secs: npt.NDArray[np.float64]) -> Floats:
    return np.concatenate([shown(gestures, float(moment)) for moment in secs])


def nodded(rows: Floats) -> Floats:
    return np.degrees(rows[:, TURNS.start + 3 * Bone.HEAD])


def test_a_gesture_is_played_once_and_then_nothing_is_active() -> None:
    gestures = Gestures(2)
    assert not gestures.active
    lasts = trigger(gestures, "nod", 1)
    assert lasts == pytest.approx(0.95)
    assert gestures.active
    pitch = nodded(over(gestures, np.arange(1, 1 + lasts, 0.01)))
    assert pitch[0] == 0
    assert pitch.max() == pytest.approx(0.6 * 9, abs=0.05)
    assert not shown(gestures, 1 + lasts).any()
    assert not gestures.active


def test_all_names_can_be_asked_for() -> None:
    gestures = Gestures(1)
    for moment, name in enumerate(gestures.names):
        lasts = trigger(gestures, name, 20 * moment)
        assert shown(gestures, 20 * moment + 0.2).any()
        assert 0.3 < lasts < 4
        assert not shown(gestures, 20 * moment + lasts).any()


def test_strength_and_speed() -> None:
    usual, strong = Gestures(1), Gestures(1)
    assert trigger(usual, "nod", 0) == pytest.approx(0.95)
    assert trigger(strong, "nod", 0, strength=1.5, speed=2) == pytest.approx(0.475)
    secs = np.arange(0, 0.475, 0.02)
    np.testing.assert_allclose(over(strong, secs), 1.5 * over(usual, 2 * secs), atol=1e-5)


def test_it_moves_between_its_samples_too() -> None:
    gestures = Gestures(1)
    trigger(gestures, "nod", 0, speed=0.25)
    assert (np.diff(nodded(over(gestures, np.arange(0.4, 1.0, 0.002)))) > 1e-4).all()


def test_a_strength_of_0_is_nothing() -> None:
    gestures = Gestures(1)
    assert trigger(gestures, "nod", 0, strength=0) == pytest.approx(0.95)
    assert not gestures.active


def test_gestures_that_come_together_are_added() -> None:
    both, nod, wink = Gestures(1), Gestures(1), Gestures(1)
    for gestures in (both, nod):
        trigger(gestures, "nod", 0)
    for gestures in (both, wink):
        trigger(gestures, "wink", 0.2)
    secs = np.arange(0.2, 0.9, 0.01)
    np.testing.assert_allclose(over(both, secs), over(nod, secs) + over(wink, secs), atol=1e-6)


def test_what_was_in_a_layer_stays_in_it() -> None:
    gestures = Gestures(1)
    trigger(gestures, "wink", 0)
    out = np.full((1, CHANNELS), 0.25, np.float32)
    gestures.add(slots(0), np.array([nanos(0.2)]), out)
    np.testing.assert_allclose(out - 0.25, shown(gestures, 0.2), atol=1e-6)


def test_overlapping_starts_never_jump() -> None:
    gestures = Gestures(1)
    names = ["nod", "shake", "shrug", "tilt_left", "surprise_beat", "bow", "double_take", "flinch", "sigh", "eye_roll"]
    rng = np.random.default_rng(4)
    starts = np.sort(rng.uniform(0, 4, 60))
    rows, asked = [], 0
    for moment in np.arange(0, 8, 1 / 240):
        while asked < len(starts) and starts[asked] <= moment:
            trigger(gestures, names[int(rng.integers(len(names)))], float(starts[asked]))
            asked += 1
        rows.append(shown(gestures, float(moment)))
    steps = np.abs(np.diff(np.concatenate(rows), axis=0))
    # Four of them, and what was let go: a jump of any of them would be a whole blink or ten degrees.
    assert steps[:, SHAPES].max() < 0.35
    assert np.degrees(steps[:, TURNS]).max() < 3
    assert not rows[-1].any()
    assert not gestures.active


def test_one_more_than_four_lets_the_oldest_go_softly() -> None:
    gestures, without = Gestures(1), Gestures(1)
    trigger(gestures, "shrug", 0)
    shoulder = TURNS.start + 3 * Bone.LEFT_SHOULDER + 2
    for place in range(AT_ONCE):
        for one in (gestures, without):
            trigger(one, "nod", 0.4 + 0.01 * place)
    full = shown(gestures, 0.43)[0, shoulder]
    assert np.degrees(full) > 10
    half, gone = (shown(gestures, 0.43 + share * LET_GO_SECS)[0] for share in (0.5, 1.0))
    assert half[shoulder] == pytest.approx(full / 2, rel=0.01)
    np.testing.assert_allclose(gone, shown(without, 0.43 + LET_GO_SECS)[0], atol=1e-6)


@pytest.mark.parametrize("hz", [10, 60])
def test_an_instant_is_the_same_at_any_frame_rate(hz: int) -> None:
    def run(rate: float) -> bytes:
        gestures = Gestures(1)
        trigger(gestures, "shake", 0)
        for moment in np.arange(0, 0.5, 1 / rate):
            shown(gestures, float(moment))
        return shown(gestures, 0.5).tobytes()

    assert run(hz) == run(1000)


def test_a_tick_from_before_the_call_shows_nothing_of_it() -> None:
    gestures = Gestures(1)
    trigger(gestures, "nod", 1)
    assert not shown(gestures, 0.9).any()
    assert shown(gestures, 1.2).any()


def test_a_crowd_is_many_alone() -> None:
    alone, crowd = Gestures(30), Gestures(30)
    rng = np.random.default_rng(2)
    for slot in range(0, 30, 3):
        for begins in rng.uniform(0, 0.5, int(rng.integers(1, 7))):
            name = crowd.names[int(rng.integers(len(crowd.names)))]
            for gestures in (alone, crowd):
                trigger(gestures, name, float(begins), slot=slot)
    which = rng.permutation(30)
    together = shown(crowd, 0.55, which)
    for row, slot in enumerate(which):
        assert shown(alone, 0.55, slots(int(slot))).tobytes() == together[row].tobytes()
        assert together[row].any() == (slot % 3 == 0)


def test_what_is_forgotten_is_gone_at_once() -> None:
    gestures = Gestures(2)
    for slot in (0, 1):
        for _ in range(AT_ONCE + 1):
            trigger(gestures, "shrug", 0, slot=slot)
    gestures.forget(slots(0))
    rows = shown(gestures, 0.05, slots(0, 1))
    assert not rows[0].any()
    assert rows[1].any()
    gestures.forget(slots(1))
    assert not gestures.active


def test_an_unknown_gesture_is_answered_with_those_that_there_are() -> None:
    gestures = Gestures(1)
    with pytest.raises(ConfigError, match=r"gesture is 'nodd', expected one of nod, .*shake.*, did you mean nod"):
        trigger(gestures, "nodd", 0)
    assert not gestures.active


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [("strength", 2.1, "0 to 2"), ("strength", -1.0, "0 to 2"), ("speed", 0.2, "0.25 to 4"), ("speed", math.nan, "0.25 to 4")],
)
def test_numbers_that_cannot_be_are_refused(name: str, value: float, expected: str) -> None:
    with pytest.raises(ConfigError, match=f"{name} of a gesture is {value}, expected {expected}"):
        trigger(Gestures(1), "nod", 0, **{name: value})  # type: ignore[arg-type]


def test_a_wink_shuts_one_eye() -> None:
    gestures = Gestures(1)
    trigger(gestures, "wink", 0)
    rows = over(gestures, np.arange(0, 0.6, 1 / 60))
    assert rows[:, SHAPE["eyeBlinkLeft"]].max() == 1
    assert not rows[:, SHAPE["eyeBlinkRight"]].any()
