"""Whether some people are told worse than others: figures by sex, age and actor, where a set says who is who."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from affectia import registry
from affectia.evaluate import metrics
from affectia.evaluate.answers import Answers

LEAST_COUNT: Final = 20  # answers; of fewer a gap is chance


@dataclass(frozen=True, slots=True)
class GroupFigures:
    """One group of a kind."""

    kind: str
    value: str
    count: int
    accuracy: float
    uar: float


@dataclass(frozen=True, slots=True)
class GroupGap:
    """Of one kind: its groups by name, and how far the best and the worst UAR are apart, of those with LEAST_COUNT answers; NaN of one."""

    kind: str
    groups: tuple[GroupFigures, ...]
    gap: float

    @property
    def counted(self) -> tuple[GroupFigures, ...]:
        """Groups that are large enough, the worst first."""
        return tuple(sorted((group for group in self.groups if group.count >= LEAST_COUNT), key=lambda group: group.uar))

    def described(self) -> Mapping[str, Any]:
        """For JSON."""
        groups = {group.value: {"count": group.count, "accuracy": group.accuracy, "uar": group.uar} for group in self.groups}
        return {"gap_uar": self.gap, "least_count": LEAST_COUNT, "groups": groups}


def group_gaps(answers: Answers) -> tuple[GroupGap, ...]:
    """Of every kind of which there are two groups or more; a UAR is over the emotions that the group has."""
    kinds = sorted({kind for groups in answers.groups for kind in groups})
    gaps = (_gap(answers, kind) for kind in kinds)
    return tuple(gap for gap in gaps if len(gap.groups) > 1)


def _gap(answers: Answers, kind: str) -> GroupGap:
    values = np.array([groups.get(kind, "") for groups in answers.groups])
    groups = tuple(_figures(answers.at(values == value), kind, str(value)) for value in np.unique(values) if value)
    uars = [group.uar for group in groups if group.count >= LEAST_COUNT]
    return GroupGap(kind, groups, max(uars) - min(uars) if len(uars) > 1 else float("nan"))


def _figures(answers: Answers, kind: str, value: str) -> GroupFigures:
    counts = metrics.confusion(answers.truth, answers.told, classes=len(registry.EMOTIONS))
    uar = metrics.mean_of_known(metrics.recalls(counts))
    return GroupFigures(kind, value, answers.count, metrics.accuracy(answers.truth, answers.told), uar)
