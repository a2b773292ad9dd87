"""The head's rotation and position out of MediaPipe's facial transformation matrix.

The matrix maps the canonical face (centimetres, looking along +Z) into a camera space with +X to the right of the image, +Y up and
+Z towards the camera. A face that looks into an unmirrored camera has its left on the right of the image: camera space and avatar
space (+X the subject's left, +Y up, +Z forward) have the same axes, so nothing is flipped. Source of the camera space: MediaPipe's
face geometry module; the signs are held by tests on turned pictures.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from affectia.wire import rotation


def from_matrix(matrix: NDArray[np.floating]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """(4, 4) matrix, translation in the last column, to ((4,) quaternion, (3,) position in cm); scale is taken out."""
    return rotation.from_matrix(matrix[:3, :3]).astype(np.float32), np.asarray(matrix[:3, 3], np.float32)
