"""Unit quaternions (x y z w) and Euler angles in avatar axes, order YXZ: R = Ry(yaw) Rx(pitch) Rz(roll).

+X is the subject's left, +Y up, +Z forward; positive pitch looks down, positive yaw to the subject's left, positive roll leans
towards the right shoulder. All functions take arrays of any leading shape and are safe to call from any thread.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

_DEGREES: Final = 180 / math.pi
_NEARLY_UPRIGHT: Final = 0.9999  # the sine of a pitch from which on yaw and roll are told with more care


def from_euler_deg(yaw_pitch_roll_deg: NDArray[np.floating]) -> NDArray[np.float64]:
    """(..., 3) yaw, pitch, roll in degrees to (..., 4) quaternions."""
    half = np.radians(np.asarray(yaw_pitch_roll_deg, np.float64)) / 2
    cosines, sines = np.cos(half), np.sin(half)
    cy, cx, cz = cosines[..., 0], cosines[..., 1], cosines[..., 2]
    sy, sx, sz = sines[..., 0], sines[..., 1], sines[..., 2]
    return np.stack(
        (
            cy * sx * cz + sy * cx * sz,
            sy * cx * cz - cy * sx * sz,
            cy * cx * sz - sy * sx * cz,
            cy * cx * cz + sy * sx * sz,
        ),
        axis=-1,
    )


def to_euler_deg(quaternions: NDArray[np.floating]) -> NDArray[np.float64]:
    """(..., 4) quaternions to (..., 3) yaw, pitch, roll in degrees; at pitch +-90 roll is given as yaw."""
    x, y, z, w = _components(quaternions)
    sin_pitch = np.clip(2 * (w * x - y * z), -1.0, 1.0)
    pitch = np.arcsin(sin_pitch)
    level = np.abs(sin_pitch) > 1 - 1e-9
    turned = np.arctan2(2 * (x * z + w * y), 1 - 2 * (x * x + y * y))
    yaw = np.where(level, np.arctan2(-2 * (x * z - w * y), 1 - 2 * (y * y + z * z)), turned)
    roll = np.where(level, 0.0, np.arctan2(2 * (x * y + w * z), 1 - 2 * (x * x + z * z)))
    angles: NDArray[np.float64] = np.degrees(np.stack((yaw, pitch, roll), axis=-1))
    return angles


def from_matrix(rotation: NDArray[np.floating]) -> NDArray[np.float64]:
    """(3, 3) rotation matrix (columns are the turned axes; a common scale is tolerated) to a quaternion with w >= 0.

    Plain numbers and not arrays: for nine of them that is thirty times faster. Shepperd's method, which starts from the largest
    component, so that nothing small is divided by.
    """
    (m00, m01, m02), (m10, m11, m12), (m20, m21, m22) = np.asarray(rotation, np.float64).tolist()
    determinant = m00 * (m11 * m22 - m12 * m21) - m01 * (m10 * m22 - m12 * m20) + m02 * (m10 * m21 - m11 * m20)
    scale = math.copysign(abs(determinant) ** (1 / 3), determinant) or 1.0
    trace = m00 + m11 + m22
    if trace >= max(m00, m11, m22):
        x, y, z, w = m21 - m12, m02 - m20, m10 - m01, scale + trace
    elif m00 >= max(m11, m22):
        x, y, z, w = scale + m00 - m11 - m22, m10 + m01, m20 + m02, m21 - m12
    elif m11 >= m22:
        x, y, z, w = m10 + m01, scale + m11 - m22 - m00, m21 + m12, m02 - m20
    else:
        x, y, z, w = m20 + m02, m21 + m12, scale + m22 - m00 - m11, m10 - m01
    length = math.copysign(math.sqrt(x * x + y * y + z * z + w * w), w)
    return np.array((x / length, y / length, z / length, w / length))


def scaled(quaternions: NDArray[np.floating], share: float | NDArray[np.floating]) -> NDArray[np.float64]:
    """The same rotations by `share` of their angle (one for all, or one each), along the short way."""
    q = np.asarray(quaternions, np.float64)
    q = np.where(q[..., 3:] < 0, -q, q)
    sine = np.sqrt(np.einsum("...i,...i->...", q[..., :3], q[..., :3]))
    half = np.arctan2(sine, q[..., 3])
    factor = np.where(sine > 1e-9, np.sin(half * share) / np.maximum(sine, 1e-9), share)
    return np.concatenate((q[..., :3] * factor[..., None], np.cos(half * share)[..., None]), axis=-1)


def multiplied(first: NDArray[np.floating], then: NDArray[np.floating]) -> NDArray[np.float64]:
    """The Hamilton product first * then: `then` turns in the frame that `first` has turned."""
    ax, ay, az, aw = _components(first)
    bx, by, bz, bw = _components(then)
    return np.stack(
        (
            aw * bx + ax * bw + ay * bz - az * by,
            aw * by - ax * bz + ay * bw + az * bx,
            aw * bz + ax * by - ay * bx + az * bw,
            aw * bw - ax * bx - ay * by - az * bz,
        ),
        axis=-1,
    )


def euler_deg_of_product(first: NDArray[np.floating], then: NDArray[np.floating]) -> NDArray[np.float64]:
    """(n, 3) yaw, pitch, roll in degrees of the rotations first * then of (n, 4) unit quaternions: `to_euler_deg` of `multiplied`.

    Products of all pairs of components, summed up by one matrix each: a third of the steps, which is what few avatars pay for.
    """
    count = first.shape[0]
    pairs = first[:, :, None] * then.astype(np.float64)[:, None, :]
    turn = pairs.reshape(count, 16) @ _PRODUCT
    parts = (turn[:, :, None] * turn[:, None, :]).reshape(count, 16) @ _EULER_PARTS
    if np.abs(parts[:, 4]).max(initial=0) > _NEARLY_UPRIGHT:
        return to_euler_deg(turn / np.linalg.norm(turn, axis=1, keepdims=True))
    angles: NDArray[np.float64] = np.empty((count, 3))
    np.arctan2(parts[:, 0:2], parts[:, 2:4], out=angles[:, 0::2])
    np.arcsin(parts[:, 4], out=angles[:, 1])
    angles *= _DEGREES
    return angles


def _components(quaternions: NDArray[np.floating]) -> tuple[NDArray[np.float64], ...]:
    q = np.asarray(quaternions, np.float64)
    return q[..., 0], q[..., 1], q[..., 2], q[..., 3]


def _product() -> NDArray[np.float64]:
    """(16, 4): how much of each product a_i * b_j goes into each component of a * b."""
    table = np.zeros((4, 4, 4))
    for out, pairs in enumerate(
        (
            ((3, 0, 1), (0, 3, 1), (1, 2, 1), (2, 1, -1)),
            ((3, 1, 1), (0, 2, -1), (1, 3, 1), (2, 0, 1)),
            ((3, 2, 1), (0, 1, 1), (1, 0, -1), (2, 3, 1)),
            ((3, 3, 1), (0, 0, -1), (1, 1, -1), (2, 2, -1)),
        )
    ):
        for i, j, sign in pairs:
            table[i, j, out] = sign
    return table.reshape(16, 4)


def _euler_parts() -> NDArray[np.float64]:
    """(16, 5): of the products q_i * q_j: over and under of the tangents of yaw and roll, as (over, over, under, under), and the sine of
    pitch.
    """
    x, y, z, w = range(4)
    table = np.zeros((4, 4, 5))
    for i, j, part, factor in (
        (x, z, 0, 2), (w, y, 0, 2),
        (x, y, 1, 2), (w, z, 1, 2),
        (w, w, 2, 1), (z, z, 2, 1), (x, x, 2, -1), (y, y, 2, -1),
        (w, w, 3, 1), (y, y, 3, 1), (x, x, 3, -1), (z, z, 3, -1),
        (w, x, 4, 2), (y, z, 4, -2),
    ):  # fmt: skip
        table[i, j, part] = factor
    return table.reshape(16, 5)


_PRODUCT: Final = _product()
_EULER_PARTS: Final = _euler_parts()
