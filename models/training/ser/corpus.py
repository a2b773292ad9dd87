"""Acted speech with the emotion that was meant: EmoDB to learn from (free with citation), nEMO only to be tried on (CC BY-NC-SA 4.0)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import soundfile
from numpy.typing import NDArray

from affectia.signals.audio_sample import VOICE_RATE_HZ

LABELS: Final = ("neutral", "happy", "sad", "angry")  # of the head, in the order of the registry
_NEMO_LABELS: Final = {"neutral": "neutral", "happiness": "happy", "sadness": "sad", "anger": "angry"}


@dataclass(frozen=True, slots=True)
class Clip:
    """One spoken sentence: mono 16 kHz float32 -1..1, who spoke, and the index in LABELS of what was meant."""

    name: str
    speaker: str
    label: int
    pcm: NDArray[np.float32]


def emodb(folder: Path) -> list[Clip]:
    """EMOTION/NAME.flac of Burkhardt et al. 2005; the speaker is in the first two characters of the name."""
    files = [(path, label) for label, name in enumerate(LABELS) for path in sorted((folder / name).glob("*.flac"))]
    if not files:
        raise SystemExit(f"there is no EMOTION/NAME.flac for the emotions {', '.join(LABELS)}: {folder}")
    return [Clip(path.stem, path.stem[:2], label, _pcm(path)) for path, label in files]


def nemo(folder: Path) -> list[Clip]:
    """SPEAKER_EMOTION_N.flac of Christop 2024, without fear and surprise, which the head does not know."""
    clips = []
    for path in sorted(folder.glob("*.flac")):
        speaker, emotion, _ = path.stem.split("_")
        if emotion in _NEMO_LABELS:
            clips.append(Clip(path.stem, speaker, LABELS.index(_NEMO_LABELS[emotion]), _pcm(path)))
    return clips


def neutral_reading(folder: Path) -> list[NDArray[np.float32]]:
    """The sound of every FLAC there: LJ Speech, a woman who reads."""
    return [_pcm(path) for path in sorted(folder.glob("*.flac"))]


def _pcm(path: Path) -> NDArray[np.float32]:
    pcm, rate_hz = soundfile.read(path, dtype="float32", always_2d=True)
    mono = pcm.mean(axis=1)
    if rate_hz != VOICE_RATE_HZ:
        import soxr

        mono = soxr.resample(mono, rate_hz, VOICE_RATE_HZ)
    return np.ascontiguousarray(mono, np.float32)
