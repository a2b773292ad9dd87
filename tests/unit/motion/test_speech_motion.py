from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from affectia.clock import NANOS_PER_MILLI, NANOS_PER_SEC
from affectia.motion.mouth_closure import MouthClosureOptions
from affectia.motion.speech_blend import SpeechBlendOptions
from affectia.motion.speech_motion import SpeechMotion
from affectia.signals.avatar_weights import AvatarWeights
from affectia.signals.groups import GroupStates
from affectia.signals.speech_weights import SpeechWeights
from tests.unit.fakes import SHAPE, VISEME, nanos, shape_row, slots

pytestmark = pytest.mark.unit

JAW = SHAPE["jawOpen"]
QUICK = SpeechBlendOptions(quick_secs=1e-3, slow_secs=1e-3, rest_secs=1e-3, enter_secs=1e-3, leave_secs=1e-3)
PP = 0


def motion(blend: SpeechBlendOptions = QUICK) -> SpeechMotion:
    floors = np.zeros((2, 52), np.float32)
    floors[PP, SHAPE["mouthPressLeft"]] = 0.5
    return SpeechMotion(4, floors=floors, jaw_caps=np.zeros(2, np.float32), blend=blend, closure=MouthClosureOptions(close_secs=0.001))


def speech(row: int, *, weight: float = 1.0, jaw: float = 0.8, closure: float = 0.0, viseme: str = "aa") -> SpeechWeights:
    visemes = np.zeros((1, 15), np.float32)
    visemes[0, VISEME[viseme]] = 1
    shapes = shape_row({"jawOpen": jaw, "eyeBlinkLeft": 1.0})
    closures = np.array([[closure, 0]], np.float32)
    return SpeechWeights(np.array([row]), shapes, closures, visemes, np.array([weight], np.float32))


def given(count: int, spoken: SpeechWeights | None, jaw: float = 0.1) -> AvatarWeights:
    weights = AvatarWeights.at_rest(GroupStates.unknown(count), spoken)
    weights.shapes[:, JAW] = jaw
    weights.visemes[:, VISEME["ou"]] = 1
    return weights


def settled(target: SpeechMotion, spoken: SpeechWeights, *, passes: int = 6, count: int = 1) -> AvatarWeights:
    weights = given(count, spoken)
    for number in range(passes):
        weights = given(count, spoken)
        target.spoken(slots(*range(count)), nanos(*[NANOS_PER_SEC + number * 16 * NANOS_PER_MILLI] * count), weights)
    return weights


def jaws(weights: AvatarWeights) -> list[float]:
    return [round(float(weight), 2) for weight in weights.shapes[:, JAW]]


def test_avatars_without_a_voice_are_left_alone() -> None:
    weights = given(2, None)
    before = weights.channels.copy()
    assert motion().spoken(slots(0, 1), nanos(1, 1), weights) is weights
    np.testing.assert_array_equal(weights.channels, before)


def test_the_mouth_of_one_that_has_a_voice_is_the_voices_and_no_other_row_is_touched() -> None:
    weights = settled(motion(), speech(1), count=3)
    assert jaws(weights) == [0.1, 0.8, 0.1]
    assert weights.visemes[:, VISEME["aa"]].tolist() == [0, pytest.approx(1, abs=1e-3), 0]
    assert weights.shapes[1, SHAPE["eyeBlinkLeft"]] == 0, "eyes are the face's"


def test_visemes_are_shared_as_the_mouth_is() -> None:
    weights = settled(motion(), speech(0, weight=0.25))
    assert weights.visemes[0, [VISEME["aa"], VISEME["ou"]]].tolist() == pytest.approx([0.25, 0.75], abs=1e-3)
    assert jaws(weights) == [pytest.approx(0.1 + 0.25 * 0.7, abs=0.01)]


def test_closure_comes_after_all_that_smooths() -> None:
    slow = SpeechBlendOptions(quick_secs=0.5, slow_secs=0.5, rest_secs=0.5, enter_secs=1e-3)
    target = motion(slow)
    settled(target, speech(0), passes=100)
    weights = given(1, speech(0, jaw=0.0, closure=1.0, viseme="PP"))
    target.spoken(slots(0), nanos(4 * NANOS_PER_SEC), weights)
    assert jaws(weights) == [0]
    assert weights.shapes[0, SHAPE["mouthPressLeft"]] == pytest.approx(0.5)


@pytest.mark.parametrize(("demand", "weight", "shown"), [(0.6, 1.0, 1.0), (0.0, 1.0, 0.0), (0.6, 0.0, 0.0)])
def test_what_is_returned_tells_how_far_lips_touch_and_not_what_was_demanded(demand: float, weight: float, shown: float) -> None:
    target, spoken = motion(), speech(1, closure=demand, weight=weight)
    for number in range(3):
        times = nanos(*[NANOS_PER_SEC + number * 16 * NANOS_PER_MILLI] * 2)
        told = target.spoken(slots(0, 1), times, given(2, spoken)).speech
    assert told is not None
    assert told.rows.tolist() == [1]
    assert told.closure[0, PP] == pytest.approx(shown, abs=1e-3)
    assert spoken.closure[0, PP] == np.float32(demand), "what the rig said is not touched"


def test_closure_of_a_voice_that_does_not_drive_the_mouth_shuts_nothing() -> None:
    assert jaws(settled(motion(), speech(0, weight=0.0, closure=1.0))) == [pytest.approx(0.1, abs=1e-3)]


def test_long_pause_is_one_short_step() -> None:
    target = motion(SpeechBlendOptions(enter_secs=1e-3, quick_secs=0.2))
    weights: AvatarWeights = given(1, speech(0))
    target.spoken(slots(0), nanos(10 * NANOS_PER_SEC), weights)
    assert weights.shapes[0, JAW] == pytest.approx(0.8 * (1 - np.exp(-0.5)), abs=0.01)


def test_reset_gives_the_mouth_back_at_once() -> None:
    target = motion()
    settled(target, speech(0), count=1)
    target.reset(slots(0))
    weights = given(1, speech(0, weight=0.0))
    target.spoken(slots(0), nanos(2 * NANOS_PER_SEC), weights)
    assert jaws(weights) == [pytest.approx(0.1)]


def test_lag_is_that_of_the_cross_fades() -> None:
    assert motion(SpeechBlendOptions(quick_secs=0.01, slow_secs=0.03)).lag_nanos == 20 * NANOS_PER_MILLI


def test_each_avatar_keeps_its_own_time() -> None:
    target = motion(SpeechBlendOptions(enter_secs=0.1, quick_secs=1e-3))
    shown: dict[int, npt.NDArray[np.float32]] = {}
    for slot, step_millis in ((0, 10), (1, 50)):
        for number in range(2):
            weights = given(1, speech(0))
            target.spoken(slots(slot), nanos(NANOS_PER_SEC + number * step_millis * NANOS_PER_MILLI), weights)
        shown[slot] = weights.shapes[0].copy()
    assert 0.1 < shown[0][JAW] < shown[1][JAW] < 0.8
