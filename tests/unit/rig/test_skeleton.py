from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from affectia import registry
from affectia.registry import Bone
from affectia.rig.skeleton import Skeleton, SkeletonOptions
from affectia.signals.avatar_weights import AvatarWeights
from affectia.signals.groups import GroupStates
from affectia.wire import rotation
from tests.unit.fakes import IDENTITY, shape_row

pytestmark = pytest.mark.unit

angles = st.floats(-80, 80)


def posed(
    turn: npt.ArrayLike = IDENTITY, shapes: Mapping[str, float] | None = None, *, options: SkeletonOptions | None = None
) -> npt.NDArray[np.float32]:
    """The (9, 4) bones of one avatar."""
    bones = AvatarWeights.at_rest(GroupStates.unknown(1)).bones
    skeleton = Skeleton(options or SkeletonOptions())
    skeleton.pose_head(bones, np.array([turn], np.float32))
    skeleton.pose_eyes(bones, shape_row(shapes or {}))
    found: npt.NDArray[np.float32] = bones[0]
    return found


def euler(bone: npt.NDArray[np.float32]) -> list[float]:
    found: list[float] = rotation.to_euler_deg(bone).tolist()
    return found


@pytest.mark.parametrize("axis", [0, 1, 2], ids=["yaw", "pitch", "roll"])
@pytest.mark.parametrize("degrees", [20, -20])
def test_head_and_neck_share_one_turn_six_to_four(axis: int, degrees: int) -> None:
    whole = np.zeros(3)
    whole[axis] = degrees
    bones = posed(rotation.from_euler_deg(whole))
    assert euler(bones[Bone.HEAD]) == pytest.approx(0.6 * whole, abs=1e-3)
    assert euler(bones[Bone.NECK]) == pytest.approx(0.4 * whole, abs=1e-3)


@given(angles, angles, angles, st.sampled_from((1, -1)), st.floats(0, 1))
def test_neck_times_head_is_the_whole_turn(yaw: float, pitch: float, roll: float, sign: int, share: float) -> None:
    whole = rotation.from_euler_deg(np.array((yaw, pitch, roll)))
    bones = posed(sign * whole, options=SkeletonOptions(head_share=share))
    assert np.linalg.norm(bones, axis=1) == pytest.approx(np.ones(9), abs=1e-5)
    back = rotation.multiplied(bones[Bone.NECK], bones[Bone.HEAD])
    assert abs(float(np.dot(back, whole))) == pytest.approx(1, abs=1e-5)


def test_a_quaternion_and_its_negative_pose_the_same() -> None:
    turn = rotation.from_euler_deg(np.array((40.0, 10, 5)))
    np.testing.assert_allclose(posed(-turn), posed(turn), atol=1e-6)


@pytest.mark.parametrize(
    ("shape", "bone", "yaw", "pitch"),
    [
        ("eyeLookOutLeft", Bone.LEFT_EYE, 30, 0),
        ("eyeLookInLeft", Bone.LEFT_EYE, -30, 0),
        ("eyeLookUpLeft", Bone.LEFT_EYE, 0, -25),
        ("eyeLookDownLeft", Bone.LEFT_EYE, 0, 25),
        ("eyeLookInRight", Bone.RIGHT_EYE, 30, 0),
        ("eyeLookOutRight", Bone.RIGHT_EYE, -30, 0),
        ("eyeLookUpRight", Bone.RIGHT_EYE, 0, -25),
        ("eyeLookDownRight", Bone.RIGHT_EYE, 0, 25),
    ],
)
def test_each_look_turns_its_own_eye(shape: str, bone: Bone, yaw: float, pitch: float) -> None:
    bones = posed(shapes={shape: 1.0})
    assert euler(bones[bone]) == pytest.approx([yaw, pitch, 0], abs=1e-3)
    still = [other for other in Bone if other is not bone]
    assert bones[still].tolist() == [list(IDENTITY)] * len(still)


def test_both_eyes_look_to_the_subjects_left_in_parallel() -> None:
    bones = posed(shapes={"eyeLookOutLeft": 0.5, "eyeLookInRight": 0.5, "eyeLookUpLeft": 0.2, "eyeLookUpRight": 0.2})
    assert euler(bones[Bone.LEFT_EYE]) == pytest.approx([15, -5, 0], abs=1e-3)
    np.testing.assert_allclose(bones[Bone.LEFT_EYE], bones[Bone.RIGHT_EYE], atol=1e-6)


def test_a_head_that_is_not_turned_and_shapes_that_move_no_bone_leave_all_at_rest() -> None:
    moved = {name: 1.0 for name in registry.BLENDSHAPES if not name.startswith("eyeLook")}
    assert posed(shapes=moved).tolist() == [list(IDENTITY)] * 9
