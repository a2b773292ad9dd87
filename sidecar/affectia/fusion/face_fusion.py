"""What is known of each face now: the newest observation of each part of it, held, then eased away when it gets old."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from affectia.clock import NANOS_PER_SEC
from affectia.errors import ConfigError
from affectia.registry import ACTION_UNIT_GROUPS, Group, Source
from affectia.signals import face_channels
from affectia.signals.avatar_state import AvatarState
from affectia.signals.face_channels import (
    BLINK_BIT,
    BLINK_EVENTS,
    BLINK_EVENTS_BIT,
    CHANNELS,
    FACE_GROUP_COUNT,
    FACE_GROUPS,
    GAZE_BIT,
    POSITION,
    TURN,
)
from affectia.signals.face_observations import FaceObservations
from affectia.signals.groups import GROUPS, GroupStates
from affectia.signals.slot_rows import slot_rows
from affectia.wire import rotation

_NEVER_NANOS: Final = np.int64(-(1 << 61))  # longer ago than anything is held
_NEVER: Final = np.array((0, np.inf, 0), np.float32)
_HEAD: Final = Group.HEAD - FACE_GROUPS.start
_ONES: Final = np.ones(CHANNELS, np.float32)
_GROUP_OF_CHANNEL: Final = face_channels.channel_groups() - FACE_GROUPS.start
_FADING_CHANNELS: Final = np.ones(CHANNELS, np.bool_)
_FADING_CHANNELS[TURN] = _FADING_CHANNELS[BLINK_EVENTS] = False  # a rotation is shared out, a count stays


def _bits_of_groups() -> NDArray[np.uint32]:
    """(4,) which optional values each group of a face speaks for."""
    bits = [0] * FACE_GROUP_COUNT
    for place, group in enumerate(ACTION_UNIT_GROUPS):
        bits[group - FACE_GROUPS.start] |= 1 << place
    bits[Group.EYES - FACE_GROUPS.start] |= GAZE_BIT | BLINK_BIT | BLINK_EVENTS_BIT
    return np.array(bits, np.uint32)


_BITS: Final = _bits_of_groups()


@dataclass(frozen=True)
class FaceFusionOptions:
    """A part that is lost is held for `hold_secs` and eases to rest within `ease_secs`; lost is what is seen with less than
    `least_confidence`.
    """

    hold_secs: float = 0.25
    ease_secs: float = 0.5
    least_confidence: float = 0.25

    def __post_init__(self) -> None:
        for name in ("hold_secs", "ease_secs"):
            if not 0 <= getattr(self, name) <= 60:
                raise ConfigError(f"fusion.{name} is {getattr(self, name)}, expected 0 to 60")
        if not 0 <= self.least_confidence <= 1:
            raise ConfigError(f"fusion.least_confidence is {self.least_confidence}, expected 0 to 1")


class FaceFusion:
    """The newest face of every slot, eyes, brows, mouth and head each with an age of its own; one thread."""

    def __init__(self, slots: int, options: FaceFusionOptions | None = None) -> None:
        self._options = options or FaceFusionOptions()
        self._seen_at_nanos = np.full((slots, FACE_GROUP_COUNT), _NEVER_NANOS)
        self._values = face_channels.at_rest(slots)
        self._rest_position_cm = np.zeros((slots, 3), np.float32)
        self._measured = np.zeros(slots, np.uint32)
        # What a state says of its groups while nothing fades, but for the ages: made once, and copied.
        self._levels = np.empty((slots, GROUPS, 3), np.float32)  # confidence, age, weight
        self._levels[:] = _NEVER
        self._levels[:, FACE_GROUPS] = (0, 0, 1)
        self._valid = np.zeros((slots, GROUPS), np.bool_)
        self._valid[:, FACE_GROUPS] = True
        self._source = self._valid * np.uint8(Source.FACE)

    def observe(self, slots: NDArray[np.intp], faces: FaceObservations) -> None:
        """Take in the faces of one sample; row i belongs to slots[i]. Rows that hold NaN or infinity count as not found."""
        values, confidence, measured, fresh = faces.values, faces.confidence, faces.measured, faces.fresh
        # A sum holds NaN or infinity exactly when one of its terms does; as a product with ones it is one step instead of many.
        whole = faces.found & np.isfinite(values.dot(_ONES))
        count = np.count_nonzero(whole)
        if not count:
            return
        if count < whole.size:
            slots, values, confidence, measured, fresh = slots[whole], values[whole], confidence[whole], measured[whole], fresh[whole]
        if np.count_nonzero(fresh):
            self._seen_at_nanos[slots[fresh]] = _NEVER_NANOS  # nothing of the one before is held for somebody else
        rows = slot_rows(slots)
        good = confidence >= self._options.least_confidence
        known = self._seen_at_nanos[rows, _HEAD] > _NEVER_NANOS
        if np.count_nonzero(known) < known.size:
            # Rest is where the head was first seen: a head translation is a shift from there, not a place in the room.
            newcomers = good[:, _HEAD] & ~known
            self._rest_position_cm[slots[newcomers]] = values[newcomers, POSITION]
        if np.count_nonzero(good) == good.size:
            self._values[rows] = values
            self._seen_at_nanos[rows] = faces.captured_at_nanos
            self._measured[rows] = measured
        else:
            seen_at_nanos = self._seen_at_nanos[rows]
            ever, seen = (seen_at_nanos > _NEVER_NANOS) @ _BITS, good @ _BITS
            self._measured[rows] = (self._measured[rows] & ever & ~seen) | (measured & seen)  # what is held is so as long as it is valid
            self._values[rows] = np.where(good[:, _GROUP_OF_CHANNEL], values, self._values[rows])
            self._seen_at_nanos[rows] = np.where(good, faces.captured_at_nanos, seen_at_nanos)
        self._levels[rows, FACE_GROUPS, 0] = confidence

    def forget(self, slots: NDArray[np.intp]) -> None:
        """Drop everything that was seen; the next state of these slots is rest and says that nothing is valid."""
        self._seen_at_nanos[slots] = _NEVER_NANOS
        self._values[slots] = face_channels.at_rest(1)
        self._rest_position_cm[slots] = 0
        self._levels[slots, FACE_GROUPS, 0] = 0
        self._measured[slots] = 0

    def state(self, slots: NDArray[np.intp], times_nanos: NDArray[np.int64]) -> AvatarState:
        """The state of some slots, each at its own time."""
        rows = slot_rows(slots)
        seen_at_nanos = self._seen_at_nanos[rows]
        age_secs = (times_nanos[:, None] - seen_at_nanos) / NANOS_PER_SEC
        values = self._values.take(slots, 0)
        values[:, POSITION] -= self._rest_position_cm[rows]
        measured = self._measured.take(slots)
        levels = self._levels.take(slots, 0)
        valid, source = self._valid[: slots.size].copy(), self._source[: slots.size].copy()
        state = AvatarState(values, measured, GroupStates(valid, source, levels))
        if np.count_nonzero(age_secs <= self._options.hold_secs) == age_secs.size:  # nearly always: nothing fades
            levels[:, FACE_GROUPS, 1] = age_secs
            return state
        ever = seen_at_nanos > _NEVER_NANOS
        if not np.count_nonzero(ever):  # nobody was ever seen: the values are those of rest
            levels[:] = _NEVER
            valid[:] = source[:] = 0
            return state
        presence = self._presence(ever, age_secs)
        weight = presence.astype(np.float32)
        is_valid = weight > 0
        seen = levels[:, FACE_GROUPS]
        seen[..., 0] *= weight
        seen[..., 1] = np.where(ever, age_secs, np.inf)
        seen[..., 2] = weight
        valid[:, FACE_GROUPS] = is_valid
        source[:, FACE_GROUPS] *= is_valid
        turn = rotation.scaled(values[:, TURN], presence[:, _HEAD])
        values *= np.where(_FADING_CHANNELS, weight[:, _GROUP_OF_CHANNEL], 1)
        values[:, TURN] = turn
        measured &= is_valid @ _BITS
        return state

    def _presence(self, ever: NDArray[np.bool_], age_secs: NDArray[np.float64]) -> NDArray[np.float64]:
        """1 while a part is fresh, 0 when it is gone, a smooth step between."""
        left = 1 - (age_secs - self._options.hold_secs) / max(self._options.ease_secs, 1e-6)
        left = np.minimum(np.maximum(left, 0.0), 1.0) * ever
        presence: NDArray[np.float64] = left * left * (3 - 2 * left)
        return presence
