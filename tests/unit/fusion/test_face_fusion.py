from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from affectia.clock import NANOS_PER_MILLI, NANOS_PER_SEC
from affectia.errors import ConfigError
from affectia.fusion.face_fusion import FaceFusion, FaceFusionOptions
from affectia.registry import ACTION_UNITS, Group, Source
from affectia.signals.avatar_state import AvatarState
from affectia.signals.face_channels import ALL_ACTION_UNITS, BLINK_BIT, BLINK_EVENTS, GAZE_BIT
from affectia.signals.face_observations import FaceObservations
from affectia.wire import rotation
from tests.unit.fakes import SHAPE, face, nanos, slots

pytestmark = pytest.mark.unit

SEEN = 10 * NANOS_PER_SEC
FACE_GROUPS = [Group.EYES, Group.BROWS, Group.MOUTH, Group.HEAD]
OTHER_GROUPS = [Group.BODY, Group.EMOTION]
TURN = rotation.from_euler_deg(np.array((30.0, 0, 0)))


def seen_once(**more: float) -> FaceFusion:
    fusion = FaceFusion(2)
    fusion.observe(slots(0), face(SEEN - NANOS_PER_SEC, position_cm=(1, 2, -50)))
    fusion.observe(slots(0), face(SEEN, turn=TURN.tolist(), position_cm=(4, 2, -40), confidence=more.get("confidence", 1), jawOpen=0.8))
    return fusion


def after(fusion: FaceFusion, millis: float, slot: int = 0) -> AvatarState:
    return fusion.state(slots(slot), nanos(SEEN + round(millis * NANOS_PER_MILLI)))


def jaw(state: AvatarState) -> float:
    return float(state.blendshapes[0, SHAPE["jawOpen"]])


def yaw(state: AvatarState) -> float:
    return float(rotation.to_euler_deg(state.head_rotation)[0, 0])


@pytest.mark.parametrize("millis", [0, 100, 250])
def test_a_face_is_held_for_a_quarter_of_a_second(millis: float) -> None:
    state = after(seen_once(confidence=0.9), millis)
    assert jaw(state) == pytest.approx(0.8)
    assert yaw(state) == pytest.approx(30, abs=1e-3)
    assert state.head_shift_cm[0] == pytest.approx([3, 0, 10])
    for group in FACE_GROUPS:
        assert state.groups.valid[0, group]
        assert state.groups.source[0, group] == Source.FACE
        assert state.groups.confidence[0, group] == pytest.approx(0.9)
        assert state.groups.weight[0, group] == 1
        assert state.groups.age_secs[0, group] == pytest.approx(millis / 1000)


def test_half_way_through_the_ease_half_is_left() -> None:
    state = after(seen_once(), 500)
    assert jaw(state) == pytest.approx(0.4)
    assert yaw(state) == pytest.approx(15, abs=1e-3)
    assert state.head_shift_cm[0] == pytest.approx([1.5, 0, 5])
    assert state.groups.weight[0, Group.MOUTH] == pytest.approx(0.5)
    assert state.groups.confidence[0, Group.MOUTH] == pytest.approx(0.5)
    assert state.groups.valid[0, Group.MOUTH]


@pytest.mark.parametrize("millis", [750, 2000, 1e7])
def test_after_three_quarters_of_a_second_it_is_at_rest_and_invalid(millis: float) -> None:
    state = after(seen_once(), millis)
    assert not state.blendshapes.any()
    assert state.head_rotation.tolist() == [[0, 0, 0, 1]]
    assert not state.head_shift_cm.any()
    assert not state.groups.valid.any()
    assert not state.groups.weight.any()
    assert state.groups.age_secs[0, Group.HEAD] == pytest.approx(millis / 1000)


@given(st.lists(st.floats(0, 1000), min_size=2, max_size=20))
def test_easing_never_turns_back(times: list[float]) -> None:
    fusion = seen_once()
    states = [after(fusion, millis) for millis in sorted(times)]
    for values in ([jaw(state) for state in states], [yaw(state) for state in states], [state.groups.weight[0, 0] for state in states]):
        assert all(later <= earlier + 1e-5 for earlier, later in zip(values, values[1:], strict=False))


def test_easing_has_no_jump() -> None:
    fusion = seen_once()
    values = [jaw(after(fusion, millis)) for millis in range(0, 1000, 10)]
    assert max(earlier - later for earlier, later in zip(values, values[1:], strict=False)) < 0.8 * 0.035


def test_a_state_of_an_earlier_time_than_the_observation_is_whole() -> None:
    state = after(seen_once(), -5)
    assert jaw(state) == pytest.approx(0.8)
    assert state.groups.weight[0, Group.EYES] == 1


def test_what_no_face_speaks_for_stays_unknown() -> None:
    state = after(seen_once(), 0)
    for group in OTHER_GROUPS:
        assert not state.groups.valid[0, group]
        assert state.groups.source[0, group] == Source.IDLE
        assert math.isinf(state.groups.age_secs[0, group])


