from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from affectia import registry
from affectia.registry import Group
from affectia.rig.calibration_table import (
    MOST_GAIN,
    MOST_GAZE_DEG,
    MOST_HEAD_DEG,
    MOST_LIDS_OPEN,
    MOST_NEUTRAL,
    MOST_NEUTRAL_CORNERS,
    CalibrationTable,
)
from affectia.signals import face_channels
from affectia.signals.avatar_state import AvatarState
from affectia.signals.face_calibration import ACTION_UNITS, SHAPES, FaceCalibration
from affectia.signals.face_channels import BLINK, BLINK_EVENTS, GAZE, POSITION, TURN
from affectia.signals.groups import GROUPS, GroupStates
from affectia.wire import rotation
from tests.unit.fakes import SHAPE

pytestmark = pytest.mark.unit

UNIT = {name: place for place, name in enumerate(registry.ACTION_UNITS)}
EYES = np.radians(MOST_GAZE_DEG)


def row(values: Mapping[str, float], *, fill: float = 0.0) -> NDArray[np.float32]:
    made = np.full(SHAPES, fill, np.float32)
    for name, value in values.items():
        made[SHAPE[name]] = value
    return made


def calibration(
    *, neutral: Mapping[str, float] | None = None, largest: Mapping[str, float] | None = None, **fields: Any
) -> FaceCalibration:
    return FaceCalibration(name="me", neutral=row(neutral or {}), largest=row(largest or {}, fill=1), **fields)


def turn(yaw: float, pitch: float = 0.0, roll: float = 0.0) -> NDArray[np.float32]:
    return rotation.from_euler_deg(np.array((yaw, pitch, roll))).astype(np.float32)


def state(*shapes: Mapping[str, float], weight: float = 1.0) -> AvatarState:
    """A row for each face, scaled by its groups' weight as fusion does it."""
    count = len(shapes)
    values = face_channels.at_rest(count)
    for place, found in enumerate(shapes):
        values[place, face_channels.SHAPES] = row(found) * weight
    values[:, BLINK] = values[:, [SHAPE["eyeBlinkLeft"], SHAPE["eyeBlinkRight"]]]
    levels = np.zeros((count, GROUPS, 3), np.float32)
    levels[:, : Group.HEAD + 1, 2] = weight
    valid = np.ones((count, GROUPS), np.bool_)
    return AvatarState(values, np.zeros(count, np.uint32), GroupStates(valid, valid.astype(np.uint8), levels))


def applied(made: FaceCalibration, seen: AvatarState) -> AvatarState:
    table = CalibrationTable(4)
    for slot in range(len(seen.values)):
        table.set(slot, made)
    table.apply(np.arange(len(seen.values)), seen)
    return seen


def shape(seen: AvatarState, name: str, place: int = 0) -> float:
    return float(seen.blendshapes[place, SHAPE[name]])


def test_rest_becomes_rest_and_full_stays_full() -> None:
    made = calibration(neutral={"mouthPucker": 0.2})
    rest, half, full = ({"mouthPucker": value} for value in (0.2, 0.6, 1.0))
    seen = applied(made, state(rest, half, full))
    assert [shape(seen, "mouthPucker", place) for place in range(3)] == pytest.approx([0, 0.5, 1], abs=1e-6)
    assert shape(applied(made, state({"mouthPucker": 0.05})), "mouthPucker") == 0


def test_a_face_that_does_not_go_far_is_stretched() -> None:
    made = calibration(neutral={"browInnerUp": 0.1}, largest={"browInnerUp": 0.6})
    seen = applied(made, state({"browInnerUp": 0.6}, {"browInnerUp": 0.35}, {"browInnerUp": 0.9}))
    assert [shape(seen, "browInnerUp", place) for place in range(3)] == pytest.approx([1, 0.5, 1], abs=1e-6)


def test_a_bad_capture_leaves_most_of_the_way() -> None:
    everything = {name: 1.0 for name in SHAPE if not name.startswith("eyeBlink")}
    nothing = dict.fromkeys(SHAPE, 0.0)
    made = calibration(neutral=everything, largest=nothing)
    fully = applied(made, state(everything))
    for name in ("mouthPucker", "browInnerUp", "noseSneerLeft"):
        assert shape(fully, name) == pytest.approx(1, abs=1e-5)
        assert shape(applied(made, state({name: MOST_NEUTRAL + 0.1})), name) == pytest.approx(0.1 * MOST_GAIN, abs=1e-5)
    for name in ("mouthSmileLeft", "jawOpen", "mouthFrownRight"):
        assert shape(applied(made, state({name: MOST_NEUTRAL_CORNERS + 0.1})), name) == pytest.approx(0.1 * MOST_GAIN, abs=1e-5)


