"""A layer: what one thing that acts adds to what an avatar shows, as one row of numbers."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from affectia import registry
from affectia.registry import Group
from affectia.signals import avatar_weights

# Shapes, visemes and effects stand where they stand among the channels of an avatar's weights. A turn is a rotation vector: axis times
# angle in radians, in avatar axes, of one bone against its rest; small ones may be summed.
SHAPES: Final = avatar_weights.SHAPES
VISEMES: Final = avatar_weights.VISEMES
EFFECTS: Final = avatar_weights.EFFECTS
UNITS: Final = avatar_weights.UNITS
TURNS: Final = slice(UNITS.stop, UNITS.stop + 3 * avatar_weights.BONES)
SHIFT: Final = slice(TURNS.stop, TURNS.stop + 3)  # of the head, cm
CHANNELS: Final = SHIFT.stop


def channel_groups() -> NDArray[np.intp]:
    """(channels,) the group that each channel belongs to."""
    groups = np.full(CHANNELS, Group.HEAD, np.intp)
    groups[SHAPES] = registry.BLENDSHAPE_GROUPS
    groups[VISEMES] = Group.MOUTH
    groups[EFFECTS] = Group.EMOTION
    groups[TURNS] = np.repeat(np.array(registry.BONE_GROUPS, np.intp), 3)
    return groups