def test_a_slot_that_was_never_seen_is_unknown_whatever_its_neighbour_shows() -> None:
    state = seen_once().state(slots(1, 0), nanos(SEEN, SEEN))
    assert not state.groups.valid[0].any()
    assert np.isinf(state.groups.age_secs[0]).all()
    assert not state.blendshapes[0].any()
    assert state.head_rotation[0].tolist() == [0, 0, 0, 1]
    assert state.groups.valid[1, Group.HEAD]


def test_slots_have_their_own_times() -> None:
    fusion = FaceFusion(3)
    fusion.observe(slots(2, 0), replace_rows(FaceObservations.nobody(SEEN, 2), jaw=(0.2, 0.6)))
    state = fusion.state(slots(0, 2), nanos(SEEN, SEEN + 500 * NANOS_PER_MILLI))
    assert state.blendshapes[:, SHAPE["jawOpen"]] == pytest.approx([0.6, 0.1])


def replace_rows(faces: FaceObservations, *, jaw: tuple[float, ...]) -> FaceObservations:
    shapes = faces.blendshapes.copy()
    shapes[:, SHAPE["jawOpen"]] = jaw
    return FaceObservations.of_shapes(faces.captured_at_nanos, shapes=shapes)


def test_looking_without_finding_changes_nothing() -> None:
    fusion = seen_once()
    fusion.observe(slots(0), FaceObservations.nobody(SEEN + 300 * NANOS_PER_MILLI))
    assert after(fusion, 500).groups.weight[0, 0] == pytest.approx(0.5)


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("part", ["blendshapes", "head_rotation", "head_position_cm"])
def test_a_row_that_holds_no_number_counts_as_not_found(part: str, bad: float) -> None:
    fusion = seen_once()
    broken = face(SEEN + 500 * NANOS_PER_MILLI, jawOpen=0.1)
    getattr(broken, part)[0, 1] = bad
    fusion.observe(slots(0), broken)
    state = after(fusion, 500)
    assert jaw(state) == pytest.approx(0.4)
    assert state.groups.age_secs[0, Group.MOUTH] == pytest.approx(0.5)


def test_a_bad_row_does_not_spoil_its_neighbour() -> None:
    fusion = FaceFusion(2)
    faces = replace_rows(FaceObservations.nobody(SEEN, 2), jaw=(math.nan, 0.7))
    fusion.observe(slots(0, 1), faces)
    state = fusion.state(slots(0, 1), nanos(SEEN, SEEN))
    assert state.groups.valid[:, Group.MOUTH].tolist() == [False, True]
    assert state.blendshapes[:, SHAPE["jawOpen"]] == pytest.approx([0, 0.7])


def test_rest_is_where_the_head_was_first_seen_even_after_it_was_lost() -> None:
    fusion = seen_once()
    fusion.observe(slots(0), face(SEEN + 60 * NANOS_PER_SEC, position_cm=(1, 7, -50)))
    assert after(fusion, 60_000).head_shift_cm[0] == pytest.approx([0, 5, 0])


def test_forgetting_is_at_once_and_begins_anew() -> None:
    fusion = seen_once()
    fusion.forget(slots(0))
    state = after(fusion, 0)
    assert not state.blendshapes.any()
    assert state.head_rotation.tolist() == [[0, 0, 0, 1]]
    assert not state.head_shift_cm.any()
    assert not state.groups.valid.any()
    assert np.isinf(state.groups.age_secs).all()
    fusion.observe(slots(0), face(SEEN, position_cm=(9, 9, 9)))
    assert after(fusion, 0).head_shift_cm.tolist() == [[0, 0, 0]]


def test_a_state_does_not_change_with_what_is_seen_later() -> None:
    fusion = seen_once()
    state = after(fusion, 0)
    fusion.observe(slots(0), face(SEEN + 1, jawOpen=0.1))
    fusion.forget(slots(0))
    assert jaw(state) == pytest.approx(0.8)
    assert state.groups.valid[0, Group.HEAD]


@pytest.mark.parametrize("millis", [0, 500, 2000])
def test_a_state_may_be_written_to(millis: float) -> None:
    fusion = seen_once()
    expected = after(fusion, millis)
    spoilt = after(fusion, millis)
    for array in (spoilt.values, spoilt.measured, spoilt.groups.levels, spoilt.groups.valid, spoilt.groups.source):
        array[:] = 3
    again = after(fusion, millis)
    np.testing.assert_array_equal(again.values, expected.values)
    np.testing.assert_array_equal(again.measured, expected.measured)
    for name in ("levels", "valid", "source"):
        np.testing.assert_array_equal(getattr(again.groups, name), getattr(expected.groups, name))


def test_hold_and_ease_can_be_set() -> None:
    fusion = FaceFusion(1, FaceFusionOptions(hold_secs=0, ease_secs=0))
    fusion.observe(slots(0), face(SEEN, jawOpen=1))
    assert jaw(after(fusion, 0)) == 1
    assert jaw(after(fusion, 1)) == 0


