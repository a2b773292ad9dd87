from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
import pytest

from affectia.perception.face import head_pose
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
    turn, position = head_pose.from_matrix(facial_matrix(axis, degrees, scale=1.03))
    assert rotation.to_euler_deg(turn) == pytest.approx(expected, abs=1e-3)
    assert position.tolist() == [1, 2, -40]
    assert {str(turn.dtype), str(position.dtype)} == {"float32"}


def test_a_face_that_looks_into_the_camera_is_not_turned() -> None:
    turn, _ = head_pose.from_matrix(np.eye(4))
    assert turn.tolist() == [0, 0, 0, 1]
