"""The figures of a set of answers: which emotions were told, and whether the probabilities mean anything."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from affectia import registry
from affectia.evaluate import metrics
from affectia.evaluate.answers import Answers

_EMOTIONS: Final = registry.EMOTIONS


@dataclass(frozen=True, slots=True)
class EmotionFigures:
    """Shares 0..1; NaN where nothing can be said.

    `accuracy` is WA, `uar` is UA; means over classes are over those that occur among the labels. `uar_among` and `accuracy_among` are the
    same where only those classes may be told: what papers report that train for a set's own classes. `ece` and `log_loss` are of the
    probabilities as they are. `counts` (8, 8): row = label, column = told. `reliability`: of each step of confidence how many answers,
    their mean confidence, their accuracy. `vote_log_loss`, `vote_entropy`: against all votes and not only the label, None without votes.
    """

    count: int
    accuracy: float
    uar: float
    macro_f1: float
    ece: float
    log_loss: float
    confidence: float
    accuracy_among: float
    uar_among: float
    counts: NDArray[np.int64]
    reliability: tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]
    vote_log_loss: float | None = None
    vote_entropy: float | None = None

    @classmethod
    def of(cls, answers: Answers) -> EmotionFigures:
        """Of any number of answers."""
        truth, shares, told = answers.truth, answers.shares, answers.told
        counts = metrics.confusion(truth, told, classes=len(_EMOTIONS))
        classes = np.unique(truth)
        among = classes[shares[:, classes].argmax(axis=1)] if len(classes) else told
        counts_among = metrics.confusion(truth, among, classes=len(_EMOTIONS))
        has_votes = answers.votes is not None
        return cls(
            answers.count,
            metrics.accuracy(truth, told),
            metrics.mean_of_known(metrics.recalls(counts)),
            metrics.mean_of_known(metrics.f1_scores(counts)),
            metrics.calibration_error(truth, shares),
            metrics.log_loss(truth, shares),
            float(shares.max(axis=1).mean()) if answers.count else float("nan"),
            metrics.accuracy(truth, among),
            metrics.mean_of_known(metrics.recalls(counts_among)),
            counts,
            metrics.reliability(truth, shares),
            metrics.vote_log_loss(answers.votes, shares) if has_votes and answers.votes is not None else None,
            metrics.entropy(answers.votes) if has_votes and answers.votes is not None else None,
        )

    @property
    def classes(self) -> tuple[str, ...]:
        """Emotions that occur among the labels."""
        return tuple(name for name, count in zip(_EMOTIONS, self.counts.sum(axis=1).tolist(), strict=True) if count)

    def by_class(self) -> dict[str, dict[str, float | int]]:
        """Of each of them: how many, recall, precision, F1."""
        found = zip(
            _EMOTIONS,
            self.counts.sum(axis=1).tolist(),
            metrics.recalls(self.counts).tolist(),
            metrics.precisions(self.counts).tolist(),
            metrics.f1_scores(self.counts).tolist(),
            strict=True,
        )
        return {
            name: {"count": count, "recall": recall, "precision": precision, "f1": f1}
            for name, count, recall, precision, f1 in found
            if count
        }

    def described(self) -> Mapping[str, Any]:
        """For JSON; what is no number is null there."""
        steps, confidence, right = self.reliability
        return {
            "count": self.count,
            "accuracy": self.accuracy,
            "uar": self.uar,
            "macro_f1": self.macro_f1,
            "ece": self.ece,
            "log_loss": self.log_loss,
            "mean_confidence": self.confidence,
            "accuracy_among_classes": self.accuracy_among,
            "uar_among_classes": self.uar_among,
            "vote_log_loss": self.vote_log_loss,
            "vote_entropy": self.vote_entropy,
            "classes": self.by_class(),
            "confusion": {"order": list(_EMOTIONS), "counts": self.counts.tolist()},
            "reliability": {"counts": steps.tolist(), "confidence": confidence.tolist(), "accuracy": right.tolist()},
        }
