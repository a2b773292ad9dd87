"""A state: what fusion holds to be true of each person now."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from affectia.signals.affect_states import AffectStates
from affectia.signals.face_channels import ACTION_UNITS, BLINK, BLINK_EVENTS, GAZE, POSITION, SHAPES, TURN
from affectia.signals.groups import GroupStates
from affectia.signals.voice_states import VoiceStates


@dataclass(frozen=True, slots=True)
class AvatarState:
    """Row = avatar. `values` (n, channels) as in `face_channels`, the position as a shift from rest.

    `measured` (n,) uint32: bits of the optional values that hold now. `voices` are those of the avatars that have one, `affects` of
    those of whom it is known how they feel; None where nobody has one.
    """

    values: NDArray[np.float32]
    measured: NDArray[np.uint32]
    groups: GroupStates
    voices: VoiceStates | None = None
    affects: AffectStates | None = None

    @property
    def blendshapes(self) -> NDArray[np.float32]:
        """(n, 52) 0..1, a view."""
        return self.values[:, SHAPES]

    @property
    def action_units(self) -> NDArray[np.float32]:
        """(n, 28) 0..1, a view."""
        return self.values[:, ACTION_UNITS]

    @property
    def gaze(self) -> NDArray[np.float32]:
        """(n, 2) tangents, a view."""
        return self.values[:, GAZE]

    @property
    def blink(self) -> NDArray[np.float32]:
        """(n, 2) left, right: 1 = lid shut; a view."""
        return self.values[:, BLINK]

    @property
    def blink_events(self) -> NDArray[np.float32]:
        """(n, 4) counts of blinks, left and right winks, the last one's milliseconds; a view."""
        return self.values[:, BLINK_EVENTS]

    @property
    def head_rotation(self) -> NDArray[np.float32]:
        """(n, 4) x y z w, a view."""
        return self.values[:, TURN]

    @property
    def head_shift_cm(self) -> NDArray[np.float32]:
        """(n, 3) from the rest position, a view."""
        return self.values[:, POSITION]
