"""A gaze that is directed: the eyes go first, the head follows, and the eyes turn back as it arrives."""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

from affectia.clock import NANOS_PER_SEC
from affectia.errors import ConfigError
from affectia.registry import Bone
from affectia.rig import gaze_shapes, saccade
from affectia.signals.pose_layer import CHANNELS, TURNS
from affectia.signals.slot_rows import slot_rows

KEPT_NANOS: Final = NANOS_PER_SEC  # so long a gaze holds after it was last asked for
FADE_SECS: Final = 0.15
HEAD_YAW_DEG, HEAD_PITCH_DEG = 60.0, 40.0  # as far as the head turns
EYE_YAW_DEG, EYE_PITCH_DEG = gaze_shapes.YAW_DEG, gaze_shapes.PITCH_DEG

_HELD_NANOS: Final = 1 << 61
_SECS_PER_NANO: Final = 1 / NANOS_PER_SEC
_HEAD_RATE: Final = 8.0  # radians a second of a critically damped spring: a head arrives after about 0.7 s
_SETTLED_NANOS: Final = 3 * NANOS_PER_SEC  # the spring is at rest, to the last bit that shows
_IDLE_SHARE: Final = 0.3  # of the idle gaze, that goes on around what is looked at
_NECK_SHARE: Final = 0.4  # of a head's turn, as the rest of the rig has it
_HEAD_LIMITS: Final = np.array((HEAD_YAW_DEG, HEAD_PITCH_DEG))
_EYE_LIMITS: Final = np.array((EYE_YAW_DEG, EYE_PITCH_DEG))
# Turns about X, Y and Z of the neck, then of the head.
_NECK_AND_HEAD: Final = slice(TURNS.start + 3 * Bone.NECK, TURNS.start + 3 * (Bone.HEAD + 1))
# When gaze (yaw, pitch), weight and the fading at the end began.
_GAZE: Final = slice(0, 2)
_WEIGHT, _END = 2, 3
# What a gaze is put together from, degrees: yaw of the left and the right eye and their pitch as they are in the layer, yaw and pitch
# of the gaze in space, yaw and pitch of the head that follows.
_GAZES: Final = slice(4, 6)
_HEADS: Final = slice(6, 8)
_EYES: Final = gaze_shapes.PLACES.size
_ZERO, _ONE = np.float32(0), np.float32(1)


def _out_of_layer() -> NDArray[np.float32]:
    """(channels, numbers): the eyes as a layer has them, and where they look: with all that turns them along."""
    table = np.zeros((CHANNELS, 8))
    table[:, :4] = gaze_shapes.angles_deg(np.eye(CHANNELS, dtype=np.float32))
    table[:, _GAZES] = (table[:, 0:4:2] + table[:, 1:4:2]) / 2
    for bone in (Bone.SPINE, Bone.CHEST, Bone.UPPER_CHEST, Bone.NECK, Bone.HEAD):
        pitch, yaw = TURNS.start + 3 * bone, TURNS.start + 3 * bone + 1
        table[yaw, _GAZES.start] = table[pitch, _GAZES.start + 1] = math.degrees(1)
    return table.astype(np.float32)


def _into_layer() -> NDArray[np.float32]:
    """(numbers, 8 + 6): eyeLook shapes with signs, to be cut at 0, then turns of neck and head; eyes turn against the head."""
    both = np.repeat(np.eye(2), 2, axis=1)
    eyes = gaze_shapes.signed_weights(np.concatenate((np.eye(4), both, -both)))
    turns = np.zeros((8, 2, 3))
    for place, share in enumerate((_NECK_SHARE, 1 - _NECK_SHARE)):
        turns[_HEADS.start, place, 1] = turns[_HEADS.start + 1, place, 0] = math.radians(share)
    return np.concatenate((eyes, turns.reshape(8, 6)), axis=1).astype(np.float32)


_OUT_OF_LAYER: Final = _out_of_layer()
_INTO_LAYER: Final = _into_layer()