def test_alpha_is_how_much_of_the_rest_is_taken_off() -> None:
    fields: dict[str, Any] = {
        "neutral": {"mouthPucker": 0.4, "eyeLookUpLeft": 0.2},
        "lids": np.array(((0.4, 1), (0.4, 1)), np.float32),
        "gaze": np.array((0.1, 0), np.float32),
        "head_rotation": turn(12),
    }
    before = state({"mouthPucker": 0.4, "eyeLookUpLeft": 0.2, "eyeBlinkLeft": 0.4})
    before.values[:, TURN], before.values[:, GAZE] = turn(12), (0.1, 0)
    untouched = before.values.copy()
    none = applied(calibration(alpha=0.0, **fields), before).values
    np.testing.assert_allclose(none, untouched, atol=1e-6)
    half = applied(calibration(alpha=0.5, **fields), before)
    assert shape(half, "mouthPucker") == pytest.approx((0.4 - 0.2) / (1 - 0.2), abs=1e-6)
    assert shape(half, "eyeLookUpLeft") == pytest.approx(0.1, abs=1e-6)
    assert shape(half, "eyeBlinkLeft") == pytest.approx((0.4 - 0.2) / (1 - 0.2), abs=1e-6)
    np.testing.assert_allclose(half.values[0, TURN], turn(6), atol=1e-6)
    assert half.gaze[0, 0] == pytest.approx(0.05, abs=1e-6)


def test_lids_go_from_their_own_open_to_their_own_shut_level() -> None:
    made = calibration(neutral={"eyeBlinkLeft": 0.9}, lids=np.array(((0.5, 0.95), (0.1, 0.8)), np.float32))
    seen = applied(made, state({"eyeBlinkLeft": 0.5, "eyeBlinkRight": 0.1}, {"eyeBlinkLeft": 0.95, "eyeBlinkRight": 0.8}))
    for place, goal in ((0, 0.0), (1, 1.0)):
        assert shape(seen, "eyeBlinkLeft", place) == pytest.approx(goal, abs=1e-6)
        assert shape(seen, "eyeBlinkRight", place) == pytest.approx(goal, abs=1e-6)
        np.testing.assert_allclose(seen.blink[place], goal, atol=1e-6)


@pytest.mark.parametrize(("opened", "shut"), [(0.6, 0.8), (0.75, 1.0), (0.1, 0.5), (0.8, 1.0)])
def test_a_blink_shuts_the_eye_whatever_was_captured(opened: float, shut: float) -> None:
    made = calibration(lids=np.array(((opened, shut), (opened, shut)), np.float32))
    blinks = applied(made, state({"eyeBlinkLeft": shut, "eyeBlinkRight": 1.0}))
    assert shape(blinks, "eyeBlinkLeft") == pytest.approx(1, abs=1e-5)
    assert shape(blinks, "eyeBlinkRight") == pytest.approx(1, abs=1e-5)
    open_eye = shape(applied(made, state({"eyeBlinkLeft": opened})), "eyeBlinkLeft")
    assert open_eye <= max(0, opened - MOST_LIDS_OPEN, opened - shut + 1 / MOST_GAIN) * MOST_GAIN + 1e-5


def test_a_gaze_is_shifted_and_not_stretched() -> None:
    made = calibration(
        neutral={"eyeLookOutLeft": 0.2, "eyeLookInRight": 0.2, "eyeLookDownLeft": 0.1}, gaze=np.array((0.1, -0.05), np.float32)
    )
    ahead = state({"eyeLookOutLeft": 0.2, "eyeLookInRight": 0.2, "eyeLookDownLeft": 0.1})
    ahead.values[:, GAZE] = 0.1, -0.05
    applied(made, ahead)
    assert np.abs(ahead.values[:, face_channels.SHAPES]).max() < 1e-6
    np.testing.assert_allclose(ahead.gaze, 0, atol=1e-6)
    away = state({"eyeLookInLeft": 0.3, "eyeLookOutRight": 0.3})
    away.values[:, GAZE] = -0.3, 1.5
    applied(made, away)
    assert shape(away, "eyeLookInLeft") == pytest.approx(0.5, abs=1e-6)
    assert shape(away, "eyeLookOutLeft") == 0
    assert shape(away, "eyeLookUpLeft") == pytest.approx(0.1, abs=1e-6)
    np.testing.assert_allclose(away.gaze, [[-0.4, 1.55]], atol=1e-6)


