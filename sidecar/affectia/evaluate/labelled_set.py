"""Recordings with the emotion that was meant or seen: what every layout of a data set is read as."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from affectia.errors import CaptureError

NO_GROUPS: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class LabelledItem:
    """One picture of a face, or one utterance.

    `name` is how it is called in messages, below the data set's folder. `label` is the place in registry.EMOTIONS. What is recorded is in
    the file `path`, or is `pixels` (h, w) or (h, w, 3) uint8;.
    `box_px` is the face in the picture: left, top, width, height. `votes` (8,) are counts in registry order of people who judged it.
    `affect` is (valence, arousal, dominance) -1..1 as it was judged, NaN for what was not. `groups`: what is known of who it is, by kind.
    """

    name: str
    label: int
    path: Path | None = None
    pixels: NDArray[np.uint8] | None = None
    box_px: tuple[int, int, int, int] | None = None
    votes: NDArray[np.float64] | None = None
    affect: tuple[float, float, float] | None = None
    groups: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LabelledSet:
    """`corpus` is what a model's list of training sets would call it, split and all; `layout` how its files lie.

    `left_out` counts what is there and is not scored, by reason.
    """

    corpus: str
    layout: str
    items: tuple[LabelledItem, ...]
    left_out: Mapping[str, int] = field(default_factory=dict)

    def sample(self, limit: int | None, *, seed: int) -> LabelledSet:
        """At most `limit` items by chance, in their order; the same seed gives the same ones."""
        if limit is None or limit >= len(self.items):
            return self
        places = np.sort(np.random.default_rng(seed).choice(len(self.items), limit, replace=False))
        return replace(self, items=tuple(self.items[place] for place in places))


class SetBuilder:
    """Gathers items and counts what has no counterpart among our emotions."""

    def __init__(self) -> None:
        self.items: list[LabelledItem] = []
        self.left_out: Counter[str] = Counter()

    def add(self, item: LabelledItem) -> None:
        """One more."""
        self.items.append(item)

    def leave_out(self, reason: str) -> None:
        """One more that is not scored."""
        self.left_out[reason] += 1

    def built(self, corpus: str, layout: str) -> LabelledSet:
        """What was gathered."""
        return LabelledSet(corpus, layout, tuple(self.items), dict(self.left_out))


def table_text(path: Path) -> str:
    """The text of a data set's own table.

    Raises:
        CaptureError: it cannot be read.
    """
    try:
        return path.read_text(encoding="utf-8-sig", errors="replace")
    except OSError as error:
        raise CaptureError(f"table of a data set cannot be read ({error.strerror or type(error).__name__}): {path}") from None


def age_band(text: str) -> str:
    """`30 to 44` of an age in years; empty for what is no age."""
    try:
        years = float(text)
    except ValueError:
        return ""
    for low, high in ((0, 17), (18, 29), (30, 44), (45, 59)):
        if low <= years < high + 1:
            return f"{low} to {high}"
    return "60 and more" if years >= 60 else ""


def sex_of(text: str) -> str:
    """`female` or `male`, however a data set abbreviates it; empty for anything else."""
    return {"f": "female", "female": "female", "w": "female", "m": "male", "male": "male"}.get(text.strip().casefold(), "")


def known_groups(**groups: str) -> Mapping[str, str]:
    """Those that are not empty."""
    return MappingProxyType({kind: value for kind, value in groups.items() if value})
