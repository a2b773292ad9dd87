"""What comes of a run over a set: views of it, each with its answers, and what could not be answered."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from affectia import registry
from affectia.evaluate.affect_figures import AffectFigures
from affectia.evaluate.answers import Answers
from affectia.evaluate.durations import Durations
from affectia.evaluate.emotion_figures import EmotionFigures
from affectia.evaluate.group_figures import GroupGap, group_gaps
from affectia.evaluate.labelled_set import LabelledItem, LabelledSet

Step = Callable[[], None]


@dataclass(frozen=True, slots=True)
class View:
    """One way to look at the same items. `coverage` 0..1: how many of them it reached, NaN where that means nothing;
    `unreached` says what was wrong with the others, empty likewise.
    """

    name: str
    answers: Answers
    durations: Durations
    coverage: float = float("nan")
    unreached: str = ""

    def described(self, *, low_valence: Sequence[str]) -> Mapping[str, Any]:
        """For JSON."""
        return {
            "view": self.name,
            "coverage": self.coverage,
            "latency": self.durations.described(),
            **EmotionFigures.of(self.answers).described(),
            "affect": AffectFigures.of(self.answers, low_valence=low_valence).described(),
            "groups": {gap.kind: gap.described() for gap in self.gaps},
        }

    @property
    def gaps(self) -> tuple[GroupGap, ...]:
        """By who the people are."""
        return group_gaps(self.answers)


@dataclass(frozen=True, slots=True)
class EmotionRun:
    """`views`, the plainest first. `left_out` counts what was not scored, by reason; `failures` are files that cannot be read: name and
    what is wrong with them.
    """

    views: tuple[View, ...]
    left_out: Mapping[str, int]
    failures: tuple[tuple[str, str], ...] = field(default=())


def tellable(data: LabelledSet, support: int) -> tuple[list[LabelledItem], Counter[str]]:
    """The items whose emotion a network can tell, and how many are left out: those that the set has no label of ours for, those of
    emotions that the network does not know.
    """
    left_out = Counter(data.left_out)
    kept = []
    for item in data.items:
        if support >> item.label & 1:
            kept.append(item)
        else:
            left_out[f"{registry.EMOTIONS[item.label]}, which the network does not tell"] += 1
    return kept, left_out


def coverage_of(reached: Sequence[bool]) -> float:
    """The share of those that were reached."""
    return float(np.mean(reached)) if reached else float("nan")
