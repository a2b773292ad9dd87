from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from affectia.wire import rotation

pytestmark = pytest.mark.unit

LEFT, UP, FORWARD = np.eye(3)
SIN, COS = math.sin(math.radians(10)), math.cos(math.radians(10))

any_angle = st.floats(-180, 180)
unit_quaternions = (
    st.tuples(*[st.floats(-1, 1)] * 4).filter(lambda q: sum(c * c for c in q) > 0.01).map(lambda q: np.array(q) / np.linalg.norm(q))
)


def turned(quaternion: npt.NDArray[np.floating], vector: npt.NDArray[np.floating]) -> npt.NDArray[np.float64]:
    """The vector after the rotation: q v q*."""
    pure = np.append(vector, 0.0)
    return rotation.multiplied(rotation.multiplied(quaternion, pure), quaternion * (-1, -1, -1, 1))[:3]


def matrix(quaternion: npt.NDArray[np.floating]) -> npt.NDArray[np.float64]:
    return np.stack([turned(quaternion, axis) for axis in np.eye(3)], axis=1)


def axis_matrix(axis: int, degrees: float) -> npt.NDArray[np.float64]:
    """The textbook right-handed rotation about x, y or z."""
    i, j = (axis + 1) % 3, (axis + 2) % 3
    made = np.eye(3)
    made[i, i] = made[j, j] = math.cos(math.radians(degrees))
    made[j, i] = math.sin(math.radians(degrees))
    made[i, j] = -made[j, i]
    return made


def same(one: npt.NDArray[np.floating], other: npt.NDArray[np.floating]) -> bool:
    return bool(abs(abs(float(np.dot(one, other))) - 1) < 1e-6)


@pytest.mark.parametrize(
    ("yaw_pitch_roll", "xyzw"),
    [
        ((20, 0, 0), (0, SIN, 0, COS)),
        ((-20, 0, 0), (0, -SIN, 0, COS)),
        ((0, 20, 0), (SIN, 0, 0, COS)),
        ((0, -20, 0), (-SIN, 0, 0, COS)),
        ((0, 0, 20), (0, 0, SIN, COS)),
        ((0, 0, -20), (0, 0, -SIN, COS)),
        ((20, 20, 20), (0.198108, 0.138716, 0.138716, 0.960348)),
    ],
)
def test_one_golden_quaternion_per_axis_and_sign(yaw_pitch_roll: tuple[float, ...], xyzw: tuple[float, ...]) -> None:
    assert rotation.from_euler_deg(np.array(yaw_pitch_roll, float)) == pytest.approx(xyzw, abs=1e-6)
    assert rotation.to_euler_deg(np.array(xyzw)) == pytest.approx(yaw_pitch_roll, abs=1e-3)


def test_positive_pitch_looks_down() -> None:
    assert turned(rotation.from_euler_deg(np.array((0, 20, 0))), FORWARD)[1] < -0.3


def test_positive_yaw_looks_to_the_subjects_left() -> None:
    assert turned(rotation.from_euler_deg(np.array((20, 0, 0))), FORWARD)[0] > 0.3


def test_positive_roll_leans_towards_the_right_shoulder() -> None:
    assert turned(rotation.from_euler_deg(np.array((0, 0, 20))), UP)[0] < -0.3


@given(any_angle, any_angle, any_angle)
def test_euler_order_is_y_then_x_then_z(yaw: float, pitch: float, roll: float) -> None:
    expected = axis_matrix(1, yaw) @ axis_matrix(0, pitch) @ axis_matrix(2, roll)
    np.testing.assert_allclose(matrix(rotation.from_euler_deg(np.array((yaw, pitch, roll)))), expected, atol=1e-9)


