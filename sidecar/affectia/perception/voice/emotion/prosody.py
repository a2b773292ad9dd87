"""How something is said, whatever is said: pitch, loudness and speed of one window of speech."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from affectia.perception.voice.emotion import pitch as pitch_of
from affectia.perception.voice.emotion.pitch import pitch
from affectia.perception.voice.emotion.syllables import FRAME_SECS, syllable_count
from affectia.perception.voice.log_mel import HOP
from affectia.signals.emotion_observations import Prosody

LEAST_VOICED: Final = 5  # frames of pitch, 0.1 s: the median of fewer is chance
LEAST_SECS: Final = 0.5  # of speech: the syllables of less cannot be counted to a rate
_QUIETEST_DB: Final = -90.0
_SEMITONES: Final = 12


def prosody(pcm: NDArray[np.float32], is_speech: NDArray[np.bool_]) -> Prosody:
    """Of (n * HOP,) samples, mono, 16 kHz, of whose n frames of 10 ms `is_speech` (n,) are speech; about 3 ms of work for 3 s.

    Frames without speech have no say. What cannot be told of so little is NaN.
    """
    powers = np.square(pcm.reshape(-1, HOP)).mean(axis=1)
    spoken = powers[is_speech]
    if not spoken.size:
        return Prosody(*(float("nan"),) * 6)
    levels_db = np.maximum(10 * np.log10(spoken + 1e-12), _QUIETEST_DB)
    hertz, middles = pitch(pcm)
    is_voiced = ~np.isnan(hertz)
    said = is_speech[np.minimum(middles // HOP, is_speech.size - 1)]
    voiced = hertz[is_voiced & said]
    median_hz = spread = float("nan")
    if voiced.size >= LEAST_VOICED:
        median_hz = float(np.median(voiced))
        spread = _half_spread(_SEMITONES * np.log2(voiced))
    secs = spoken.size * FRAME_SECS
    rate_hz = float("nan")
    if secs >= LEAST_SECS and hertz.size:
        has_pitch = is_voiced[np.clip((np.arange(powers.size) * HOP - middles[0] + pitch_of.HOP // 2) // pitch_of.HOP, 0, hertz.size - 1)]
        rate_hz = syllable_count(np.where(is_speech, powers, 0), is_voiced=has_pitch) / secs
    return Prosody(
        pitch_hz=median_hz,
        pitch_spread_semitones=spread,
        level_db=float(max(10 * np.log10(spoken.mean() + 1e-12), _QUIETEST_DB)),
        level_spread_db=_half_spread(levels_db),
        syllables_hz=rate_hz,
        voiced=float(voiced.size / said.sum()) if said.any() else float("nan"),
    )


def _half_spread(values: NDArray[np.floating]) -> float:
    """Half the distance of the 10th and the 90th percentile."""
    low, high = np.percentile(values, (10, 90))
    return float(high - low) / 2
