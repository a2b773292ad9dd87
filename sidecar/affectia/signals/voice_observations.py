"""Observations: what perception heard in a stretch of one voice, a row per frame of 10 ms."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from affectia import registry
from affectia.clock import NANOS_PER_MILLI

FRAME_NANOS: Final = 10 * NANOS_PER_MILLI  # 100 frames a second
VISEMES: Final = len(registry.VISEMES)


@dataclass(frozen=True, slots=True)
class VoiceObservations:
    """Consecutive frames of one voice, the first at `starts_at_nanos`, each `FRAME_NANOS` after the one before.

    A frame's instant is when the sound that it belongs to sounded: it is known `look_ahead_nanos` later at the earliest. `visemes`
    (k, 15) float32, each row sums to 1. `loudness` (k,) 0..1 against this voice's own usual level: 0 silence, about 0.7 usual, 1 loud.
    `speaking` (k,) 0..1: the probability that somebody speaks. `source_samples` (k,) int64: the sound's place in the source, in the
    source's own rate `source_rate_hz`. `degraded`: made from the energy alone, because there is no viseme network.
    """

    starts_at_nanos: int
    visemes: NDArray[np.float32]
    loudness: NDArray[np.float32]
    speaking: NDArray[np.float32]
    source_samples: NDArray[np.int64]
    source_rate_hz: int
    look_ahead_nanos: int
    degraded: bool = False

    @property
    def count(self) -> int:
        """How many frames there are."""
        return int(self.visemes.shape[0])

    @property
    def ends_at_nanos(self) -> int:
        """The instant of the last frame."""
        return self.starts_at_nanos + (self.count - 1) * FRAME_NANOS
