"""Turns of bones: rotation vectors multiplied on, and the way towards a rotation; all bones of all avatars in one pass."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

# Arrays without an axis: numpy multiplies by them twice as fast as by a scalar.
_HALF: Final = np.array(0.5, np.float32)
_ONE: Final = np.array(1, np.float32)
_LEAST: Final = np.array(1e-6, np.float32)  # radians: below it, an angle has no axis


def _product() -> NDArray[np.float32]:
    """(4, 16): a quaternion times this is the matrix (row by row) that multiplies it on from the right."""
    # Component i of bone * turn is the sum over k of bone[k] * turn[place[i][k]] * sign[i][k].
    places = ((3, 2, 1, 0), (2, 3, 0, 1), (1, 0, 3, 2), (0, 1, 2, 3))
    signs = ((1, 1, -1, 1), (-1, 1, 1, 1), (1, -1, 1, 1), (-1, -1, -1, 1))
    table = np.zeros((4, 4, 4), np.float32)
    for i in range(4):
        for k in range(4):
            table[places[i][k], i, k] = signs[i][k]
    return table.reshape(4, 16)


_PRODUCT: Final = _product()


def turn(bones: NDArray[np.float32], turns: NDArray[np.float32]) -> None:
    """Turn (n, bones, 4) unit quaternions where they stand by (n, bones, 3) rotation vectors, in the frames that the bones have turned.

    Bones that are not turned at all hold 0 0 0 1.
    """
    wanted = quaternions(turns)
    if not np.count_nonzero(bones[..., :3]):  # of avatars of whom nothing is captured
        bones[...] = wanted
        return
    matrices = wanted.reshape(-1, 4).dot(_PRODUCT).reshape(*bones.shape, 4)
    bones[...] = np.vecdot(matrices, bones[..., None, :])


def quaternions(turns: NDArray[np.float32]) -> NDArray[np.float32]:
    """(n, bones, 4) x y z w of (n, bones, 3) rotation vectors in radians."""
    halves = turns * _HALF
    angle = np.vecdot(halves, halves)
    np.sqrt(angle, out=angle)
    np.maximum(angle, _LEAST, out=angle)
    found = np.empty((turns.shape[0], turns.shape[1], 4), np.float32)
    np.cos(angle, out=found[..., 3])
    scale = np.sin(angle)
    scale /= angle
    np.multiply(halves, scale[..., None], out=found[..., :3])
    return found


def bend(bones: NDArray[np.float32], *, towards: NDArray[np.float32], share: NDArray[np.float32]) -> None:
    """Bring (n, bones, 4) unit quaternions where they stand closer to others by (n, bones) 0..1 of the angle, the short way (SLERP)."""
    cosine = np.vecdot(bones, towards)
    near = np.where(cosine[..., None] < 0, -towards, towards)
    angle = np.arccos(np.minimum(np.abs(cosine), _ONE))
    sine = np.sin(angle)
    close = sine < _LEAST
    sine[close] = 1
    left = np.where(close, 1 - share, np.sin((1 - share) * angle) / sine)
    gone = np.where(close, share, np.sin(share * angle) / sine)
    bones *= left[..., None]
    bones += near * gone[..., None]
    bones /= np.sqrt(np.vecdot(bones, bones))[..., None]