class LookAt:
    """The directed gaze of every slot; the motion thread alone calls it.

    Angles are of the gaze in space, against straight ahead: yaw to the subject's left, pitch down, degrees. It ends `KEPT_NANOS` after it
    was last asked for unless it is held. The spring is exact (its solution is computed from where and how fast the head was when its goal
    changed), so what is shown at an instant does not depend on how often it is asked for.
    """

    def __init__(self, slots: int) -> None:
        self._on = np.zeros(slots, np.bool_)
        self._busy = 0
        self._ended = np.zeros(slots, np.bool_)  # the head has been told
        # Yaw, pitch and weight: from where they go, and how far. Yaw, pitch, weight and the fading at the end: since when, and how fast.
        self._from, self._way = np.zeros((slots, 3)), np.zeros((slots, 3))
        self._goals = np.zeros((slots, 3))
        self._since_nanos = np.zeros((slots, 4), np.int64)
        self._rates = np.full((slots, 4), _SECS_PER_NANO / FADE_SECS)  # in shares of the way a nanosecond
        self._end_nanos = self._since_nanos[:, _END]
        # The head (yaw, pitch): where it goes, how far it was from there, and its speed + rate x that.
        self._goal, self._apart, self._push = (np.zeros((slots, 2)) for _ in range(3))
        self._turned_nanos = np.zeros(slots, np.int64)

    @property
    def active(self) -> bool:
        """Whether any gaze is directed, or any head still on its way back, as far as the last tick knew."""
        return self._busy > 0

    def look(self, slot: int, *, yaw_deg: float, pitch_deg: float, weight: float, head_share: float, hold: bool, now_nanos: int) -> None:
        """Look in a direction; one further away than eyes and head can turn is looked at as far as they can.

        `weight` 0..1 of it against the idle gaze; `head_share` 0..1 how much of the way the head turns. A target that eyes alone do not
        reach takes more of the head, unless its share is 0. ConfigError for numbers that cannot be.
        """
        for name, value, least, most in (
            ("yaw_deg", yaw_deg, -180, 180),
            ("pitch_deg", pitch_deg, -90, 90),
            ("weight", weight, 0, 1),
            ("head_share", head_share, 0, 1),
        ):
            if not least <= value <= most:  # written so that NaN is refused too
                raise ConfigError(f"{name} of a gaze is {value}, expected {least} to {most}")
        slots, now = np.array([slot]), np.array([now_nanos], np.int64)
        self._let_go(slots, now)
        target = np.array((yaw_deg, pitch_deg))
        reach = _EYE_LIMITS + (_HEAD_LIMITS if head_share > 0 else 0)
        target = np.minimum(np.maximum(target, -reach), reach)
        shown = self._shown(slots, now)[0]
        if shown[2] > 0:
            size, fade_secs = float(np.hypot(*(target - shown[:2]))), FADE_SECS
        else:
            # From wherever the idle gaze is, the weight alone is the saccade.
            shown[:2], size = target, float(np.hypot(*target))
            fade_secs = saccade.lasts_secs(size)
        goals = np.array((*target, weight))
        changed = not self._on[slot] or self._ended[slot] or not np.array_equal(self._goals[slot], goals)
        if changed:
            self._from[slot], self._way[slot], self._goals[slot] = shown, goals - shown, goals
            self._since_nanos[slot, :_END] = now_nanos
            self._rates[slot, _GAZE] = _SECS_PER_NANO / saccade.lasts_secs(size)
            self._rates[slot, _WEIGHT] = _SECS_PER_NANO / fade_secs
        beyond = np.maximum(np.abs(target) - _EYE_LIMITS, 0) if head_share > 0 else 0
        head = np.copysign(np.minimum(np.maximum(head_share * np.abs(target), beyond), _HEAD_LIMITS), target) * weight
        if not np.array_equal(head, self._goal[slot]):
            self._turn(slots, now, head[None])
        self._end_nanos[slot] = now_nanos + (_HELD_NANOS if hold else KEPT_NANOS)
        self._ended[slot] = False
        self._on[slot] = True
        self._busy = int(np.count_nonzero(self._on))

    def release(self, slot: int, *, now_nanos: int) -> None:
        """Let the gaze go, held or not."""
        if self._on[slot]:
            self._end_nanos[slot] = min(self._end_nanos[slot], now_nanos)

    def forget(self, slots: NDArray[np.intp]) -> None:
        """End it at once."""
        self._on[slots] = False
        self._from[slots] = self._way[slots] = 0
        self._goal[slots] = self._apart[slots] = self._push[slots] = 0
        self._ended[slots] = False
        self._busy = int(np.count_nonzero(self._on))

    def add(self, slots: NDArray[np.intp], times_nanos: NDArray[np.int64], out: NDArray[np.float32]) -> None:
        """Put the gaze into (n, 101) layers that hold idle life, or nothing, of n different slots at (n,) instants."""
        on = self._on[slots]
        if on.all():
            self._put(slots, times_nanos, out)
        elif on.any():
            rows = np.flatnonzero(on)
            layer = out[rows]
            self._put(slots[rows], times_nanos[rows], layer)
            out[rows] = layer

    def _put(self, slots: NDArray[np.intp], times_nanos: NDArray[np.int64], layer: NDArray[np.float32]) -> None:
        self._let_go(slots, times_nanos)
        rows = slot_rows(slots)
        shown = self._shown(rows, times_nanos)
        # Row by row: a product of whole matrices rounds differently with their size, and a gaze is to be the same in any crowd.
        numbers = layer[:, None] @ _OUT_OF_LAYER
        gaze = numbers[:, 0, _GAZES]
        gaze *= -(1 - _IDLE_SHARE)
        gaze += shown[:, :2]
        gaze *= shown[:, 2:]
        numbers[:, 0, _HEADS] = self._heads(rows, times_nanos)
        put = (numbers @ _INTO_LAYER)[:, 0]
        eyes = put[:, :_EYES]
        np.maximum(eyes, _ZERO, out=eyes)
        np.minimum(eyes, _ONE, out=eyes)
        layer[:, gaze_shapes.PLACES] = eyes
        layer[:, _NECK_AND_HEAD] += put[:, _EYES:]
        gone = times_nanos >= self._end_nanos[rows] + _SETTLED_NANOS
        if gone.any():
            self.forget(slots[gone])

    def _shown(self, slots: slice | NDArray[np.intp], now_nanos: NDArray[np.int64]) -> NDArray[np.float64]:
        """(m, 3) yaw, pitch and weight at (m,) instants."""
        share = (now_nanos[:, None] - self._since_nanos[slots]) * self._rates[slots]
        np.maximum(share, 0.0, out=share)
        np.minimum(share, 1.0, out=share)
        share *= share * (3 - 2 * share)
        shown: NDArray[np.float64] = self._way[slots] * share[:, :_END]
        shown += self._from[slots]
        shown[:, 2] *= 1 - share[:, _END]
        return shown

    def _heads(self, slots: slice | NDArray[np.intp], now_nanos: NDArray[np.int64]) -> NDArray[np.float64]:
        """(m, 2) yaw and pitch of the head."""
        secs = np.maximum(now_nanos - self._turned_nanos[slots], 0)[:, None] * _SECS_PER_NANO
        heads: NDArray[np.float64] = self._push[slots] * secs
        heads += self._apart[slots]
        heads *= np.exp(-_HEAD_RATE * secs)
        heads += self._goal[slots]
        return heads

    def _turn(self, slots: NDArray[np.intp], at_nanos: NDArray[np.int64], goal: NDArray[np.float64]) -> None:
        """Let the head go elsewhere from (m,) instants on, from where it is and with the speed that it has."""
        where = self._heads(slots, at_nanos)
        left = np.exp(-_HEAD_RATE * _SECS_PER_NANO * np.maximum(at_nanos - self._turned_nanos[slots], 0))
        speed = self._push[slots] * left[:, None] - _HEAD_RATE * (where - self._goal[slots])
        self._goal[slots] = goal
        self._apart[slots] = apart = where - goal
        self._push[slots] = speed + _HEAD_RATE * apart
        self._turned_nanos[slots] = at_nanos

    def _let_go(self, slots: NDArray[np.intp], now_nanos: NDArray[np.int64]) -> None:
        """From the end on, the head goes back; whenever that is noticed."""
        over = now_nanos >= self._end_nanos[slots]
        if over.any():
            over &= self._on[slots] & ~self._ended[slots]
            ended = slots[over]
            if ended.size == 0:
                return
            self._turn(ended, self._end_nanos[ended], np.zeros((ended.size, 2)))
            self._ended[ended] = True


def angles_of_point_cm(x: float, y: float, z: float) -> tuple[float, float]:
    """Yaw and pitch in degrees towards a point (left, up, forward) from between the eyes; ConfigError where there is no way to it."""
    if not (math.isfinite(x) and math.isfinite(y) and math.isfinite(z)) or max(abs(x), abs(y), abs(z)) == 0:
        raise ConfigError(f"point_cm is {x:g}, {y:g}, {z:g}, expected finite numbers that are not all 0")
    return math.degrees(math.atan2(x, z)), math.degrees(math.atan2(-y, math.hypot(x, z)))
