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
from affectia.wire import rotation

_FACE: Final = np.uint8(Source.FACE)
_NEVER: Final = np.array((0, np.inf, 0), np.float32)
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
        self._seen_at_nanos = np.zeros((slots, FACE_GROUP_COUNT), np.int64)
        self._ever_seen = np.zeros((slots, FACE_GROUP_COUNT), np.bool_)
        self._values = face_channels.at_rest(slots)
        self._rest_position_cm = np.zeros((slots, 3), np.float32)
        self._confidence = np.zeros((slots, FACE_GROUP_COUNT), np.float32)
        self._measured = np.zeros(slots, np.uint32)

    def observe(self, slots: NDArray[np.intp], faces: FaceObservations) -> None:
        """Take in the faces of one sample; row i belongs to slots[i]. Rows that hold NaN or infinity count as not found."""
        # A sum holds NaN or infinity exactly when one of its terms does; as a product with ones it is one step instead of many.
        whole = faces.found & np.isfinite(faces.values @ _ONES)
        if not whole.all():
            if not whole.any():
                return
            slots, rows = slots[whole], np.flatnonzero(whole)
        else:
            rows = None
        values = faces.values if rows is None else faces.values[rows]
        confidence = faces.confidence if rows is None else faces.confidence[rows]
        measured = faces.measured if rows is None else faces.measured[rows]
        good = confidence >= self._options.least_confidence
        fresh = faces.fresh if rows is None else faces.fresh[rows]
        ever = self._ever_seen[slots]
        if fresh.any():
            ever &= ~fresh[:, None]  # nothing of the one before is held for somebody else
        head = Group.HEAD - FACE_GROUPS.start
        newcomers = good[:, head] & ~ever[:, head]
        if newcomers.any():
            # Rest is where the head was first seen: a head translation is a shift from there, not a place in the room.
            self._rest_position_cm[slots[newcomers]] = values[newcomers, POSITION]
        if good.all():
            self._values[slots] = values
            self._seen_at_nanos[slots] = faces.captured_at_nanos
            self._measured[slots] = measured
        else:
            self._values[slots] = np.where(good[:, _GROUP_OF_CHANNEL], values, self._values[slots])
            self._seen_at_nanos[slots] = np.where(good, faces.captured_at_nanos, self._seen_at_nanos[slots])
            old, seen = self._measured[slots], good @ _BITS  # what is held is measured as long as it is valid
            self._measured[slots] = (old & (ever @ _BITS) & ~seen) | (measured & seen)
        self._ever_seen[slots] = ever | good
        self._confidence[slots] = confidence

    def forget(self, slots: NDArray[np.intp]) -> None:
        """Drop everything that was seen; the next state of these slots is rest and says that nothing is valid."""
        self._ever_seen[slots] = False
        self._values[slots] = face_channels.at_rest(1)
        self._rest_position_cm[slots] = 0
        self._confidence[slots] = 0
        self._measured[slots] = 0

    def state(self, slots: NDArray[np.intp], times_nanos: NDArray[np.int64]) -> AvatarState:
        """The state of some slots, each at its own time."""
        ever = self._ever_seen[slots]
        age_secs = (times_nanos[:, None] - self._seen_at_nanos[slots]) / NANOS_PER_SEC
        values = self._values[slots]
        values[:, POSITION] -= self._rest_position_cm[slots]
        measured = self._measured[slots]
        levels = np.empty((slots.size, GROUPS, 3), np.float32)  # confidence, age, weight
        levels[:] = _NEVER
        seen = levels[:, FACE_GROUPS]
        valid = np.zeros((slots.size, GROUPS), np.bool_)
        seen[..., 0] = self._confidence[slots]
        if ever.all() and age_secs.max() <= self._options.hold_secs:  # nearly always: nothing fades
            seen[..., 1] = age_secs
            seen[..., 2] = 1
            valid[:, FACE_GROUPS] = True
            return AvatarState(values, measured, GroupStates(valid, valid * _FACE, levels))
        if not ever.any():  # nobody was ever seen: the values are those of rest
            seen[..., 0] = 0
            return AvatarState(values, measured, GroupStates(valid, valid * _FACE, levels))
        seen[..., 1] = np.where(ever, age_secs, np.inf)
        presence = self._presence(ever, age_secs)
        weight = presence.astype(np.float32)
        seen[..., 0] *= weight
        seen[..., 2] = weight
        valid[:, FACE_GROUPS] = weight > 0
        turn = rotation.scaled(values[:, TURN], presence[:, Group.HEAD - FACE_GROUPS.start])
        values *= np.where(_FADING_CHANNELS, weight[:, _GROUP_OF_CHANNEL], 1)
        values[:, TURN] = turn
        measured &= (weight > 0) @ _BITS
        return AvatarState(values, measured, GroupStates(valid, valid * _FACE, levels))

    def _presence(self, ever: NDArray[np.bool_], age_secs: NDArray[np.float64]) -> NDArray[np.float64]:
        """1 while a part is fresh, 0 when it is gone, a smooth step between."""
        left = 1 - (age_secs - self._options.hold_secs) / max(self._options.ease_secs, 1e-6)
        left = np.minimum(np.maximum(left, 0.0), 1.0) * ever
        presence: NDArray[np.float64] = left * left * (3 - 2 * left)
        return presence
