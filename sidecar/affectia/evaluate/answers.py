"""What a network said of the items of a set, beside what is true."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from affectia.evaluate.labelled_set import LabelledItem
from affectia.signals.emotion_observations import EMOTIONS, AffectMethod


@dataclass(frozen=True, slots=True)
class Answers:
    """Row = item. `truth` (n,) and `shares` (n, 8) in registry order; `affect` and `judged` (n, 3) valence, arousal, dominance, the second
    by people and NaN where nobody said; `votes` (n, 8) shares of people's votes, None where a set has none.
    """

    truth: NDArray[np.int64]
    shares: NDArray[np.float64]
    affect: NDArray[np.float64]
    affect_method: AffectMethod
    judged: NDArray[np.float64]
    votes: NDArray[np.float64] | None
    groups: tuple[Mapping[str, str], ...]

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self.truth)

    @property
    def told(self) -> NDArray[np.int64]:
        """(n,) the strongest emotion."""
        return np.asarray(self.shares.argmax(axis=1), np.int64)

    def at(self, rows: NDArray[np.bool_]) -> Answers:
        """Some of them."""
        votes = None if self.votes is None else self.votes[rows]
        groups = tuple(group for group, is_kept in zip(self.groups, rows.tolist(), strict=True) if is_kept)
        return Answers(self.truth[rows], self.shares[rows], self.affect[rows], self.affect_method, self.judged[rows], votes, groups)


class AnswerSheet:
    """Gathers answers one after another."""

    def __init__(self) -> None:
        self._items: list[LabelledItem] = []
        self._shares: list[NDArray[np.floating]] = []
        self._affect: list[NDArray[np.floating]] = []
        self._method = AffectMethod.PROJECTED

    def add(self, item: LabelledItem, shares: NDArray[np.floating], affect: NDArray[np.floating], method: AffectMethod) -> None:
        """One more: `shares` (8,), `affect` (3,)."""
        self._items.append(item)
        self._shares.append(shares)
        self._affect.append(affect)
        self._method = method

    def answers(self) -> Answers:
        """All of them; there may be none."""
        nothing = (float("nan"),) * 3
        votes = [item.votes for item in self._items if item.votes is not None]
        has_votes = bool(votes) and len(votes) == len(self._items)
        return Answers(
            np.array([item.label for item in self._items], np.int64),
            np.array(self._shares, np.float64).reshape(-1, EMOTIONS),
            np.array(self._affect, np.float64).reshape(-1, 3),
            self._method,
            np.array([item.affect or nothing for item in self._items], np.float64).reshape(-1, 3),
            np.array([vote / vote.sum() for vote in votes], np.float64) if has_votes else None,
            tuple(item.groups for item in self._items),
        )
