from __future__ import annotations

import numpy as np
import pytest

from affectia.registry import Bone
from affectia.rig.face_rig import FaceRig, FaceRigOptions
from affectia.rig.skeleton import SkeletonOptions
from affectia.signals.avatar_state import AvatarState
from affectia.signals.groups import GroupStates
from affectia.signals.voice_states import VoiceStates
from affectia.wire import rotation
from tests.unit.fakes import SHAPE, VISEME, face

pytestmark = pytest.mark.unit


def state(count: int = 1, **shapes: float) -> AvatarState:
    seen = face(0, turn=rotation.from_euler_deg(np.array((20.0, 0, 0))).tolist(), position_cm=(1, 2, 3), **shapes)
    rows = np.zeros(count, np.intp)
    return AvatarState(seen.values[rows], seen.measured[rows], GroupStates.unknown(count))


def test_shapes_and_shift_pass_as_they_are() -> None:
    given = state(jawOpen=0.3, eyeBlinkLeft=1)
    weights = FaceRig().weights(given)
    np.testing.assert_array_equal(weights.shapes, given.blendshapes)
    assert weights.head_shift_cm.tolist() == [[1, 2, 3]]
    assert not weights.effects.any()
    assert weights.groups is given.groups


def test_head_eyes_and_visemes_follow_the_state() -> None:
    rig = FaceRig(FaceRigOptions(SkeletonOptions(head_share=1)))
    weights = rig.weights(state(jawOpen=1, eyeLookOutLeft=1))
    assert rotation.to_euler_deg(weights.bones[0, Bone.HEAD])[0] == pytest.approx(20, abs=1e-3)
    assert rotation.to_euler_deg(weights.bones[0, Bone.LEFT_EYE])[0] == 0
    rig.pose_eyes(weights)
    assert rotation.to_euler_deg(weights.bones[0, Bone.LEFT_EYE])[0] == pytest.approx(30, abs=1e-3)
    assert weights.visemes[0, VISEME["aa"]] == 1


def test_eyes_follow_what_became_of_their_shapes() -> None:
    rig = FaceRig()
    weights = rig.weights(state(eyeLookOutLeft=1))
    weights.shapes[0, SHAPE["eyeLookOutLeft"]] = 0
    weights.shapes[0, SHAPE["eyeLookDownRight"]] = 1
    rig.pose_eyes(weights)
    assert rotation.to_euler_deg(weights.bones[0, Bone.LEFT_EYE]).tolist() == [0, 0, 0]
    assert rotation.to_euler_deg(weights.bones[0, Bone.RIGHT_EYE])[1] == pytest.approx(25, abs=1e-3)


def test_nothing_is_remembered_from_frame_to_frame() -> None:
    rig = FaceRig()
    first = rig.weights(state(jawOpen=1))
    kept = first.channels.copy()
    rig.weights(state(count=3))
    again = rig.weights(state(jawOpen=1))
    np.testing.assert_array_equal(first.channels, kept)
    np.testing.assert_array_equal(again.channels, kept)


def test_the_state_is_not_written_to() -> None:
    given = state(jawOpen=0.5)
    before = given.blendshapes.copy(), given.head_rotation.copy()
    FaceRig().weights(given).channels[:] = 9
    np.testing.assert_array_equal(given.blendshapes, before[0])
    np.testing.assert_array_equal(given.head_rotation, before[1])


def spoken(count: int, row: int, viseme: str, *, peak: str = "sil", loudness: float = 0.7) -> AvatarState:
    """A state whose avatar `row` has a voice."""
    visemes, peaks = (np.zeros((1, len(VISEME)), np.float32) for _ in range(2))
    visemes[0, VISEME[viseme]] = peaks[0, [VISEME[viseme], VISEME[peak]]] = 1
    one = np.ones(1, np.float32)
    voices = VoiceStates(np.array([row]), visemes, peaks, loudness * one, one, one, 0.5 * one, np.zeros(1, np.int64))
    seen = state(count)
    return AvatarState(seen.values, seen.measured, seen.groups, voices)


def test_mouth_of_a_voice_stands_beside_that_of_the_face() -> None:
    weights = FaceRig().weights(spoken(2, 1, "aa"))
    assert not weights.shapes.any(), "motion puts them together"
    assert weights.speech is not None
    assert weights.speech.rows.tolist() == [1]
    assert weights.speech.shapes[0, SHAPE["jawOpen"]] > 0.3
    assert weights.speech.visemes[0, VISEME["aa"]] == 1
    assert weights.speech.weight.tolist() == [0.5]
    assert FaceRig().weights(state()).speech is None


def test_closure_that_was_between_two_frames_is_demanded() -> None:
    open_mouth, closed = (FaceRig().weights(spoken(1, 0, "aa", peak=peak)).speech for peak in ("sil", "PP"))
    assert open_mouth is not None
    assert closed is not None
    assert not open_mouth.closure.any()
    assert closed.closure[0, 0] > 0.5
    np.testing.assert_array_equal(open_mouth.shapes, closed.shapes)


def test_avatar_without_a_tongue_shows_none() -> None:
    shown = [FaceRig(FaceRigOptions(tongue=tongue)).weights(spoken(1, 0, "TH")).speech for tongue in (True, False)]
    assert [bool(speech and speech.shapes[0, SHAPE["tongueOut"]]) for speech in shown] == [True, False]
