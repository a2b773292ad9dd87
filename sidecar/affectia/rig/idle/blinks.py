"""When an avatar blinks, and how its lids move then."""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

from affectia.rig.idle.event_draws import NORMALS, UNIFORMS
from affectia.rig.idle.idle_pose import IdlePose
from affectia.rig.idle.moods import Habit
from affectia.rig.idle.moves import Moves, Track

# Intervals between spontaneous blinks are spread like a log-normal distribution: most are short, a few very long.
SPREAD: Final = 0.55  # standard deviation of the logarithm
LEAST_SECS, MOST_SECS = 0.1, 0.4  # of a blink
LEAST_INTERVAL_SECS: Final = 1.05  # both blinks of a pair are over by then
_DURATION_SPREAD: Final = 0.28
_SHUT_SECS: Final = 0.034  # the lids stay shut so long: at 30 frames a second one of them shows it
_CLOSING_SHARE: Final = 0.3  # of the rest: lids close about twice as fast as they open
_PAUSE_SECS: Final = (0.05, 0.15)  # between the blinks of a pair
_REST_SECS: Final = 0.5  # no gaze calls for a blink so soon after one
# Of the numbers that chance gives.
_PAIRED, _PAUSE = range(UNIFORMS.start, UNIFORMS.start + 2)
_INTERVAL, _DURATION = range(NORMALS.start, NORMALS.start + 2)


class Blinks:
    """The blinks of every slot; one thread.

    `per_min` counts all of them on average; `paired_share` 0..1 of the intervals end in two. A gaze that calls for a blink brings the next
    one forward, and the one after it stays where it was: so the average stays.
    """

    def __init__(self, slots: int, moves: Moves, *, per_min: float, paired_share: float) -> None:
        self._moves = moves
        self._paired_share = paired_share
        self._interval_secs = 60 * (1 + paired_share) / per_min if per_min > 0 else math.inf
        self._plan_secs = np.zeros(slots)  # when the next blink is to be that no gaze brings forward
        self._over_secs = np.zeros(slots)
        self._half_done = np.zeros(slots, np.bool_)  # the next blink is the second of a pair

    def begin(self, slots: NDArray[np.intp], draws: NDArray[np.float64], habits: NDArray[np.float64]) -> NDArray[np.float64]:
        """Begin the lives of some slots; (m,) when they blink first."""
        self._half_done[slots] = False
        self._over_secs[slots] = 0
        # Somewhere in an interval: avatars that come at once do not blink at once.
        first: NDArray[np.float64] = self._intervals(draws, habits) * draws[:, UNIFORMS.start]
        self._plan_secs[slots] = first
        return first

    def happen(
        self, slots: NDArray[np.intp], at_secs: NDArray[np.float64], draws: NDArray[np.float64], habits: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Blink at (m,) instants; (m,) when the next blinks are."""
        duration = habits[:, Habit.BLINK_SECS] * np.exp(_DURATION_SPREAD * draws[:, _DURATION])
        duration = np.minimum(np.maximum(duration, LEAST_SECS), MOST_SECS)
        closing = _CLOSING_SHARE * (duration - _SHUT_SECS)
        held = np.full(slots.size, _SHUT_SECS)
        self._moves.swell(
            slots,
            Track.LIDS_CLOSE,
            at_secs=at_secs,
            rise_secs=closing,
            hold_secs=held,
            fall_secs=duration - _SHUT_SECS - closing,
            height=np.ones(slots.size),
        )
        over = at_secs + duration
        self._over_secs[slots] = over
        second = self._half_done[slots]
        plan = self._plan_secs[slots]
        later = np.maximum(plan + self._intervals(draws, habits), at_secs + LEAST_INTERVAL_SECS)
        plan = np.where(second, plan, later)
        self._plan_secs[slots] = plan
        pairs = ~second & (draws[:, _PAIRED] < self._paired_share)
        self._half_done[slots] = pairs
        pause = _PAUSE_SECS[0] + (_PAUSE_SECS[1] - _PAUSE_SECS[0]) * draws[:, _PAUSE]
        return np.where(pairs, over + pause, plan)

    def may_come(self, slots: NDArray[np.intp], at_secs: NDArray[np.float64]) -> NDArray[np.bool_]:
        """(m,) whether the next blink may be brought forward to an instant."""
        rested = at_secs >= self._over_secs[slots] + _REST_SECS
        may: NDArray[np.bool_] = rested & ~self._half_done[slots] & np.isfinite(self._plan_secs[slots])
        return may

    def _intervals(self, draws: NDArray[np.float64], habits: NDArray[np.float64]) -> NDArray[np.float64]:
        # The mean of a log-normal distribution lies half its variance above its median, as logarithms.
        factor = np.exp(SPREAD * draws[:, _INTERVAL] - SPREAD * SPREAD / 2)
        intervals: NDArray[np.float64] = np.maximum(self._interval_secs * factor / habits[:, Habit.BLINKS], LEAST_INTERVAL_SECS)
        return intervals


def pose_lids(pose: IdlePose) -> None:
    """What the lids show."""
    for track in (Track.LIDS_CLOSE, Track.LIDS_OPEN):
        for name in ("eyeBlinkLeft", "eyeBlinkRight"):
            pose.shape(track, name, 1.0)
