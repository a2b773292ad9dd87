"""What is known of each face now: the newest observation, held, then eased away when it gets old."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from affectia.clock import NANOS_PER_SEC
from affectia.registry import Group, Source
from affectia.signals.avatar_state import AvatarState
from affectia.signals.face_observations import SHAPES, FaceObservations
from affectia.signals.groups import GROUPS, GroupStates
from affectia.wire import rotation

# The groups that a face speaks for.
_IS_FACE = np.isin(np.arange(GROUPS), (Group.EYES, Group.BROWS, Group.MOUTH, Group.HEAD))
_NEVER = np.array((0, np.inf, 0), np.float32)


@dataclass(frozen=True)
class FaceFusionOptions:
    """A lost face is held for `hold_secs` and eases to rest within `ease_secs` after that."""

    hold_secs: float = 0.25
    ease_secs: float = 0.5


class FaceFusion:
    """The newest face of every slot; one thread."""

    def __init__(self, slots: int, options: FaceFusionOptions | None = None) -> None:
        self._options = options or FaceFusionOptions()
        self._found_at_nanos = np.zeros(slots, np.int64)
        self._ever_found = np.zeros(slots, np.bool_)
        self._shapes = np.zeros((slots, SHAPES), np.float32)
        self._turn = np.zeros((slots, 4), np.float32)
        self._turn[:, 3] = 1
        self._position_cm = np.zeros((slots, 3), np.float32)
        self._rest_position_cm = np.zeros((slots, 3), np.float32)
        self._confidence = np.zeros(slots, np.float32)

    def observe(self, slots: NDArray[np.intp], faces: FaceObservations) -> None:
        """Take in the faces of one sample; row i belongs to slots[i]. Rows that hold NaN or infinity count as not found."""
        # A sum holds NaN or infinity exactly when one of its terms does.
        total = faces.blendshapes.sum(axis=1) + faces.head_rotation.sum(axis=1) + faces.head_position_cm.sum(axis=1)
        whole = faces.found & np.isfinite(total)
        seen = slots[whole]
        if seen.size == 0:
            return
        rows: NDArray[np.bool_] | slice = slice(None) if seen.size == slots.size else whole
        position = faces.head_position_cm[rows]
        newcomers = ~self._ever_found[seen]
        if newcomers.any():
            # Rest is where the head was first seen: a head translation is a shift from there, not a place in the room.
            self._rest_position_cm[seen[newcomers]] = position[newcomers]
            self._ever_found[seen] = True
        self._found_at_nanos[seen] = faces.captured_at_nanos
        self._shapes[seen] = faces.blendshapes[rows]
        self._turn[seen] = faces.head_rotation[rows]
        self._position_cm[seen] = position
        self._confidence[seen] = faces.confidence[rows]

    def forget(self, slots: NDArray[np.intp]) -> None:
        """Drop everything that was seen; the next state of these slots is rest and says that nothing is valid."""
        self._ever_found[slots] = False
        self._shapes[slots] = 0
        self._turn[slots] = (0, 0, 0, 1)
        self._position_cm[slots] = 0
        self._rest_position_cm[slots] = 0
        self._confidence[slots] = 0

    def state(self, slots: NDArray[np.intp], times_nanos: NDArray[np.int64]) -> AvatarState:
        """The state of some slots, each at its own time."""
        age_secs = (times_nanos - self._found_at_nanos[slots]) / NANOS_PER_SEC
        presence = self._presence(slots, age_secs)
        weight = presence.astype(np.float32)[:, None]
        # One row of (confidence, age, weight) a slot, the same for all groups that a face speaks for.
        levels = np.empty((slots.size, 1, 3), np.float32)
        levels[:, 0, 0] = presence * self._confidence[slots]
        levels[:, 0, 1] = np.where(self._ever_found[slots], age_secs, np.inf)
        levels[:, 0, 2] = presence
        valid = (weight > 0) & _IS_FACE
        groups = GroupStates(valid, valid * np.uint8(Source.FACE), np.where(_IS_FACE[:, None], levels, _NEVER))
        if presence.min() == 1:
            return AvatarState(self._shapes[slots], self._turn[slots], self._position_cm[slots] - self._rest_position_cm[slots], groups)
        return AvatarState(
            self._shapes[slots] * weight,
            rotation.scaled(self._turn[slots], presence).astype(np.float32),
            (self._position_cm[slots] - self._rest_position_cm[slots]) * weight,
            groups,
        )

    def _presence(self, slots: NDArray[np.intp], age_secs: NDArray[np.float64]) -> NDArray[np.float64]:
        """1 while a face is fresh, 0 when it is gone, a smooth step between."""
        left = 1 - (age_secs - self._options.hold_secs) / max(self._options.ease_secs, 1e-6)
        left = np.minimum(np.maximum(left, 0.0), 1.0) * self._ever_found[slots]
        presence: NDArray[np.float64] = left * left * (3 - 2 * left)
        return presence
