"""Unit quaternions (x y z w) and Euler angles in avatar axes, order YXZ: R = Ry(yaw) Rx(pitch) Rz(roll).

+X is the subject's left, +Y up, +Z forward; positive pitch looks down, positive yaw to the subject's left, positive roll leans
towards the right shoulder. All functions take arrays of any leading shape and are safe to call from any thread.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


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
    """(3, 3) rotation matrix (columns are the turned axes; small scale and skew are tolerated) to a quaternion with w >= 0."""
    u, _, vt = np.linalg.svd(np.asarray(rotation, np.float64))
    r = u @ np.diag((1.0, 1.0, np.linalg.det(u @ vt))) @ vt
    # Shepperd's method: start from the largest component, so that nothing small is divided by.
    trace = np.array((r[0, 0], r[1, 1], r[2, 2], np.trace(r)))
    largest = int(np.argmax(trace))
    if largest == 3:
        q = np.array((r[2, 1] - r[1, 2], r[0, 2] - r[2, 0], r[1, 0] - r[0, 1], 1 + trace[3]))
    else:
        i, j, k = largest, (largest + 1) % 3, (largest + 2) % 3
        q = np.empty(4)
        q[i] = 1 + r[i, i] - r[j, j] - r[k, k]
        q[j] = r[j, i] + r[i, j]
        q[k] = r[k, i] + r[i, k]
        q[3] = r[k, j] - r[j, k]
    q /= np.linalg.norm(q)
    return q if q[3] >= 0 else -q


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


def _components(quaternions: NDArray[np.floating]) -> tuple[NDArray[np.float64], ...]:
    q = np.asarray(quaternions, np.float64)
    return q[..., 0], q[..., 1], q[..., 2], q[..., 3]