def covered(millis: float, *, group: Group, **shapes: float) -> FaceObservations:
    """A face of which one part cannot be seen."""
    seen = face(SEEN + round(millis * NANOS_PER_MILLI), turn=TURN.tolist(), position_cm=(4, 2, -40), **shapes)
    seen.confidence[0, group] = 0.1
    seen.measured[:] = ALL_ACTION_UNITS | GAZE_BIT | BLINK_BIT
    return seen


def test_a_covered_mouth_eases_away_while_the_eyes_go_on() -> None:
    fusion = seen_once()
    for millis in range(0, 1001, 100):
        fusion.observe(slots(0), covered(millis, group=Group.MOUTH, jawOpen=0.3, eyeBlinkLeft=millis / 1000))
    state = after(fusion, 100)
    assert jaw(state) == pytest.approx(0.8), "what the network invents under a hand is not taken"
    state = after(fusion, 1000)
    assert jaw(state) == 0
    assert state.groups.valid[0, : Group.HEAD + 1].tolist() == [True, True, False, True]
    assert state.blendshapes[0, SHAPE["eyeBlinkLeft"]] == pytest.approx(1.0)
    assert yaw(state) == pytest.approx(30, abs=1e-3)
    assert state.groups.confidence[0, Group.EYES] == 1


def test_a_covered_mouth_takes_its_action_units_with_it_and_no_others() -> None:
    fusion = seen_once()
    fusion.observe(slots(0), covered(0, group=Group.MOUTH))
    measured = int(after(fusion, 0).measured[0])
    named = {name for place, name in enumerate(ACTION_UNITS) if measured >> place & 1}
    assert {"au01_inner_brow_raise", "au05_upper_lid_raise", "au45_blink"} <= named
    assert not named & {"au12_smile", "au25_lips_part", "au26_jaw_drop"}
    assert measured & GAZE_BIT
    assert measured & BLINK_BIT


def test_what_is_held_of_a_covered_mouth_is_measured_as_long_as_it_is_valid() -> None:
    fusion = FaceFusion(1)
    whole = covered(0, group=Group.MOUTH)
    whole.confidence[:] = 1
    fusion.observe(slots(0), whole)
    smile = 1 << ACTION_UNITS.index("au12_smile")
    for millis in range(33, 1000, 33):
        fusion.observe(slots(0), covered(millis, group=Group.MOUTH))
        state = after(fusion, millis)
        assert bool(state.measured[0] & smile) == bool(state.groups.valid[0, Group.MOUTH])
    assert not state.measured[0] & smile


def test_somebody_else_begins_at_rest_where_they_are() -> None:
    fusion = seen_once()
    other = face(SEEN + 50 * NANOS_PER_MILLI, position_cm=(25, 0, -90), jawOpen=0.2)
    other.fresh[0] = True
    other.confidence[0, Group.MOUTH] = 0.1
    fusion.observe(slots(0), other)
    state = after(fusion, 50)
    assert state.head_shift_cm[0].tolist() == [0, 0, 0]
    assert state.groups.valid[0, : Group.HEAD + 1].tolist() == [True, True, False, True], "the mouth of the one before is not held"
    assert jaw(state) == 0
    fusion.observe(slots(0), face(SEEN + 83 * NANOS_PER_MILLI, position_cm=(26, 0, -90)))
    assert after(fusion, 83).head_shift_cm[0].tolist() == [1, 0, 0]


def test_nothing_is_measured_of_a_face_that_is_gone() -> None:
    fusion = FaceFusion(1)
    seen = covered(0, group=Group.HEAD)
    seen.confidence[:] = 1
    fusion.observe(slots(0), seen)
    assert after(fusion, 200).measured[0] == ALL_ACTION_UNITS | GAZE_BIT | BLINK_BIT
    assert after(fusion, 800).measured[0] == 0


def test_blinks_stay_counted_while_a_face_fades() -> None:
    fusion = FaceFusion(1)
    seen = face(SEEN)
    seen.values[0, BLINK_EVENTS] = (7, 1, 2, 130)
    fusion.observe(slots(0), seen)
    for millis in (0, 400, 2000):
        assert after(fusion, millis).blink_events[0].tolist() == [7, 1, 2, 130]


@pytest.mark.parametrize(("name", "value"), [("hold_secs", -1.0), ("ease_secs", math.nan), ("ease_secs", math.inf)])
def test_times_that_make_no_sense_are_refused(name: str, value: float) -> None:
    with pytest.raises(ConfigError, match=f"^fusion.{name} is {value}, expected 0 to 60$"):
        FaceFusionOptions(**{name: value})


def test_the_share_of_confidence_that_counts_as_seen_must_be_one() -> None:
    with pytest.raises(ConfigError, match=r"^fusion.least_confidence is 1.5, expected 0 to 1$"):
        FaceFusionOptions(least_confidence=1.5)
