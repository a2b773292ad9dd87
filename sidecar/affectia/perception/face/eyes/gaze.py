"""Where the eyes look, from the place of the iris in the eye.

The eye turns about a centre that lies behind the middle of its corners, so what the picture shows of a turn is how far the iris stands
off the line camera -> centre. Everything is measured across that line: the depth that the network gives an iris is made up and falls out.

The model's lengths are near an eye's only to the side: a mean eye turns about a point 9.5 mm behind its pupil (5.3 + 4.2 mm, Guestrin and
Eizenman 2006, General theory of remote gaze estimation), and in canonical centimetres heads are a sixth larger; with that the gaze of a
turning head stays where it is. Up and down the network moves an iris less than it moves, so that axis has its own two lengths. Fitted on
turning heads and on 8,000 faces of FER+, whose median is taken to look into the camera.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from affectia import registry
from affectia.perception.face.eyes import eye_geometry
from affectia.perception.face.eyes.blink import BlinkReading
from affectia.perception.face.eyes.eye_geometry import LEFT, RIGHT, EyeGeometry
from affectia.perception.face.eyes.gaze_steadier import GazeSteadier
from affectia.perception.face.landmarks.head_pose import HeadPose

_RADIUS_CM: Final = (1.2, 0.85)  # rotation centre to iris, for turns to the side and for turns up and down
_DEPTH_CM: Final = (0.45, 0.12)  # rotation centre behind the corners
_CENTRE_OUT_CM: Final = 0.03  # rotation centre from the middle of the corners, towards the temple
_CENTRE_UP_CM: Final = 0.195  # and upwards, for the iris as the network places it

_SLANT_LIMIT_DEG: Final = 70.0  # of the camera; beyond, the tangent of it explodes and nothing is seen anyway
_YAW_LIMIT_DEG: Final = 45.0
_PITCH_LIMITS_DEG: Final = (-35.0, 40.0)
_TANGENT_LIMIT: Final = 3.0
_DISPARITY_LIMIT: Final = 0.5
_CLEAR_WEIGHT: Final = 0.9

_FULL_DEG: Final = np.array((30.0, 25.0))  # yaw, pitch of a full eyeLook shape: those of the skeleton
_LOOKS: Final = np.array(
    [
        [[registry.BLENDSHAPES.index(f"eyeLook{way}{side}") for way in ways] for ways in ((plus, minus), ("Down", "Up"))]
        for side, plus, minus in (("Left", "Out", "In"), ("Right", "In", "Out"))
    ]
)  # [eye][yaw, pitch][positive, negative]

_Pair: TypeAlias = tuple[float, float]


@dataclass(frozen=True, slots=True)
class GazeOptions:
    """An eye counts fully while its lid is down by less than `clear_at`, and not at all from `covered_at`. A lid that falls by `fall` from
    one sample to the next, or reaches `covered_at`, covers the eye until it is back under `clear_at`. Lids that have stood still (within
    `still_within`) for `still_secs` under `squint_at` squint: such an eye counts by `squint_weight`. While no eye counts the gaze of
    `look_back_secs` before is held, for the lid drags the iris down before it is seen to fall. An eye that counts for half pulls the gaze
    half way within `blend_secs`. `disparity_secs`: memory for how a person's eyes are seen to stand to each other, from samples whose
    camera yaw is under `frontal_deg`. `vergence_deg`: between the yaws of the eyes where nothing else is known, and at most.
    """

    clear_at: float = 0.25
    covered_at: float = 0.55
    fall: float = 0.12
    squint_at: float = 0.85
    squint_weight: float = 0.3
    still_within: float = 0.15
    still_secs: float = 0.35
    look_back_secs: float = 0.06
    blend_secs: float = 0.03
    gap_secs: float = 0.3
    disparity_secs: float = 6.0
    frontal_deg: float = 20.0
    vergence_deg: tuple[float, float] = (3.0, 10.0)


@dataclass(frozen=True, slots=True)
class Gaze:
    """`eyes_deg` (2, 2): left, right eye; yaw (+ = the subject's left) and pitch (+ = down) in head axes. `tangents` (2,): the eyes
    together, against the line face -> camera, x + = right in the unmirrored picture, y + = up, 0, 0 = into the camera. `confidence` 0..1:
    0 = held, the eyes say nothing now.
    """

    eyes_deg: NDArray[np.float64]
    tangents: NDArray[np.float64]
    confidence: float


class GazeEstimator:
    """State of one face's gaze. Not thread safe: one thread steps it, in the order of time."""

    def __init__(self, options: GazeOptions | None = None) -> None:
        self._options = options or GazeOptions()
        self._steadier = GazeSteadier()
        self.reset()

    def reset(self) -> None:
        """Another person: nothing is known of where they look, nor of how their eyes stand to each other."""
        self._nanos: int | None = None
        self._gaze: _Pair | None = None
        self._disparity = [0.0, 0.0]  # tangents of the left eye minus those of the right one: constant errors of this person's mesh
        self._disparity_secs = 0.5  # that went into it, and as if 0 had been seen for the first of them
        self._vergence_deg = self._options.vergence_deg[0]
        self._forget_moment()

    def _forget_moment(self) -> None:
        """Whatever is going on is over; what is known of the person stays."""
        self._steadier.reset()
        self._shown_deg = (0.0, 0.0)
        self._clear: deque[tuple[int, _Pair]] = deque(maxlen=16)  # gaze of clear eyes, and when
        self._is_held = False
        self._are_covered = [False, False]
        self._closures: _Pair | None = None
        self._still_at = [0.0, 0.0]  # the closure that a lid stands at, and since when
        self._still_since_nanos = [0, 0]

    def step(
        self,
        points: NDArray[np.floating],
        pose: HeadPose,
        blink: BlinkReading,
        time_nanos: int,
        *,
        blendshapes: NDArray[np.floating] | None = None,
        eyes: EyeGeometry | None = None,
    ) -> Gaze:
        """One sample: (478, 3) head points in cm, the head, the lids of the same sample, and the instant they show.

        `blendshapes` (52,) as the network gives them steady the gaze; without them it is that of the irises alone. `eyes`: what was
        measured of these points already.
        """
        elapsed_secs = 0.0 if self._nanos is None else (time_nanos - self._nanos) * 1e-9
        if self._nanos is None or not 0 <= elapsed_secs <= self._options.gap_secs:
            elapsed_secs = 0.0
            self._forget_moment()
        self._nanos = time_nanos
        geometry = eyes or eye_geometry.measure(points)
        camera_deg = eye_geometry.sight_deg(pose)
        seen = [view * good for view, good in zip(eye_geometry.visibility(camera_deg[0]), geometry.iris_measured, strict=True)]
        weights = self._weights((float(blink.closures[LEFT]), float(blink.closures[RIGHT])), seen, time_nanos)
        sight = _Sight(pose)
        left, right = geometry.iris_cm.tolist()
        tangents = (sight.tangents(_eye_deg(left, LEFT, camera_deg)), sight.tangents(_eye_deg(right, RIGHT, camera_deg)))
        if min(weights) >= _CLEAR_WEIGHT:
            self._compare(tangents, camera_deg[0], elapsed_secs)
        self._follow(tangents, weights, elapsed_secs, time_nanos)
        gaze = self._gaze or (0.0, 0.0)
        yaw_deg, up_deg = sight.deg(gaze)
        if blendshapes is not None:
            if not self._is_held:
                closure = float(blink.closures.min())
                self._shown_deg = self._steadier.steady((yaw_deg, up_deg), blendshapes, closure=closure, elapsed_secs=elapsed_secs)
            yaw_deg, up_deg = self._shown_deg
            gaze = sight.tangents((yaw_deg, up_deg))
        return Gaze(self._eyes_deg((yaw_deg, up_deg)), np.array(gaze), max(weights))

    def _weights(self, closures: _Pair, seen: list[float], now_nanos: int) -> _Pair:
        """What each eye counts for, 0..1."""
        options, weights = self._options, [0.0, 0.0]
        before = self._closures or closures
        self._closures = closures
        for eye in (LEFT, RIGHT):
            down = closures[eye]
            if abs(down - self._still_at[eye]) > options.still_within:
                self._still_at[eye], self._still_since_nanos[eye] = down, now_nanos
            squints = down < options.squint_at and (now_nanos - self._still_since_nanos[eye]) * 1e-9 >= options.still_secs
            if down < options.clear_at or squints:
                self._are_covered[eye] = False
            if down - before[eye] >= options.fall or (down >= options.covered_at and not squints):
                self._are_covered[eye] = True
            if not self._are_covered[eye]:
                openness = (options.covered_at - down) / (options.covered_at - options.clear_at)
                weights[eye] = seen[eye] * min(1.0, max(options.squint_weight if squints else 0.0, openness))
        return weights[LEFT], weights[RIGHT]

    def _compare(self, tangents: tuple[_Pair, _Pair], camera_yaw_deg: float, elapsed_secs: float) -> None:
        """Learn how the two eyes are seen to differ always, so that either can speak for both; what differs now is vergence."""
        options = self._options
        across, up = (tangents[LEFT][axis] - tangents[RIGHT][axis] for axis in (0, 1))
        if abs(camera_yaw_deg) < options.frontal_deg and elapsed_secs > 0:
            self._disparity_secs = min(self._disparity_secs + elapsed_secs, options.disparity_secs)
            share = elapsed_secs / self._disparity_secs
            for axis, seen in enumerate((across, up)):
                self._disparity[axis] += share * (min(_DISPARITY_LIMIT, max(-_DISPARITY_LIMIT, seen)) - self._disparity[axis])
        usual, most = options.vergence_deg
        # Half of it: the eyes of a mesh disagree by 2 degrees at rest, more than people's eyes converge.
        converged_deg = usual - math.degrees(math.atan(across - self._disparity[0])) / 2
        self._vergence_deg = min(most, max(0.0, converged_deg))

    def _follow(self, tangents: tuple[_Pair, _Pair], weights: _Pair, elapsed_secs: float, now_nanos: int) -> None:
        """Bring the gaze to what the eyes say, as far as they can be believed."""
        most, total = max(weights), sum(weights)
        if most <= 0:
            if not self._is_held:
                self._is_held = True
                limit_nanos = now_nanos - round(self._options.look_back_secs * 1e9)
                self._gaze = next((gaze for nanos, gaze in reversed(self._clear) if nanos <= limit_nanos), self._gaze)
            return
        self._is_held = False
        left, right = (weight / total for weight in weights)
        x, y = (
            left * (tangents[LEFT][axis] - self._disparity[axis] / 2) + right * (tangents[RIGHT][axis] + self._disparity[axis] / 2)
            for axis in (0, 1)
        )
        if self._gaze is not None and most < _CLEAR_WEIGHT and elapsed_secs > 0:
            share = 1 - (1 - most) ** (elapsed_secs / self._options.blend_secs)
            x, y = (old + share * (new - old) for old, new in zip(self._gaze, (x, y), strict=True))
        self._gaze = x, y
        if most >= _CLEAR_WEIGHT:
            self._clear.append((now_nanos, self._gaze))

    def _eyes_deg(self, joint_deg: _Pair) -> NDArray[np.float64]:
        """(2, 2) from yaw and height of both: eyes never look to different heights, and never apart."""
        yaw, up = joint_deg
        pitch = min(_PITCH_LIMITS_DEG[1], max(_PITCH_LIMITS_DEG[0], -up))
        half = self._vergence_deg / 2
        yaws = (min(_YAW_LIMIT_DEG, max(-_YAW_LIMIT_DEG, yaw - half)), min(_YAW_LIMIT_DEG, max(-_YAW_LIMIT_DEG, yaw + half)))
        return np.array(((yaws[LEFT], pitch), (yaws[RIGHT], pitch)))


def _eye_deg(iris_cm: list[float], eye: int, camera_deg: _Pair) -> _Pair:
    """Yaw (+ = the subject's left) and height (+ = up) in head axes of an eye whose iris is here from the middle of its corners."""
    x, y, z = iris_cm
    yaw, up = (math.radians(min(_SLANT_LIMIT_DEG, max(-_SLANT_LIMIT_DEG, angle))) for angle in camera_deg)
    # Along the line to the camera into the plane of the rotation centre: what is left is the offset across that line.
    across = x - (z + _DEPTH_CM[0]) * math.tan(yaw) - (_CENTRE_OUT_CM if eye == LEFT else -_CENTRE_OUT_CM)
    above = y - (z + _DEPTH_CM[1]) * math.tan(up) / math.cos(yaw) - _CENTRE_UP_CM
    # The tangent, not the sine, of the turn: far turns are the worst measured, and this says less of them.
    yaw += math.atan(across * math.cos(yaw) / _RADIUS_CM[0])
    up += math.atan(above * math.cos(up) / _RADIUS_CM[1])
    return math.degrees(yaw), math.degrees(up)


class _Sight:
    """The line face -> camera as seen from the head, and what is right and up of it in the picture."""

    def __init__(self, pose: HeadPose) -> None:
        x, y, z = pose.to_camera.tolist()
        level = math.hypot(x, z)
        if not level > 1e-6:  # the camera is right above, or the pose is no pose
            x, y, z, level = 0.0, 0.0, 1.0, 1.0
        basis = np.array(((z / level, 0.0, -x / level), (-x * y / level, level, -y * z / level), (x, y, z)))
        rows = basis @ pose.axes
        self._rows: list[list[float]] = (rows if np.isfinite(rows).all() else np.eye(3)).tolist()  # right, up, forward in head axes

    def tangents(self, eye_deg: _Pair) -> _Pair:
        """Against the line to the camera, of a direction given as yaw and height in head axes."""
        yaw, up = math.radians(eye_deg[0]), math.radians(eye_deg[1])
        x, y, z = math.sin(yaw) * math.cos(up), math.sin(up), math.cos(yaw) * math.cos(up)
        right, above, ahead = (a * x + b * y + c * z for a, b, c in self._rows)
        ahead = max(ahead, 0.1)
        return min(_TANGENT_LIMIT, max(-_TANGENT_LIMIT, right / ahead)), min(_TANGENT_LIMIT, max(-_TANGENT_LIMIT, above / ahead))

    def deg(self, tangents: _Pair) -> _Pair:
        """Yaw and height in head axes of a direction given as tangents."""
        right, above = tangents
        rows = self._rows
        x, y, z = (right * rows[0][axis] + above * rows[1][axis] + rows[2][axis] for axis in (0, 1, 2))
        return math.degrees(math.atan2(x, z)), math.degrees(math.atan2(y, math.hypot(x, z)))


def write_shapes(shapes: NDArray[np.floating], eyes_deg: NDArray[np.floating]) -> None:
    """Set the eight eyeLook shapes of (52,) in registry order from (2, 2) degrees."""
    ways = np.clip(eyes_deg / _FULL_DEG, -1, 1)
    shapes[_LOOKS[..., 0]] = np.maximum(ways, 0)
    shapes[_LOOKS[..., 1]] = np.maximum(-ways, 0)
