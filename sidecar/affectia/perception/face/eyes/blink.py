"""Eyelids: how far each is shut, against how far this person's eyes are open, and what is a blink, a wink, or closed eyes.

The aperture is the mean of two measures of the same thing: the gap between the lids in head axes, and MediaPipe's eyeBlink turned into
such a gap. Nothing is smoothed: a blink lasts three frames at 30 a second, one at 15.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from affectia import registry
from affectia.perception.face.eyes import eye_geometry
from affectia.perception.face.eyes.eye_geometry import LEFT, RIGHT, EyeGeometry
from affectia.perception.face.eyes.eyelid_level import EyelidLevel
from affectia.perception.face.landmarks.head_pose import HeadPose

_SHAPES: Final = np.array([registry.BLENDSHAPES.index(name) for name in ("eyeBlinkLeft", "eyeBlinkRight")])

# Gap that goes with a score of eyeBlink: medians over 9,700 faces of FER+. A score of 0.02 or less says no more than "open".
_GAP_AT_NO_BLINK: Final = 0.255
_GAP_PER_BLINK: Final = 0.36


@dataclass(frozen=True, slots=True)
class BlinkOptions:
    """`open_share`, `shut_share`: shares of this person's open level at which closure is 0 and 1. An eye closes at `close_at`, or by a rise
    of `swing` where it was half closed before; it opens at `open_at`, or by a fall of `swing`. `both_ratio`, `both_at`: what the lesser
    eye must reach in a blink, as a share of the other's and absolutely; `wink_ratio`, `wink_open_at`: what it must stay under in a wink.
    `shut_at`, `unshut_at`: shut eyes, as opposed to squinting ones.
    """

    open_share: float = 0.9
    shut_share: float = 0.27
    close_at: float = 0.5
    open_at: float = 0.4
    swing: float = 0.3
    both_ratio: float = 0.45
    both_at: float = 0.25
    wink_ratio: float = 0.4
    wink_open_at: float = 0.35
    shut_at: float = 0.8
    unshut_at: float = 0.65
    together_secs: float = 0.1
    shortest_secs: float = 0.03
    longest_secs: float = 0.5
    shortest_wink_secs: float = 0.08
    longest_wink_secs: float = 2.0
    gap_secs: float = 0.3


@dataclass(frozen=True, slots=True)
class BlinkReading:
    """`closures` (2,) left, right: 0 = open, 1 = shut; `confidence` (2,) 0..1: how well each eye is seen, 0 = its closure is the other
    eye's or an old one; `counts`: blinks, left winks, right winks since the reset; `last_millis`: how long the last of them took;
    `closed_secs`: for how long both eyes have been shut, 0 = they are not.
    """

    closures: NDArray[np.float64]
    confidence: NDArray[np.float64]
    counts: tuple[int, int, int]
    last_millis: int
    closed_secs: float


class BlinkDetector:
    """State of one face's lids. Not thread safe: one thread steps it, in the order of time."""

    def __init__(self, options: BlinkOptions | None = None) -> None:
        self._options = options or BlinkOptions()
        self._level = EyelidLevel()
        self.reset()

    def reset(self) -> None:
        """Another person: levels, counts and whatever is going on start anew."""
        self._level.reset()
        self._counts = [0, 0, 0]
        self._last_millis = 0
        self._nanos: int | None = None
        self._closures = [0.0, 0.0]
        self._forget_moment()

    def _forget_moment(self) -> None:
        """Whatever is going on is over; what is known of the person stays."""
        self._is_down = False  # an episode is going on, which ...
        self._began_nanos = 0
        self._peaks = [0.0, 0.0]  # ... took the lids down to here, at these instants
        self._peak_nanos = [0, 0]
        self._rest = self._options.close_at - self._options.swing  # where the lower lid was at its highest since the last episode
        self._shut_since_nanos: int | None = None

    def step(
        self,
        points: NDArray[np.floating],
        blendshapes: NDArray[np.floating],
        pose: HeadPose,
        time_nanos: int,
        *,
        eyes: EyeGeometry | None = None,
    ) -> BlinkReading:
        """One sample: (478, 3) head points in cm, (52,) scores in registry order, and the instant they show.

        `eyes`: what was measured of these points already.
        """
        elapsed_secs = 0.0 if self._nanos is None else (time_nanos - self._nanos) * 1e-9
        if self._nanos is None or not 0 <= elapsed_secs <= self._options.gap_secs:
            elapsed_secs = 0.0
            self._forget_moment()
        self._nanos = time_nanos
        geometry = eyes or eye_geometry.measure(points)
        camera_yaw_deg, _ = eye_geometry.sight_deg(pose)
        seen = [view * good for view, good in zip(eye_geometry.visibility(camera_yaw_deg), geometry.lids_measured, strict=True)]
        apertures = _apertures(geometry.gaps.tolist(), np.asarray(blendshapes)[_SHAPES].tolist())
        self._level.learn(apertures, seen, elapsed_secs)
        if max(seen) > 0:
            lowered = self._lowered(apertures, seen)
            self._follow(lowered, time_nanos)
            self._closures = [min(1.0, max(0.0, share)) for share in lowered]
        closed_secs = 0.0 if self._shut_since_nanos is None else (time_nanos - self._shut_since_nanos) * 1e-9
        blinks, left_winks, right_winks = self._counts
        return BlinkReading(
            np.array(self._closures), np.array(seen, np.float64), (blinks, left_winks, right_winks), self._last_millis, closed_secs
        )

    def _lowered(self, apertures: list[float], seen: list[float]) -> list[float]:
        """How far the lids are down: 0 = open, 1 = shut, not clamped; what is not seen of one eye is taken from the other."""
        options, best, own = self._options, max(seen), []
        for aperture, level in zip(apertures, self._level.open_gaps, strict=True):
            opened, shut = options.open_share * level, options.shut_share * level
            own.append((opened - aperture) / (opened - shut))
        # Lids move together: the eye behind the nose follows the one that is seen.
        return [own[eye] + (1 - seen[eye] / best) * (own[1 - eye] - own[eye]) if seen[eye] < best else own[eye] for eye in (LEFT, RIGHT)]

    def _follow(self, lowered: list[float], now_nanos: int) -> None:
        """Episodes of a lid that is down: from the lower one, so that a wink is an episode too."""
        options, lower = self._options, max(lowered)
        if self._is_down:
            for eye in (LEFT, RIGHT):
                if lowered[eye] > self._peaks[eye]:
                    self._peaks[eye], self._peak_nanos[eye] = lowered[eye], now_nanos
            # Who blinks again before the lids are up blinks twice, and a blink may end in a squint: a clear fall ends it too. How deep
            # the lids of shut eyes are said to be wanders, so it must lead out of what counts as shut.
            if lower < max(options.open_at, min(max(self._peaks) - options.swing, 1.0)):
                self._count((now_nanos - self._began_nanos) * 1e-9)
                self._is_down, self._rest = False, lower
        else:
            self._rest = min(self._rest, max(lower, 0.0))
            if lower >= max(options.close_at, self._rest + options.swing):
                self._is_down, self._began_nanos = True, now_nanos
                self._peaks, self._peak_nanos = list(lowered), [now_nanos, now_nanos]
        both = min(lowered)
        if both >= options.shut_at and self._shut_since_nanos is None:
            self._shut_since_nanos = now_nanos
        elif both < options.unshut_at:
            self._shut_since_nanos = None

    def _count(self, secs: float) -> None:
        """An episode of this length is over: say what it was."""
        options = self._options
        lesser = LEFT if self._peaks[LEFT] < self._peaks[RIGHT] else RIGHT
        reached, most = self._peaks[lesser], self._peaks[1 - lesser]
        apart_secs = abs(self._peak_nanos[LEFT] - self._peak_nanos[RIGHT]) * 1e-9
        if reached >= max(options.both_at, options.both_ratio * min(most, 1.0)):
            # Lids that are both shut may reach their deepest frame at any time: only one that was never shut must keep step.
            if (
                apart_secs <= options.together_secs or reached >= options.shut_at
            ) and options.shortest_secs <= secs <= options.longest_secs:
                self._counts[0] += 1
                self._last_millis = round(secs * 1e3)
        elif (
            reached <= min(options.wink_open_at, options.wink_ratio * most)
            and options.shortest_wink_secs <= secs <= options.longest_wink_secs
        ):
            self._counts[1 if lesser == RIGHT else 2] += 1
            self._last_millis = round(secs * 1e3)


def _apertures(gaps: list[float], scores: list[float]) -> list[float]:
    """The gaps made steadier by eyeBlink: it knows narrow open eyes from shut ones, and says less about wide ones."""
    return [
        (gap + _GAP_AT_NO_BLINK - _GAP_PER_BLINK * min(1.0, max(0.0, score))) / 2 if math.isfinite(score) else gap
        for gap, score in zip(gaps, scores, strict=True)
    ]


def write_shapes(shapes: NDArray[np.floating], reading: BlinkReading) -> None:
    """Set eyeBlinkLeft and eyeBlinkRight of (52,) shapes in registry order."""
    shapes[_SHAPES] = reading.closures
