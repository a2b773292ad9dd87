"""Sentences for tests of tracks of visemes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from affectia import registry
from affectia.evaluate.viseme.metrics import Pair
from affectia.evaluate.viseme.track import of_labels

SIL, PP, FF, AA, OU = (registry.VISEMES.index(name) for name in ("sil", "PP", "FF", "aa", "ou"))
# Half a second of silence, pa fa pu a, half a second of silence.
SENTENCE = ((SIL, 50), (PP, 8), (AA, 16), (FF, 9), (AA, 14), (PP, 7), (OU, 12), (AA, 10), (SIL, 50))


def said(*parts: tuple[int, int]) -> NDArray[np.int64]:
    return np.concatenate([np.full(count, label, np.int64) for label, count in parts])


def late(labels: NDArray[np.int64], frames: int) -> list[Pair]:
    return [(labels, of_labels(labels, late_frames=frames))]
