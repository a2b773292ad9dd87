"""A track of visemes, and what of it is seen: which viseme leads, how far the mouth is open."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from affectia import registry
from affectia.evaluate.viseme import mouth

VISEMES: Final = len(registry.VISEMES)


@dataclass(frozen=True)
class Track:
    """`weights` (n, 15) and `mouth_open` (n,) 0..1: row k is for the sound at k * 10 ms, the declared look-ahead taken out."""

    weights: NDArray[np.float64]
    mouth_open: NDArray[np.float64]

    @property
    def labels(self) -> NDArray[np.int64]:
        """(n,) the viseme that leads."""
        return np.asarray(self.weights.argmax(axis=1))


def of_weights(weights: NDArray[np.floating], frames: int, *, look_ahead_frames: int = 0) -> Track:
    """A track of `frames` rows; row k of `weights` is seen k * 10 ms after the sound began, and the last one stays."""
    places = np.clip(np.arange(frames) + look_ahead_frames, 0, len(weights) - 1)
    rows = weights[places].astype(np.float64)
    return Track(rows, mouth.held(rows))


def of_labels(labels: NDArray[np.int64], *, late_frames: int = 0) -> Track:
    """Hard labels as a track, late by so many frames; what is before the first is silence."""
    moved = np.concatenate((np.zeros(late_frames, np.int64), np.maximum(labels, 0)))[: len(labels)]
    return of_weights(np.eye(VISEMES)[moved], len(labels))
