"""What the rig makes of voices: the mouth that each wants its avatar to show."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class SpeechWeights:
    """The mouths of those avatars that have a voice now; row j here is row `rows[j]` of the weights.

    `shapes` (m, 52) 0..1, of which only those of the mouth group mean something. `closure` (m, 2) 0..1: how strongly the touch of both
    lips (p, b, m) and of lip and teeth (f, v) was demanded since the avatar's last frame; after motion, how far each touch is shown.
    `visemes` (m, 15), each row sums to 1. `weight` (m,) 0..1: how far the voice drives the mouth; the rest is the face's.
    """

    rows: NDArray[np.intp]
    shapes: NDArray[np.float32]
    closure: NDArray[np.float32]
    visemes: NDArray[np.float32]
    weight: NDArray[np.float32]
