"""What was said and when, a label per frame of 10 ms: from TextGrids, from the tables of made voices, from word times."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from affectia import registry
from affectia.signals.audio_sample import VOICE_RATE_HZ
from viseme import phones
from viseme.evaluation import sound

FRAME_MS: Final = 10  # frame k shows the instant k * FRAME_MS
FRAMES_PER_SEC: Final = 1000 // FRAME_MS
SIL: Final = phones.SIL
IGNORED: Final = phones.IGNORED  # somebody speaks, nobody knows what: no frame of it is scored

_UNKNOWN_PHONE: Final = "spn"  # the aligner's word for a sound that its dictionary lacks
_ALIGN_UNITS_PER_SEC: Final = 25_000  # of GRID's word times: 74,500 stand for the 2.98 s of a clip
_SILENT_WORDS: Final = ("sil", "sp")
_INTERVAL: Final = re.compile(r'xmin = ([\d.]+)\s+xmax = ([\d.]+)\s+text = "([^"]*)"')

Segment = tuple[float, float, int]


@dataclass(frozen=True)
class Clip:
    """One sentence: `pcm` (n,) at 16 kHz; `labels` (frames,) a viseme or IGNORED, None where only words are known; `spoken` (frames,)."""

    name: str
    pcm: NDArray[np.float32]
    labels: NDArray[np.int64] | None
    spoken: NDArray[np.bool_]

    @property
    def frames(self) -> int:
        """How many frames are scored: those whose instant lies in the sound."""
        return len(self.spoken)


@dataclass(frozen=True)
class DataSet:
    """Clips of one kind and what to call them."""

    letter: str
    name: str
    clips: tuple[Clip, ...]


def frame_count(pcm: NDArray[np.float32]) -> int:
    """Frames of a clip, each with all of its 10 ms."""
    return len(pcm) * FRAMES_PER_SEC // VOICE_RATE_HZ


def labels(segments: Iterable[Segment], count: int) -> NDArray[np.int64]:
    """(count,): what each frame's instant lies in; silence where nothing is said to be."""
    found = np.full(count, SIL, np.int64)
    for start_secs, end_secs, label in segments:
        first, behind = (int(np.ceil(secs * FRAMES_PER_SEC - 1e-6)) for secs in (start_secs, end_secs))
        found[max(first, 0) : max(behind, 0)] = label
    return found


def text_grid(text: str) -> list[Segment]:
    """Visemes of the phones of an MFA TextGrid; unknown phones are IGNORED, a diphthong is 60 % its first viseme.

    Raises:
        ValueError: there is no tier of phones.
        KeyError: a phone that ARPAbet does not have.
    """
    _, found, tier = text.partition('name = "phones"')
    if not found:
        raise ValueError('tier "phones" is missing in a TextGrid')
    segments: list[Segment] = []
    for start, end, phone in _INTERVAL.findall(tier.partition('name = "')[0]):
        visemes = (IGNORED,) if phone == _UNKNOWN_PHONE else phones.visemes_of_arpabet(phone)
        segments += phones.spread(float(start), float(end), visemes)
    return segments


def viseme_table(text: str) -> list[Segment]:
    """Lines `start, end, name` of a made voice, seconds and tabs; a name is a viseme or an ARPAbet phone, `?` is IGNORED."""
    segments: list[Segment] = []
    for line in text.splitlines():
        start, end, name = line.split("\t")
        if name in ("?", _UNKNOWN_PHONE):
            visemes: tuple[int, ...] = (IGNORED,)
        elif name in registry.VISEMES:
            visemes = (registry.VISEMES.index(name),)
        else:
            visemes = phones.visemes_of_arpabet(name)
        segments += phones.spread(float(start), float(end), visemes)
    return segments


def word_times(text: str) -> list[Segment]:
    """Lines `start end word` of GRID: 1 where a word is said, 0 elsewhere."""
    rows = [line.split() for line in text.splitlines() if line.strip()]
    return [
        (int(start) / _ALIGN_UNITS_PER_SEC, int(end) / _ALIGN_UNITS_PER_SEC, int(word not in _SILENT_WORDS)) for start, end, word in rows
    ]


def phone_clip(name: str, pcm: NDArray[np.float32], segments: Iterable[Segment]) -> Clip:
    """A clip whose phones are known."""
    found = labels(segments, frame_count(pcm))
    return Clip(name, pcm, found, found != SIL)


def text_grids(folder: Path) -> DataSet:
    """(b): a real voice with TextGrids beside its sound."""
    clips = [
        phone_clip(path.stem, sound.read(path.with_suffix(".flac")), text_grid(_text(path))) for path in sorted(folder.glob("*.TextGrid"))
    ]
    return DataSet("b", folder.name, _some(clips, folder))


def made_voice(folder: Path) -> DataSet:
    """(a): a synthetic voice, with a table beside its sound."""
    clips = [
        phone_clip(path.stem, sound.read(path.with_suffix(".flac")), viseme_table(_text(path))) for path in sorted(folder.glob("*.tsv"))
    ]
    return DataSet("a", folder.name, _some(clips, folder))


def grid(folder: Path) -> DataSet:
    """(c): films with word times beside them."""
    clips = []
    for path in sorted(folder.glob("*.align")):
        pcm = sound.read(path.with_suffix(".mpg"))
        clips.append(Clip(path.stem, pcm, None, labels(word_times(_text(path)), frame_count(pcm)) == 1))
    return DataSet("c", folder.name, _some(clips, folder))


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def _some(clips: list[Clip], folder: Path) -> tuple[Clip, ...]:
    if not clips:
        raise SystemExit(f"no clip with times is there, expected some: {folder}")
    return tuple(clips)
