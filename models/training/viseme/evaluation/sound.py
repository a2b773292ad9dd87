"""Sound at the rates that peers want."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from affectia.signals.audio_sample import VOICE_RATE_HZ


def at_rate(pcm: NDArray[np.float32], rate_hz: int) -> NDArray[np.float32]:
    """The same sound at a higher rate, by its spectrum: nothing is added, nothing comes late."""
    if rate_hz < VOICE_RATE_HZ:
        raise ValueError(f"rate is {rate_hz} Hz, expected {VOICE_RATE_HZ} or more")
    # Silence behind it, so that a whole number of samples comes of it and its end does not run into its beginning.
    padded = np.concatenate((pcm, np.zeros(VOICE_RATE_HZ - len(pcm) % VOICE_RATE_HZ, np.float32)))
    secs = len(padded) // VOICE_RATE_HZ
    spectrum = np.zeros(secs * rate_hz // 2 + 1, np.complex128)
    known = np.fft.rfft(padded)
    spectrum[: len(known)] = known
    count = round(len(pcm) * rate_hz / VOICE_RATE_HZ)
    return np.asarray(np.fft.irfft(spectrum, secs * rate_hz)[:count] * (rate_hz / VOICE_RATE_HZ), np.float32)
