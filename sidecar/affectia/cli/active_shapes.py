"""Which blendshapes are worth a look: those that move most, without rows that jump about."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from affectia.clock import NANOS_PER_SEC


@dataclass(frozen=True)
class ActiveShapesOptions:
    """`rows` shapes are shown; movement counts over `window_secs`; a shape keeps its row for `stay_secs` at least."""

    rows: int = 10
    window_secs: float = 3.0
    stay_secs: float = 2.0
    value_share: float = 0.3  # how much a shape that is up but still counts, beside its movement
    margin: float = 0.05  # by how much a newcomer must beat a shape that is shown


class ActiveShapes:
    """Chooses rows; one thread. A shape that comes in takes the row of the one that goes, all others stay where they are."""

    def __init__(self, options: ActiveShapesOptions | None = None) -> None:
        self._options = options or ActiveShapesOptions()
        self._recent: deque[tuple[int, NDArray[np.float32]]] = deque()
        self._shown: list[int] = []
        self._since_nanos: list[int] = []

    def update(self, weights: NDArray[np.float32], now_nanos: int) -> tuple[int, ...]:
        """Take in (shapes,) weights and return the shapes to show, row by row."""
        options = self._options
        self._recent.append((now_nanos, weights))
        while now_nanos - self._recent[0][0] > options.window_secs * NANOS_PER_SEC:
            self._recent.popleft()
        scores = self._scores()
        if not self._shown:
            self._shown = sorted(most_active(scores, options.rows))
            self._since_nanos = [now_nanos - round(options.stay_secs * NANOS_PER_SEC)] * len(self._shown)
        for newcomer in np.argsort(-scores, kind="stable")[: options.rows].tolist():
            if newcomer not in self._shown:
                self._swap_in(newcomer, scores, now_nanos)
        return tuple(self._shown)

    def _scores(self) -> NDArray[np.float32]:
        recent = np.stack([weights for _time, weights in self._recent])
        scores: NDArray[np.float32] = np.ptp(recent, axis=0) + np.float32(self._options.value_share) * recent.mean(axis=0)
        return scores

    def _swap_in(self, newcomer: int, scores: NDArray[np.float32], now_nanos: int) -> None:
        stay_nanos = self._options.stay_secs * NANOS_PER_SEC
        leavers = [row for row, since in enumerate(self._since_nanos) if now_nanos - since >= stay_nanos]
        weakest = min(leavers, key=lambda row: float(scores[self._shown[row]]), default=None)
        if weakest is not None and scores[newcomer] > scores[self._shown[weakest]] + self._options.margin:
            self._shown[weakest] = newcomer
            self._since_nanos[weakest] = now_nanos


def most_active(scores: NDArray[np.floating], count: int) -> list[int]:
    """The places of the `count` highest scores, the highest first; the first of equals first."""
    return [int(place) for place in np.argsort(-scores, kind="stable")[:count]]
