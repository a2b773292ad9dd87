from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from affectia.motion import bone_turns
from affectia.wire import rotation
from tests.unit.fakes import IDENTITY

pytestmark = pytest.mark.unit

Floats = npt.NDArray[np.float32]
ANGLES = st.tuples(*[st.floats(-1, 1, width=32)] * 3)


def single(values: object) -> Floats:
    return np.array([[values]], np.float32)


def unit(yaw: float, pitch: float, roll: float) -> Floats:
    return rotation.from_euler_deg(np.degrees([yaw, pitch, roll])).astype(np.float32)[None, None]


@pytest.mark.parametrize(
    ("vector", "yaw_pitch_roll_deg"),
    [((math.radians(20), 0, 0), (0, 20, 0)), ((0, math.radians(20), 0), (20, 0, 0)), ((0, 0, math.radians(20)), (0, 0, 20))],
)
def test_a_rotation_vector_turns_about_its_axis(vector: tuple[float, ...], yaw_pitch_roll_deg: tuple[float, ...]) -> None:
    np.testing.assert_allclose(bone_turns.quaternions(single(vector)), unit(*np.radians(yaw_pitch_roll_deg)), atol=1e-6)


def test_no_turn_changes_no_bit() -> None:
    bones = unit(0.3, -0.2, 0.1)
    before = bones.copy()
    bone_turns.turn(bones, np.zeros((1, 1, 3), np.float32))
    np.testing.assert_array_equal(bones, before)


@given(ANGLES, ANGLES)
def test_a_turn_is_in_the_frame_that_the_bone_has_turned(angles: tuple[float, float, float], vector: tuple[float, float, float]) -> None:
    bones = unit(*angles)
    expected = rotation.multiplied(bones, bone_turns.quaternions(single(vector)))
    bone_turns.turn(bones, single(vector))
    np.testing.assert_allclose(bones, expected, atol=1e-6)


def test_all_bones_of_all_avatars_are_turned_where_they_stand() -> None:
    channels = np.zeros((3, 20), np.float32)
    bones = channels[:, 4:12].reshape(3, 2, 4)
    bones[:] = IDENTITY
    turns = np.random.default_rng(1).normal(0, 0.3, (3, 2, 3)).astype(np.float32)
    bone_turns.turn(bones, turns)
    np.testing.assert_allclose(channels[:, 4:12].reshape(3, 2, 4), bone_turns.quaternions(turns), atol=1e-6)
    assert not channels[:, :4].any()
    assert not channels[:, 12:].any()


@given(ANGLES, st.floats(0, 1, width=32))
def test_half_way_is_half_of_the_angle(angles: tuple[float, float, float], share: float) -> None:
    bones = single(IDENTITY)
    bone_turns.bend(bones, towards=unit(*angles), share=np.array([[share]], np.float32))
    expected = rotation.scaled(unit(*angles), share)
    sign = np.sign(np.vecdot(bones, expected.astype(np.float32)))[..., None]
    np.testing.assert_allclose(bones, sign * expected, atol=2e-3)


@given(ANGLES, ANGLES, st.sampled_from([1.0, -1.0]))
def test_the_whole_way_ends_there_and_none_stays(
    angles: tuple[float, float, float], others: tuple[float, float, float], side: float
) -> None:
    bones, towards = unit(*angles), np.float32(side) * unit(*others)
    start = bones.copy()
    bone_turns.bend(bones, towards=towards, share=np.zeros((1, 1), np.float32))
    np.testing.assert_allclose(bones, start, atol=1e-5)
    bone_turns.bend(bones, towards=towards, share=np.ones((1, 1), np.float32))
    assert abs(float(np.vecdot(bones, towards)[0, 0])) == pytest.approx(1, abs=1e-4)


def test_the_short_way_is_taken() -> None:
    bones, towards = unit(0.1, 0, 0), -unit(0.5, 0, 0)
    bone_turns.bend(bones, towards=towards, share=np.array([[0.5]], np.float32))
    np.testing.assert_allclose(bones, unit(0.3, 0, 0), atol=1e-5)
