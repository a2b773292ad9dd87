"""Sounds that are no voice, made by rule: what the head must learn to say nothing about."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.signal import butter, lfilter, sosfilt

from affectia.signals.audio_sample import VOICE_RATE_HZ

Sound = NDArray[np.float64]
Maker = Callable[[int, np.random.Generator], Sound]


def _times(count: int) -> Sound:
    return np.arange(count) / VOICE_RATE_HZ


def _noise(count: int, rng: np.random.Generator) -> Sound:
    """From white to brown, swelling or steady."""
    spectrum = np.fft.rfft(rng.standard_normal(count))
    hz = np.maximum(np.fft.rfftfreq(count, 1 / VOICE_RATE_HZ), 20)
    noise = np.fft.irfft(spectrum * hz ** (-rng.uniform(0, 1.8)), count)
    return np.asarray(noise * (1 + rng.uniform(0, 0.9) * np.sin(2 * np.pi * rng.uniform(0.1, 8) * _times(count) + rng.uniform(0, 6))))


def _band_noise(count: int, rng: np.random.Generator) -> Sound:
    """Wind, water, a fan: noise through one resonance that wanders."""
    centre = rng.uniform(150, 4000)
    band = (centre * 0.7, min(centre * rng.uniform(1.2, 2.5), 7800))
    return np.asarray(sosfilt(butter(2, band, "bandpass", fs=VOICE_RATE_HZ, output="sos"), _noise(count, rng)))


def _hum(count: int, rng: np.random.Generator) -> Sound:
    """Mains or a motor: harmonics that do not move, over some noise."""
    base_hz = rng.uniform(45, 240)
    sound = sum(np.sin(2 * np.pi * base_hz * n * _times(count) + rng.uniform(0, 6)) * rng.uniform(0, 1) / n for n in range(1, 20))
    return np.asarray(sound + rng.uniform(0, 0.3) * rng.standard_normal(count))


def _notes(count: int, rng: np.random.Generator) -> Sound:
    """Chords and melodies of plucked or bowed tones, sometimes with a beat."""
    sound = np.zeros(count)
    at = 0
    root_hz, decay_secs, brightness, vibrato = rng.uniform(60, 500), rng.uniform(0.1, 1.5), rng.uniform(0.7, 2.5), rng.uniform(0, 0.01)
    while at < count:
        length = int(rng.choice((0.125, 0.25, 0.5)) * VOICE_RATE_HZ)
        times = _times(min(2 * length, count - at))
        for step in rng.choice((0, 2, 4, 5, 7, 9, 12, 16, 19), rng.integers(1, 5), replace=False):
            hz = root_hz * 2 ** (step / 12)
            phase = 2 * np.pi * hz * times + vibrato * hz / 5.5 * np.sin(2 * np.pi * 5.5 * times)
            tone = sum(np.sin(n * phase) / n**brightness for n in range(1, 13) if n * hz < VOICE_RATE_HZ / 2)
            sound[at : at + len(times)] += tone * np.exp(-times / decay_secs) * np.minimum(times / 0.01, 1)
        at += length
    return sound + 0.5 * rng.integers(0, 2) * _knocks(count, rng) * sound.std()


def _knocks(count: int, rng: np.random.Generator) -> Sound:
    """Keys, drums, claps: bursts of noise that die away."""
    sound = np.zeros(count)
    for _ in range(rng.integers(2, 30)):
        burst = rng.standard_normal(3200) * np.exp(-np.arange(3200) / rng.uniform(40, 900))
        burst = lfilter((1,), (1, -rng.uniform(0, 0.97)), burst)
        at = int(rng.integers(0, count))
        sound[at : at + 3200] += burst[: count - at] * rng.uniform(0.2, 1) / (np.abs(burst).max() + 1e-9)
    return sound + 1e-3 * rng.standard_normal(count)


def _glides(count: int, rng: np.random.Generator) -> Sound:
    """Birds, sirens, whistles, beeps: one tone that moves."""
    times = _times(count)
    hz = rng.uniform(300, 3000) * 2 ** (rng.uniform(0, 1.5) * np.sin(2 * np.pi * rng.uniform(0.2, 6) * times + rng.uniform(0, 6)))
    gate = (np.sin(2 * np.pi * rng.uniform(0.5, 5) * times) > rng.uniform(-1, 0.5)).astype(float)
    return np.asarray(np.sin(2 * np.pi * np.cumsum(hz) / VOICE_RATE_HZ) * gate + rng.uniform(0, 0.05) * rng.standard_normal(count))


def _rumble(count: int, rng: np.random.Generator) -> Sound:
    """A machine: pulses through resonances that stay where they are."""
    pulses = (np.arange(count) % int(VOICE_RATE_HZ / rng.uniform(8, 70)) == 0).astype(float) + 0.05 * rng.standard_normal(count)
    for centre in rng.uniform(100, 3000, 3):
        radius, angle = 0.97, 2 * np.pi * centre / VOICE_RATE_HZ
        pulses = lfilter((1,), (1, -2 * radius * np.cos(angle), radius**2), pulses)
    return np.asarray(pulses)


FAMILIES: Final[dict[str, Maker]] = {
    "noise": _noise, "band noise": _band_noise, "hum": _hum, "music": _notes, "knocks": _knocks, "glides": _glides, "machine": _rumble,
}  # fmt: skip


def made(family: str, secs: float, rng: np.random.Generator) -> NDArray[np.float32]:
    """A sound of this family, of a random level."""
    sound = FAMILIES[family](round(secs * VOICE_RATE_HZ), rng)
    return np.asarray(sound / (np.abs(sound).max() + 1e-9) * 10 ** (-rng.uniform(3, 40) / 20), np.float32)
