"""The head's rotation and position out of MediaPipe's facial transformation matrix.

The matrix maps the canonical face (centimetres, looking along +Z) into a camera space with +X to the right of the image, +Y up and
+Z towards the camera. A face that looks into an unmirrored camera has its left on the right of the image: camera space and avatar
space (+X the subject's left, +Y up, +Z forward) have the same axes, so nothing is flipped. Source of the camera space: MediaPipe's
face geometry module; the signs are held by tests on turned pictures.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

NETWORK_FOV_DEG: Final = 63.0  # vertical, of the camera that MediaPipe assumes

_IDENTITY: Final = np.eye(3)
_HALF_MORE: Final = 1.5 * _IDENTITY
_NEARLY: Final = 1e-3  # one step squares the error
_STEEP: Final = 1 - 1e-9


@dataclass(frozen=True, slots=True)
class HeadPose:
    """`rotation` (4,) x y z w and `axes` (3, 3), the same as columns; `position_cm` (3,) from the camera; `euler_deg` (3,) yaw, pitch,
    roll; `to_camera` (3,): unit vector from the head to the camera, in avatar axes of the camera.
    """

    rotation: NDArray[np.float64]
    axes: NDArray[np.float64]
    position_cm: NDArray[np.float64]
    euler_deg: NDArray[np.float64]
    to_camera: NDArray[np.float64]


def from_matrix(matrix: NDArray[np.floating], *, vertical_fov_deg: float = NETWORK_FOV_DEG) -> HeadPose:
    """The pose behind a (4, 4) matrix, translation in the last column, for a camera of this vertical field of view.

    Scale and shear go out by the nearest rotation (polar decomposition). What the network holds true in any camera is where the face is
    in the picture, how large, and how it is turned against the line of sight: distance scales with the focal length, and the turn
    follows the line of sight.
    """
    given = np.asarray(matrix, np.float64)
    axes = _nearest_rotation(given[:3, :3])
    x, y, z = given[:3, 3].tolist()
    far = math.tan(math.radians(NETWORK_FOV_DEG / 2)) / math.tan(math.radians(vertical_fov_deg / 2)) * z
    sight = _unit(x, y, far)
    if vertical_fov_deg != NETWORK_FOV_DEG:
        axes = _turn_between(np.array(_unit(x, y, z)), np.array(sight)) @ axes
    turn, euler_deg = _described(axes.tolist())
    to_camera = (-sight[0], -sight[1], -sight[2])
    return HeadPose(np.array(turn), axes, np.array((x, y, far)), np.array(euler_deg), np.array(to_camera))


def _nearest_rotation(given: NDArray[np.float64]) -> NDArray[np.float64]:
    """(3, 3) the rotation next to a matrix. MediaPipe's are rotations but for rounding: then one step of Newton's is all it takes."""
    square = given.T @ given
    off = (square - _IDENTITY).ravel()
    (a, b, c), (d, e, f), (g, h, i) = given.tolist()
    if off @ off < _NEARLY**2 and a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g) > 0:
        nearest: NDArray[np.float64] = given @ (_HALF_MORE - 0.5 * square)
        return nearest
    left, _, right = np.linalg.svd(given)
    if np.linalg.det(left @ right) < 0:  # a mirrored matrix: the nearest rotation flips the weakest direction
        left = left * (1.0, 1.0, -1.0)
    turned: NDArray[np.float64] = left @ right
    return turned


def _described(axes: list[list[float]]) -> tuple[tuple[float, float, float, float], tuple[float, float, float]]:
    """The quaternion x y z w, w >= 0, and yaw, pitch, roll in degrees (order YXZ) of a rotation's rows.

    As plain numbers: for one head that is ten times quicker than as arrays.
    """
    (a, b, c), (d, e, f), (g, h, i) = axes
    # Shepperd's method: the largest of the four squares is the one to divide by.
    squares = (1 + a - e - i, 1 - a + e - i, 1 - a - e + i, 1 + a + e + i)
    largest = max(range(4), key=squares.__getitem__)
    quaternion = (
        (squares[0], b + d, c + g, h - f),
        (b + d, squares[1], f + h, c - g),
        (c + g, f + h, squares[2], d - b),
        (h - f, c - g, d - b, squares[3]),
    )[largest]
    scale = math.copysign(0.5 / math.sqrt(max(squares[largest], 1e-12)), quaternion[3])
    x, y, z, w = (scale * part for part in quaternion)
    euler = (math.atan2(c, i), math.asin(max(-1.0, min(1.0, -f))), math.atan2(d, e))
    if abs(f) > _STEEP:  # the nose straight up or down: yaw and roll are one turn
        euler = (math.atan2(-g, a), euler[1], 0.0)
    yaw, pitch, roll = (math.degrees(angle) for angle in euler)
    return (x, y, z, w), (yaw, pitch, roll)


def _unit(x: float, y: float, z: float) -> tuple[float, float, float]:
    length = max(math.sqrt(x * x + y * y + z * z), 1e-9)
    return x / length, y / length, z / length


def _turn_between(old: NDArray[np.float64], new: NDArray[np.float64]) -> NDArray[np.float64]:
    """(3, 3) the smallest rotation from one unit vector to another (Rodrigues' formula)."""
    x, y, z = np.cross(old, new)
    across = np.array(((0.0, -z, y), (z, 0.0, -x), (-y, x, 0.0)))
    turned: NDArray[np.float64] = _IDENTITY + across + across @ across / max(1.0 + float(old @ new), 1e-9)
    return turned
