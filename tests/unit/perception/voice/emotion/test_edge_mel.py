from __future__ import annotations

import numpy as np
import pytest

from affectia.perception.voice.emotion.edge_mel import HOP, MELS, edge_mel
from affectia.signals.audio_sample import VOICE_RATE_HZ

pytestmark = pytest.mark.unit


def reference(pcm: np.ndarray) -> np.ndarray:
    """The published formula, bin by bin: Hann window of 400, power, triangles of Slaney's scale, log10, at most 8 below, (x + 4) / 4."""
    mels = np.linspace(0, 15 + 27 * np.log(8) / np.log(6.4), MELS + 2)
    edges = [mel * 200 / 3 if mel < 15 else 1000 * 6.4 ** ((mel - 15) / 27) for mel in mels]
    filters = np.zeros((MELS, 201))
    for band, (low, peak, high) in enumerate(zip(edges, edges[1:], edges[2:], strict=False)):
        for index in range(201):
            hz = index * VOICE_RATE_HZ / 400
            filters[band, index] = max(0.0, min((hz - low) / (peak - low), (high - hz) / (high - peak))) * 2 / (high - low)
    padded = np.pad(pcm.astype(np.float64), 200, mode="reflect")
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(400) / 400)
    columns = [filters @ np.abs(np.fft.rfft(padded[begin : begin + 400] * window)) ** 2 for begin in range(0, pcm.size // HOP * HOP, HOP)]
    logs = np.log10(np.maximum(np.array(columns).T, 1e-10))
    return np.asarray((np.maximum(logs, logs.max() - 8) + 4) / 4)


@pytest.mark.parametrize("samples", [320, 8000, 8123])
def test_it_is_the_published_formula(samples: int) -> None:
    random = np.random.default_rng(1)
    pcm = (random.normal(0, 0.3, samples) * np.linspace(0, 1, samples) ** 3).astype(np.float32)
    mel = edge_mel(pcm)
    assert mel.shape == (MELS, samples // HOP)
    assert mel.dtype == np.float32
    assert mel.flags.c_contiguous
    np.testing.assert_allclose(mel, reference(pcm), atol=1e-5)


def test_a_tone_stands_in_its_band_and_quiet_ones_count_alike() -> None:
    times = np.arange(VOICE_RATE_HZ) / VOICE_RATE_HZ
    mel = edge_mel(np.sin(2 * np.pi * 1000 * times).astype(np.float32))
    assert set(mel[:, 20:80].argmax(axis=0)) <= {25, 26, 27}  # 1 kHz is mel 15 of 45, of 81 steps
    np.testing.assert_allclose(mel.max() - mel.min(), 2, atol=1e-5)  # eight decades
