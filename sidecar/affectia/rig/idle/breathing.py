"""Breath after breath: each has its own length and depth."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from affectia.registry import Bone
from affectia.rig.idle.event_draws import NORMALS, UNIFORMS
from affectia.rig.idle.idle_pose import IdlePose
from affectia.rig.idle.moods import Habit
from affectia.rig.idle.moves import Moves, Track

INHALE_SHARE: Final = 0.4  # of a breath
_LENGTH_SPREAD: Final = 0.1  # standard deviation of the logarithm, as of the depth
_DEPTH_SPREAD: Final = 0.15
_MOST_SPREADS: Final = 2.5
# Once in a few minutes people sigh: a breath twice as deep, and longer.
_SIGH_SHARE: Final = 0.02
_SIGH_DEPTH: Final = 1.8
_SIGH_LENGTH: Final = 1.4
# Of the numbers that chance gives.
_SIGH, _PHASE = range(UNIFORMS.start, UNIFORMS.start + 2)
_LENGTH, _DEPTH = range(NORMALS.start, NORMALS.start + 2)


class Breathing:
    """The breath of every slot; one thread."""

    def __init__(self, moves: Moves) -> None:
        self._moves = moves

    def begin(self, slots: NDArray[np.intp], draws: NDArray[np.float64], habits: NDArray[np.float64]) -> NDArray[np.float64]:
        """Begin the lives of some slots, somewhere within a breath; (m,) when their next ones begin."""
        return self.happen(slots, -draws[:, _PHASE] * 60 / habits[:, Habit.BREATHS_PER_MIN], draws, habits)

    def happen(
        self, slots: NDArray[np.intp], at_secs: NDArray[np.float64], draws: NDArray[np.float64], habits: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Breathe in and out from (m,) instants on; (m,) when the next breaths begin."""
        sighs = draws[:, _SIGH] < _SIGH_SHARE
        length = 60 / habits[:, Habit.BREATHS_PER_MIN] * _varied(draws[:, _LENGTH], _LENGTH_SPREAD) * np.where(sighs, _SIGH_LENGTH, 1.0)
        depth = habits[:, Habit.BREATH_DEPTH] * _varied(draws[:, _DEPTH], _DEPTH_SPREAD) * np.where(sighs, _SIGH_DEPTH, 1.0)
        self._moves.swell(
            slots,
            Track.INHALE,
            at_secs=at_secs,
            rise_secs=INHALE_SHARE * length,
            hold_secs=np.zeros(slots.size),
            fall_secs=(1 - INHALE_SHARE) * length,
            height=depth,
        )
        next_secs: NDArray[np.float64] = at_secs + length
        return next_secs


def _varied(number: NDArray[np.float64], spread: float) -> NDArray[np.float64]:
    return np.exp(spread * np.minimum(np.maximum(number, -_MOST_SPREADS), _MOST_SPREADS))


def pose_breath(pose: IdlePose, amount: float) -> None:
    """What a usual breath does to the body, times `amount`: the chest rises, the shoulders with it, and the head stays nearly level."""
    for track in (Track.INHALE, Track.EXHALE):
        pose.turn(track, Bone.SPINE, pitch_deg=-0.3 * amount)
        pose.turn(track, Bone.CHEST, pitch_deg=-0.9 * amount)
        pose.turn(track, Bone.UPPER_CHEST, pitch_deg=-0.8 * amount)
        pose.turn_head(track, pitch_deg=1.6 * amount)
        # The left arm points to +X: a roll lifts it. The right one points the other way.
        pose.turn(track, Bone.LEFT_SHOULDER, roll_deg=1.6 * amount)
        pose.turn(track, Bone.RIGHT_SHOULDER, roll_deg=-1.6 * amount)
        pose.shift_head(track, y_cm=0.15 * amount)
