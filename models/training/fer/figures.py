"""What is measured of a network that names emotions; all out of probabilities and labels."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

BINS: Final = 15  # of confidence, equally wide: as Guo et al. 2017

Floats = NDArray[np.floating]
Labels = NDArray[np.int64]


def probabilities(logits: Floats, temperature: float) -> NDArray[np.float64]:
    """(n, classes) softmax(logits / temperature)."""
    scaled = logits.astype(np.float64) / temperature
    powers = np.exp(scaled - scaled.max(1, keepdims=True))
    return np.asarray(powers / powers.sum(1, keepdims=True))


def accuracy(scores: Floats, labels: Labels) -> float:
    """Share of the rows whose highest score is at their label."""
    return float((scores.argmax(1) == labels).mean())


def recalls(scores: Floats, labels: Labels) -> NDArray[np.float64]:
    """(classes,) share of each class that is named; not a number where nothing has it."""
    named = scores.argmax(1)
    return np.array([float((named[labels == at] == at).mean()) if (labels == at).any() else np.nan for at in range(scores.shape[1])])


def macro_f1(scores: Floats, labels: Labels) -> float:
    """Mean over the classes that have labels of the harmonic mean of precision and recall."""
    named, found = scores.argmax(1), []
    for at in np.unique(labels):
        hits = int(((named == at) & (labels == at)).sum())
        found.append(2 * hits / (int((named == at).sum()) + int((labels == at).sum())))
    return float(np.mean(found))


def calibration_error(scores: Floats, labels: Labels) -> float:
    """Expected calibration error: how far confidence and accuracy are apart, mean over BINS bins weighted by their rows."""
    confidence = scores.max(1)
    is_right = scores.argmax(1) == labels
    where = np.minimum((confidence * BINS).astype(int), BINS - 1)
    gaps = np.bincount(where, weights=confidence - is_right, minlength=BINS)
    return float(np.abs(gaps).sum() / len(labels))


def surprise(logits: Floats, labels: Labels, temperature: float) -> float:
    """Mean negative logarithm of what is given to the label: least at the temperature that fits."""
    found = probabilities(logits, temperature)[np.arange(len(labels)), labels]
    return float(-np.log(np.maximum(found, 1e-12)).mean())


def temperature_of(logits: Floats, labels: Labels) -> float:
    """The temperature at which `surprise` is least, 0.1 to 10, by golden section on its logarithm."""
    low, high = np.log(0.1), np.log(10.0)
    golden = (5**0.5 - 1) / 2
    while high - low > 1e-4:
        left, right = high - golden * (high - low), low + golden * (high - low)
        if surprise(logits, labels, float(np.exp(left))) < surprise(logits, labels, float(np.exp(right))):
            high = right
        else:
            low = left
    return float(np.exp((low + high) / 2))


def area_under_curve(values: Floats, is_positive: NDArray[np.bool_]) -> float:
    """How often a positive has a higher value than a negative, ties counting half (Mann and Whitney 1947)."""
    ordered = np.sort(values[~is_positive])
    positives = values[is_positive]
    below = np.searchsorted(ordered, positives, "left") + np.searchsorted(ordered, positives, "right")
    return float(below.mean() / (2 * len(ordered)))
