"""A sample of sound: one block of a microphone, a file or a stream, ready for perception."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

VOICE_RATE_HZ: Final = 16_000  # what every network that listens was trained on


@dataclass(frozen=True, slots=True)
class AudioSample:
    """One block of one voice; nobody writes to `pcm` after the sample was made.

    `pcm` (n,) float32, mono, -1..1, finite, at `VOICE_RATE_HZ`; n may differ from block to block. `starts_at_nanos` is the clock's
    time at which `pcm[0]` sounded. `source_sample` is the place of `pcm[0]` in the source, counted in the source's own rate
    `source_rate_hz` since the stream began, resampling delay taken out. `follows` is false when something is missing between the
    block before and this one: whoever listens begins anew.
    """

    starts_at_nanos: int
    pcm: NDArray[np.float32]
    source_rate_hz: int
    source_sample: int
    follows: bool = True
