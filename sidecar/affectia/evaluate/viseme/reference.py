"""What was said and when, a label per frame of 10 ms: from TextGrids and from word times."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from affectia.evaluate.viseme import phones
from affectia.signals.audio_sample import VOICE_RATE_HZ

FRAME_MS: Final = 10  # frame k shows the instant k * FRAME_MS
FRAMES_PER_SEC: Final = 1000 // FRAME_MS
SIL: Final = phones.SIL
IGNORED: Final = phones.IGNORED  # somebody speaks, nobody knows what: no frame of it is scored

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
        visemes = (IGNORED,) if phone == phones.UNKNOWN_PHONE else phones.visemes_of_arpabet(phone)
        segments += phones.spread(float(start), float(end), visemes)
    return segments


def word_times(text: str) -> list[Segment]:
    """Lines `start end word` of GRID: 1 where a word is said, 0 elsewhere.

    Raises:
        ValueError: a line is no such line.
    """
    rows = [line.split() for line in text.splitlines() if line.strip()]
    return [
        (int(start) / _ALIGN_UNITS_PER_SEC, int(end) / _ALIGN_UNITS_PER_SEC, int(word not in _SILENT_WORDS)) for start, end, word in rows
    ]


def phone_clip(name: str, pcm: NDArray[np.float32], segments: Iterable[Segment]) -> Clip:
    """A clip whose phones are known."""
    found = labels(segments, frame_count(pcm))
    return Clip(name, pcm, found, found != SIL)
