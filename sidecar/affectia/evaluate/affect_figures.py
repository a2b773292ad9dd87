"""The figures of valence, arousal and dominance: whether they separate what they should, and move inside one label."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from affectia import registry
from affectia.evaluate import metrics
from affectia.evaluate.answers import Answers
from affectia.signals.emotion_observations import AffectMethod

AXES: Final = ("valence", "arousal", "dominance")
_VALENCE, _AROUSAL = 0, 1
_HIGH_AROUSAL, _LOW_AROUSAL = ("angry", "happy"), ("sad", "neutral")
_HIGH_VALENCE: Final = ("happy",)
FACE_LOW_VALENCE: Final = ("sad", "angry", "disgust", "fear")
VOICE_LOW_VALENCE: Final = ("angry", "sad")
_LEAST_ROWS: Final = 5  # of a label, for a spread


@dataclass(frozen=True, slots=True)
class Separation:
    """How often a value on `axis` of a recording labelled one of `high` is above that of one of `low`: area under the ROC curve, 0..1.

    Only emotions that a set has stand in `high` and `low`; where one of them is empty the area is no number.
    """

    axis: str
    high: tuple[str, ...]
    low: tuple[str, ...]
    area: float

    @property
    def words(self) -> str:
        """`arousal, angry and happy against sad and neutral`."""
        return f"{self.axis}, {' and '.join(self.high)} against {' and '.join(self.low)}"


@dataclass(frozen=True, slots=True)
class AffectFigures:
    """`spreads` (3,): standard deviation among recordings that were told the same emotion, mean over emotions; 0 would be a lookup.
    `agreement` (3,): concordance with what people judged, NaN where a set has nothing of it.
    """

    method: AffectMethod
    separations: tuple[Separation, ...]
    spreads: tuple[float, ...]
    agreement: tuple[float, ...]

    @classmethod
    def of(cls, answers: Answers, *, low_valence: Sequence[str]) -> AffectFigures:
        """Of any number of answers; `low_valence` are the emotions that happy is held against."""
        separations = (
            _separation(answers, _AROUSAL, _HIGH_AROUSAL, _LOW_AROUSAL),
            _separation(answers, _VALENCE, _HIGH_VALENCE, tuple(low_valence)),
        )
        return cls(
            answers.affect_method,
            separations,
            tuple(_spread(answers.affect[:, axis], answers.told) for axis in range(len(AXES))),
            tuple(_agreement(answers.judged[:, axis], answers.affect[:, axis]) for axis in range(len(AXES))),
        )

    def described(self) -> Mapping[str, Any]:
        """For JSON."""
        return {
            "method": self.method.name.lower(),
            "auc": [{"axis": one.axis, "high": one.high, "low": one.low, "area": one.area} for one in self.separations],
            "spread_inside_label": dict(zip(AXES, self.spreads, strict=True)),
            "concordance": dict(zip(AXES, self.agreement, strict=True)),
        }


def _separation(answers: Answers, axis: int, high: tuple[str, ...], low: tuple[str, ...]) -> Separation:
    values = answers.affect[:, axis]
    present = {registry.EMOTIONS[label] for label in np.unique(answers.truth).tolist()}
    high, low = (tuple(name for name in names if name in present) for names in (high, low))
    above, below = (values[np.isin(answers.truth, [registry.EMOTIONS.index(name) for name in names])] for names in (high, low))
    return Separation(AXES[axis], high, low, metrics.area(above, below))


def _spread(values: NDArray[np.float64], told: NDArray[np.int64]) -> float:
    groups = [values[told == label] for label in np.unique(told)]
    spreads = [float(group.std()) for group in groups if len(group) >= _LEAST_ROWS]
    return float(np.mean(spreads)) if spreads else float("nan")


def _agreement(judged: NDArray[np.float64], told: NDArray[np.float64]) -> float:
    known = np.isfinite(judged)
    return metrics.concordance(judged[known], told[known])
