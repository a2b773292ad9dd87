"""Weights: what the rig wants each avatar to show."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from affectia import registry
from affectia.signals.groups import GroupStates

BONES: Final = len(registry.BONES)

# All that an avatar shows stands in one row, so that one pass filters it and one pass quantizes it.
SHAPES: Final = slice(0, len(registry.BLENDSHAPES))
VISEMES: Final = slice(SHAPES.stop, SHAPES.stop + len(registry.VISEMES))
EFFECTS: Final = slice(VISEMES.stop, VISEMES.stop + len(registry.EFFECTS))
UNITS: Final = slice(0, EFFECTS.stop)
QUATERNIONS: Final = slice(UNITS.stop, UNITS.stop + 4 * BONES)
SHIFT: Final = slice(QUATERNIONS.stop, QUATERNIONS.stop + 3)
CHANNELS: Final = SHIFT.stop


@dataclass(frozen=True, slots=True)
class AvatarWeights:
    """Row = avatar: `channels` (n, 110) holds shapes, visemes, effects (0..1), bones (x y z w each), head shift (cm)."""

    channels: NDArray[np.float32]
    groups: GroupStates

    @staticmethod
    def at_rest(groups: GroupStates) -> AvatarWeights:
        """No shape, bones unturned; the visemes are left to whoever fills them."""
        channels = np.zeros((groups.valid.shape[0], CHANNELS), np.float32)
        channels[:, QUATERNIONS.start + 3 : QUATERNIONS.stop : 4] = 1
        return AvatarWeights(channels, groups)

    @property
    def shapes(self) -> NDArray[np.float32]:
        """(n, 52), a view."""
        return self.channels[:, SHAPES]

    @property
    def visemes(self) -> NDArray[np.float32]:
        """(n, 15), a view."""
        return self.channels[:, VISEMES]

    @property
    def effects(self) -> NDArray[np.float32]:
        """(n, 4), a view."""
        return self.channels[:, EFFECTS]

    @property
    def bones(self) -> NDArray[np.float32]:
        """(n, 9, 4), a view."""
        return self.channels[:, QUATERNIONS].reshape(-1, BONES, 4)

    @property
    def head_shift_cm(self) -> NDArray[np.float32]:
        """(n, 3), a view."""
        return self.channels[:, SHIFT]
