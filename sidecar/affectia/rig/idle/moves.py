"""Movements with a beginning, an end and an eased way between: what idle life is made of, all slots in one pass."""

from __future__ import annotations

from enum import IntEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray


class Track(IntEnum):
    """What moves, one number each."""

    LIDS_CLOSE = 0  # 0..1; together with the next one how far the lids are down
    LIDS_OPEN = 1
    GAZE_YAW = 2  # degrees, of the gaze in space
    GAZE_PITCH = 3
    FOLLOW_YAW = 4  # degrees, of the head after the gaze
    FOLLOW_PITCH = 5
    INHALE = 6  # together with the next one how deep a breath is just now
    EXHALE = 7
    LEAN_ROLL = 8  # degrees, of the trunk
    LEAN_YAW = 9
    LEAN_PITCH = 10
    TILT = 11  # degrees, of the head
    DRIFT = 12  # how far the head drifts
    ALIVE = 13  # 1 from the first instant on


TRACKS: Final = len(Track)
_START, _RATE, _FROM, _WAY = range(4)
_ONE: Final = 1.0
_ZERO: Final = 0.0


class Moves:
    """The movements of every slot; times are seconds of an avatar's own life; one thread.

    A track stays where its last movement led. A movement is eased at both ends (3 s² - 2 s³) and is over before the next one of its track
    begins; what an avatar shows at an instant is computed from the instant alone.
    """

    def __init__(self, slots: int) -> None:
        self._parts = np.zeros((4, slots, TRACKS))
        self._room = 0

    def forget(self, slots: NDArray[np.intp]) -> None:
        """All of some slots at 0."""
        self._parts[:, slots] = 0

    def go(
        self,
        slots: NDArray[np.intp],
        tracks: slice,
        *,
        at_secs: NDArray[np.float64],
        lasts_secs: NDArray[np.float64],
        to: NDArray[np.float64],
    ) -> None:
        """From where k tracks are at rest to (m, k) values, from (m,) instants on, for (m,) seconds, more than 0."""
        where = self.goals(slots, tracks)
        parts = self._parts[:, slots, tracks]
        parts[_START] = at_secs[:, None]
        parts[_RATE] = 1 / lasts_secs[:, None]
        parts[_FROM] = where
        parts[_WAY] = to - where
        self._parts[:, slots, tracks] = parts

    def goals(self, slots: NDArray[np.intp], tracks: slice) -> NDArray[np.float64]:
        """(m, k) where the last movements of some tracks led."""
        parts = self._parts[:, slots, tracks]
        goals: NDArray[np.float64] = parts[_FROM] + parts[_WAY]
        return goals

    def swell(
        self,
        slots: NDArray[np.intp],
        first: Track,
        *,
        at_secs: NDArray[np.float64],
        rise_secs: NDArray[np.float64],
        hold_secs: NDArray[np.float64],
        fall_secs: NDArray[np.float64],
        height: NDArray[np.float64],
    ) -> None:
        """Up from 0, and down to 0 again: `first` and the track behind it, which are to be added. All (m,)."""
        parts = np.zeros((4, slots.size, 2))
        parts[_START, :, 0] = at_secs
        parts[_START, :, 1] = at_secs + rise_secs + hold_secs
        parts[_RATE, :, 0] = 1 / rise_secs
        parts[_RATE, :, 1] = 1 / fall_secs
        parts[_WAY, :, 0] = height
        parts[_WAY, :, 1] = -height
        self._parts[:, slots, first : first + 2] = parts

    def values(self, rows: slice | NDArray[np.intp], secs: NDArray[np.float64], out: NDArray[np.float32]) -> None:
        """Write where all tracks of some slots are at (n, 1) instants into (n, tracks)."""
        count = secs.shape[0]
        if count > self._room:
            self._room = count
            self._share, self._eased = (np.empty((count, TRACKS)) for _ in range(2))
        share, eased = self._share[:count], self._eased[:count]
        start, rate, begin, way = self._parts[:, rows]
        np.subtract(secs, start, out=share)
        share *= rate
        np.maximum(share, _ZERO, out=share)
        np.minimum(share, _ONE, out=share)
        np.multiply(share, -2.0, out=eased)
        eased += 3.0
        eased *= share
        eased *= share
        eased *= way
        np.add(eased, begin, out=out)
