"""Overrides: values that somebody sets or adds above all else, for a second at a time or until they are let go."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from affectia.clock import NANOS_PER_SEC
from affectia.rig import layer_names
from affectia.signals.acting_layers import OverrideRows
from affectia.signals.pose_layer import CHANNELS

KEPT_NANOS: Final = NANOS_PER_SEC  # so long an override holds after it was last asked for
_HELD_NANOS: Final = 1 << 61
_COLUMNS: Final = 2 * CHANNELS  # what is set, then what is added: a channel may have both

# Value and weight go from one number to another; these are the ways of both, and the way out, which begins when the override ends.
_VALUE, _WEIGHT, _END = range(3)


class OverrideEntry(NamedTuple):
    """One channel of `pose_layer`: its value (set: what it is to be, added: -1..1 or an angle) and its weight 0..1. Finite numbers."""

    channel: int
    value: float
    weight: float = 1.0


class OverrideLayer:
    """The overrides of every slot, as a tracking program of avatars has them; the motion thread alone calls it.

    What is set and what is added have a weight each, which fades in and out along a line. An override that is asked for again goes on from
    where it is: its value moves to the new one within the fade, and nothing begins anew where nothing is new. It ends `KEPT_NANOS` after
    it was last asked for unless it is held, and fades out from then on. Memory is bounded: a number of each kind for each channel of each
    slot, whatever is asked.
    """

    def __init__(self, slots: int) -> None:
        self._from, self._to = (np.zeros((slots, 2, _COLUMNS), np.float32) for _ in range(2))
        self._begins_nanos = np.zeros((slots, 3, _COLUMNS), np.int64)
        self._rates = np.ones((slots, 3, _COLUMNS), np.float32)  # shares of each way in a nanosecond
        self._gone_nanos = np.zeros(slots, np.int64)  # when the last one has faded out; 0 where there is none
        self._busy = 0
        self._room = 0

    @property
    def active(self) -> bool:
        """Whether anything is overridden, as far as the last tick knew; false costs nothing."""
        return self._busy > 0

    def apply(self, slot: int, entries: Sequence[OverrideEntry], *, adds: bool, hold: bool, fade_secs: float, now_nanos: int) -> None:
        """Ask for some overrides, or ask again; of a channel that is named twice the last counts. `fade_secs` is of both ways."""
        if not entries:
            return
        last = {entry.channel: entry for entry in entries}
        columns = np.array(list(last), np.intp) + (CHANNELS if adds else 0)
        goals = np.array([(entry.value, entry.weight) for entry in last.values()], np.float32).T
        shown = self._shown(slot, columns, now_nanos)
        # What is not shown at all has no value that it could come from.
        shown[_VALUE] = np.where(shown[_WEIGHT] > 0, shown[_VALUE], goals[_VALUE])
        rate, ahead_nanos = _pace(fade_secs)
        begins_nanos, rates = self._begins_nanos[slot], self._rates[slot]
        # Only what has other numbers than before begins a new way: else who asks at each frame would never arrive.
        other = (begins_nanos[_END, columns] <= now_nanos) | (self._to[slot][:, columns] != goals)
        self._from[slot][:, columns] = np.where(other, shown, self._from[slot][:, columns])
        begins_nanos[:_END, columns] = np.where(other, now_nanos - ahead_nanos, begins_nanos[:_END, columns])
        rates[:_END, columns] = np.where(other, rate, rates[:_END, columns])
        self._to[slot][:, columns] = goals
        begins_nanos[_END, columns] = now_nanos + (_HELD_NANOS if hold else KEPT_NANOS) - ahead_nanos
        rates[_END, columns] = rate
        self._settle(slot, now_nanos)

    def release(self, slot: int, channels: Iterable[int] | None, *, now_nanos: int, fade_secs: float | None = None) -> None:
        """Let go of some channels, None of all, whether set or added; what fades out already goes on as it does.

        `fade_secs` is of the way out; None: as long as it was asked for before.
        """
        ends_nanos, rates = self._begins_nanos[slot, _END], self._rates[slot, _END]
        ending = ends_nanos > now_nanos
        if channels is not None:
            named = np.zeros((2, CHANNELS), np.bool_)
            named[:, list(channels)] = True
            ending &= named.reshape(-1)
        if fade_secs is not None:
            rates[ending] = _pace(fade_secs)[0]
        ends_nanos[ending] = now_nanos - (rates[ending] == 1)
        self._settle(slot, now_nanos)

    def forget(self, slots: NDArray[np.intp]) -> None:
        """End all that is asked of some slots, at once."""
        self._busy -= int(np.count_nonzero(self._gone_nanos[slots]))
        self._from[slots], self._to[slots], self._begins_nanos[slots], self._rates[slots], self._gone_nanos[slots] = 0, 0, 0, 1, 0

    def names(self, slot: int, now_nanos: int) -> tuple[str, ...]:
        """What is in force in a slot and does not fade out yet, by name; a bone has one name."""
        columns = np.flatnonzero(self._begins_nanos[slot, _END] > now_nanos)
        return layer_names.named((columns % CHANNELS).tolist())

    def rows(self, slots: NDArray[np.intp], times_nanos: NDArray[np.int64]) -> OverrideRows | None:
        """What is overridden of these slots, each at its own instant; None where nothing is. It holds until the next call."""
        if not self._busy:
            return None
        gone_nanos = self._gone_nanos[slots]
        rows = np.flatnonzero(gone_nanos > times_nanos)
        if rows.size != np.count_nonzero(gone_nanos):
            self.forget(slots[(gone_nanos != 0) & (gone_nanos <= times_nanos)])
        if rows.size == 0:
            return None
        return self._rows(rows, slots[rows], times_nanos[rows])

    def _rows(self, rows: NDArray[np.intp], slots: NDArray[np.intp], times_nanos: NDArray[np.int64]) -> OverrideRows:
        count = rows.size
        if count > self._room:
            self._room = count
            self._passed = np.empty((count, 3, _COLUMNS), np.int64)
            self._shares = np.empty((count, 3, _COLUMNS), np.float32)
            self._on_way = np.empty((count, 2, _COLUMNS), np.float32)
        passed, shares, on_way = self._passed[:count], self._shares[:count], self._on_way[:count]
        starts = self._from[slots]
        np.subtract(times_nanos[:, None, None], self._begins_nanos[slots], out=passed)
        np.multiply(passed, self._rates[slots], out=shares, casting="same_kind")
        shares.clip(0, 1, out=shares)
        np.subtract(self._to[slots], starts, out=on_way)
        on_way *= shares[:, :_END]
        on_way += starts
        value, weight, out = on_way[:, _VALUE], on_way[:, _WEIGHT], shares[:, _END]
        np.subtract(1, out, out=out)
        weight *= out
        added = out[:, CHANNELS:]
        np.multiply(weight[:, CHANNELS:], value[:, CHANNELS:], out=added)
        return OverrideRows(rows, weight[:, :CHANNELS], value[:, :CHANNELS], added)

    def _shown(self, slot: int, columns: NDArray[np.intp], now_nanos: int) -> NDArray[np.float32]:
        """(2, columns) value and weight at an instant."""
        passed = now_nanos - self._begins_nanos[slot][:, columns]
        shares = np.clip(passed * self._rates[slot][:, columns], 0, 1).astype(np.float32)
        starts = self._from[slot][:, columns]
        shown: NDArray[np.float32] = starts + (self._to[slot][:, columns] - starts) * shares[:_END]
        shown[_WEIGHT] *= 1 - shares[_END]
        return shown

    def _settle(self, slot: int, now_nanos: int) -> None:
        """Note when the last override of a slot will have faded out."""
        ways_nanos = np.ceil(1 / self._rates[slot, _END].astype(np.float64)).astype(np.int64)
        newest = int((self._begins_nanos[slot, _END] + ways_nanos).max())
        if newest <= now_nanos:
            self.forget(np.array([slot]))
            return
        self._busy += int(self._gone_nanos[slot] == 0)
        self._gone_nanos[slot] = newest


def _pace(fade_secs: float) -> tuple[float, int]:
    """The share of a way in a nanosecond, and how long before its instant it begins: one without length is done at that instant."""
    fade_nanos = round(fade_secs * NANOS_PER_SEC)
    return (1 / fade_nanos, 0) if fade_nanos > 1 else (1.0, 1)
