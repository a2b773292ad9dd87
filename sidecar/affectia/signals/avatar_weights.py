"""Weights: what the rig wants each avatar to show."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from affectia import registry
from affectia.signals.groups import GroupStates

# Everything that is 0..1 stands in one row per avatar, so that one pass filters and one pass quantizes it.
SHAPES: Final = slice(0, len(registry.BLENDSHAPES))
VISEMES: Final = slice(SHAPES.stop, SHAPES.stop + len(registry.VISEMES))
EFFECTS: Final = slice(VISEMES.stop, VISEMES.stop + len(registry.EFFECTS))
UNIT_CHANNELS: Final = EFFECTS.stop
BONES: Final = len(registry.BONES)


@dataclass(frozen=True, slots=True)
class AvatarWeights:
    """Row = avatar. `units` (n, 71) 0..1: shapes, visemes, effects; `bones` (n, 9, 4) x y z w; `head_shift_cm` (n, 3)."""

    units: NDArray[np.float32]
    bones: NDArray[np.float32]
    head_shift_cm: NDArray[np.float32]
    groups: GroupStates