def test_a_gaze_is_shifted_ten_degrees_at_most() -> None:
    made = calibration(neutral={"eyeLookOutLeft": 0.9, "eyeLookUpLeft": 0.9}, gaze=np.array((-2, 2), np.float32))
    seen = state({})
    applied(made, seen)
    assert shape(seen, "eyeLookInLeft") == pytest.approx(MOST_GAZE_DEG / 30, abs=1e-6)
    assert shape(seen, "eyeLookDownLeft") == pytest.approx(MOST_GAZE_DEG / 25, abs=1e-6)
    np.testing.assert_allclose(seen.gaze, [[np.tan(EYES), -np.tan(EYES)]], atol=1e-6)


def test_action_units_have_their_rest_too() -> None:
    units = np.zeros(ACTION_UNITS, np.float32)
    units[UNIT["au12_smile"]], units[UNIT["au04_brow_lower"]], units[UNIT["au63_eyes_up"]] = 0.2, 0.9, 0.3
    seen = state({}, {})
    seen.action_units[0], seen.action_units[1] = units, 1
    seen.action_units[1, UNIT["au64_eyes_down"]] = 0
    applied(calibration(action_units=units), seen)
    assert seen.action_units[0, UNIT["au12_smile"]] == pytest.approx(0, abs=1e-6)
    assert seen.action_units[0, UNIT["au04_brow_lower"]] == pytest.approx(0.4 * 2, abs=1e-5)  # of 0.9, half at most is taken off
    assert seen.action_units[0, [UNIT["au63_eyes_up"], UNIT["au64_eyes_down"]]].max() < 1e-6
    np.testing.assert_allclose(seen.action_units[1, [UNIT["au12_smile"], UNIT["au04_brow_lower"]]], 1, atol=1e-5)


@pytest.mark.parametrize("rest", [(12, 0, 0), (0, -15, 4), (-9, 6, -3)])
def test_the_resting_head_is_unturned(rest: tuple[float, float, float]) -> None:
    made = calibration(head_rotation=turn(*rest))
    seen = state({}, {})
    seen.values[:, TURN] = turn(*rest), rotation.multiplied(turn(*rest), turn(20, 5))
    applied(made, seen)
    np.testing.assert_allclose(seen.head_rotation, [turn(0), turn(20, 5)], atol=1e-6)


def test_the_heads_way_is_along_the_axes_of_its_rest() -> None:
    seen = state({})
    ahead = np.array((np.sin(np.radians(12)), 0, np.cos(np.radians(12))), np.float32)  # where a head turned by 12 degrees faces
    seen.values[:, POSITION] = 5 * ahead
    applied(calibration(head_rotation=turn(12)), seen)
    np.testing.assert_allclose(seen.head_shift_cm, [[0, 0, 5]], atol=1e-5)


def test_a_head_is_set_straight_by_thirty_degrees_at_most() -> None:
    seen = state({})
    applied(calibration(head_rotation=turn(80)), seen)
    np.testing.assert_allclose(seen.head_rotation, [turn(-MOST_HEAD_DEG)], atol=1e-6)


def test_a_quaternion_and_its_negative_are_one_rest() -> None:
    seen = state({})
    seen.values[:, TURN] = turn(12)
    applied(calibration(head_rotation=-turn(12)), seen)
    np.testing.assert_allclose(seen.head_rotation, [turn(0)], atol=1e-6)


def test_what_fades_is_the_calibrated_face_faded() -> None:
    made = calibration(
        neutral={"mouthSmileLeft": 0.15, "eyeLookUpLeft": 0.1},
        largest={"mouthSmileLeft": 0.8},
        lids=np.array(((0.4, 1), (0.4, 1)), np.float32),
        head_rotation=turn(12),
    )
    shown = {"mouthSmileLeft": 0.7, "eyeBlinkLeft": 0.9, "eyeLookUpLeft": 0.5}
    whole = applied(made, state(shown)).values.copy()
    for weight in (0.7, 0.2, 0.0):
        faded = applied(made, state(shown, weight=weight))
        np.testing.assert_allclose(faded.blendshapes, weight * whole[:, face_channels.SHAPES], atol=1e-6)
        np.testing.assert_allclose(faded.blink, weight * whole[:, BLINK], atol=1e-6)
        # The state's head is unturned, so what is taken off shows by itself.
        np.testing.assert_allclose(faded.head_rotation, [turn(-12 * weight)], atol=1e-6)


