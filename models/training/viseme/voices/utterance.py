"""An utterance: sound, and when it makes which viseme."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Utterance:
    """`pcm` (n,) float32 mono at `rate_hz`; `segments` (start_secs, end_secs, viseme) in order, viseme -1 where nobody can say."""

    pcm: NDArray[np.float32]
    rate_hz: int
    segments: tuple[tuple[float, float, int], ...]
