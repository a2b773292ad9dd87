"""The preferred emotions of all slots, along their lines; evaluated for a crowd in one pass."""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

from affectia.clock import NANOS_PER_SEC
from affectia.rig.emotion.emotion_line import MAX_TIME_CODES
from affectia.rig.emotion.emotion_postprocess import secs_since
from affectia.rig.emotion.preferred_emotion import EMOTIONS, PreferredEmotion

NEVER: Final = np.iinfo(np.int64).max

_WEIGHTS: Final = slice(0, EMOTIONS)  # of a piece of a line: at its start,
_SLOPE: Final = slice(EMOTIONS, 2 * EMOTIONS)  # what is added a second,
_START: Final = slice(2 * EMOTIONS, 2 * EMOTIONS + 1)  # and when it begins
_PIECE: Final = _START.stop


class PreferredTable:
    """Who prefers what since when; one thread.

    A line of k time codes is k + 1 straight pieces: what holds before the first, what leads from each to the next, the last one's own.
    """

    def __init__(self, slots: int) -> None:
        self.is_set = np.zeros(slots, np.bool_)
        self._began_nanos = np.zeros(slots, np.int64)
        self._ends_nanos = np.full(slots, NEVER, np.int64)
        self._codes = np.zeros(slots, np.intp)
        self._at_secs = np.full((slots, 0), np.inf, np.float32)
        self._pieces = np.zeros((slots, 1, _PIECE), np.float32)
        self._active, self._longest, self._ending = False, 0, False

    @property
    def active(self) -> bool:
        """Whether anybody prefers anything."""
        return self._active

    @property
    def has_lines(self) -> bool:
        """Whether any of it changes by itself."""
        return self._longest > 0

    def set(self, slot: int, wish: PreferredEmotion, now_nanos: int) -> None:
        """Begin with a wish, and with its line, at this instant."""
        count = wish.at_secs.size
        self._make_room(count)
        self.is_set[slot] = True
        self._began_nanos[slot] = now_nanos
        self._ends_nanos[slot] = NEVER if math.isinf(wish.ends_secs) else now_nanos + round(wish.ends_secs * NANOS_PER_SEC)
        self._codes[slot] = count
        self._at_secs[slot] = np.inf
        self._at_secs[slot, :count] = wish.at_secs
        pieces = self._pieces[slot]
        pieces[:] = 0
        pieces[0, _WEIGHTS] = wish.weights
        pieces[1 : count + 1, _WEIGHTS] = wish.line_weights
        pieces[1 : count + 1, _START] = wish.at_secs[:, None]
        pieces[1:count, _SLOPE] = np.diff(wish.line_weights, axis=0) / np.diff(wish.at_secs)[:, None]
        self._count()

    def clear(self, slots: NDArray[np.intp]) -> None:
        """End the wishes of some slots."""
        self.is_set[slots] = False
        self._ends_nanos[slots] = NEVER
        self._codes[slots] = 0
        self._at_secs[slots] = np.inf
        self._pieces[slots] = 0
        self._count()

    def over(self, slots: NDArray[np.intp], times_nanos: NDArray[np.int64]) -> list[tuple[int, int]]:
        """Those of some slots that are over by now, and when they were."""
        if not self._ending:
            return []
        ends_nanos = self._ends_nanos[slots]
        past = ends_nanos <= times_nanos
        return list(zip(slots[past].tolist(), ends_nanos[past].tolist(), strict=True)) if past.any() else []

    def at(
        self, slots: NDArray[np.intp], times_nanos: NDArray[np.int64], *, earlier_secs: NDArray[np.float32] | None = None
    ) -> NDArray[np.float32]:
        """(n, 8) what is preferred at these instants, or so much earlier, but not before it began; 0 where nothing is."""
        if not self._longest:
            held: NDArray[np.float32] = self._pieces[slots, 0, _WEIGHTS]
            return held
        secs = secs_since(self._began_nanos[slots], times_nanos)
        if earlier_secs is not None:
            secs -= earlier_secs
            np.maximum(secs, 0, out=secs)
        begun = self._at_secs[slots, : self._longest] <= secs[:, None]
        pieces = self._pieces[slots, np.add.reduce(begun, axis=1, dtype=np.intp)]
        secs -= pieces[:, _START.start]
        weights: NDArray[np.float32] = pieces[:, _SLOPE]
        weights *= secs[:, None]
        weights += pieces[:, _WEIGHTS]
        return weights

    def _count(self) -> None:
        self._active = bool(self.is_set.any())
        self._longest = int(self._codes.max(initial=0))
        self._ending = bool((self._ends_nanos < NEVER).any())

    def _make_room(self, count: int) -> None:
        """Hold lines of so many time codes; twice as many as before at least, so that lines that grow do not copy each time."""
        slots, held = self._at_secs.shape
        if count <= held:
            return
        room = min(max(count, 2 * held, 8), MAX_TIME_CODES)
        at_secs, pieces = np.full((slots, room), np.inf, np.float32), np.zeros((slots, room + 1, _PIECE), np.float32)
        at_secs[:, :held] = self._at_secs
        pieces[:, : held + 1] = self._pieces
        self._at_secs, self._pieces = at_secs, pieces
