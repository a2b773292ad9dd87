"""Visemes with times: what every kind of timing becomes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from affectia.perception.voice.timing.event_times import EventTimes


class VisemePart(NamedTuple):
    """A viseme of something that is said: its index, its share of the time, and how strongly it is articulated (0..1)."""

    viseme: int
    share: float = 1.0
    strength: float = 1.0


@dataclass(frozen=True, slots=True)
class TimedVisemes:
    """Visemes that follow one another, n of them: rising, without overlap; between them may be silence.

    `start_secs` and `end_secs` (n,) float64 since the clip's start; `visemes` (n,) indices of the registry; `strengths` (n,) 0..1.
    `notices` say what had to be changed in what was given, in counts, for people.
    """

    start_secs: NDArray[np.float64]
    end_secs: NDArray[np.float64]
    visemes: NDArray[np.intp]
    strengths: NDArray[np.float32]
    notices: tuple[str, ...] = ()

    @property
    def duration_secs(self) -> float:
        """Where the last one ends."""
        return float(self.end_secs[-1]) if self.end_secs.size else 0.0


def timed_visemes(times: EventTimes, parts: Sequence[Sequence[VisemePart]]) -> TimedVisemes:
    """What is said of each entry (`parts` in the order that entries were given in), its time shared out among its visemes.

    The shares of an entry need not sum to 1. An entry without parts is silence.
    """
    said = [parts[place] for place in times.order.tolist()]
    counts = np.array([len(row) for row in said], np.intp)
    flat = [part for row in said for part in row]
    owner = np.repeat(np.arange(counts.size), counts)
    shares = np.array([part.share for part in flat], np.float64)
    upto = np.cumsum(shares)
    totals = np.bincount(owner, weights=shares, minlength=counts.size)
    before = np.repeat(np.cumsum(totals) - totals, counts)  # the shares of all entries before this one
    total = np.maximum(totals[owner], 1e-12)
    start, length = times.start_secs[owner], (times.end_secs - times.start_secs)[owner]
    return TimedVisemes(
        start_secs=start + length * np.clip((upto - shares - before) / total, 0, 1),
        end_secs=start + length * np.clip((upto - before) / total, 0, 1),
        visemes=np.array([part.viseme for part in flat], np.intp),
        strengths=np.array([part.strength for part in flat], np.float32),
        notices=times.notices,
    )
