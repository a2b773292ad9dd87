"""Sound that a speech detector takes for a voice: a buzz through the formants of vowels, syllable after syllable."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

# The first three formants of a, i, u, e, o of a man, and what passes at each (Peterson and Barney 1952).
_VOWELS = np.array([(730, 1090, 2440), (270, 2290, 3010), (300, 870, 2240), (530, 1840, 2480), (570, 840, 2410)], float)
_FORMANTS = ((1.0, 60.0), (0.6, 90.0), (0.3, 150.0))  # level and width
_SYLLABLE_SECS = 0.22


def vowels(secs: float, *, rate_hz: int = 16_000, level: float = 0.05) -> NDArray[np.float32]:
    """Syllables of one vowel each that glide into one another, with a little breath; `level` is their root mean square."""
    time = np.arange(round(secs * rate_hz)) / rate_hz
    pitch_hz = 120 * (1 + 0.08 * np.sin(2 * np.pi * 0.7 * time) + 0.02 * np.sin(2 * np.pi * 5 * time))
    phase = 2 * np.pi * np.cumsum(pitch_hz) / rate_hz
    number, place = np.divmod(time / _SYLLABLE_SECS, 1)
    glide = np.clip((place - 0.7) / 0.3, 0, 1)[:, None]
    now, following = (_VOWELS[(number.astype(int) + step) % len(_VOWELS)] for step in (0, 1))
    formants = now + glide * (following - now)
    voice = np.zeros(time.size)
    for harmonic in range(1, 40):
        hz = harmonic * pitch_hz
        gain = sum(amount / (1 + ((hz - formants[:, k]) / width) ** 2) for k, (amount, width) in enumerate(_FORMANTS))
        voice += gain * (hz < min(7500, rate_hz / 2)) / np.sqrt(harmonic) * np.sin(harmonic * phase)
    voice *= np.clip(np.minimum(place / 0.2, (1 - place) / 0.15), 0, 1)
    voice += 0.002 * np.random.default_rng(3).standard_normal(time.size)
    return np.asarray(voice / np.sqrt(np.mean(voice**2)) * level, np.float32)


def line(secs: float = 2.0, *, rate_hz: int = 16_000, around_secs: float = 0.5) -> NDArray[np.float32]:
    """Vowels with silence before and behind them."""
    silence = np.zeros(round(around_secs * rate_hz), np.float32)
    return np.concatenate((silence, vowels(secs, rate_hz=rate_hz), silence))
