"""Where an avatar looks that nobody directs: rests of the gaze, small shifts around them, glances away and back."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from affectia.rig import saccade
from affectia.rig.idle.event_draws import NORMALS, UNIFORMS
from affectia.rig.idle.idle_pose import IdlePose
from affectia.rig.idle.moods import Habit
from affectia.rig.idle.moves import Moves, Track

_NEAR_DEG: Final = (1.6, 1.2)  # standard deviation of yaw and pitch of what is looked at without a glance: a face before one
_FARTHEST_NEAR: Final = 2.2  # standard deviations
_GLANCE_DEG: Final = 9.0  # median
_GLANCE_SPREAD: Final = 0.4
_GLANCE_RANGE_DEG: Final = (4.0, 22.0)
_SLOPE: Final = 0.6  # radians, up or down from level, at most: glances go to the side more than up and down
_REST_SPREAD: Final = 0.5
_REST_RANGE_SECS: Final = (0.2, 4.0)
_AWAY_SHARE: Final = 0.8  # of a usual rest: glances are rather short
_LEAST_AFTER_GLANCE_SECS: Final = 0.6  # the head has followed by then
_FOLLOW_SHARE: Final = 0.25  # of a glance, that the head turns
_FOLLOW_SECS: Final = 0.4
_FOLLOWS_AFTER_SECS: Final = 0.06
# Blinks go along with large shifts more often than with small ones, Evinger et al. 1994; the figures are set by eye.
_BLINK_FROM_DEG: Final = 6.0
_BLINK_PER_DEG: Final = 0.03
_MOST_BLINKS: Final = 0.8
# Of the numbers that chance gives.
_KIND, _SIDE, _TILT, _BLINK = range(UNIFORMS.start, UNIFORMS.stop)
_YAW, _PITCH, _REST, _REACH = range(NORMALS.start, NORMALS.stop)

_GAZE: Final = slice(Track.GAZE_YAW, Track.GAZE_PITCH + 1)
_FOLLOW: Final = slice(Track.FOLLOW_YAW, Track.FOLLOW_PITCH + 1)


class Saccades:
    """The gaze of every slot, in degrees around straight ahead; one thread. `amount` multiplies how far it goes."""

    def __init__(self, slots: int, moves: Moves, *, amount: float) -> None:
        self._moves = moves
        self._amount = amount
        self._away = np.zeros(slots, np.bool_)

    def begin(self, slots: NDArray[np.intp], draws: NDArray[np.float64], habits: NDArray[np.float64]) -> NDArray[np.float64]:
        """Begin the lives of some slots, looking straight ahead; (m,) when they look elsewhere first."""
        self._away[slots] = False
        return self._rests(draws, habits) * draws[:, _KIND]

    def happen(
        self, slots: NDArray[np.intp], at_secs: NDArray[np.float64], draws: NDArray[np.float64], habits: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
        """Look elsewhere at (m,) instants; (m,) when that happens next, and (m,) whether a blink would go along."""
        away = self._away[slots]
        leaves = ~away & (draws[:, _KIND] < habits[:, Habit.GLANCE_CHANCE])
        target = np.where(leaves[:, None], self._glances(draws, habits), _near(draws))
        target[:, 1] += habits[:, Habit.GAZE_PITCH_DEG]
        target *= self._amount
        way = target - self._moves.goals(slots, _GAZE)
        size = np.sqrt(way[:, 0] * way[:, 0] + way[:, 1] * way[:, 1])
        self._moves.go(slots, _GAZE, at_secs=at_secs, lasts_secs=saccade.lasts_secs(size), to=target)
        self._away[slots] = leaves
        rest = self._rests(draws, habits) * np.where(leaves, _AWAY_SHARE, 1.0)
        turns = leaves | away
        if turns.any():
            rest = np.where(turns, np.maximum(rest, _LEAST_AFTER_GLANCE_SECS), rest)
            self._follow(slots[turns], at_secs[turns], target[turns] * leaves[turns, None])
        chance = np.minimum(_BLINK_PER_DEG * np.maximum(size - _BLINK_FROM_DEG, 0), _MOST_BLINKS)
        return at_secs + rest, draws[:, _BLINK] < chance

    def _follow(self, slots: NDArray[np.intp], at_secs: NDArray[np.float64], target: NDArray[np.float64]) -> None:
        lasts = np.full(slots.size, _FOLLOW_SECS)
        self._moves.go(slots, _FOLLOW, at_secs=at_secs + _FOLLOWS_AFTER_SECS, lasts_secs=lasts, to=_FOLLOW_SHARE * target)

    @staticmethod
    def _rests(draws: NDArray[np.float64], habits: NDArray[np.float64]) -> NDArray[np.float64]:
        rests = habits[:, Habit.FIXATION_SECS] * np.exp(_REST_SPREAD * draws[:, _REST])
        return np.minimum(np.maximum(rests, _REST_RANGE_SECS[0]), _REST_RANGE_SECS[1])

    @staticmethod
    def _glances(draws: NDArray[np.float64], habits: NDArray[np.float64]) -> NDArray[np.float64]:
        reach = _GLANCE_DEG * np.exp(_GLANCE_SPREAD * draws[:, _REACH]) * habits[:, Habit.GAZE_RANGE]
        reach = np.minimum(np.maximum(reach, _GLANCE_RANGE_DEG[0]), _GLANCE_RANGE_DEG[1])
        slope = _SLOPE * (2 * draws[:, _TILT] - 1)
        side = np.where(draws[:, _SIDE] < 0.5, -1.0, 1.0)
        return np.stack((side * reach * np.cos(slope), reach * np.sin(slope)), axis=1)


def _near(draws: NDArray[np.float64]) -> NDArray[np.float64]:
    spread = np.minimum(np.maximum(draws[:, _YAW : _PITCH + 1], -_FARTHEST_NEAR), _FARTHEST_NEAR)
    return spread * _NEAR_DEG


def pose_gaze(pose: IdlePose) -> None:
    """What gaze and head show of it."""
    pose.look(Track.GAZE_YAW, yaw_deg=1.0)
    pose.look(Track.GAZE_PITCH, pitch_deg=1.0)
    pose.turn_head(Track.FOLLOW_YAW, yaw_deg=1.0)
    pose.turn_head(Track.FOLLOW_PITCH, pitch_deg=1.0)
