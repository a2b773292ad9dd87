"""Stretches of one viseme in a row of labels, and which stretch of a track is which of the reference."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

CLOSURE_FRAMES: Final = 4  # 40 ms: a closure further away belongs to another sound
TIMING_FRAMES: Final = 12  # where only times are asked for, late ones must be found, too


@dataclass(frozen=True)
class Stretches:
    """`start`, `end` (n,) in frames, the end not in it, and the `label` (n,) of each; in order of time."""

    start: NDArray[np.int64]
    end: NDArray[np.int64]
    label: NDArray[np.int64]

    def of(self, label: int) -> Stretches:
        """Only those of one label."""
        kept = self.label == label
        return Stretches(self.start[kept], self.end[kept], self.label[kept])

    @property
    def middle(self) -> NDArray[np.float64]:
        """(n,) the middle of each."""
        return np.asarray((self.start + self.end) / 2)

    def __len__(self) -> int:
        return len(self.start)


def stretches(labels: NDArray[np.int64]) -> Stretches:
    """All of them: neighbours of one label are one."""
    edges = np.flatnonzero(np.diff(labels)) + 1
    start = np.concatenate(([0], edges)).astype(np.int64)
    end = np.concatenate((edges, [len(labels)])).astype(np.int64)
    return Stretches(start, end, labels[start])


def matched(reference: Stretches, detected: Stretches, *, within_frames: int) -> list[tuple[int, int]]:
    """Places of pairs whose middles are no further apart, one to one; of several that fit, those go together that are closest."""
    apart = np.abs(reference.middle[:, None] - detected.middle[None])
    ones, others = np.nonzero(apart <= within_frames)
    pairs: dict[int, int] = {}
    taken: set[int] = set()
    for place in np.argsort(apart[ones, others], kind="stable"):
        one, other = int(ones[place]), int(others[place])
        if one not in pairs and other not in taken:
            pairs[one] = other
            taken.add(other)
    return sorted(pairs.items())
