"""Log-mel frames out of sound at 16 kHz, as the viseme network was trained on; many voices in one pass."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from affectia.signals.audio_sample import VOICE_RATE_HZ

HOP: Final = 160  # samples: 10 ms
WINDOW: Final = 400  # samples: 25 ms, of which the last HOP are new
MELS: Final = 40
_FFT: Final = 512
_LOWEST_HZ: Final = 60.0
_HIGHEST_HZ: Final = 7600.0
_FLOOR: Final = np.float32(1e-10)  # of a band's power: 76 dB below full scale for white noise; an f of a quiet voice is above it
_MEAN: Final = np.float32(-10.0)  # rough mean and spread of log power in speech: what comes out is about -2..1
_SPREAD: Final = np.float32(5.0)
OVERLAP: Final = WINDOW - HOP  # samples that a window shares with the one before: the state of a stream


def _filters() -> NDArray[np.float32]:
    """(bins, MELS): triangles, evenly spaced in mel (O'Shaughnessy 1987: 1127 ln(1 + f / 700)), each with a sum of 1."""

    def mel(hz: NDArray[np.float64] | float) -> NDArray[np.float64]:
        return np.asarray(1127 * np.log1p(np.asarray(hz) / 700))

    edges = np.linspace(mel(_LOWEST_HZ), mel(_HIGHEST_HZ), MELS + 2)
    bins = mel(np.arange(_FFT // 2 + 1) * VOICE_RATE_HZ / _FFT)[:, None]
    rising = (bins - edges[:-2]) / (edges[1:-1] - edges[:-2])
    falling = (edges[2:] - bins) / (edges[2:] - edges[1:-1])
    triangles = np.maximum(np.minimum(rising, falling), 0)
    # Low triangles are narrower than a bin and could miss all of them.
    triangles[np.abs(bins - edges[1:-1]).argmin(axis=0), np.arange(MELS)] += 1e-3
    return np.asarray(triangles / triangles.sum(axis=0), np.float32)


_FILTERS: Final = _filters()
_HANN: Final = np.hanning(WINDOW + 1)[:-1].astype(np.float32)
_SCALE: Final = np.float32(4 / (WINDOW * WINDOW))  # a full-scale sine has a power of about 1 / 4 in its bin


def log_mel(pcm: NDArray[np.float32]) -> NDArray[np.float32]:
    """(voices, frames, MELS) of (voices, OVERLAP + frames * HOP) samples -1..1.

    Frame i has heard no sample behind OVERLAP + (i + 1) * HOP. `pcm` is C-contiguous.
    """
    frames = (pcm.shape[1] - OVERLAP) // HOP
    voice_step, step = pcm.strides
    # What `sliding_window_view` makes, without the 8 us that it costs.
    windows = np.ndarray((pcm.shape[0], frames, WINDOW), np.float32, pcm, 0, (voice_step, HOP * step, step))
    spectrum = np.fft.rfft(windows * _HANN, _FFT).astype(np.complex64, copy=False)
    squares = spectrum.view(np.float32)
    squares *= squares
    power: NDArray[np.float32] = squares[..., ::2] + squares[..., 1::2]
    power *= _SCALE
    bands: NDArray[np.float32] = power @ _FILTERS
    np.maximum(bands, _FLOOR, out=bands)
    np.log(bands, out=bands)
    bands -= _MEAN
    bands /= _SPREAD
    return bands
