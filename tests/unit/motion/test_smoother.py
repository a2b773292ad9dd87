from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
import pytest

from affectia import registry
from affectia.clock import NANOS_PER_SEC
from affectia.motion.smoother import Smoother
from affectia.registry import Bone
from affectia.signals.avatar_weights import CHANNELS, VISEMES, AvatarWeights
from affectia.signals.groups import GroupStates
from affectia.wire import rotation
from tests.unit.fakes import SHAPE, VISEME, nanos, slots

pytestmark = pytest.mark.unit

START = NANOS_PER_SEC
RATES_HZ = [15, 30, 60]


def weights(
    *, shape: str = "", weight: float = 1.0, bone: npt.ArrayLike | None = None, viseme: str = "sil", shift_cm: float = 0
) -> AvatarWeights:
    made = AvatarWeights.at_rest(GroupStates.unknown(1))
    if shape:
        made.shapes[0, SHAPE[shape]] = weight
    if bone is not None:
        made.bones[0, Bone.HEAD] = bone
    made.visemes[0, VISEME[viseme]] = 1
    made.head_shift_cm[:] = shift_cm
    return made


def move(smoother: Smoother, secs: float, given: AvatarWeights, *, slowness: float = 1, slot: int = 0) -> AvatarWeights:
    return smoother.moved(slots(slot), nanos(START + round(secs * NANOS_PER_SEC)), given, np.array([slowness], np.float32))


def smoother_for(*, several_faces: bool) -> Smoother:
    smoother = Smoother(1)
    smoother.set_profile(slots(0), several_faces=several_faces)
    return smoother


def shape_after(smoother: Smoother, secs: float, shape: str, weight: float, *, slowness: float = 1) -> float:
    """What is shown of a shape that is given at this time."""
    return float(move(smoother, secs, weights(shape=shape, weight=weight), slowness=slowness).shapes[0, SHAPE[shape]])


def rise(shape: str, *, secs: float = 1 / 60, height: float = 0.1) -> float:
    """How much of a step is shown one time step later."""
    smoother = Smoother(1)
    move(smoother, 0, weights())
    return shape_after(smoother, secs, shape, height)


def yaw_turn(degrees: float) -> npt.NDArray[np.float64]:
    return rotation.from_euler_deg(np.array((degrees, 0, 0)))


def head_yaw(shown: AvatarWeights) -> float:
    return float(rotation.to_euler_deg(shown.bones[0, Bone.HEAD])[0])


def test_the_first_frame_passes() -> None:
    given = weights(shape="jawOpen", weight=0.7, bone=yaw_turn(20), viseme="aa", shift_cm=3)
    kept = given.channels.copy()
    np.testing.assert_allclose(move(Smoother(1), 0, given).channels, kept, atol=1e-6)


def test_no_slowness_is_raw() -> None:
    smoother = Smoother(1)
    move(smoother, 0, weights(), slowness=0)
    given = weights(shape="browInnerUp", bone=yaw_turn(30), viseme="PP", shift_cm=2)
    kept = given.channels.copy()
    np.testing.assert_allclose(move(smoother, 1 / 60, given, slowness=0).channels, kept, atol=2e-4)


def test_lids_are_faster_than_eyes_and_eyes_faster_than_brows() -> None:
    assert rise("eyeBlinkLeft") > rise("eyeSquintLeft") > rise("browInnerUp")
    assert rise("eyeBlinkRight") == rise("eyeBlinkLeft")
    assert rise("eyeSquintLeft") > rise("mouthSmileLeft")


@pytest.mark.parametrize("several_faces", [False, True])
@pytest.mark.parametrize("rate_hz", RATES_HZ)
@pytest.mark.parametrize(
    ("shape", "late"), [("eyeBlinkLeft", 0.05), ("eyeLookInRight", 0.10), ("eyeWideLeft", 0.10), ("browInnerUp", 0.15), ("jawOpen", 0.15)]
)
def test_a_step_of_each_region_arrives_soon_at_any_rate(shape: str, late: float, rate_hz: int, several_faces: bool) -> None:
    smoother = smoother_for(several_faces=several_faces)
    move(smoother, 0, weights())
    shown = [shape_after(smoother, frame / rate_hz, shape, 0.5) for frame in range(1, rate_hz + 1)]
    assert shown == sorted(shown)
    assert shown[math.ceil(late * rate_hz) - 1] > 0.45
    assert shown[-1] == pytest.approx(0.5, abs=0.01)


@pytest.mark.parametrize("several_faces", [False, True])
@pytest.mark.parametrize("rate_hz", RATES_HZ)
def test_a_blink_of_three_pictures_keeps_its_peak(rate_hz: int, several_faces: bool) -> None:
    smoother = smoother_for(several_faces=several_faces)
    lids = [0.05] * 10 + [0.4, 0.9, 0.5] + [0.05] * 10
    shown = [shape_after(smoother, frame / rate_hz, "eyeBlinkLeft", lid) for frame, lid in enumerate(lids)]
    assert max(shown) > 0.9 * max(lids)
    assert shown[-1] == pytest.approx(0.05, abs=0.02)