@given(any_angle, st.floats(-89, 89), any_angle)
def test_angles_come_back(yaw: float, pitch: float, roll: float) -> None:
    found = rotation.to_euler_deg(rotation.from_euler_deg(np.array((yaw, pitch, roll))))
    assert found[1] == pytest.approx(pitch, abs=1e-6)
    for angle, expected in ((found[0], yaw), (found[2], roll)):
        assert (angle - expected + 180) % 360 - 180 == pytest.approx(0, abs=1e-6)


@given(any_angle, st.sampled_from((90.0, -90.0)), any_angle)
def test_looking_straight_up_or_down_keeps_the_rotation(yaw: float, pitch: float, roll: float) -> None:
    quaternion = rotation.from_euler_deg(np.array((yaw, pitch, roll)))
    angles = rotation.to_euler_deg(quaternion)
    assert angles[2] == 0
    assert same(rotation.from_euler_deg(angles), quaternion)


@given(unit_quaternions)
def test_a_matrix_gives_back_its_quaternion(quaternion: npt.NDArray[np.float64]) -> None:
    found = rotation.from_matrix(matrix(quaternion) * 1.05)  # MediaPipe's matrices carry some scale
    assert found[3] >= 0
    assert same(found, quaternion)


@given(unit_quaternions, st.floats(0, 1))
def test_shares_of_a_rotation_multiply_back_to_the_whole(quaternion: npt.NDArray[np.float64], share: float) -> None:
    parts = rotation.scaled(quaternion, 1 - share), rotation.scaled(quaternion, share)
    assert np.linalg.norm(parts[0]) == pytest.approx(1)
    assert same(rotation.multiplied(*parts), quaternion)


def test_a_share_takes_the_short_way() -> None:
    quaternion = rotation.from_euler_deg(np.array((40.0, 0, 0)))
    for given_as in (quaternion, -quaternion):
        assert rotation.to_euler_deg(rotation.scaled(given_as, 0.25)) == pytest.approx([10, 0, 0], abs=1e-9)


def test_the_identity_stays_the_identity() -> None:
    still = np.array([[0, 0, 0, 1.0], [0, 0, 0, -1.0]])
    assert rotation.scaled(still, np.array((0.3, 0.0))).tolist() == [[0, 0, 0, 1]] * 2


def test_multiplying_turns_in_the_frame_that_the_first_has_turned() -> None:
    neck, head = rotation.from_euler_deg(np.array(((90.0, 0, 0), (0, 90.0, 0))))
    # The neck turns left; the nod happens about the neck's own side axis, so the face ends up looking at the floor.
    np.testing.assert_allclose(turned(rotation.multiplied(neck, head), FORWARD), -UP, atol=1e-12)
    np.testing.assert_allclose(turned(rotation.multiplied(head, neck), FORWARD), LEFT, atol=1e-12)


@given(unit_quaternions, unit_quaternions)
def test_the_angles_of_a_product_are_those_of_the_rotation_that_it_is(
    first: npt.NDArray[np.floating], then: npt.NDArray[np.floating]
) -> None:
    angles = rotation.euler_deg_of_product(first[None], then[None])
    again = rotation.from_euler_deg(angles)[0]
    assert same(again, rotation.multiplied(first, then))


def test_the_angles_of_many_products_are_told_in_one_pass() -> None:
    turns = rotation.from_euler_deg(np.array([(20, 0, 0), (0, 30, 0), (0, 0, -40), (10, -20, 5)]))
    still = np.tile((0, 0, 0, 1.0), (4, 1))
    np.testing.assert_allclose(rotation.euler_deg_of_product(turns, still), rotation.to_euler_deg(turns), atol=1e-9)
    np.testing.assert_allclose(rotation.euler_deg_of_product(still, turns), rotation.to_euler_deg(turns), atol=1e-9)


def test_a_head_that_looks_straight_down_has_no_roll() -> None:
    half = rotation.from_euler_deg(np.array([(0, 45, 0)]))
    angles = rotation.euler_deg_of_product(half, half)
    np.testing.assert_allclose(angles, [(0, 90, 0)], atol=1e-4)
