"""How good answers are: shares, recalls, calibration, areas under curves. Arrays in, numbers out; NaN where nothing can be said.

`truth` and `told` are (n,) classes, `shares` (n, classes) probabilities.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

BINS: Final = 15  # of the calibration error, as in Guo et al. 2017, "On Calibration of Modern Neural Networks"
_LEAST_SHARE: Final = 1e-7  # what a network has ruled out costs no more than this in a logarithm

Classes = NDArray[np.integer]
Values = NDArray[np.floating]


def accuracy(truth: Classes, told: Classes) -> float:
    """The share of right answers; speech papers call it weighted accuracy, WA."""
    return float(np.mean(truth == told)) if len(truth) else float("nan")


def confusion(truth: Classes, told: Classes, *, classes: int) -> NDArray[np.int64]:
    """(classes, classes): how often row was told as column."""
    counts = np.zeros((classes, classes), np.int64)
    np.add.at(counts, (truth, told), 1)
    return counts


def recalls(counts: NDArray[np.int64]) -> NDArray[np.float64]:
    """(classes,) of a confusion: how much of each class was found, NaN of those that do not occur."""
    return _quotients(np.diagonal(counts), counts.sum(axis=1))


def precisions(counts: NDArray[np.int64]) -> NDArray[np.float64]:
    """(classes,) of a confusion: how much of what was told as each class is right, NaN of those that were never told."""
    return _quotients(np.diagonal(counts), counts.sum(axis=0))


def f1_scores(counts: NDArray[np.int64]) -> NDArray[np.float64]:
    """(classes,) of a confusion: harmonic mean of recall and precision, 0 where nothing is right, NaN of classes that do not occur."""
    present = counts.sum(axis=1)
    found = _quotients(2 * np.diagonal(counts), present + counts.sum(axis=0))
    return np.where(present > 0, found, np.nan)


def mean_of_known(values: NDArray[np.float64]) -> float:
    """The mean of what is a number: of recalls it is the unweighted average recall, UAR or UA; of F1 scores it is macro-F1."""
    known = values[np.isfinite(values)]
    return float(known.mean()) if len(known) else float("nan")


def reliability(truth: Classes, shares: Values, *, bins: int = BINS) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]:
    """Of each of `bins` equal steps of confidence: how many answers, their mean confidence, their accuracy; NaN of empty ones.

    A step has its upper end, as in the paper: confidence 1/15 is of the first.
    """
    confidence, right = shares.max(axis=1).astype(np.float64), shares.argmax(axis=1) == truth
    place = np.clip(np.ceil(confidence * bins).astype(np.int64) - 1, 0, bins - 1)
    counts = np.bincount(place, minlength=bins)
    return (
        counts,
        _quotients(np.bincount(place, confidence, minlength=bins), counts),
        _quotients(np.bincount(place, right, minlength=bins), counts),
    )


def calibration_error(truth: Classes, shares: Values, *, bins: int = BINS) -> float:
    """Expected calibration error, ECE: the mean over all answers of how far their step's accuracy is from its confidence."""
    if not len(truth):
        return float("nan")
    counts, confidence, right = reliability(truth, shares, bins=bins)
    return float(np.nansum(counts * np.abs(right - confidence)) / len(truth))


def log_loss(truth: Classes, shares: Values) -> float:
    """Mean negative log-likelihood of the right class, in nats."""
    if not len(truth):
        return float("nan")
    right = shares[np.arange(len(truth)), truth].astype(np.float64)
    return float(-np.log(np.maximum(right, _LEAST_SHARE)).mean())


def vote_log_loss(votes: Values, shares: Values) -> float:
    """Mean cross-entropy of the answers to shares of votes (n, classes), in nats; it is at least the entropy of the votes."""
    return float(-(votes * np.log(np.maximum(shares.astype(np.float64), _LEAST_SHARE))).sum(axis=1).mean()) if len(votes) else float("nan")


def entropy(shares: Values) -> float:
    """Mean entropy of the rows, in nats."""
    known = np.maximum(shares.astype(np.float64), _LEAST_SHARE)
    return float(-(shares * np.log(known)).sum(axis=1).mean()) if len(shares) else float("nan")


def area(high: Values, low: Values) -> float:
    """Area under the ROC curve: how often a value of `high` is above one of `low`, a tie counting half (Mann and Whitney 1947)."""
    if not (len(high) and len(low)):
        return float("nan")
    ordered = np.sort(low)
    below, not_above = np.searchsorted(ordered, high, side="left"), np.searchsorted(ordered, high, side="right")
    return float((below + not_above).sum() / (2 * len(high) * len(low)))


def concordance(truth: Values, told: Values) -> float:
    """Lin's concordance correlation coefficient, CCC (Lin 1989): 1 where all agree, less for what is merely proportional."""
    if len(truth) < 2:
        return float("nan")
    one, other = truth.astype(np.float64), told.astype(np.float64)
    apart = one.mean() - other.mean()
    spread = one.var() + other.var() + apart**2
    return float(2 * ((one - one.mean()) * (other - other.mean())).mean() / spread) if spread > 0 else float("nan")


def _quotients(parts: NDArray[np.generic], wholes: NDArray[np.generic]) -> NDArray[np.float64]:
    found = np.full(len(wholes), np.nan)
    np.divide(parts, wholes, out=found, where=np.asarray(wholes) > 0)
    return found
