"""Weights: what the rig wants each avatar to show."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from affectia import registry
from affectia.signals.acting_layers import ActingLayers
from affectia.signals.groups import GroupStates
from affectia.signals.speech_weights import SpeechWeights

BONES: Final = len(registry.BONES)

# All that an avatar shows, and what is told of its face, stands in one row: one pass filters it, one pass quantizes what is shown.
SHAPES: Final = slice(0, len(registry.BLENDSHAPES))
VISEMES: Final = slice(SHAPES.stop, SHAPES.stop + len(registry.VISEMES))
EFFECTS: Final = slice(VISEMES.stop, VISEMES.stop + len(registry.EFFECTS))
UNITS: Final = slice(0, EFFECTS.stop)
QUATERNIONS: Final = slice(UNITS.stop, UNITS.stop + 4 * BONES)
SHIFT: Final = slice(QUATERNIONS.stop, QUATERNIONS.stop + 3)
SHOWN: Final = slice(0, SHIFT.stop)  # what an avatar_frame carries
ACTION_UNITS: Final = slice(SHOWN.stop, SHOWN.stop + len(registry.ACTION_UNITS))
GAZE: Final = slice(ACTION_UNITS.stop, ACTION_UNITS.stop + 2)
CHANNELS: Final = GAZE.stop


@dataclass(frozen=True, slots=True)
class AvatarWeights:
    """Row = avatar: `channels` (n, 140) holds shapes, visemes, effects (0..1), bones (x y z w each), head shift (cm), action units (0..1)
    and gaze (tangents). `speech` are the mouths of those that have a voice, not yet among the channels; None where nobody has one.
    `acting` is what acts on them beside that, not yet among the channels either; None where nothing does.
    """

    channels: NDArray[np.float32]
    groups: GroupStates
    speech: SpeechWeights | None = None
    acting: ActingLayers | None = None

    @staticmethod
    def at_rest(groups: GroupStates, speech: SpeechWeights | None = None, acting: ActingLayers | None = None) -> AvatarWeights:
        """No shape, bones unturned; the visemes are left to whoever fills them."""
        channels = np.zeros((groups.valid.shape[0], CHANNELS), np.float32)
        channels[:, QUATERNIONS.start + 3 : QUATERNIONS.stop : 4] = 1
        return AvatarWeights(channels, groups, speech, acting)

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

    @property
    def action_units(self) -> NDArray[np.float32]:
        """(n, 28), a view."""
        return self.channels[:, ACTION_UNITS]

    @property
    def gaze(self) -> NDArray[np.float32]:
        """(n, 2), a view."""
        return self.channels[:, GAZE]
