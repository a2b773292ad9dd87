"""Speech told from loudness alone, where there is no network that could: what stands out from the quietest of the last 1.5 s."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from affectia.perception.voice.voice_activity import CHUNK

_LOWEST_DB: Final = -55.0  # below full scale; quieter sound is never speech
_SILENT_POWER: Final = 1e-10
# Minimum statistics (Martin 2001): speech pauses every second or so, and what stays at one level is noise.
_REMEMBERED_CHUNKS: Final = 47
_FIRST_DB: Final = 6.0  # above the quietest: here the probability leaves 0
_SURE_DB: Final = 15.0  # and here it is 1


class EnergyDetector:
    """A stand-in with the manner of SileroNetwork; tells speech from steady noise, and not from music or a door."""

    state_width: Final = _REMEMBERED_CHUNKS

    def probabilities(self, chunks: NDArray[np.float32], state: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """As SpeechDetector says; the state are the levels before in dB, 0 (full scale) where there was nothing yet."""
        new = chunks[:, -CHUNK:]
        power = np.square(new).mean(axis=1) - np.square(new.mean(axis=1))  # without a constant offset
        level_db = 10 * np.log10(np.maximum(power, _SILENT_POWER))
        levels_db = np.concatenate((state, level_db[:, None]), axis=1)
        quietest_db = np.maximum(levels_db.min(axis=1), _LOWEST_DB)
        probability = (level_db - quietest_db - _FIRST_DB) / (_SURE_DB - _FIRST_DB)
        return np.minimum(np.maximum(probability, 0, dtype=np.float32), 1), np.asarray(levels_db[:, 1:], np.float32)