@pytest.mark.parametrize("several_faces", [False, True])
@pytest.mark.parametrize("rate_hz", RATES_HZ)
@pytest.mark.parametrize("slowness", [1.0, 3.0, 10.0])
def test_a_lid_is_never_slower_than_40_millis(slowness: float, rate_hz: int, several_faces: bool) -> None:
    smoother = smoother_for(several_faces=several_faces)
    move(smoother, 0, weights(), slowness=slowness)
    for frame in range(1, 6):
        shown = shape_after(smoother, frame / rate_hz, "eyeBlinkRight", 0.02, slowness=slowness)
        assert shown >= 0.02 * (1 - math.exp(-frame / rate_hz / 0.040)) - 1e-5


@pytest.mark.parametrize(("jump", "several_faces"), [(0.2, False), (0.4, False), (-0.4, False), (0.4, True), (-0.4, True)])
def test_a_saccade_is_no_glide(jump: float, several_faces: bool) -> None:
    """20 degrees of an eye take some 60 ms: what the filter adds must stay within a picture or two."""
    smoother = smoother_for(several_faces=several_faces)
    for frame in range(60):
        sight = 0.5 + jump * min(max(frame - 30, 0) / 2, 1)  # 60 Hz: the jump takes two pictures
        shown = shape_after(smoother, frame / 60, "eyeLookOutLeft", sight)
        assert min(0.5, 0.5 + jump) - 1e-5 <= shown <= max(0.5, 0.5 + jump) + 1e-5
        if frame == 36:
            assert abs(shown - sight) < 0.15 * abs(jump) + 0.015


@pytest.mark.parametrize("several_faces", [False, True])
def test_eye_bones_move_as_eye_shapes_do(several_faces: bool) -> None:
    smoother = smoother_for(several_faces=several_faces)
    for frame in range(40):
        weight = 0.1 if frame < 20 else 0.5
        given = weights(shape="eyeLookOutLeft", weight=weight)
        given.bones[0, Bone.LEFT_EYE] = yaw_turn(27 * weight)
        shown = move(smoother, frame / 30, given)
        eye_yaw = float(rotation.to_euler_deg(shown.bones[0, Bone.LEFT_EYE])[0])
        assert eye_yaw == pytest.approx(27 * float(shown.shapes[0, SHAPE["eyeLookOutLeft"]]), abs=0.2)


@pytest.mark.parametrize(("several_faces", "noise"), [(False, 0.004), (True, 0.02)])
@pytest.mark.parametrize("rate_hz", RATES_HZ)
@pytest.mark.parametrize("shape", ["eyeSquintLeft", "eyeLookDownLeft", "browInnerUp", "mouthUpperUpLeft"])
def test_a_face_at_rest_stands_still(shape: str, rate_hz: int, several_faces: bool, noise: float) -> None:
    smoother = smoother_for(several_faces=several_faces)
    rng = np.random.default_rng(6)
    shown = [shape_after(smoother, frame / rate_hz, shape, 0.3 + float(rng.normal(0, noise))) for frame in range(8 * rate_hz)][rate_hz:]
    assert np.std(shown) < 0.4 * noise * max(1.0, math.sqrt(30 / rate_hz))
    assert np.std(np.diff(shown)) < 0.25 * noise * max(1.0, 30 / rate_hz)
    assert np.mean(shown) == pytest.approx(0.3, abs=0.15 * noise)


