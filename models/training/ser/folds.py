"""Heads for speakers that they never heard: penalty and temperature are chosen on other speakers, too."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ser.corpus import LABELS
from ser.features import Windows
from ser.head import Linear, balanced, fitted, sharpened
from ser.measures import recalls, temperature_of

PENALTIES: Final = (0.1, 0.03, 0.01, 0.003)
_INNER_FOLDS: Final = 3


@dataclass(frozen=True, slots=True)
class Chosen:
    """What speakers left out said is best: `logits` (n, LABELS) of every window by a head that did not hear its speaker."""

    penalty: float
    temperature: float
    logits: NDArray[np.float32]


def chosen(windows: Windows, *, folds: int | None = None) -> Chosen:
    """The penalty with the best mean recall of all windows, with speakers left out in so many folds (None: one after another)."""
    speakers = np.unique(windows.speaker)
    groups = np.array_split(speakers, folds or len(speakers))
    logits = {penalty: np.zeros((len(windows.label), len(LABELS)), np.float32) for penalty in PENALTIES}
    for group in groups:
        out = np.isin(windows.speaker, group)
        linear: Linear | None = None
        for penalty in PENALTIES:  # each begins where the stronger one ended
            linear = fit(windows[~out], penalty, start=linear)
            logits[penalty][out] = sharpened(linear.logits(windows.seen[out]), windows.heard[out])
    recall = {penalty: recalls(windows.label, told.argmax(axis=1), len(LABELS)).mean() for penalty, told in logits.items()}
    best = max(PENALTIES, key=lambda penalty: recall[penalty])
    return Chosen(best, temperature_of(logits[best], windows.label, balanced(windows.label, windows.clip)), logits[best])


def fit(windows: Windows, penalty: float, *, start: Linear | None = None) -> Linear:
    """A head of all these windows."""
    return fitted(windows.seen, windows.label, balanced(windows.label, windows.clip), penalty, start=start)


@dataclass(frozen=True, slots=True)
class Unheard:
    """Of every window: `logits` by a head that never heard its speaker, divided by a temperature that did not either."""

    logits: NDArray[np.float32]
    penalties: list[float]
    temperatures: list[float]


def unheard(windows: Windows) -> Unheard:
    """One speaker after another left out, penalty and temperature chosen within the others."""
    logits = np.zeros((len(windows.label), len(LABELS)), np.float32)
    penalties, temperatures = [], []
    for number, speaker in enumerate(np.unique(windows.speaker)):
        out = windows.speaker == speaker
        inner = chosen(windows[~out], folds=_INNER_FOLDS)
        told = fit(windows[~out], inner.penalty).logits(windows.seen[out])
        logits[out] = sharpened(told, windows.heard[out]) / inner.temperature
        penalties.append(inner.penalty)
        temperatures.append(inner.temperature)
        print(
            f"\rspeaker {number + 1} left out: penalty {inner.penalty}, temperature {inner.temperature:.2f}",
            end="",
            file=sys.stderr,
            flush=True,
        )
    print(file=sys.stderr)
    return Unheard(logits, penalties, temperatures)
