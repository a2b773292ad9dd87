"""One face as the landmark network gives it, before anything is made of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

LANDMARKS = 478  # 468 of the mesh, then 5 of the right iris and 5 of the left one, centre first


@dataclass(frozen=True, slots=True)
class DetectedFace:
    """`landmarks_px` (478, 3): x right, y down, z away from the camera with the scale of x, in pixels of the picture; `blendshapes`
    (52,) 0..1 in registry order as the network says; `matrix` (4, 4): canonical face (cm) to a camera with 63 degrees vertical view;
    `width_px`, `height_px` of the picture.
    """

    landmarks_px: NDArray[np.float32]
    blendshapes: NDArray[np.float32]
    matrix: NDArray[np.float64]
    width_px: int
    height_px: int

    @property
    def center_px(self) -> NDArray[np.float32]:
        """(2,) middle of the face's bounding box."""
        flat = self.landmarks_px[:, :2]
        middle: NDArray[np.float32] = (flat.min(axis=0) + flat.max(axis=0)) / 2
        return middle

    @property
    def size_px(self) -> float:
        """The longer side of the face's bounding box."""
        flat = self.landmarks_px[:, :2]
        return float((flat.max(axis=0) - flat.min(axis=0)).max())
