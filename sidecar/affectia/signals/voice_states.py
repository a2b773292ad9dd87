"""What is held to be true of the voices of some avatars now; part of a state."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class VoiceStates:
    """The voices of those avatars of a state that have one now; row j here is row `rows[j]` of the state.

    `rows` (m,) rising. `visemes` (m, 15) float32, each row sums to 1; `peaks` (m, 15) their largest weights since the avatar's last
    state, so that a closure between two frames is not missed. `loudness` (m,) 0..1 as in `VoiceObservations`. `speaking` (m,)
    0..1: the probability that somebody speaks; `talking` (m,) 0..1: how far somebody is taken to, which does not flicker. `weight` (m,)
    0..1: how far the voice drives the mouth; the rest is the face's. `audio_samples` (m,) int64: the sound that the mouth belongs to, in
    the source's own rate since its start; -1 where the mouth is the face's.
    """

    rows: NDArray[np.intp]
    visemes: NDArray[np.float32]
    peaks: NDArray[np.float32]
    loudness: NDArray[np.float32]
    speaking: NDArray[np.float32]
    talking: NDArray[np.float32]
    weight: NDArray[np.float32]
    audio_samples: NDArray[np.int64]
