"""What says how good a head is: recalls, F1, calibration error, areas under curves; and how the windows of a sentence are joined."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

BINS = 15

Values = NDArray[np.floating]
Labels = NDArray[np.int64]


def probabilities(logits: Values, temperature: float = 1.0) -> NDArray[np.float64]:
    """(n, classes)."""
    scaled = logits.astype(np.float64) / temperature
    powers = np.exp(scaled - scaled.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True))


def recalls(label: Labels, told: Labels, classes: int) -> NDArray[np.float64]:
    """Of each class; its mean is UAR."""
    return np.array([np.mean(told[label == c] == c) for c in range(classes)])


def macro_f1(label: Labels, told: Labels, classes: int) -> float:
    """The mean over classes of 2 tp / (right ones + told ones)."""
    scores = [2 * np.sum((label == c) & (told == c)) / max(1, np.sum(label == c) + np.sum(told == c)) for c in range(classes)]
    return float(np.mean(scores))


def calibration_error(label: Labels, shares: Values, *, bins: int = BINS) -> float:
    """Expected calibration error of the strongest class over bins of equal width (Guo et al. 2017)."""
    confidence, right = shares.max(axis=1), shares.argmax(axis=1) == label
    place = np.minimum((confidence * bins).astype(int), bins - 1)
    gaps = [abs(right[place == b].mean() - confidence[place == b].mean()) * np.mean(place == b) for b in range(bins) if (place == b).any()]
    return float(np.sum(gaps))


def area(high: Values, low: Values) -> float:
    """Under the ROC curve: how often one of `high` is above one of `low`."""
    ranks = np.concatenate((high, low)).argsort(kind="stable").argsort(kind="stable") + 1
    return float((ranks[: len(high)].sum() - len(high) * (len(high) + 1) / 2) / (len(high) * len(low)))


def joined(logits: Values, clip: Labels, temperature: float) -> tuple[Labels, NDArray[np.float64]]:
    """The clips, and their shares: the mean of the shares of their windows, which is what a run over a clip shows on average."""
    shares = probabilities(logits, temperature)
    clips, place = np.unique(clip, return_inverse=True)
    total = np.zeros((len(clips), shares.shape[1]))
    np.add.at(total, place, shares)
    return clips, total / np.bincount(place)[:, None]


def temperature_of(logits: Values, label: Labels, weight: Values | None = None) -> float:
    """The one that makes the labels likeliest, of 0.3 to 5."""
    weight = np.ones(len(label)) if weight is None else weight
    grid = np.exp(np.linspace(np.log(0.3), np.log(5), 141))
    rows = np.arange(len(label))
    losses = [-(weight * np.log(probabilities(logits, t)[rows, label] + 1e-12)).sum() for t in grid]
    return float(grid[int(np.argmin(losses))])
