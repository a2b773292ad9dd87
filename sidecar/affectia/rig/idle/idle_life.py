"""Idle life: blinks, gaze, breath, drift and posture of every avatar, in one pass."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from affectia.clock import NANOS_PER_SEC
from affectia.errors import ConfigError
from affectia.rig.idle import philox
from affectia.rig.idle.blinks import Blinks, pose_lids
from affectia.rig.idle.breathing import Breathing, pose_breath
from affectia.rig.idle.event_draws import EventDraws
from affectia.rig.idle.head_drift import HeadDrift, pose_drift
from affectia.rig.idle.idle_pose import NUMBERS, SWAYS, base_pose
from affectia.rig.idle.moods import Moods, load_moods
from affectia.rig.idle.moves import TRACKS, Moves, Track
from affectia.rig.idle.saccades import Saccades, pose_gaze
from affectia.signals.pose_layer import SHAPES
from affectia.signals.slot_rows import slot_rows

# What happens to an avatar, at instants of its own; gaze first, since it may bring a blink forward to the same instant.
_GAZE, _BLINK, _BREATH, _POSTURE = range(4)
_KINDS: Final = 4
_FOREVER: Final = 4  # counter of what an avatar has all its life

_SECS_PER_NANO: Final = 1 / NANOS_PER_SEC
_PAUSE_SECS: Final = 10.0
_ALIVE: Final = slice(Track.ALIVE, Track.ALIVE + 1)
_DRIFT: Final = slice(Track.DRIFT, Track.DRIFT + 1)
_ZERO, _ONE = np.float32(0), np.float32(1)


@dataclass(frozen=True)
class IdleOptions:
    """How lively avatars are; raises ConfigError where a value cannot be.

    `blinks_per_min` on average, of which `double_blink_share` intervals end in two. `gaze`, `head_drift` (posture too), `breath` and
    `brows` multiply how far each goes, 0..2; 0 is none of it. `conversation_cm` is the distance for which both eyes turn in.
    """

    blinks_per_min: float = 15.0
    double_blink_share: float = 0.1
    gaze: float = 1.0
    head_drift: float = 1.0
    breath: float = 1.0
    brows: float = 1.0
    conversation_cm: float = 100.0

    def __post_init__(self) -> None:
        for name, least, most in (
            ("blinks_per_min", 0, 30),
            ("double_blink_share", 0, 1),
            ("gaze", 0, 2),
            ("head_drift", 0, 2),
            ("breath", 0, 2),
            ("brows", 0, 2),
            ("conversation_cm", 20, 10_000),
        ):
            value = getattr(self, name)
            if not least <= value <= most:  # written so that NaN is refused too
                raise ConfigError(f"idle.{name} is {value}, expected {least} to {most}")


class IdleLife:
    """The idle life of every slot; the motion thread alone calls it.

    A life begins with the first tick after `open`, and is a function of avatar, seed and time: it does not matter how often it is looked
    at, nor who else lives. A mood is looked at when something new begins: the next blink, glance, breath, posture. An avatar that is not
    looked at for more than ten seconds has a pause, and goes on where it was. What it does to a mouth is nothing.
    """

    def __init__(self, slots: int, options: IdleOptions | None = None, *, moods: Moods | None = None) -> None:
        self.options = options = options or IdleOptions()
        self._moods = moods or load_moods()
        self._began_nanos = np.zeros(slots, np.int64)
        self._next_secs = np.full((slots, _KINDS), np.inf)
        self._due_secs = np.full(slots, np.inf)  # the least of them; -inf before the first tick
        self._draws = EventDraws(slots, kinds=_KINDS)
        self._moves = moves = Moves(slots)
        self._blinks = Blinks(slots, moves, per_min=options.blinks_per_min, paired_share=options.double_blink_share)
        self._saccades = Saccades(slots, moves, amount=options.gaze)
        self._breathing = Breathing(moves)
        self._drift = HeadDrift(slots, moves, amount=options.head_drift)
        pose = base_pose(options.conversation_cm, options.brows)
        pose_lids(pose)
        pose_gaze(pose)
        pose_breath(pose, options.breath)
        pose_drift(pose, options.head_drift)
        self._pose = pose.table()
        self._room = 0

    def open(self, slot: int, avatar_id: str, *, seed: int) -> None:
        """Begin the life of an avatar at its next tick; ConfigError for a seed of more than 64 bits."""
        key = philox.key_of(avatar_id, seed=seed)
        self.forget(np.array([slot]))
        self._draws.open(slot, key)
        counters = np.zeros((-(-(SWAYS + 1) // 4), 4), np.uint32)
        counters[:, 0] = np.arange(counters.shape[0])
        counters[:, 2] = _FOREVER
        words = philox.philox4x32(counters, np.tile(key, (counters.shape[0], 1)))
        self._drift.open(slot, philox.uniform(words).reshape(-1)[: SWAYS + 1])
        self._due_secs[slot] = -np.inf

    def forget(self, slots: NDArray[np.intp]) -> None:
        """End the lives of some slots; their layer is 0 from then on."""
        self._next_secs[slots] = np.inf
        self._due_secs[slots] = np.inf
        self._moves.forget(slots)

    def layer(
        self, slots: NDArray[np.intp], times_nanos: NDArray[np.int64], moods: NDArray[np.float32] | None, out: NDArray[np.float32]
    ) -> None:
        """Write what n different slots do at (n,) instants into all of (n, 101) `out`, which is contiguous.

        `moods` (n, 8) weights of emotions; None: all neutral.
        """
        count = slots.size
        if count == 0:
            return
        if count > self._room:
            self._room = count
            self._secs = np.empty((count, 1))
            self._numbers = np.empty((count, NUMBERS), np.float32)
        rows = slot_rows(slots)
        secs, numbers = self._secs[:count], self._numbers[:count]
        flat = secs[:, 0]
        np.multiply(times_nanos - self._began_nanos[rows], _SECS_PER_NANO, out=flat)
        due = flat >= self._due_secs[rows]
        if due.any():
            self._catch_up(slots, times_nanos, moods, np.flatnonzero(due), flat)
        tracks = numbers[:, :TRACKS]
        self._moves.values(rows, secs, tracks)
        self._drift.values(rows, secs, numbers[:, _DRIFT], numbers[:, TRACKS:])
        # One product for each row: a product of whole matrices rounds differently with their size, and an avatar's life is its own.
        np.matmul(numbers[:, None], self._pose, out=out[:, None])
        shapes = out[:, SHAPES]
        np.maximum(shapes, _ZERO, out=shapes)
        np.minimum(shapes, _ONE, out=shapes)

    def _catch_up(
        self,
        slots: NDArray[np.intp],
        times_nanos: NDArray[np.int64],
        moods: NDArray[np.float32] | None,
        rows: NDArray[np.intp],
        secs: NDArray[np.float64],
    ) -> None:
        """Let everything happen that is due in some rows; `secs` (n,) is put right where a life begins or went on after a pause."""
        which = slots[rows]
        habits = self._moods.blend(None if moods is None else moods[rows], rows.size)
        late = secs[rows] - self._due_secs[which]
        fresh = np.isposinf(late)
        if fresh.any():
            self._began_nanos[which[fresh]] = times_nanos[rows[fresh]]
            self._begin(which[fresh], habits[fresh])
        pauses = (late > _PAUSE_SECS) & ~fresh
        if pauses.any():
            self._began_nanos[which[pauses]] += (late[pauses] * NANOS_PER_SEC).astype(np.int64)
        if fresh.any() or pauses.any():
            secs[rows] = (times_nanos[rows] - self._began_nanos[which]) * _SECS_PER_NANO
        until = secs[rows]
        while True:
            next_secs = self._next_secs[which]
            due_secs = next_secs.min(axis=1)
            self._due_secs[which] = due_secs
            due = due_secs <= until
            if not due.all():
                if not due.any():
                    return
                which, habits, until, next_secs, due_secs = which[due], habits[due], until[due], next_secs[due], due_secs[due]
            self._happen(which, next_secs.argmin(axis=1), due_secs, habits)

    def _begin(self, slots: NDArray[np.intp], habits: NDArray[np.float64]) -> None:
        self._moves.forget(slots)
        at_once, alive = np.full(slots.size, -1.0), np.ones((slots.size, 1))
        self._moves.go(slots, _ALIVE, at_secs=at_once, lasts_secs=np.full(slots.size, 0.5), to=alive)
        for kind, part in ((_GAZE, self._saccades), (_BLINK, self._blinks), (_BREATH, self._breathing), (_POSTURE, self._drift)):
            self._next_secs[slots, kind] = part.begin(slots, self._draws.take(slots, kind), habits)

    def _happen(self, slots: NDArray[np.intp], kinds: NDArray[np.intp], at_secs: NDArray[np.float64], habits: NDArray[np.float64]) -> None:
        """The next event of each of m slots, of its kind, at its instant."""
        for kind in range(_KINDS):
            if slots.size == 1:
                if kinds[0] != kind:
                    continue
                mine, at, habit = slots, at_secs, habits
            else:
                chosen = np.flatnonzero(kinds == kind)
                if chosen.size == 0:
                    continue
                mine, at, habit = slots[chosen], at_secs[chosen], habits[chosen]
            draws = self._draws.take(mine, kind)
            if kind == _GAZE:
                self._next_secs[mine, kind], blinks = self._saccades.happen(mine, at, draws, habit)
                if blinks.any():
                    blinks &= self._blinks.may_come(mine, at)
                    self._next_secs[mine[blinks], _BLINK] = at[blinks]
            elif kind == _BLINK:
                self._next_secs[mine, kind] = self._blinks.happen(mine, at, draws, habit)
            elif kind == _BREATH:
                self._next_secs[mine, kind] = self._breathing.happen(mine, at, draws, habit)
                self._drift.calm(mine, at, habit)
            else:
                self._next_secs[mine, kind] = self._drift.happen(mine, at, draws, habit)
