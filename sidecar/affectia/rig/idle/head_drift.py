"""A head that is never quite still, and a body that shifts its weight now and then."""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

from affectia.registry import Bone
from affectia.rig.idle.event_draws import NORMALS, UNIFORMS
from affectia.rig.idle.idle_pose import SWAYS, IdlePose
from affectia.rig.idle.moods import Habit
from affectia.rig.idle.moves import TRACKS, Moves, Track

_CHANNELS: Final = 6  # yaw, pitch and roll, then the shift left, up and forward
_SINES: Final = SWAYS // _CHANNELS  # of each
# No two are in a simple ratio, so their sum does not come back.
_RATES_HZ: Final = (0.059, 0.137, 0.293)
_CHANNEL_FACTORS: Final = (1.0, 1.131, 0.871, 0.923, 1.217, 1.063)
_SHARES: Final = (0.55, 0.3, 0.15)
_AVATAR_SPREAD: Final = 0.15  # how much faster or slower an avatar is than another
_TURN: Final = 2 * math.pi

_DRIFT_SECS: Final = 1.5  # how long the drift takes to grow or shrink
_SHIFT_SECS: Final = (1.2, 2.4)  # how long a shift of posture takes
_POSTURE_SPREAD: Final = 0.4
_LEAST_POSTURE_SECS: Final = 3.5
_LEAN_DEG: Final = (1.5, 2.0, 0.8, 1.6)  # standard deviation of roll, yaw and pitch of the trunk, and of the tilt of the head
_FARTHEST: Final = 1.8  # standard deviations
_LASTS: Final = UNIFORMS.start
_FIRST: Final = UNIFORMS.start + 1
_STAYS: Final = UNIFORMS.start + 2
_LEAN: Final = NORMALS
_LEANS: Final = slice(Track.LEAN_ROLL, Track.TILT + 1)
_DRIFT: Final = slice(Track.DRIFT, Track.DRIFT + 1)


