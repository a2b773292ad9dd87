"""What is held to be true of how some people feel now; part of a state."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

NO_LABEL: Final = -1
PROSODY: Final = 6  # values of signals.emotion_observations.Prosody, in their order


@dataclass(frozen=True, slots=True)
class AffectStates:
    """Those avatars of a state of whom something is known; row j here is row `rows[j]` of the state.

    `rows` (m,) rising. `scores` (m, 8) float32, sum 1 over the supported; `support` (m,) uint8 bits. `affect` (m, 3) float32 -1..1:
    valence, arousal, dominance, continuous; `method` (m,) uint8 (AffectMethod). `label` (m,) int8: the emotion that is held, which does
    not flicker, or NO_LABEL. `shares` (m, 2) float32: how much face and voice count, sum 1, or 0 when nothing does. `prosody` (m, 6)
    float32, NaN where not known; `events` (m,) uint8 bits of what else is heard. How surely, how old and by whom stands in the
    group `emotion` of the state.
    """

    rows: NDArray[np.intp]
    scores: NDArray[np.float32]
    support: NDArray[np.uint8]
    affect: NDArray[np.float32]
    method: NDArray[np.uint8]
    label: NDArray[np.int8]
    shares: NDArray[np.float32]
    prosody: NDArray[np.float32]
    events: NDArray[np.uint8]
