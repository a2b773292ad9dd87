"""Whether a network hears no more of the future than it declares, and all of that: what is behind a cut is replaced, rows compared."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from affectia.evaluate.viseme.reference import FRAME_MS
from affectia.signals.audio_sample import VOICE_RATE_HZ

_SAMPLES_PER_MS = VOICE_RATE_HZ // 1000

Weights = Callable[[NDArray[np.float32]], NDArray[np.floating]]


@dataclass(frozen=True)
class CutOff:
    """At how many instants it was `tried`; at how many rows up to it changed although all of the look-ahead was left (`leaks`), and at
    how many the row of the instant changed when only the last 10 ms of it were replaced (`used`: all, but where a gate is shut).
    """

    tried: int
    leaks: int
    used: int

    @property
    def holds(self) -> bool:
        """The declared look-ahead is all that is used, and its last 10 ms are used."""
        return self.leaks == 0 and self.used > 0

    def __str__(self) -> str:
        verdict = "holds" if self.holds else "FAILS"
        return f"cut-off test {verdict}: {self.leaks} of {self.tried} instants leak, {self.used} of {self.tried} use the last 10 ms"


def cut_off(weights: Weights, pcm: NDArray[np.float32], *, look_ahead_ms: int, instants: int = 12, seed: int = 1) -> CutOff:
    """Try instants all over one clip; rows are compared bit by bit."""
    random = np.random.default_rng(seed)
    whole = weights(pcm)
    last = len(pcm) // (_SAMPLES_PER_MS * FRAME_MS) - look_ahead_ms // FRAME_MS - 1
    frames = np.unique(np.linspace(0, last, instants).astype(np.int64))
    leaks = used = 0
    for frame in frames:
        known_ms = int(frame) * FRAME_MS + look_ahead_ms
        leaks += not _same(whole, weights(_replaced(pcm, known_ms, random)), behind=int(frame) + 1)
        used += not _same(whole, weights(_replaced(pcm, known_ms - FRAME_MS, random)), behind=int(frame) + 1)
    return CutOff(len(frames), leaks, used)


def _replaced(pcm: NDArray[np.float32], from_ms: int, random: np.random.Generator) -> NDArray[np.float32]:
    """The sound with loud noise from there on."""
    kept = from_ms * _SAMPLES_PER_MS
    return np.concatenate((pcm[:kept], random.uniform(-0.9, 0.9, len(pcm) - kept).astype(np.float32)))


def _same(one: NDArray[np.floating], other: NDArray[np.floating], *, behind: int) -> bool:
    return bool(np.array_equal(one[:behind], other[:behind]))
