"""The frames of the last moments of each voice, and what lies between two of them."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

KEPT_FRAMES: Final = 32  # 320 ms: a pose may be of a picture that long ago
PEAK_FRAMES: Final = 10  # a closure that lasted a frame is still shown by avatars that have ten frames a second

# The frames of a slot stand in a line, the newest last. Before those that are kept stand some that only peaks are made of, behind them an
# end that is newer than any instant. So what is around an instant is one window, and never has it to be asked whether there is more.
_OLDEST: Final = PEAK_FRAMES - 1
_END: Final = _OLDEST + KEPT_FRAMES
_PLACES: Final = _END + 1
_WINDOW: Final = np.arange(-PEAK_FRAMES, 1)  # from the first frame that is newer than an instant
_BEFORE, _AFTER = PEAK_FRAMES - 1, PEAK_FRAMES  # in a window: the frames around the instant
_ENDLESS: Final = np.iinfo(np.int64).max
_NOTHING: Final = np.array(0.0)


class VoiceFrames:
    """The last frames of all slots: a row of `channels` values per frame, of which the first `peaks` have peaks; one thread.

    Instants are more than 0 and rise.
    """

    def __init__(self, slots: int, channels: int, *, peaks: int) -> None:
        self._instants_nanos = np.zeros((slots, _PLACES), np.int64)  # 0: no frame
        self._instants_nanos[:, _END] = _ENDLESS
        self._frames = np.zeros((slots, _PLACES, channels), np.float32)
        # The same, all slots in one line, and where each slot begins there.
        self._all_instants_nanos, self._all_frames = self._instants_nanos.reshape(-1), self._frames.reshape(-1, channels)
        self._starts = _PLACES * np.arange(slots)
        self._second = np.full(slots, _END + 1)  # the place behind the oldest frame that is kept
        self._shown_nanos = np.zeros(slots, np.int64)  # the instant of what was asked for last
        self._peaks = peaks
        # Of each slot's newest frame.
        self.newest_nanos: NDArray[np.int64] = self._instants_nanos[:, _END - 1]

    def add(self, slot: int, instants_nanos: NDArray[np.int64], frames: NDArray[np.float32]) -> None:
        """Take in one or more frames of a slot, KEPT_FRAMES at most, that are newer than those that it has."""
        count = instants_nanos.size
        instants, kept = self._instants_nanos[slot, :_END], self._frames[slot, :_END]
        instants[:-count] = instants[count:]
        instants[-count:] = instants_nanos
        kept[:-count] = kept[count:]
        kept[-count:] = frames
        self._second[slot] = max(_OLDEST + 1, int(self._second[slot]) - count)

    def forget(self, slots: NDArray[np.intp] | int) -> None:
        """These slots have no frames."""
        self._instants_nanos[slots, :_END] = 0
        self._frames[slots] = 0
        self._second[slots] = _END + 1
        self._shown_nanos[slots] = 0

    def at(self, rows: slice | NDArray[np.intp], wanted_nanos: NDArray[np.int64]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """(m, channels) what lies between the two frames around an instant, or the oldest or newest frame where it is beyond them; and
        (m, peaks) the largest values of it and of the last PEAK_FRAMES up to there, of those that were not asked for yet.

        `rows` are slots that have frames, m different ones or a run of them.
        """
        newer = (self._instants_nanos[rows] > wanted_nanos[:, None]).argmax(axis=1)
        after = np.maximum(newer, self._second[rows])
        after += self._starts[rows]
        window = after[:, None] + _WINDOW
        instants, frames = self._all_instants_nanos.take(window), self._all_frames.take(window, 0)
        first_nanos, first = instants[:, _BEFORE], frames[:, _BEFORE]
        share = np.maximum((wanted_nanos - first_nanos) / (instants[:, _AFTER] - first_nanos), _NOTHING).astype(np.float32)
        found = frames[:, _AFTER] - first
        found *= share[:, None]
        found += first
        unshown = instants[:, :_AFTER] > self._shown_nanos[rows, None]
        peaks = np.maximum.reduce(frames[:, :_AFTER, : self._peaks], axis=1, where=unshown[..., None], initial=0)
        np.maximum(peaks, found[:, : self._peaks], out=peaks)
        self._shown_nanos[rows] = wanted_nanos
        return found, peaks
