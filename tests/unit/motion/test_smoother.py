from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
import pytest

from affectia import registry
from affectia.clock import NANOS_PER_SEC
from affectia.motion.smoother import Smoother, SmootherOptions
from affectia.registry import Bone
from affectia.signals.avatar_weights import AvatarWeights
from affectia.signals.groups import GroupStates
from affectia.wire import rotation
from tests.unit.fakes import SHAPE, VISEME, nanos, slots

pytestmark = pytest.mark.unit

START = NANOS_PER_SEC


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


def rise(shape: str, *, secs: float = 1 / 60) -> float:
    """How much of a step to 1 is shown one time step later."""
    smoother = Smoother(1)
    move(smoother, 0, weights())
    return float(move(smoother, secs, weights(shape=shape)).shapes[0, SHAPE[shape]])


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
    assert rise("eyeSquintLeft") > rise("mouthSmileLeft") > rise("browInnerUp")


def test_a_blink_lasts_long_enough_to_show() -> None:
    options = SmootherOptions()
    assert 1 / (2 * math.pi * options.blink.min_cutoff_hz) <= 0.040
    smoother = Smoother(1)
    shut = 0.0
    for frame in range(30):  # 30 Hz, shut for 100 ms
        lid = 1.0 if 10 <= frame < 13 else 0.0
        shown = move(smoother, frame / 30, weights(shape="eyeBlinkLeft", weight=lid))
        shut = max(shut, float(shown.shapes[0, SHAPE["eyeBlinkLeft"]]))
    assert shut > 0.9
    assert shown.shapes[0, SHAPE["eyeBlinkLeft"]] < 0.05


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
        by_group.setdefault(group, set()).add(round(rise(name), 5))
    assert [len(by_group[group]) for group in sorted(by_group)] == [2, 1, 1]  # eyes: the lids are faster
