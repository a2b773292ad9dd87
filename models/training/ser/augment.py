"""Speech as other microphones, rooms and connections would bring it; what was felt stays what it was."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import soxr
from numpy.typing import NDArray
from scipy.signal import butter, fftconvolve, sosfilt

from affectia.signals.audio_sample import VOICE_RATE_HZ

Sound = NDArray[np.float32]


def augmented(pcm: Sound, rng: np.random.Generator, *, others: Sequence[Sound] = ()) -> Sound:
    """A changed copy, about as long; `others` are voices that may talk in the background."""
    sound = pcm
    if rng.random() < 0.6:
        # Higher and quicker at once, like another throat; more than this would sound like another feeling.
        sound = soxr.resample(sound, VOICE_RATE_HZ * rng.uniform(0.9, 1.1), VOICE_RATE_HZ)
    if rng.random() < 0.5:
        sound = _in_a_room(sound, rng)
    if rng.random() < 0.7:
        sound = _coloured(sound, rng)
    level = float(np.sqrt(np.mean(np.square(sound)))) + 1e-9
    if rng.random() < 0.6:
        sound = sound + level * 10 ** (-rng.uniform(8, 40) / 20) * _noise(len(sound), rng)
    if others and rng.random() < 0.2:
        sound = sound + level * 10 ** (-rng.uniform(12, 30) / 20) * _babble(len(sound), others, rng)
    if rng.random() < 0.3:
        sound = _band(sound, rng)
    if rng.random() < 0.15:
        loudest = float(np.abs(sound).max()) * rng.uniform(0.3, 0.8)
        sound = np.clip(sound, -loudest, loudest)
    sound = sound * (10 ** (-rng.uniform(3, 45) / 20) / (float(np.abs(sound).max()) + 1e-9))
    return np.asarray(np.round(sound * 32767) / 32767, np.float32)  # as a microphone of 16 bits hands it on


def _in_a_room(sound: Sound, rng: np.random.Generator) -> Sound:
    """An exponential tail of noise (Polack's model) behind the direct sound."""
    rt60_secs = rng.uniform(0.1, 0.8)
    length = int(VOICE_RATE_HZ * rt60_secs)
    times = np.arange(length) / VOICE_RATE_HZ
    tail = rng.standard_normal(length) * 10 ** (-3 * times / rt60_secs)
    tail[: int(rng.uniform(0.002, 0.02) * VOICE_RATE_HZ)] = 0
    tail *= 10 ** (rng.uniform(-18, 2) / 20) / (np.sqrt(np.sum(tail**2)) + 1e-9)
    tail[0] = 1
    return np.asarray(fftconvolve(sound, tail)[: len(sound)], np.float32)


def _coloured(sound: Sound, rng: np.random.Generator) -> Sound:
    """The frequency response of another microphone: a tilt and slow ripples over the octaves."""
    spectrum = np.fft.rfft(sound)
    octave = np.log2(np.maximum(np.fft.rfftfreq(len(sound), 1 / VOICE_RATE_HZ), 60) / 1000)
    gain_db = rng.uniform(-3, 3) * octave
    for waves in (0.25, 0.5, 1.0):
        gain_db = gain_db + rng.uniform(0, 3) * np.cos(2 * np.pi * (waves * octave + rng.random()))
    return np.asarray(np.fft.irfft(spectrum * 10 ** (gain_db / 20), len(sound)), np.float32)


def _noise(count: int, rng: np.random.Generator) -> Sound:
    """Noise of an RMS of 1 that falls by 0 to 9 dB an octave, sometimes with hum."""
    spectrum = np.fft.rfft(rng.standard_normal(count))
    hz = np.maximum(np.fft.rfftfreq(count, 1 / VOICE_RATE_HZ), 40)
    noise = np.fft.irfft(spectrum * hz ** (-rng.uniform(0, 1.5)), count)
    if rng.random() < 0.2:
        base_hz = rng.choice((50, 60, 100, 120))
        times = np.arange(count) / VOICE_RATE_HZ
        noise = noise / (noise.std() + 1e-9) + sum(np.sin(2 * np.pi * base_hz * n * times + rng.uniform(0, 6)) / n for n in range(1, 6))
    return np.asarray(noise / (noise.std() + 1e-9), np.float32)


def _babble(count: int, others: Sequence[Sound], rng: np.random.Generator) -> Sound:
    babble = np.zeros(count)
    for _ in range(rng.integers(1, 5)):
        other = others[int(rng.integers(len(others)))]
        babble += np.resize(np.roll(other, rng.integers(len(other))), count) / (other.std() + 1e-9)
    return np.asarray(babble / (babble.std() + 1e-9), np.float32)


def _band(sound: Sound, rng: np.random.Generator) -> Sound:
    """A telephone, a headset or a narrow codec."""
    lowest, highest = ((300, 3400), (150, 3800), (80, rng.uniform(4000, 7500)))[rng.integers(3)]
    return np.asarray(sosfilt(butter(4, (lowest, highest), "bandpass", fs=VOICE_RATE_HZ, output="sos"), sound), np.float32)
