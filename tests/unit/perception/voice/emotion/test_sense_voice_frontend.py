from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.typing import NDArray

from affectia.perception.voice.emotion.sense_voice_frontend import FEATURES, HOP, MELS, STACKED, WINDOW, features, low_frame_rate, mel_bands
from affectia.perception.voice.emotion.sense_voice_norm import SenseVoiceNorm

pytestmark = pytest.mark.unit

EPSILON = float(np.finfo(np.float32).eps)


def by_hand(pcm: NDArray[np.float32], frame: int, band: int) -> float:
    """One number of `mel_bands`, term by term and in double precision."""
    samples = [32768 * float(sample) for sample in pcm[frame * HOP : frame * HOP + WINDOW]]
    mean = sum(samples) / WINDOW
    samples = [sample - mean for sample in samples]
    shaped = []
    for index, sample in enumerate(samples):
        before = samples[index - 1] if index else samples[0]
        shaped.append((sample - 0.97 * before) * (0.54 - 0.46 * math.cos(2 * math.pi * index / (WINDOW - 1))))
    lowest, highest = 1127 * math.log(1 + 20 / 700), 1127 * math.log(1 + 8000 / 700)
    width = (highest - lowest) / (MELS + 1)
    middle = lowest + (band + 1) * width
    power = 0.0
    for bin_ in range(256):
        weight = 1 - abs(1127 * math.log(1 + bin_ * 31.25 / 700) - middle) / width
        if weight > 0:
            angles = [-2 * math.pi * bin_ * index / 512 for index in range(WINDOW)]
            real = sum(value * math.cos(angle) for value, angle in zip(shaped, angles, strict=True))
            imaginary = sum(value * math.sin(angle) for value, angle in zip(shaped, angles, strict=True))
            power += weight * (real * real + imaginary * imaginary)
    return math.log(max(power, EPSILON))


def sound(samples: int) -> NDArray[np.float32]:
    """Two tones, a little noise, and a microphone that is off its middle."""
    times = np.arange(samples) / 16_000
    noise = 0.01 * np.random.default_rng(3).standard_normal(samples)
    return np.asarray(0.2 * np.sin(2 * np.pi * 220 * times) + 0.1 * np.sin(2 * np.pi * 3100 * times) + noise + 0.05, np.float32)


@pytest.mark.parametrize(("frame", "band"), [(0, 0), (0, 11), (1, 40), (2, 57), (3, 79)])
def test_bands_are_the_ones_that_a_hand_computes(frame: int, band: int) -> None:
    pcm = sound(WINDOW + 3 * HOP)
    assert mel_bands(pcm)[frame, band] == pytest.approx(by_hand(pcm, frame, band), abs=1e-3)


@pytest.mark.parametrize(("samples", "frames"), [(0, 0), (399, 0), (400, 1), (559, 1), (560, 2), (48_000, 298)])
def test_frames_end_within_the_sound(samples: int, frames: int) -> None:
    assert mel_bands(np.zeros(samples, np.float32)).shape == (frames, MELS)


def test_silence_is_the_floor_and_not_minus_infinity() -> None:
    np.testing.assert_allclose(mel_bands(np.full(800, 0.25, np.float32)), math.log(EPSILON), rtol=1e-6)  # a mean alone is silence


def test_a_tone_is_in_its_band() -> None:
    pcm = np.asarray(0.5 * np.sin(2 * np.pi * 1000 * np.arange(1600) / 16_000), np.float32)
    position = (1127 * math.log(1 + 1000 / 700) - 1127 * math.log(1 + 20 / 700)) / (
        (1127 * math.log(1 + 8000 / 700) - 1127 * math.log(1 + 20 / 700)) / (MELS + 1)
    )
    assert set(mel_bands(pcm).argmax(axis=1)) == {round(position) - 1}


@pytest.mark.parametrize(
    ("frames", "rows"),
    [
        (1, [[0] * 7]),
        (3, [[0, 0, 0, 0, 1, 2, 2]]),
        (6, [[0, 0, 0, 0, 1, 2, 3]]),
        (7, [[0, 0, 0, 0, 1, 2, 3], [3, 4, 5, 6, 6, 6, 6]]),
        (10, [[0, 0, 0, 0, 1, 2, 3], [3, 4, 5, 6, 7, 8, 9]]),
        (13, [[0, 0, 0, 0, 1, 2, 3], [3, 4, 5, 6, 7, 8, 9], [9, 10, 11, 12, 12, 12, 12]]),
    ],
)
def test_seven_frames_stand_side_by_side_every_six(frames: int, rows: list[list[int]]) -> None:
    numbered = np.repeat(np.arange(frames, dtype=np.float32)[:, None], MELS, axis=1)
    stacked = low_frame_rate(numbered)
    assert stacked.shape == (len(rows), FEATURES)
    assert stacked.reshape(-1, STACKED, MELS)[:, :, 0].tolist() == rows


def test_no_frame_is_no_row() -> None:
    norm = SenseVoiceNorm(np.zeros(FEATURES, np.float32), np.ones(FEATURES, np.float32))
    assert features(np.zeros(100, np.float32), norm).shape == (0, FEATURES)


def test_ten_seconds_are_167_rows_of_normalised_features() -> None:
    norm = SenseVoiceNorm(np.full(FEATURES, 2, np.float32), np.full(FEATURES, 0.5, np.float32))
    pcm = sound(160_000)
    rows = features(pcm, norm)
    assert rows.shape == (167, FEATURES)
    np.testing.assert_allclose(rows, (low_frame_rate(mel_bands(pcm)) + 2) / 2, rtol=1e-6)
