"""Log-mel frames as the encoder of Whisper was trained on (Radford et al. 2022; openai/whisper, whisper/audio.py)."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from affectia.signals.audio_sample import VOICE_RATE_HZ

HOP: Final = 160  # samples: 10 ms
MELS: Final = 80
_FFT: Final = 400
_FLOOR: Final = np.float32(1e-10)
_RANGE: Final = np.float32(8.0)  # decades of power under the loudest band; what is quieter counts as this
_LINEAR_HZ: Final = 1000.0  # below it the mel scale of Slaney's Auditory Toolbox (1998) is linear: 200 / 3 Hz a step
_STEP_HZ: Final = 200 / 3
_OCTAVE: Final = np.log(6.4) / 27  # above it, of the logarithm of frequency a step


def _edges_hz() -> NDArray[np.float64]:
    """(MELS + 2,) where the triangles begin, peak and end, evenly spaced in mel from 0 to 8 kHz."""
    bend = _LINEAR_HZ / _STEP_HZ
    highest = bend + np.log(VOICE_RATE_HZ / 2 / _LINEAR_HZ) / _OCTAVE
    steps = np.linspace(0, highest, MELS + 2)
    return np.where(steps < bend, steps * _STEP_HZ, _LINEAR_HZ * np.exp(_OCTAVE * (steps - bend)))


def _slopes() -> tuple[NDArray[np.intp], NDArray[np.bool_], NDArray[np.float32], NDArray[np.float32]]:
    """Between two edges lie the falling side of one triangle and the rising side of the next: where each such piece begins, whether a bin
    is in it, and of each bin its part in either. Triangles have an area of 1 over Hz.
    """
    edges = _edges_hz()
    hz = np.arange(_FFT // 2 + 1) * VOICE_RATE_HZ / _FFT
    piece = np.clip(np.searchsorted(edges, hz, side="right") - 1, 0, MELS)
    within = (hz - edges[piece]) / np.diff(edges)[piece]
    heights = np.concatenate(([0.0], 2 / (edges[2:] - edges[:-2]), [0.0]))  # the pieces at the ends have one side only
    begins = np.searchsorted(piece, np.arange(MELS + 1))
    filled = np.bincount(piece, minlength=MELS + 1) > 0
    falling, rising = heights[piece] * (1 - within), heights[piece + 1] * within
    return np.minimum(begins, hz.size - 1), filled, np.asarray(falling, np.float32), np.asarray(rising, np.float32)


_BEGINS, _FILLED, _FALLING, _RISING = _slopes()
_HANN: Final = np.hanning(_FFT + 1)[:-1].astype(np.float32)


def edge_mel(pcm: NDArray[np.float32]) -> NDArray[np.float32]:
    """(MELS, samples // HOP) of (samples,) -1..1 at 16 kHz, at least 201 of them; frame i is centred at sample i * HOP, about -1..2.

    The ends are mirrored, and the loudest band of the whole decides what is too quiet to count.
    """
    frames = pcm.shape[0] // HOP
    padded = np.pad(np.asarray(pcm, np.float32), _FFT // 2, mode="reflect")
    windows = np.lib.stride_tricks.sliding_window_view(padded, _FFT)[: frames * HOP : HOP]
    spectrum = np.fft.rfft(windows * _HANN).astype(np.complex64, copy=False)
    power = spectrum.real**2 + spectrum.imag**2
    # A matrix product would wake the threads of numpy's library, which then wait busily for more.
    falling, rising = (np.add.reduceat(power * side, _BEGINS, axis=1) * _FILLED for side in (_FALLING, _RISING))
    bands = np.log10(np.maximum(rising[:, :-1] + falling[:, 1:], _FLOOR))
    np.maximum(bands, bands.max() - _RANGE, out=bands)
    return np.ascontiguousarray((bands.T + 4) / 4)
