"""From frames of hearing, 100 a second, to what the frames of a track are made of, on instants of their own; many lines in one pass."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from affectia import registry
from affectia.clock import NANOS_PER_SEC
from affectia.perception.voice.heard_frames import HeardFrames
from affectia.signals.voice_observations import FRAME_NANOS, VISEMES

HEARD_HZ: Final = NANOS_PER_SEC // FRAME_NANOS
_SIL: Final = registry.VISEMES.index("sil")
_LOUDNESS: Final = VISEMES
_ALMOST: Final = 1e-6  # of a heard frame: what differs by less is the same instant
_SILENCE: Final = np.array([[place == _SIL for place in range(VISEMES + 1)]], np.float32)


@dataclass(frozen=True, slots=True)
class GridLeads:
    """How much later than a frame's instant is heard what the mouth does, and what shuts it, so that both are seen on time; seconds."""

    mouth_secs: float
    closure_secs: float


@dataclass(frozen=True, slots=True)
class GridFrames:
    """The next frames of several tracks, `counts[i]` of line i, one line behind the other; n in all.

    `heard` (n, 15) and `loudness` (n,) make the mouth; `closure` (n, 2) is the largest demand since the frame before; `visemes` (n, 15)
    are of the frame's own instant. Rows of visemes sum to 1. The first `unshown[i]` of a line stand before its sound and only set the
    mouth in motion.
    """

    counts: NDArray[np.intp]
    unshown: NDArray[np.intp]
    heard: NDArray[np.float32]
    loudness: NDArray[np.float32]
    closure: NDArray[np.float32]
    visemes: NDArray[np.float32]


class TrackGrid:
    """One line's, as its sound is heard; one thread. Frame n stands at n / `frame_rate_hz` seconds.

    What lies between two heard frames is a mixture of them; around the sound there is silence. The same as `bake/mouth_track.py` takes
    out of a whole clip, however the sound was cut.
    """

    def __init__(self, frame_rate_hz: int, leads: GridLeads) -> None:
        self.frame_rate_hz = frame_rate_hz
        self._longest_lead_secs = max(leads.mouth_secs, leads.closure_secs)
        self.kept, self.first = _SILENCE, -1  # heard frames, and the number of the first of them
        self.next = -math.ceil(self._longest_lead_secs * frame_rate_hz) - 1  # frame of the track
        self.end = self.next  # up to which frame all is heard

    def add(self, heard: HeardFrames) -> None:
        """Add what was heard next."""
        if heard.count:
            rows = np.empty((len(self.kept) + heard.count, VISEMES + 1), np.float32)
            rows[: len(self.kept)] = self.kept
            rows[len(self.kept) :, :VISEMES] = heard.visemes
            rows[len(self.kept) :, _LOUDNESS] = heard.loudness
            self.kept = rows
        newest = self.first + len(self.kept) - 1
        if newest >= 0:
            known = math.floor(((newest + _ALMOST) / HEARD_HZ - self._longest_lead_secs) * self.frame_rate_hz) + 1
            self.end = max(self.end, known)

    def finish(self, count: int) -> None:
        """Let the track have `count` frames, with silence behind what was heard."""
        self.kept = np.concatenate((self.kept, _SILENCE))
        self.end = max(self.next, count)

    def let_go(self) -> None:
        """The frames up to `end` were made; what no later one needs is not kept."""
        self.next = self.end
        # The earliest that the next frame asks for is the heard one before its own instant, or the end of a long step.
        gone = min(len(self.kept) - 1, max(0, (self.next - 1) * HEARD_HZ // self.frame_rate_hz - 1 - self.first))
        self.kept, self.first = self.kept[gone:], self.first + gone


def grid_frames(grids: Sequence[TrackGrid], *, leads: GridLeads, closure_strength: NDArray[np.float32]) -> GridFrames:
    """The frames of each grid that are known and were not asked for; `closure_strength` (15, 2) is the rig's."""
    firsts = np.array([grid.next for grid in grids], np.intp)
    counts = np.array([grid.end for grid in grids], np.intp) - firsts
    sizes = np.array([len(grid.kept) for grid in grids], np.intp)
    offsets = np.cumsum(sizes) - sizes
    numbers = np.arange(counts.sum()) + np.repeat(firsts - (np.cumsum(counts) - counts), counts)
    rates = np.repeat(np.array([grid.frame_rate_hz for grid in grids], np.intp), counts)
    rows = _Rows(
        np.concatenate([grid.kept for grid in grids]) if grids else _SILENCE,
        offsets=np.repeat(offsets, counts),
        firsts=np.repeat(np.array([grid.first for grid in grids], np.intp), counts),
        newest=np.repeat(sizes - 1, counts),
    )
    instants = numbers / rates
    heard = rows.at((instants + leads.mouth_secs) * HEARD_HZ)
    visemes = rows.at(instants * HEARD_HZ)[:, :VISEMES]
    visemes /= np.maximum(visemes.sum(axis=1, keepdims=True), 1e-6)
    closure = rows.largest(closure_strength, (instants + leads.closure_secs) * HEARD_HZ, HEARD_HZ / rates)
    unshown = np.minimum(counts, np.maximum(0, -firsts))
    for grid in grids:
        grid.let_go()
    return GridFrames(counts, unshown, heard[:, :VISEMES], heard[:, _LOUDNESS], closure, visemes)


class _Rows:
    """Heard frames of several lines behind one another; for each frame of a track (n,) where those of its line are.

    `offsets` is where they begin, `firsts` the number of the first, `newest` the place of the last within them.
    """

    def __init__(self, kept: NDArray[np.float32], *, offsets: NDArray[np.intp], firsts: NDArray[np.intp], newest: NDArray[np.intp]) -> None:
        self._kept, self._offsets, self._firsts, self._newest = kept, offsets, firsts, newest

    def at(self, places: NDArray[np.float64]) -> NDArray[np.float32]:
        """(n, 16) between heard frames in equal measure; the first before them, the last behind them."""
        places = np.minimum(np.maximum(places - self._firsts, 0), self._newest)
        before = np.minimum(places.astype(np.intp), np.maximum(self._newest - 1, 0))
        share = (places - before).astype(np.float32)[:, None]
        rows = self._kept[self._offsets + before]
        rows += share * (self._kept[self._offsets + np.minimum(before + 1, self._newest)] - rows)
        return rows

    def largest(self, strength: NDArray[np.float32], places: NDArray[np.float64], steps: NDArray[np.float64]) -> NDArray[np.float32]:
        """(n, 2) the largest demand in the step up to each place, so that none falls between two frames."""
        found: NDArray[np.float32] = self.at(places)[:, :VISEMES] @ strength
        demands = self._kept[:, :VISEMES] @ strength
        last, before = self._place(places), self._place(places - steps)
        for back in range(int((last - before).max(initial=0))):
            earlier = demands[self._offsets + np.minimum(np.maximum(last - back, before + 1), self._newest)]
            np.maximum(found, earlier, out=found, where=(last - back > before)[:, None])
        return found

    def _place(self, places: NDArray[np.float64]) -> NDArray[np.intp]:
        whole = np.floor(places + _ALMOST).astype(np.intp) - self._firsts
        return np.asarray(np.minimum(np.maximum(whole, 0), self._newest))
