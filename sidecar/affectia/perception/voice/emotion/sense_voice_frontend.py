"""What SenseVoice is given of a sound: 80 mel bands in the manner of Kaldi, seven frames of 10 ms side by side every 60 ms, normalised.

The definition is the one of Kaldi's `compute-fbank-feats` (feature-window.cc, feature-fbank.cc, mel-computations.cc) with the settings of
FunASR's WavFrontend: samples of 16 bits, no dither, frames of 25 ms that end within the sound, each without its mean, pre-emphasis 0.97,
Hamming, a power spectrum of 512 points, 80 triangles from 20 Hz to half the rate, natural logarithm. "Low frame rate" is FunASR's name for
what follows: m = 7 frames every n = 6, the first one repeated before the beginning, the last one behind the end.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from affectia.perception.voice.emotion.sense_voice_norm import SenseVoiceNorm
from affectia.signals.audio_sample import VOICE_RATE_HZ

HOP: Final = 160  # samples: 10 ms
WINDOW: Final = 400  # samples: 25 ms; a shorter sound has no frame
MELS: Final = 80
STACKED: Final = 7  # frames in one row
STEP: Final = 6  # frames from one row to the next
FEATURES: Final = MELS * STACKED
_FFT: Final = 512
_LOWEST_HZ: Final = 20.0
_PRE_EMPHASIS: Final = np.float32(0.97)
_FULL_SCALE: Final = np.float32(32768)
_FLOOR: Final = np.finfo(np.float32).eps  # of a band's power, before the logarithm


def _filters() -> NDArray[np.float32]:
    """(bins, MELS): triangles evenly spaced in mel, 1127 ln(1 + f / 700), each 1 at its middle; the last bin belongs to none."""

    def mel(hz: NDArray[np.float64] | float) -> NDArray[np.float64]:
        return np.asarray(1127 * np.log1p(np.asarray(hz) / 700))

    edges = np.linspace(mel(_LOWEST_HZ), mel(VOICE_RATE_HZ / 2), MELS + 2)
    bins = mel(np.arange(_FFT // 2 + 1) * VOICE_RATE_HZ / _FFT)[:, None]
    rising = (bins - edges[:-2]) / (edges[1:-1] - edges[:-2])
    falling = (edges[2:] - bins) / (edges[2:] - edges[1:-1])
    triangles = np.maximum(np.minimum(rising, falling), 0)
    triangles[-1] = 0
    return triangles.astype(np.float32)


_FILTERS: Final = _filters()
_HAMMING: Final = np.hamming(WINDOW).astype(np.float32)


def mel_bands(pcm: NDArray[np.float32]) -> NDArray[np.float32]:
    """(frames, MELS) natural logarithms of power out of (samples,) -1..1; no frame where the sound is shorter than WINDOW."""
    frames = max(0, 1 + (pcm.shape[0] - WINDOW) // HOP)
    if frames == 0:
        return np.empty((0, MELS), np.float32)
    windows = np.lib.stride_tricks.sliding_window_view(pcm, WINDOW)[::HOP] * _FULL_SCALE
    windows -= windows.mean(axis=1, keepdims=True)
    emphasised = windows.copy()
    emphasised[:, 1:] -= _PRE_EMPHASIS * windows[:, :-1]
    emphasised[:, 0] -= _PRE_EMPHASIS * windows[:, 0]  # before the first sample Kaldi takes the same one again
    emphasised *= _HAMMING
    spectrum = np.fft.rfft(emphasised, _FFT)
    power = (spectrum.real**2 + spectrum.imag**2).astype(np.float32)
    bands: NDArray[np.float32] = np.log(np.maximum(power @ _FILTERS, _FLOOR))
    return bands


def low_frame_rate(bands: NDArray[np.float32]) -> NDArray[np.float32]:
    """(ceil(frames / STEP), FEATURES): STACKED frames around every STEP-th one, out of (frames, MELS)."""
    frames = bands.shape[0]
    rows = -(-frames // STEP)
    if rows == 0:
        return np.empty((0, FEATURES), np.float32)
    beside = STEP * np.arange(rows)[:, None] + np.arange(STACKED) - STACKED // 2
    stacked: NDArray[np.float32] = bands[np.clip(beside, 0, frames - 1)].reshape(rows, FEATURES)
    return stacked


def features(pcm: NDArray[np.float32], norm: SenseVoiceNorm) -> NDArray[np.float32]:
    """(rows, FEATURES) that the network takes, out of (samples,) mono 16 kHz -1..1."""
    return norm.applied(low_frame_rate(mel_bands(pcm)))
