"""The mouths of all lines: what was heard, through rig and motion, to the rows of their tracks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from affectia import registry
from affectia.motion.mouth_closure import CLOSURES, MouthClosure
from affectia.motion.speech_blend import SpeechBlend
from affectia.rig.speech_mouth import SpeechMouth
from affectia.session.speech.track_grid import GridLeads, TrackGrid, grid_frames
from affectia.wire.quantize import weights_u8
from affectia.wire.track_chunk import SHAPE_PLACES

SHAPES: Final = len(SHAPE_PLACES)
ROW: Final = SHAPES + len(registry.VISEMES)
_ALL_SHAPES: Final = len(registry.BLENDSHAPES)
_ENTERED_SECS: Final = 1.0  # so long after it got the mouth a voice has all of it


@dataclass(frozen=True, slots=True)
class MouthWork:
    """The next frames of one line: the slot that it has here, and what was heard."""

    slot: int
    grid: TrackGrid


class TrackMouths:
    """The same stages as a live voice goes through, a slot for each line; one thread.

    Nobody else moves these mouths: the voice has them from the first frame on, whole.
    """

    def __init__(self, slots: int) -> None:
        self._rig = SpeechMouth()
        table = self._rig.table
        self._blend = SpeechBlend(slots)
        self._closure = MouthClosure(slots, floors=table.closure_floors, jaw_caps=table.closure_jaw_caps)
        self._strength = table.closure_strength
        self._free = list(range(slots - 1, -1, -1))
        self.leads = GridLeads(self._blend.lag_secs, self._closure.options.close_secs)

    def open(self) -> int:
        """A slot whose mouth is shut; there must be one."""
        slot = self._free.pop()
        rows = np.array([slot])
        self._closure.reset(rows)
        self._blend.reset(rows)
        nothing, no_closure = np.zeros((1, _ALL_SHAPES), np.float32), np.zeros((1, CLOSURES), np.float32)
        one, entered = np.ones(1, np.float32), np.array([_ENTERED_SECS], np.float32)
        self._blend.blend(rows, nothing.copy(), speech=nothing, closure=no_closure, weight=one, dt_secs=entered)
        return slot

    def close(self, slot: int) -> None:
        """Give a slot back."""
        self._free.append(slot)

    def rows(self, work: Sequence[MouthWork]) -> list[NDArray[np.uint8]]:
        """(n, ROW) bytes for the n frames of each line that are shown: shapes of the mouth, then visemes. No slot stands in it twice."""
        frames = grid_frames([each.grid for each in work], leads=self.leads, closure_strength=self._strength)
        counts = frames.counts
        if not counts.any():
            return [np.empty((0, ROW), np.uint8) for _ in work]
        spoken = self._rig.shapes(frames.heard, frames.loudness)
        slots = np.array([each.slot for each in work], np.intp)
        dt_secs = np.array([1 / each.grid.frame_rate_hz for each in work], np.float32)
        weight = np.ones(len(work), np.float32)
        starts = np.cumsum(counts) - counts
        rows = np.empty((len(frames.heard), ROW), np.float32)
        rows[:, SHAPES:] = frames.visemes
        for step in range(int(counts.max())):  # a mouth follows from the one before: so all lines together, frame by frame
            going = np.flatnonzero(counts > step)
            places, mine = starts[going] + step, slots[going]
            mouths = np.zeros((len(going), _ALL_SHAPES), np.float32)
            speech, demand, dt = spoken.shapes[places], frames.closure[places], dt_secs[going]
            self._blend.blend(mine, mouths, speech=speech, closure=demand, weight=weight[: len(going)], dt_secs=dt)
            self._closure.enforce(mine, mouths, closure=demand, dt_secs=dt)
            rows[places, :SHAPES] = mouths[:, SHAPE_PLACES]
        made = weights_u8(rows)
        ends = (starts + counts).tolist()
        return [made[first:end] for first, end in zip((starts + frames.unshown).tolist(), ends, strict=True)]
