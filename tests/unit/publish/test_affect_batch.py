from __future__ import annotations

import numpy as np
import pytest

from affectia.publish.affect_batch import AffectBatch
from affectia.registry import ACTION_UNITS, Bone, Emotion, Group
from affectia.signals import face_channels
from affectia.signals.affect_states import AffectStates
from affectia.signals.avatar_state import AvatarState
from affectia.signals.avatar_weights import AvatarWeights
from affectia.signals.face_channels import ALL_ACTION_UNITS, BLINK_BIT, BLINK_EVENTS_BIT, GAZE_BIT
from affectia.signals.groups import GroupStates
from affectia.signals.known_people import KnownPeople
from affectia.signals.voice_states import VoiceStates
from affectia.wire import rotation
from affectia.wire.emotion_update import EmotionUpdate

pytestmark = pytest.mark.unit

SMILE = ACTION_UNITS.index("au12_smile")
BROWS = ACTION_UNITS.index("au01_inner_brow_raise")


def state(count: int = 1, *, measured: int = ALL_ACTION_UNITS | GAZE_BIT | BLINK_BIT | BLINK_EVENTS_BIT, valid: bool = True) -> AvatarState:
    groups = GroupStates.unknown(count)
    groups.valid[:] = valid
    return AvatarState(face_channels.at_rest(count), np.full(count, measured, np.uint32), groups)


def update_of(seen: AvatarState, row: int = 0) -> EmotionUpdate:
    update = EmotionUpdate(1, 0, 0, 0)
    weights = AvatarWeights.at_rest(seen.groups)
    weights.action_units[:] = seen.action_units
    weights.gaze[:] = seen.gaze
    AffectBatch(seen, weights).fill(update, row)
    return update


def test_each_row_says_what_its_own_face_does() -> None:
    seen = state(2)
    seen.action_units[1, SMILE] = 0.8
    seen.gaze[:] = ((0, 0), (0.5, -0.25))
    seen.blink[:] = ((1, 0), (0, 0.4))
    seen.blink_events[1] = (12, 3, 4, 150)
    first, second = update_of(seen, 0), update_of(seen, 1)
    assert first.action_unit_intensities()["au12_smile"] == 0
    assert second.action_unit_intensities()["au12_smile"] == pytest.approx(0.8, abs=0.002)
    assert first.gaze_tangents() == pytest.approx([0, 0])
    assert second.gaze_tangents() == pytest.approx([0.5, -0.25], abs=1e-4)
    assert first.blink_closures() == pytest.approx([1, 0], abs=0.002)
    assert second.blink_closures() == pytest.approx([0, 0.4], abs=0.002)
    assert (first.blink_events, second.blink_events) == ((0, 0, 0, 0), (12, 3, 4, 150))


def test_units_that_are_not_measured_now_have_no_bit() -> None:
    seen = state(measured=1 << BROWS)
    seen.action_units[0, SMILE] = 0.8
    update = update_of(seen)
    assert list(update.action_unit_intensities()) == ["au01_inner_brow_raise"]
    assert (update.gaze, update.blink, update.blink_events) == (None, None, None)


def test_nothing_is_told_of_a_face_that_is_not_valid() -> None:
    update = update_of(state(measured=0, valid=False))
    assert (update.action_units, update.action_unit_support, update.head_pose, update.gaze, update.blink) == (None,) * 5


def test_what_an_avatar_acts_is_not_told_of_anybody() -> None:
    seen = state()
    weights = AvatarWeights.at_rest(seen.groups)
    weights.bones[0, Bone.HEAD] = rotation.from_euler_deg(np.array((0.0, 25, 0)))  # a nod
    turns = np.zeros((1, 2, 4), np.float32)
    turns[0] = rotation.from_euler_deg(np.array(((4.0, 0, 0), (6, 0, 0))))
    update = EmotionUpdate(1, 0, 0, 0)
    AffectBatch(seen, weights, KnownPeople(seen.groups, turns)).fill(update, 0)
    assert update.head_pose_deg() == pytest.approx([10, 0, 0], abs=0.01)


def test_of_an_avatar_that_lives_by_itself_nothing_is_told() -> None:
    seen = state(measured=0)
    known = KnownPeople(GroupStates.unknown(1), np.zeros((1, 2, 4), np.float32))
    update = EmotionUpdate(1, 0, 0, 0)
    AffectBatch(seen, AvatarWeights.at_rest(seen.groups), known).fill(update, 0)
    assert (update.head_pose, update.gaze, update.blink, update.action_units, update.emotions) == (None,) * 5
    assert not any(update.is_valid(group) for group in Group)


def test_eyes_that_are_covered_take_gaze_and_blink_with_them() -> None:
    seen = state()
    seen.groups.valid[0, Group.EYES] = False
    update = update_of(seen)
    assert (update.gaze, update.blink, update.blink_events) == (None, None, None)
    assert update.head_pose is not None


def test_counts_wrap_and_a_gaze_beyond_the_field_stops_at_its_end() -> None:
    seen = state()
    seen.blink_events[0] = (65536 + 5, 65535, 0, 100)
    seen.gaze[0] = (9, -9)
    update = update_of(seen)
    assert update.blink_events == (5, 65535, 0, 100)
    assert update.gaze_tangents() == pytest.approx([4, -4], abs=1e-3)


def test_blinks_that_nobody_counts_are_not_counted_as_none() -> None:
    update = update_of(state(measured=BLINK_BIT))
    assert update.blink is not None
    assert update.blink_events is None


def test_speaking_is_told_of_those_that_have_a_voice_valid_face_or_not() -> None:
    unseen = state(2, measured=0, valid=False)
    share, visemes = np.array([0.2], np.float32), np.zeros((1, 15), np.float32)
    voices = VoiceStates(np.array([1]), visemes, visemes, share, share, share, share, np.array([-1]))
    heard = AvatarState(unseen.values, unseen.measured, unseen.groups, voices)
    assert [update_of(heard, row).speaking_probability for row in (0, 1)] == [None, 51]
    assert update_of(unseen, 1).speaking_probability is None


def test_feelings_are_told_while_the_emotion_group_is_valid() -> None:
    seen = state(2)
    scores = np.array([[0.25, 0.75, 0, 0, 0, 0, 0, 0]], np.float32)
    affects = AffectStates(
        np.array([1]),
        scores,
        np.array([255], np.uint8),
        np.array([[0.5, 0.25, 0]], np.float32),
        np.array([1], np.uint8),
        np.array([Emotion.HAPPY], np.int8),
        np.array([[1, 0]], np.float32),
        np.full((1, 6), np.nan, np.float32),
        np.zeros(1, np.uint8),
    )
    felt = AvatarState(seen.values, seen.measured, seen.groups, affects=affects)
    assert [update_of(felt, row).label() for row in (0, 1)] == [None, "happy"]
    assert update_of(felt, 1).emotion_scores()["happy"] == pytest.approx(0.75, abs=0.002)
    felt.groups.valid[1, Group.EMOTION] = False
    assert update_of(felt, 1).emotions is None
