"""Sound made by a formula, and detectors and networks that do as a test says."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from affectia.perception.voice.log_mel import MELS
from affectia.perception.voice.voice_activity import CHUNK, CONTEXT
from affectia.signals.audio_sample import VOICE_RATE_HZ
from affectia.signals.voice_observations import VISEMES


def syllables(secs: float, *, level_db: float = -26.0, seed: int = 1, rate_hz: float = 4.0) -> NDArray[np.float32]:
    """Something like speech: a buzz of harmonics that swells `rate_hz` times a second, of this active level."""
    random = np.random.default_rng(seed)
    time = np.arange(round(secs * VOICE_RATE_HZ)) / VOICE_RATE_HZ
    buzz = sum(np.sin(2 * np.pi * 120 * harmonic * time + random.uniform(0, 6)) / harmonic for harmonic in range(1, 20))
    swell = np.sin(np.pi * rate_hz * time) ** 2
    voice = buzz * swell + 0.001 * random.standard_normal(time.size)
    return np.asarray(voice / np.sqrt(np.mean(np.square(voice))) * 10 ** (level_db / 20), np.float32)


def noise(secs: float, *, level_db: float, seed: int = 2) -> NDArray[np.float32]:
    """White noise."""
    random = np.random.default_rng(seed)
    return np.asarray(random.standard_normal(round(secs * VOICE_RATE_HZ)) * 10 ** (level_db / 20), np.float32)


def silence(secs: float) -> NDArray[np.float32]:
    """Nothing."""
    return np.zeros(round(secs * VOICE_RATE_HZ), np.float32)


class LevelDetector:
    """Hears speech in every chunk that is louder than a level; its state counts a voice's chunks."""

    state_width = 1

    def __init__(self, speech_db: float = -45) -> None:
        self._speech_db = speech_db
        self.batches: list[int] = []
        self.is_broken = False

    def probabilities(self, chunks: NDArray[np.float32], state: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        if self.is_broken:
            raise RuntimeError("a network broke on what it heard")
        assert chunks.shape[1:] == (CONTEXT + CHUNK,)
        self.batches.append(chunks.shape[0])
        level_db = 10 * np.log10(np.square(chunks[:, CONTEXT:]).mean(axis=1) + 1e-12)
        return np.where(level_db > self._speech_db, 0.9, 0.01).astype(np.float32), state + 1


class MarkingNetwork:
    """Says `aa` in every row; the number of the row, of its voice, is left in its state."""

    state_width = 2

    def __init__(self) -> None:
        self.batches: list[tuple[int, int]] = []

    def visemes(self, mel: NDArray[np.float32], state: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        voices, frames, mels = mel.shape
        assert mels == MELS
        assert state.shape == (voices, self.state_width)
        self.batches.append((voices, frames))
        visemes = np.zeros((voices, frames, VISEMES), np.float32)
        visemes[..., 10] = 1
        return visemes, state + np.float32(frames)
