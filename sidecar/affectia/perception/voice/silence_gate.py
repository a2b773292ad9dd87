"""The gate that keeps the mouth still while nobody speaks: open at once, shut after a moment, gently."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from affectia import registry
from affectia.perception.voice.voice_activity import CHUNK

_SIL: Final = registry.VISEMES.index("sil")
_HELD: Final = 960  # samples, 60 ms: with the 100 ms that VoiceActivity waits, the last consonant is kept
_FADE: Final = 960
# The detector is late at the beginning of speech, by 50 ms in the median of the clips it was looked at with. A sound that stands out
# opens the gate if the detector does not rule speech out; clicks and hum stay under that. If it does not agree soon, it was no speech.
LEAST_PROBABILITY: Final = 0.02
_PATIENCE_CHUNKS: Final = 8
LONG_QUIET: Final = 1000  # chunks; more are not told apart


class SilenceGate:
    """One voice's gate, chunk by chunk."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Shut, as it is long after speech."""
        self.quiet_chunks = LONG_QUIET
        self._doubtful_chunks = 0

    def step(self, *, is_speaking: bool, stands_out: bool, probability: float) -> int:
        """How many chunks the gate has not been held open for, after one more; 0 while it is."""
        is_doubtful = stands_out and not is_speaking and probability >= LEAST_PROBABILITY
        self._doubtful_chunks = self._doubtful_chunks + 1 if is_doubtful else 0
        is_held = is_speaking or 0 < self._doubtful_chunks <= _PATIENCE_CHUNKS
        self.quiet_chunks = 0 if is_held else min(self.quiet_chunks + 1, LONG_QUIET)
        return self.quiet_chunks


def openness(quiet_chunks: int, *, samples_in: int) -> float:
    """0 shut .. 1 open at an instant `samples_in` behind the start of the chunk for which `SilenceGate.step` said `quiet_chunks`.

    A frame may ask for a chunk that begins behind its instant: so the gate is open before the sound is there, and shuts no earlier.
    """
    quiet = (quiet_chunks - 1) * CHUNK + samples_in
    return min(1.0, max(0.0, 1 - (quiet - _HELD) / _FADE))


def ease_shut(visemes: NDArray[np.float32], *, open_share: NDArray[np.float32]) -> None:
    """Put into `visemes` (..., 15), whose rows sum to 1, as much silence as the gate is shut."""
    if open_share.min() == 1:
        return
    visemes *= open_share[..., None]
    visemes[..., _SIL] += 1 - open_share
