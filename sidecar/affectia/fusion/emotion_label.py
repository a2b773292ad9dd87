"""The one emotion that is held of each person: it changes for good reasons only, and never twice in a moment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from affectia.clock import NANOS_PER_SEC
from affectia.errors import ConfigError
from affectia.signals.affect_states import NO_LABEL
from affectia.signals.slot_rows import slot_rows

LEAST_DWELL_SECS: Final = 0.5  # a label that stays longer than this changes less than twice a second
_LONG_AGO: Final = np.int64(-(1 << 61))
# numpy takes twice as long with a number that is no array yet.
_NONE, _ZERO = np.array(NO_LABEL), np.array(0)
_WHOLE: Final = np.array(1, np.float32)


@dataclass(frozen=True)
class EmotionLabelOptions:
    """Another emotion becomes the label when it leads the held one by `margin` for `hold_secs`, and the last change is `dwell_secs` ago.

    A label comes with a confidence of `start_confidence` or more, and goes, to none, below `stop_confidence`, by the same two waits.
    """

    margin: float = 0.1
    hold_secs: float = 0.25
    dwell_secs: float = 0.6
    start_confidence: float = 0.3
    stop_confidence: float = 0.2

    def __post_init__(self) -> None:
        if not 0 <= self.margin <= 1:
            raise ConfigError(f"affect.label.margin is {self.margin}, expected 0 to 1")
        if not 0 <= self.hold_secs <= 60:
            raise ConfigError(f"affect.label.hold_secs is {self.hold_secs}, expected 0 to 60")
        if not LEAST_DWELL_SECS < self.dwell_secs <= 60:
            raise ConfigError(f"affect.label.dwell_secs is {self.dwell_secs}, expected more than {LEAST_DWELL_SECS:g} and at most 60")
        if not 0 <= self.start_confidence <= 1:
            raise ConfigError(f"affect.label.start_confidence is {self.start_confidence}, expected 0 to 1")
        if not 0 <= self.stop_confidence <= self.start_confidence:
            found = f"affect.label.stop_confidence is {self.stop_confidence}"
            raise ConfigError(f"{found}, expected 0 to start_confidence, which is {self.start_confidence}")


class EmotionLabel:
    """The labels of all slots, in one pass; one thread."""

    def __init__(self, slots: int, options: EmotionLabelOptions | None = None) -> None:
        self._options = options or EmotionLabelOptions()
        self._margin = np.array(self._options.margin, np.float32)
        self._hold_nanos = np.array(round(self._options.hold_secs * NANOS_PER_SEC))
        self._dwell_nanos = np.array(round(self._options.dwell_secs * NANOS_PER_SEC))
        self._rows = np.arange(slots)
        self._label = np.full(slots, NO_LABEL, np.int64)
        self._changed_nanos = np.full(slots, _LONG_AGO, np.int64)
        self._least = np.full(slots, self._options.start_confidence, np.float32)  # confidence for a label
        self._challenger = np.full(slots, NO_LABEL, np.int64)
        self._challenged_nanos = np.zeros(slots, np.int64)

    def forget(self, slots: NDArray[np.intp]) -> None:
        """These slots have no label, and may have one as soon as it has been there for its time."""
        self._label[slots] = self._challenger[slots] = NO_LABEL
        self._changed_nanos[slots] = _LONG_AGO
        self._least[slots] = self._options.start_confidence

    def held(
        self, slots: NDArray[np.intp], times_nanos: NDArray[np.int64], scores: NDArray[np.float32], confidence: NDArray[np.float32]
    ) -> NDArray[np.int8]:
        """(m,) the labels of some slots, each at its own time; `scores` (m, 8) and `confidence` (m,) 0..1 are what is told of them then."""
        rows = slot_rows(slots)
        label = self._label[rows]
        best = np.where(confidence >= self._least[rows], scores.argmax(axis=1), _NONE)
        if np.count_nonzero(best == label) == slots.size:  # nearly always
            self._challenger[rows] = label
            return label.astype(np.int8)
        # The lead over a label that there is; whether there is one at all is a matter of confidence, not of a lead.
        row = self._rows[: slots.size]
        lead = np.where((best < _ZERO) | (label < _ZERO), _WHOLE, scores[row, best] - scores[row, label])
        challenger = np.where(lead >= self._margin, best, label)
        waits = challenger != label
        if not np.count_nonzero(waits):
            self._challenger[rows] = label
            return label.astype(np.int8)
        began = np.where(challenger == self._challenger[rows], self._challenged_nanos[rows], times_nanos)
        wins = waits & (times_nanos - began >= self._hold_nanos)
        wins &= times_nanos - self._changed_nanos[rows] >= self._dwell_nanos
        self._challenger[rows] = challenger
        self._challenged_nanos[rows] = began
        if np.count_nonzero(wins):
            label = np.where(wins, challenger, label)
            changed = slots[wins]
            self._label[rows] = label
            self._changed_nanos[changed] = times_nanos[wins]
            self._least[changed] = np.where(label[wins] == NO_LABEL, self._options.start_confidence, self._options.stop_confidence)
        return label.astype(np.int8)