def test_each_part_fades_by_its_own_weight() -> None:
    made = calibration(neutral={"mouthPucker": 0.2, "browInnerUp": 0.2})
    seen = state({"mouthPucker": 0.2, "browInnerUp": 0.2})
    seen.groups.levels[:, Group.MOUTH, 2] = 0
    seen.blendshapes[:, SHAPE["mouthPucker"]] = 0
    seen.blendshapes[:, SHAPE["browInnerUp"]] = 1
    applied(made, seen)
    assert shape(seen, "mouthPucker") == 0
    assert shape(seen, "browInnerUp") == pytest.approx(1, abs=1e-5)


def test_who_has_none_is_left_as_he_is() -> None:
    table = CalibrationTable(8)
    table.set(5, calibration(neutral={"mouthPucker": 0.2}, head_rotation=turn(12)))
    seen = state(*[{"mouthPucker": 0.6, "eyeLookInLeft": 0.1, "eyeLookOutLeft": 0.2}] * 3)
    before = seen.values.copy()
    table.apply(np.array([2, 5, 7]), seen)
    assert np.array_equal(seen.values[[0, 2]], before[[0, 2]])
    assert shape(seen, "mouthPucker", 1) == pytest.approx(0.5, abs=1e-6)
    before = seen.values.copy()
    table.apply(np.array([0, 1, 2]), seen)
    assert np.array_equal(seen.values, before)


def test_setting_none_gives_exactly_what_was_measured() -> None:
    table = CalibrationTable(2)
    assert not table.active
    table.set(1, calibration(neutral={"mouthPucker": 0.2}))
    table.set(0, calibration(neutral={"mouthPucker": 0.1}))
    table.set(1, None)
    assert table.active
    seen = state({"mouthPucker": 0.637, "eyeBlinkLeft": 0.1})
    before = seen.values.copy()
    table.apply(np.array([1]), seen)
    assert np.array_equal(seen.values, before)
    table.forget(np.array([0, 1]))
    assert not table.active
    table.apply(np.array([0]), seen)
    assert np.array_equal(seen.values, before)


def test_counts_of_blinks_are_no_levels() -> None:
    seen = state({"eyeBlinkLeft": 0.3})
    seen.values[:, BLINK_EVENTS] = 250, 3, 4, 180
    applied(calibration(lids=np.array(((0.3, 1), (0.3, 1)), np.float32)), seen)
    assert seen.blink_events.tolist() == [[250, 3, 4, 180]]


@pytest.mark.parametrize(("value", "shown"), [(np.nan, 0), (-np.inf, 0), (np.inf, 1)])
def test_what_is_not_finite_does_no_harm(value: float, shown: float) -> None:
    seen = state({"mouthPucker": 0.5}, {})
    seen.blendshapes[0, SHAPE["jawOpen"]] = value
    applied(calibration(neutral={"mouthPucker": 0.2}), seen)
    assert shape(seen, "jawOpen") == shown
    assert np.isfinite(seen.values).all()


def test_a_crowd_in_one_pass_is_each_alone() -> None:
    random = np.random.default_rng(3)
    made = [
        calibration(neutral={"mouthSmileLeft": value, "eyeLookUpLeft": value}, head_rotation=turn(60 * value), alpha=1 - value)
        for value in random.uniform(0, 0.4, 40)
    ]
    table = CalibrationTable(64)
    slots = random.permutation(64)[:40]
    for slot, one in zip(slots.tolist(), made, strict=True):
        table.set(slot, one)
    crowd = state(*[{"mouthSmileLeft": value, "eyeLookUpLeft": value / 2} for value in random.uniform(0, 1, 40)])
    crowd.values[:, TURN] = rotation.from_euler_deg(random.uniform(-20, 20, (40, 3)))
    alone = crowd.values.copy()
    table.apply(slots, crowd)
    for place, slot in enumerate(slots.tolist()):
        single = state({})
        single.values[:] = alone[place]
        table.apply(np.array([slot]), single)
        np.testing.assert_allclose(single.values[0], crowd.values[place], atol=1e-6)
