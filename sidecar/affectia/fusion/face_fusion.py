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

# The groups that a face speaks for stand side by side.
_FACE_GROUPS = slice(Group.EYES, Group.HEAD + 1)
_FACE = np.uint8(Source.FACE)
_NEVER = np.array((0, np.inf, 0), np.float32)
_ONES = np.ones(SHAPES, np.float32)


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
        # A sum holds NaN or infinity exactly when one of its terms does; as a product with ones it is one step instead of many.
        total = faces.blendshapes @ _ONES[:SHAPES] + faces.head_rotation @ _ONES[:4] + faces.head_position_cm @ _ONES[:3]
        whole = faces.found & np.isfinite(total)
        if whole.all():
            self._keep(slots, faces, slice(None))
        elif whole.any():
            self._keep(slots[whole], faces, whole)

    def _keep(self, slots: NDArray[np.intp], faces: FaceObservations, rows: NDArray[np.bool_] | slice) -> None:
        newcomers = ~self._ever_found[slots]
        if newcomers.any():
            # Rest is where the head was first seen: a head translation is a shift from there, not a place in the room.
            self._rest_position_cm[slots[newcomers]] = faces.head_position_cm[rows][newcomers]
            self._ever_found[slots] = True
        self._found_at_nanos[slots] = faces.captured_at_nanos
        self._shapes[slots] = faces.blendshapes[rows]
        self._turn[slots] = faces.head_rotation[rows]
        self._position_cm[slots] = faces.head_position_cm[rows]
        self._confidence[slots] = faces.confidence[rows]

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
        ever = self._ever_found[slots]
        age_secs = (times_nanos - self._found_at_nanos[slots]) / NANOS_PER_SEC
        shift_cm = self._position_cm[slots] - self._rest_position_cm[slots]
        levels = np.empty((slots.size, GROUPS, 3), np.float32)  # confidence, age, weight
        levels[:] = _NEVER
        seen = levels[:, _FACE_GROUPS]
        seen[..., 1] = np.where(ever, age_secs, np.inf)[:, None]
        valid = np.zeros((slots.size, GROUPS), np.bool_)
        if ever.all() and age_secs.max() <= self._options.hold_secs:  # nearly always: nothing fades
            seen[..., 0] = self._confidence[slots][:, None]
            seen[..., 2] = 1
            valid[:, _FACE_GROUPS] = True
            groups = GroupStates(valid, valid * _FACE, levels)
            return AvatarState(self._shapes[slots], self._turn[slots], shift_cm, groups)
        presence = self._presence(ever, age_secs)
        weight = presence.astype(np.float32)[:, None]
        seen[..., 0] = self._confidence[slots][:, None] * weight
        seen[..., 2] = weight
        valid[:, _FACE_GROUPS] = weight > 0
        groups = GroupStates(valid, valid * _FACE, levels)
        turn = rotation.scaled(self._turn[slots], presence).astype(np.float32)
        return AvatarState(self._shapes[slots] * weight, turn, shift_cm * weight, groups)

    def _presence(self, ever: NDArray[np.bool_], age_secs: NDArray[np.float64]) -> NDArray[np.float64]:
        """1 while a face is fresh, 0 when it is gone, a smooth step between."""
        left = 1 - (age_secs - self._options.hold_secs) / max(self._options.ease_secs, 1e-6)
        left = np.minimum(np.maximum(left, 0.0), 1.0) * ever
        presence: NDArray[np.float64] = left * left * (3 - 2 * left)
        return presence
