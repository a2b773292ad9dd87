"""Clips and engines that do as a test says."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from affectia.bake.bake_voice import BakeVoice
from affectia.capture.audio_clip import AudioClip
from affectia.perception.voice.voice_engine import VoiceEngine
from tests.unit.perception.voice.made_voices import LevelDetector, MarkingNetwork, silence, syllables


def clip(pcm: NDArray[np.float32], *, rate_hz: int = 16_000, notices: tuple[str, ...] = ()) -> AudioClip:
    """A clip as it would be read from a file of this rate."""
    return AudioClip(pcm, rate_hz, round(pcm.size * rate_hz / 16_000), 1, notices)


def spoken(secs: float = 2.0) -> NDArray[np.float32]:
    """Half a second of silence, speech, and silence again."""
    return np.concatenate((silence(0.5), syllables(secs), silence(0.5)))


def engine(*, has_network: bool = True) -> VoiceEngine:
    """Hears `aa` in all that is loud."""
    return VoiceEngine(LevelDetector(), MarkingNetwork() if has_network else None)  # type: ignore[arg-type]


class FakeVoice(BakeVoice):
    """A voice whose engine is given; `loads` counts how often it was asked for."""

    def __init__(self, *, has_network: bool = True, makers: tuple[str, ...] = ("test",)) -> None:
        super().__init__()
        self.loads = 0
        self._given = engine(has_network=has_network)
        self._makers = makers

    @property
    def engine(self) -> VoiceEngine:
        self.loads += 1
        return self._given

    @property
    def makers(self) -> tuple[str, ...]:
        return self._makers


def write_timing(path: Path, *events: tuple[float, float, str], key: str = "viseme") -> Path:
    """A JSON of timed labels."""
    entries = ", ".join(f'{{"start": {start}, "end": {end}, "{key}": "{label}"}}' for start, end, label in events)
    path.write_text(f'{{"events": [{entries}]}}')
    return path
