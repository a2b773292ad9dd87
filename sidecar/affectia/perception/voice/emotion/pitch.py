"""The pitch of a voice: how quickly its sound repeats itself, frame by frame.

The normalised square difference of McLeod and Wyvill 2005, "A smarter way to find pitch", Proc. ICMC: 1 at a lag where a frame is the same
again, whatever its loudness. Of its peaks the first that is nearly as high as the highest is the period, which keeps octaves apart; a
parabola through it gives fractions of a sample. All frames of a window are done at once, by Fourier transforms.

Rough and breathy frames repeat a formant rather than the voice, so all are looked at twice, the second time in this voice's own range: from
0.75 of the lower to twice the upper quartile, after De Looze and Hirst 2008, "Detecting changes in key and range for the automatic
modelling and coding of intonation", Proc. Speech Prosody, who take 0.75 and 1.5 for speech without emotion.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from affectia.signals.audio_sample import VOICE_RATE_HZ

HOP: Final = 320  # samples, 20 ms
LOWEST_HZ: Final = 60.0
HIGHEST_HZ: Final = 500.0
CLEAR: Final = 0.45  # a frame that repeats itself less well is not voiced; Praat takes the same
_NEARLY: Final = 0.9  # of the highest peak: McLeod and Wyvill take 0.8 to 1
_HALVED: Final = 2  # every second sample is enough for voices, and half the work
_FRAME: Final = 1024 // _HALVED  # 64 ms: nearly four periods of the lowest
_RATE_HZ: Final = VOICE_RATE_HZ / _HALVED
_SHORTEST: Final = int(_RATE_HZ / HIGHEST_HZ)
_LONGEST: Final = int(np.ceil(_RATE_HZ / LOWEST_HZ))
_TRANSFORM: Final = 1024  # at least _FRAME + _LONGEST
_BELOW: Final = 0.75
_ABOVE: Final = 2.0
_LEAST_FRAMES: Final = 10  # whose quartiles are a range
_QUIET: Final = 1e-7  # mean square, -70 dB: what is quieter has no pitch


def pitch(pcm: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.intp]]:
    """(n,) the pitch in Hz of frames of 64 ms every HOP samples, NaN where they are not voiced, and (n,) their middles in samples.

    `pcm` (samples,) float32, mono, 16 kHz; less than a frame has none.
    """
    even = pcm[: pcm.size // _HALVED * _HALVED].reshape(-1, _HALVED).mean(axis=1)
    if even.size < _FRAME:
        return np.empty(0, np.float32), np.empty(0, np.intp)
    frames = sliding_window_view(even, _FRAME)[:: HOP // _HALVED]
    frames = frames - frames.mean(axis=1, keepdims=True)
    middles = np.arange(frames.shape[0]) * HOP + _FRAME * _HALVED // 2
    alike = _alike(frames)
    is_loud = np.square(frames).mean(axis=1) > _QUIET
    found = _hertz(alike, is_loud, _SHORTEST, _LONGEST)
    voiced = found[~np.isnan(found)]
    if voiced.size >= _LEAST_FRAMES:
        low, high = np.percentile(voiced, (25, 75))
        shortest = max(_SHORTEST, int(_RATE_HZ / (high * _ABOVE)))
        longest = min(_LONGEST, int(np.ceil(_RATE_HZ / (low * _BELOW))))
        found = _hertz(alike, is_loud, shortest, longest)
    return found, middles


def _alike(frames: NDArray[np.float32]) -> NDArray[np.float32]:
    """(n, _LONGEST + 2) -1..1: how like itself each frame is at each lag."""
    spectra = np.fft.rfft(frames, _TRANSFORM, axis=1)
    powers = np.square(spectra.real) + np.square(spectra.imag)
    lags = _LONGEST + 2
    products = np.fft.irfft(powers, _TRANSFORM, axis=1)[:, :lags]
    # The squares of both parts that are compared: each lag leaves out one more sample at either end.
    squares = np.square(frames)
    both = 2 * squares.sum(axis=1, keepdims=True) - np.cumsum(
        np.concatenate((np.zeros_like(squares[:, :1]), squares[:, : lags - 1] + squares[:, :-lags:-1]), axis=1), axis=1
    )
    alike: NDArray[np.float32] = 2 * products / np.maximum(both, 1e-12)
    return alike


def _hertz(alike: NDArray[np.float32], is_loud: NDArray[np.bool_], shortest: int, longest: int) -> NDArray[np.float32]:
    """(n,) Hz, NaN where a frame has no clear peak between these lags."""
    inner = alike[:, shortest : longest + 1]
    # The hill around lag 0 is no peak: a lag counts from where the frame was unlike itself once.
    was_unlike = np.logical_or.accumulate(alike[:, : longest + 1] < 0, axis=1)[:, shortest:]
    is_peak = was_unlike & (inner > alike[:, shortest - 1 : longest]) & (inner >= alike[:, shortest + 1 : longest + 2])
    heights = np.where(is_peak, inner, 0)
    highest = heights.max(axis=1, keepdims=True)
    lag = (heights >= np.maximum(highest * _NEARLY, 1e-6)).argmax(axis=1) + shortest
    rows = np.arange(alike.shape[0])
    before, at, after = alike[rows, lag - 1], alike[rows, lag], alike[rows, lag + 1]
    bend = np.minimum(before - 2 * at + after, -1e-9)
    period = lag + np.clip((before - after) / (2 * bend), -0.5, 0.5)
    return np.where((highest[:, 0] >= CLEAR) & is_loud, _RATE_HZ / period, np.nan).astype(np.float32)