def test_a_profile_is_that_of_its_slot() -> None:
    shared, one, several = Smoother(3), smoother_for(several_faces=False), smoother_for(several_faces=True)
    shared.set_profile(slots(1), several_faces=True)
    rng = np.random.default_rng(7)
    for frame in range(40):
        value = float(rng.uniform(0.3, 0.36))
        given = [weights(shape="jawOpen", weight=value, bone=yaw_turn(20 * value)) for _ in range(3)]
        together = AvatarWeights(np.concatenate([row.channels for row in given]), GroupStates.unknown(3))
        shown = shared.moved(slots(0, 1, 2), nanos(*[START + frame * NANOS_PER_SEC // 30] * 3), together, np.ones(3, np.float32))
        expected_one, expected_several = (
            smoother.moved(slots(0), nanos(START + frame * NANOS_PER_SEC // 30), row, np.ones(1, np.float32)).channels[0]
            for smoother, row in ((one, given[0]), (several, given[1]))
        )
        np.testing.assert_allclose(shown.channels, [expected_one, expected_several, expected_one], atol=1e-6)
    assert np.abs(expected_one - expected_several).max() > 1e-3


def test_a_profile_can_be_taken_back() -> None:
    smoother, plain = smoother_for(several_faces=True), Smoother(1)
    smoother.set_profile(slots(0), several_faces=False)
    for frame, value in enumerate((0.3, 0.32, 0.7, 0.72)):
        shown = shape_after(smoother, frame / 30, "jawOpen", value)
        assert shown == pytest.approx(shape_after(plain, frame / 30, "jawOpen", value), abs=1e-6)


@pytest.mark.parametrize("channel", [SHAPE["jawOpen"], VISEMES.start, CHANNELS - 1])
def test_what_is_no_number_stays_in_its_channel(channel: int) -> None:
    smoother, plain = Smoother(1), Smoother(1)
    for frame in range(6):
        given, expected = weights(shape="browInnerUp", weight=0.1 * frame), weights(shape="browInnerUp", weight=0.1 * frame)
        if frame == 3:
            given.channels[0, channel] = math.nan
        shown, expected = move(smoother, frame / 30, given), move(plain, frame / 30, expected)
        np.testing.assert_allclose(shown.channels, expected.channels, atol=1e-6)


@pytest.mark.parametrize("degrees", [20, -35, 170])
def test_a_quaternion_and_its_negative_are_one_rotation(degrees: float) -> None:
    smoother, plain = Smoother(1), Smoother(1)
    for frame in range(40):
        turn = yaw_turn(degrees * frame / 40)
        sign = -1 if frame % 3 == 1 else 1
        shown = move(smoother, frame / 30, weights(bone=sign * turn))
        expected = move(plain, frame / 30, weights(bone=turn))
        assert head_yaw(shown) == pytest.approx(head_yaw(expected), abs=0.05)


def test_a_turn_takes_the_short_way() -> None:
    smoother = Smoother(1)
    move(smoother, 0, weights(bone=yaw_turn(170)))
    shown = [head_yaw(move(smoother, frame / 60, weights(bone=-yaw_turn(190)))) for frame in range(1, 60)]
    assert all(abs(yaw) >= 169 for yaw in shown)
    assert shown[-1] == pytest.approx(-170, abs=2)


def test_bones_stay_unit_quaternions() -> None:
    smoother = Smoother(1)
    rng = np.random.default_rng(4)
    for frame in range(50):
        turn = rotation.from_euler_deg(rng.uniform(-60, 60, 3))
        shown = move(smoother, frame / 60, weights(bone=turn))
        assert np.linalg.norm(shown.bones[0], axis=1) == pytest.approx(np.ones(9), abs=1e-5)


def test_visemes_keep_their_sum() -> None:
    smoother = Smoother(1)
    for frame, viseme in enumerate(["sil", "aa", "oh", "ou", "aa", "sil", "PP"] * 3):
        shown = move(smoother, frame / 30, weights(viseme=viseme))
        assert shown.visemes.sum() == pytest.approx(1, abs=1e-5)
        assert shown.visemes.min() >= 0


def test_shapes_stay_within_zero_and_one() -> None:
    smoother = Smoother(1)
    for frame in range(60):
        shown = move(smoother, frame / 60, weights(shape="jawOpen", weight=float(frame // 7 % 2)))
        assert shown.shapes.min() >= 0
        assert shown.shapes.max() <= 1


@pytest.mark.parametrize("rate_hz", [30, 60, 120])
def test_half_a_second_after_a_turn_the_head_is_there_at_any_rate(rate_hz: int) -> None:
    smoother = Smoother(1)
    move(smoother, 0, weights())
    for frame in range(1, rate_hz // 2 + 1):
        shown = move(smoother, frame / rate_hz, weights(bone=yaw_turn(30)))
    assert head_yaw(shown) == pytest.approx(30, abs=1)


def test_slots_do_not_touch_each_other() -> None:
    smoother, alone = Smoother(2), Smoother(1)
    rng = np.random.default_rng(5)
    for frame in range(20):
        value, turn = float(rng.uniform(0, 1)), yaw_turn(float(rng.uniform(-40, 40)))
        move(smoother, frame / 25, weights(shape="jawOpen", weight=1 - value, bone=-turn), slot=0)
        shown = move(smoother, frame / 30, weights(shape="jawOpen", weight=value, bone=turn), slot=1)
        expected = move(alone, frame / 30, weights(shape="jawOpen", weight=value, bone=turn))
        np.testing.assert_allclose(shown.channels, expected.channels, atol=1e-6)


def test_a_reset_slot_jumps() -> None:
    smoother = Smoother(1)
    move(smoother, 0, weights(bone=yaw_turn(60)))
    smoother.reset(slots(0))
    shown = move(smoother, 1 / 60, weights(shape="jawOpen", bone=yaw_turn(-60)))
    assert head_yaw(shown) == pytest.approx(-60, abs=1e-3)
    assert shown.shapes[0, SHAPE["jawOpen"]] == 1


def test_every_shape_has_the_constants_of_its_region() -> None:
    by_group: dict[int, set[float]] = {}
    for name, group in zip(registry.BLENDSHAPES, registry.BLENDSHAPE_GROUPS, strict=True):
        by_group.setdefault(group, set()).add(round(rise(name, height=0.05), 5))
    assert [len(by_group[group]) for group in sorted(by_group)] == [3, 1, 1]  # eyes: lids and gaze have their own
