"""Gestures that an avatar is asked for: a nod, a wink, a beat of surprise."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from affectia import errors
from affectia.clock import NANOS_PER_SEC
from affectia.errors import ConfigError
from affectia.rig.gesture_table import RATE_HZ, GestureTable, load_gestures
from affectia.signals.slot_rows import slot_rows

AT_ONCE: Final = 4  # gestures of one avatar; one more lets the oldest go
LET_GO_SECS: Final = 0.1  # so long what is let go fades

_SECS_PER_NANO: Final = 1 / NANOS_PER_SEC


class Gestures:
    """The gestures of every slot, which are added up; the motion thread alone calls it.

    Each begins and ends at 0, so whatever comes together, nothing jumps; shapes may add up to more than 1.
    """

    def __init__(self, slots: int, *, table: GestureTable | None = None) -> None:
        self._table = table or load_gestures()
        self._on = np.zeros(slots, np.bool_)
        self._busy = 0
        # Of each gesture: its first sample, how many there are until its end (0: the place is free), how many go by in a nanosecond.
        self._first = np.zeros((slots, AT_ONCE), np.intp)
        self._length, self._rate = np.zeros((slots, AT_ONCE)), np.zeros((slots, AT_ONCE))
        self._since_nanos = np.zeros((slots, AT_ONCE), np.int64)
        self._strength = np.zeros((slots, AT_ONCE), np.float32)
        # What was let go, as it was then, and when that was.
        self._rest = np.zeros((slots, self._table.channels.size), np.float32)
        self._rest_nanos = np.zeros(slots, np.int64)

    @property
    def names(self) -> tuple[str, ...]:
        """All that there are."""
        return self._table.names

    @property
    def active(self) -> bool:
        """Whether any gesture is going on, as far as the last tick knew."""
        return self._busy > 0

    def trigger(self, slot: int, name: str, *, strength: float, speed: float, now_nanos: int) -> float:
        """Begin a gesture; how many seconds it lasts. ConfigError for an unknown name, a strength beyond 0..2 or a speed beyond 0.25..4."""
        number = self._table.numbers.get(name)
        if number is None:
            raise errors.not_one_of("gesture", name, self.names)
        if not 0 <= strength <= 2:
            raise ConfigError(f"strength of a gesture is {strength}, expected 0 to 2")
        if not 0.25 <= speed <= 4:
            raise ConfigError(f"speed of a gesture is {speed}, expected 0.25 to 4")
        lasts_secs = float(self._table.secs[number]) / speed
        if strength == 0:
            return lasts_secs
        slots, now = np.array([slot]), np.array([now_nanos], np.int64)
        going = self._elapsed(slots, now)[1][0]
        if going.all():
            place = int(self._since_nanos[slot].argmin())
            self._let_go(slots, place, now)
        else:
            place = int(going.argmin())
        self._first[slot, place] = self._table.first[number]
        self._length[slot, place] = self._table.secs[number] * RATE_HZ
        self._rate[slot, place] = speed * RATE_HZ * _SECS_PER_NANO
        self._since_nanos[slot, place] = now_nanos
        self._strength[slot, place] = strength
        self._on[slot] = True
        self._busy = int(np.count_nonzero(self._on))
        return lasts_secs

    def forget(self, slots: NDArray[np.intp]) -> None:
        """End all gestures of some slots at once."""
        self._on[slots] = False
        self._length[slots] = 0
        self._rest[slots] = 0
        self._busy = int(np.count_nonzero(self._on))

    def add(self, slots: NDArray[np.intp], times_nanos: NDArray[np.int64], out: NDArray[np.float32]) -> None:
        """Add what n different slots do at (n,) instants to (n, 101) layers."""
        rows = np.flatnonzero(self._on[slots])
        if rows.size == 0:
            return
        which, now = slots[rows], times_nanos[rows]
        moved, going = self._moved(which, now)
        if rows.size == slots.size:
            out[:, self._table.channels] += moved
        else:
            out[rows[:, None], self._table.channels] += moved
        if not going.all():
            self.forget(which[~going])

    def _elapsed(self, slots: NDArray[np.intp], now_nanos: NDArray[np.int64]) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
        """(m, 4) how many samples far each gesture has come; (m, 4) whether there is one that is not over."""
        rows = slot_rows(slots)
        elapsed = (now_nanos[:, None] - self._since_nanos[rows]) * self._rate[rows]
        going = elapsed < self._length[rows]
        return np.maximum(elapsed, 0.0), going

    def _moved(self, slots: NDArray[np.intp], now_nanos: NDArray[np.int64]) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
        """(m, k) what all gestures of some slots do together; (m,) whether anything goes on."""
        elapsed, going = self._elapsed(slots, now_nanos)
        busy: NDArray[np.bool_] = np.logical_or.reduce(going, axis=1)
        moved = self._rests(slots, now_nanos)
        if moved is None:
            moved = np.zeros((slots.size, self._table.channels.size), np.float32)
        else:
            busy |= moved.any(axis=1)
        for place in range(AT_ONCE):
            rows = np.flatnonzero(going[:, place])
            if rows.size == 0:
                continue
            moved[rows] += self._shown(slots[rows], place, elapsed[rows, place])
        return moved, busy

    def _shown(self, slots: NDArray[np.intp], place: int, elapsed: NDArray[np.float64]) -> NDArray[np.float32]:
        """(m, k) what the gestures in one place do, so many samples after they began."""
        whole = elapsed.astype(np.intp)
        part = (elapsed - whole).astype(np.float32)[:, None]
        whole += self._first[slots, place]
        shown = self._table.samples[whole + 1]
        before = self._table.samples[whole]
        shown -= before
        shown *= part
        shown += before
        shown *= self._strength[slots, place, None]
        return shown

    def _rests(self, slots: NDArray[np.intp], now_nanos: NDArray[np.int64]) -> NDArray[np.float32] | None:
        """(m, k) what is left of what was let go; None where nothing ever was."""
        rest = self._rest[slots]
        if not rest.any():
            return None
        share = 1 - (now_nanos - self._rest_nanos[slots]) * (_SECS_PER_NANO / LET_GO_SECS)
        share = np.minimum(np.maximum(share, 0.0), 1.0).astype(np.float32)
        share *= share * (3 - 2 * share)
        rest *= share[:, None]
        return rest

    def _let_go(self, slots: NDArray[np.intp], place: int, now_nanos: NDArray[np.int64]) -> None:
        elapsed, _ = self._elapsed(slots, now_nanos)
        shown = self._shown(slots, place, elapsed[:, place])
        rest = self._rests(slots, now_nanos)
        self._rest[slots] = shown if rest is None else shown + rest
        self._rest_nanos[slots] = now_nanos