class HeadDrift:
    """The drift of every slot's head and the posture of its body; one thread. `amount` multiplies both."""

    def __init__(self, slots: int, moves: Moves, *, amount: float) -> None:
        self._moves = moves
        self._amount = amount
        self._rates_hz = np.zeros((slots, SWAYS))
        self._phases = np.zeros((slots, SWAYS))  # in whole turns
        self._room = 0

    def open(self, slot: int, numbers: NDArray[np.float64]) -> None:
        """Give an avatar its rates and phases out of SWAYS + 1 numbers between 0 and 1."""
        rates = np.outer(_CHANNEL_FACTORS, _RATES_HZ).reshape(-1)
        self._rates_hz[slot] = rates * (1 + _AVATAR_SPREAD * (2 * numbers[SWAYS] - 1))
        self._phases[slot] = numbers[:SWAYS]

    def begin(self, slots: NDArray[np.intp], draws: NDArray[np.float64], habits: NDArray[np.float64]) -> NDArray[np.float64]:
        """Begin the lives of some slots in some posture; (m,) when it changes first."""
        before = np.full(slots.size, -1.0)
        soon = np.full(slots.size, 0.5)
        self._moves.go(slots, _LEANS, at_secs=before, lasts_secs=soon, to=self._postures(draws, habits))
        self._moves.go(slots, _DRIFT, at_secs=before, lasts_secs=soon, to=habits[:, Habit.DRIFT, None])
        return self._stays(draws, habits) * draws[:, _FIRST]

    def happen(
        self, slots: NDArray[np.intp], at_secs: NDArray[np.float64], draws: NDArray[np.float64], habits: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Shift the posture from (m,) instants on; (m,) when that happens next."""
        lasts = _SHIFT_SECS[0] + (_SHIFT_SECS[1] - _SHIFT_SECS[0]) * draws[:, _LASTS]
        self._moves.go(slots, _LEANS, at_secs=at_secs, lasts_secs=lasts, to=self._postures(draws, habits))
        next_secs: NDArray[np.float64] = at_secs + self._stays(draws, habits)
        return next_secs

    def calm(self, slots: NDArray[np.intp], at_secs: NDArray[np.float64], habits: NDArray[np.float64]) -> None:
        """Let the drift become what the mood wants, from (m,) instants on that are at least 2 s apart."""
        self._moves.go(slots, _DRIFT, at_secs=at_secs, lasts_secs=np.full(slots.size, _DRIFT_SECS), to=habits[:, Habit.DRIFT, None])

    def values(
        self, rows: slice | NDArray[np.intp], secs: NDArray[np.float64], drift: NDArray[np.float32], out: NDArray[np.float32]
    ) -> None:
        """Write the sways of some slots at (n, 1) instants into (n, sways), each times (n, 1) `drift`."""
        count = secs.shape[0]
        if count > self._room:
            self._room = count
            self._turns, self._whole = (np.empty((count, SWAYS)) for _ in range(2))
        turns, whole = self._turns[:count], self._whole[:count]
        np.multiply(secs, self._rates_hz[rows], out=turns)
        turns += self._phases[rows]
        np.rint(turns, out=whole)  # numpy may compute the sine of a large number in another way, and of its neighbours too
        turns -= whole
        turns *= _TURN
        np.sin(turns, out=turns)
        np.multiply(turns, drift, out=out)

    def _postures(self, draws: NDArray[np.float64], habits: NDArray[np.float64]) -> NDArray[np.float64]:
        spread = np.minimum(np.maximum(draws[:, _LEAN], -_FARTHEST), _FARTHEST)
        return spread * _LEAN_DEG * self._amount * habits[:, Habit.DRIFT, None]

    @staticmethod
    def _stays(draws: NDArray[np.float64], habits: NDArray[np.float64]) -> NDArray[np.float64]:
        # Uniform about its usual value: neither a clock nor hectic.
        stays = habits[:, Habit.POSTURE_SECS] * (1 + _POSTURE_SPREAD * (2 * draws[:, _STAYS] - 1))
        return np.maximum(stays, _LEAST_POSTURE_SECS)


def pose_drift(pose: IdlePose, amount: float) -> None:
    """What drift and posture do to head and body: the head drifts by 1 to 2 degrees and a few millimetres, times `amount`."""
    yaw, pitch, roll, left, up, forward = range(TRACKS, TRACKS + SWAYS, _SINES)
    for sine, share in enumerate(_SHARES):
        size = share * amount
        pose.turn_head(yaw + sine, yaw_deg=2.0 * size)
        pose.turn_head(pitch + sine, pitch_deg=1.5 * size)
        pose.turn_head(roll + sine, roll_deg=1.2 * size)
        pose.shift_head(left + sine, x_cm=0.35 * size)
        pose.shift_head(up + sine, y_cm=0.1 * size)
        pose.shift_head(forward + sine, z_cm=0.35 * size)
    # A trunk that leans: the head comes back half of the way, and is carried along.
    pose.turn(Track.LEAN_ROLL, Bone.SPINE, roll_deg=0.7)
    pose.turn(Track.LEAN_ROLL, Bone.CHEST, roll_deg=0.3)
    pose.turn_head(Track.LEAN_ROLL, roll_deg=-0.6)
    pose.shift_head(Track.LEAN_ROLL, x_cm=-0.3)
    pose.turn(Track.LEAN_YAW, Bone.SPINE, yaw_deg=0.6)
    pose.turn(Track.LEAN_YAW, Bone.CHEST, yaw_deg=0.4)
    pose.turn_head(Track.LEAN_YAW, yaw_deg=-0.7)
    pose.turn(Track.LEAN_PITCH, Bone.SPINE, pitch_deg=1.0)
    pose.turn_head(Track.LEAN_PITCH, pitch_deg=-0.8)
    pose.turn_head(Track.TILT, roll_deg=1.0)
    pose.turn_head(Track.TILT, yaw_deg=0.3)
