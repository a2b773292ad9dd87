from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
import pytest

from affectia.perception.face.landmarks import head_pose
from affectia.wire import rotation

pytestmark = pytest.mark.unit


def facial_matrix(axis: int, degrees: float, *, scale: float = 1.0) -> npt.NDArray[np.float32]:
    """A rotation about x, y or z in MediaPipe's camera space, 40 cm before the camera."""
    i, j = (axis + 1) % 3, (axis + 2) % 3
    matrix = np.eye(4)
    matrix[i, i] = matrix[j, j] = math.cos(math.radians(degrees))
    matrix[j, i] = math.sin(math.radians(degrees))
    matrix[i, j] = -matrix[j, i]
    matrix[:3, :3] *= scale
    matrix[:3, 3] = (1, 2, -40)
    return matrix.astype(np.float32)


@pytest.mark.parametrize("degrees", [20, -20])
@pytest.mark.parametrize(("axis", "place"), [(1, 0), (0, 1), (2, 2)], ids=["yaw", "pitch", "roll"])
def test_axes_of_the_camera_are_axes_of_the_avatar(axis: int, place: int, degrees: float) -> None:
    expected = [0.0, 0.0, 0.0]
    expected[place] = degrees
    pose = head_pose.from_matrix(facial_matrix(axis, degrees, scale=1.03))
    assert pose.euler_deg == pytest.approx(expected, abs=1e-3)
    assert rotation.to_euler_deg(pose.rotation) == pytest.approx(expected, abs=1e-3)
    assert pose.position_cm.tolist() == [1, 2, -40]


def test_a_face_that_looks_into_the_camera_is_not_turned() -> None:
    matrix = np.eye(4)
    matrix[2, 3] = -50
    pose = head_pose.from_matrix(matrix)
    assert pose.rotation.tolist() == [0, 0, 0, 1]
    assert pose.to_camera == pytest.approx([0, 0, 1])


@pytest.mark.parametrize("yaw", [-85, -60, 0, 60, 85])
def test_a_matrix_that_is_no_rotation_gives_the_nearest_one(yaw: float) -> None:
    """Scale and shear come with every profile; what is published is a rotation all the same."""
    matrix = facial_matrix(1, yaw).astype(np.float64)
    bent = matrix.copy()
    bent[:3, :3] = (np.eye(3) + np.array(((0.04, 0.02, 0), (0.02, -0.03, 0.01), (0, 0.01, 0.05)))) @ matrix[:3, :3] * 1.1
    pose = head_pose.from_matrix(bent)
    assert pose.axes @ pose.axes.T == pytest.approx(np.eye(3), abs=1e-9)
    assert np.linalg.det(pose.axes) == pytest.approx(1)
    # A symmetric stretch in front of a rotation is what the polar decomposition takes off again, exactly.
    assert pose.axes == pytest.approx(matrix[:3, :3], abs=1e-6)


def test_a_mirrored_matrix_still_gives_a_rotation() -> None:
    pose = head_pose.from_matrix(np.diag((-1.0, 1.0, 1.0, 1.0)))
    assert np.linalg.det(pose.axes) == pytest.approx(1)
    assert np.isfinite(pose.euler_deg).all()


def test_a_narrower_camera_moves_the_face_away_and_keeps_its_place_in_the_picture() -> None:
    """Half the tangent of view: twice as far, as far from the axis in the picture, as large."""
    narrow_deg = 2 * math.degrees(math.atan(math.tan(math.radians(31.5)) / 2))
    pose = head_pose.from_matrix(facial_matrix(1, 0), vertical_fov_deg=narrow_deg)
    assert pose.position_cm == pytest.approx([1, 2, -80])


def test_a_face_beside_the_axis_is_turned_against_its_line_of_sight() -> None:
    """A face that looks along the line of sight to the camera does so in a camera of any view."""
    matrix = np.eye(4)
    matrix[:3, 3] = (20, 0, -40)
    yaw_deg = -math.degrees(math.atan(20 / 40))  # towards the camera is towards the subject's right
    matrix[:3, :3] = facial_matrix(1, yaw_deg)[:3, :3]
    for fov_deg in (30, 45, 63, 90):
        pose = head_pose.from_matrix(matrix, vertical_fov_deg=fov_deg)
        assert pose.axes[:, 2] == pytest.approx(pose.to_camera, abs=1e-6)
        assert pose.euler_deg[2] == pytest.approx(0, abs=1e-6)
