"""What is known of each face now: the newest observation, held, then eased away when it gets old."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from affectia.clock import NANOS_PER_SEC
from affectia.registry import Group, Source
from affectia.signals.avatar_state import AvatarState
from affectia.signals.face_observations import SHAPES, FaceObservations
from affectia.signals.groups import GroupStates
from affectia.wire import rotation

_FACE_GROUPS = np.array((Group.EYES, Group.BROWS, Group.MOUTH, Group.HEAD))


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
        whole = faces.found & np.isfinite(faces.blendshapes).all(1) & np.isfinite(faces.head_rotation).all(1)
        whole &= np.isfinite(faces.head_position_cm).all(1)
        seen = slots[whole]
        if seen.size == 0:
            return
        newcomers = ~self._ever_found[seen]
        # Rest is where the head was first seen: a head translation is a shift from there, not a place in the room.
        self._rest_position_cm[seen[newcomers]] = faces.head_position_cm[whole][newcomers]
        self._found_at_nanos[seen] = faces.captured_at_nanos
        self._ever_found[seen] = True
        self._shapes[seen] = faces.blendshapes[whole]
        self._turn[seen] = faces.head_rotation[whole]
        self._position_cm[seen] = faces.head_position_cm[whole]
        self._confidence[seen] = faces.confidence[whole]

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
        groups = GroupStates.unknown(slots.size)
        there = presence > 0
        columns = np.ix_(there, _FACE_GROUPS)
        groups.valid[columns] = True
        groups.source[columns] = Source.FACE
        groups.confidence[columns] = (weight[:, 0] * self._confidence[slots])[there, None]
        groups.weight[columns] = weight[there]
        ever = self._ever_found[slots]
        groups.age_secs[np.ix_(ever, _FACE_GROUPS)] = age_secs[ever, None]
        return AvatarState(
            self._shapes[slots] * weight,
            self._eased_turn(slots, presence),
            (self._position_cm[slots] - self._rest_position_cm[slots]) * weight,
            groups,
        )

    def _presence(self, slots: NDArray[np.intp], age_secs: NDArray[np.float64]) -> NDArray[np.float64]:
        """1 while a face is fresh, 0 when it is gone, a smooth step between."""
        left = np.clip(1 - (age_secs - self._options.hold_secs) / max(self._options.ease_secs, 1e-6), 0.0, 1.0)
        presence: NDArray[np.float64] = np.where(self._ever_found[slots], left * left * (3 - 2 * left), 0.0)
        return presence

    def _eased_turn(self, slots: NDArray[np.intp], presence: NDArray[np.float64]) -> NDArray[np.float32]:
        turn = self._turn[slots]
        return turn if (presence == 1).all() else rotation.scaled(turn, presence).astype(np.float32)
