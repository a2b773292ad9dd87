from __future__ import annotations

import numpy as np
import pytest

from affectia.perception.face.eyes import eye_geometry
from tests.unit.perception.face import made_eyes

pytestmark = pytest.mark.unit


def test_gap_is_height_over_width_of_each_eye() -> None:
    measured = eye_geometry.measure(made_eyes.points((0.3, 0.1)))
    assert measured.gaps == pytest.approx([0.3, 0.1])
    assert measured.lids_measured == (True, True)


def test_lids_that_pass_each_other_are_less_than_shut() -> None:
    assert eye_geometry.measure(made_eyes.points((-0.02, 0.0))).gaps == pytest.approx([-0.02, 0.0])


def test_gap_does_not_change_with_the_size_of_the_head() -> None:
    assert eye_geometry.measure(made_eyes.points((0.3, 0.1)) * 1.3).gaps == pytest.approx([0.3, 0.1])


def test_iris_is_measured_from_the_middle_of_the_corners() -> None:
    measured = eye_geometry.measure(made_eyes.points(iris_cm=((0.2, 0.1), (0.0, -0.1))))
    assert measured.iris_cm == pytest.approx(np.array(((0.23, 0.295, -0.12), (-0.03, 0.095, -0.12))))


def test_nothing_of_an_eye_leaves_the_other_as_it_is() -> None:
    broken = made_eyes.points((0.3, 0.2))
    broken[list(made_eyes.CORNERS[0])] = np.nan
    measured = eye_geometry.measure(broken)
    assert measured.lids_measured == measured.iris_measured == (False, True)
    assert measured.gaps == pytest.approx([0, 0.2])


@pytest.mark.parametrize("scale", [0.0, 1e-3, 1e9, np.nan, np.inf], ids=str)
def test_absurd_mesh_is_no_eye_and_finite(scale: float) -> None:
    with np.errstate(invalid="ignore"):
        points = made_eyes.points() * scale
    measured = eye_geometry.measure(points)
    assert measured.lids_measured == measured.iris_measured == (False, False)
    assert np.isfinite(measured.gaps).all()
    assert np.isfinite(measured.iris_cm).all()


def test_iris_far_outside_its_eye_is_not_measured_but_the_lids_are() -> None:
    measured = eye_geometry.measure(made_eyes.points(iris_cm=((5.0, 0.0), (0.0, 0.0))))
    assert measured.iris_measured == (False, True)
    assert measured.lids_measured == (True, True)


def test_camera_is_seen_where_the_head_turned_from() -> None:
    yaw, height = eye_geometry.sight_deg(made_eyes.pose(20, 10))
    assert yaw == pytest.approx(-20, abs=0.5)  # turned to its left: the camera is on its right
    assert height == pytest.approx(10, abs=1)  # looks down: the camera is above


def test_broken_pose_looks_straight() -> None:
    pose = made_eyes.pose()
    pose.axes[:] = np.nan
    assert eye_geometry.sight_deg(pose) == (0, 0)


@pytest.mark.parametrize(("yaw_deg", "expected"), [(0, (1, 1)), (25, (1, 1)), (-25, (1, 1)), (60, (1, 0)), (-60, (0, 1))], ids=str)
def test_eye_behind_the_nose_is_not_seen(yaw_deg: float, expected: tuple[float, float]) -> None:
    assert eye_geometry.visibility(yaw_deg) == expected
