"""Observations: what perception saw in one sample, a row per face."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from affectia import registry

SHAPES: Final = len(registry.BLENDSHAPES)


@dataclass(frozen=True, slots=True)
class FaceObservations:
    """The faces of one session at one instant; row = face, in the order of the session's avatars.

    `found` (n,) bool: false = looked and saw nobody, the row's other values mean nothing. `blendshapes` (n, 52) 0..1 in registry
    order; `head_rotation` (n, 4) x y z w in avatar axes; `head_position_cm` (n, 3) in avatar axes, camera at the origin;
    `confidence` (n,) 0..1. `perceived_in_nanos` is what perception took, `network_nanos` the part of it inside the networks.
    """

    captured_at_nanos: int
    found: NDArray[np.bool_]
    blendshapes: NDArray[np.float32]
    head_rotation: NDArray[np.float32]
    head_position_cm: NDArray[np.float32]
    confidence: NDArray[np.float32]
    perceived_in_nanos: int = 0
    network_nanos: int = 0

    @staticmethod
    def nobody(captured_at_nanos: int, count: int = 1) -> FaceObservations:
        """Looked, and saw none of `count` faces."""
        turn = np.zeros((count, 4), np.float32)
        turn[:, 3] = 1
        return FaceObservations(
            captured_at_nanos,
            np.zeros(count, np.bool_),
            np.zeros((count, SHAPES), np.float32),
            turn,
            np.zeros((count, 3), np.float32),
            np.zeros(count, np.float32),
        )
