"""Observations: what perception saw in one sample, a row per face."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from affectia import registry
from affectia.signals import face_channels
from affectia.signals.face_channels import BLINK, BLINK_BIT, FACE_GROUP_COUNT, POSITION, SHAPES, TURN

_EYE_BLINKS: Final = [registry.BLENDSHAPES.index(f"eyeBlink{side}") for side in ("Left", "Right")]


@dataclass(frozen=True, slots=True)
class FaceObservations:
    """The faces of one session at one instant; row = face, in the order of the session's avatars.

    `found` (n,) bool: false = looked and saw nobody, the row's other values mean nothing. `values` (n, channels) as in
    `face_channels`: shapes 0..1 in registry order, action units 0..1, gaze, blink, head rotation and position. `confidence` (n, 4)
    0..1 of eyes, brows, mouth, head. `measured` (n,) uint32: bits of the optional values that were measured. `fresh` (n,) bool: another
    person begins in this row. `perceived_in_nanos` is what perception took, `network_nanos` the part of it inside the networks.
    """

    captured_at_nanos: int
    found: NDArray[np.bool_]
    values: NDArray[np.float32]
    confidence: NDArray[np.float32]
    measured: NDArray[np.uint32]
    fresh: NDArray[np.bool_]
    perceived_in_nanos: int = 0
    network_nanos: int = 0

    @staticmethod
    def nobody(captured_at_nanos: int, count: int = 1) -> FaceObservations:
        """Looked, and saw none of `count` faces."""
        return FaceObservations(
            captured_at_nanos,
            np.zeros(count, np.bool_),
            face_channels.at_rest(count),
            np.zeros((count, FACE_GROUP_COUNT), np.float32),
            np.zeros(count, np.uint32),
            np.zeros(count, np.bool_),
        )

    @staticmethod
    def of_shapes(
        captured_at_nanos: int,
        *,
        shapes: ArrayLike,
        head_rotation: ArrayLike = (0.0, 0.0, 0.0, 1.0),
        head_position_cm: ArrayLike = (0.0, 0.0, 0.0),
    ) -> FaceObservations:
        """Faces of which only shapes (n, 52), rotation and position are known, all of them with full confidence."""
        count = np.asarray(shapes).shape[0]
        seen = FaceObservations.nobody(captured_at_nanos, count)
        seen.found[:] = True
        seen.confidence[:] = 1
        seen.values[:, SHAPES] = shapes
        seen.values[:, BLINK] = seen.values[:, _EYE_BLINKS]
        seen.measured[:] = BLINK_BIT
        seen.values[:, TURN] = head_rotation
        seen.values[:, POSITION] = head_position_cm
        return seen

    @property
    def blendshapes(self) -> NDArray[np.float32]:
        """(n, 52), a view."""
        return self.values[:, SHAPES]

    @property
    def head_rotation(self) -> NDArray[np.float32]:
        """(n, 4) x y z w, a view."""
        return self.values[:, TURN]

    @property
    def head_position_cm(self) -> NDArray[np.float32]:
        """(n, 3) in avatar axes, camera at the origin; a view."""
        return self.values[:, POSITION]
