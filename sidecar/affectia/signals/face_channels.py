"""What is known of a face, as one row of numbers: one array travels, one pass keeps it."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from affectia import registry
from affectia.registry import Group

SHAPES: Final = slice(0, len(registry.BLENDSHAPES))
ACTION_UNITS: Final = slice(SHAPES.stop, SHAPES.stop + len(registry.ACTION_UNITS))
GAZE: Final = slice(ACTION_UNITS.stop, ACTION_UNITS.stop + 2)  # x, y: tangents against the line face -> camera (avatar_frame.md, key 15)
BLINK: Final = slice(GAZE.stop, GAZE.stop + 2)  # left, right: 1 = lid shut
BLINK_EVENTS: Final = slice(BLINK.stop, BLINK.stop + 4)  # blinks, left winks, right winks (counts), the last one's milliseconds
TURN: Final = slice(BLINK_EVENTS.stop, BLINK_EVENTS.stop + 4)  # x y z w in avatar axes
POSITION: Final = slice(TURN.stop, TURN.stop + 3)  # cm in avatar axes: of an observation from the camera, of a state from rest
CHANNELS: Final = POSITION.stop

# The groups that a face speaks for stand side by side in the registry: eyes, brows, mouth, head.
FACE_GROUPS: Final = slice(Group.EYES, Group.HEAD + 1)
FACE_GROUP_COUNT: Final = FACE_GROUPS.stop - FACE_GROUPS.start

# Which optional values of a row are measured: bit n = action unit n, then these.
ALL_ACTION_UNITS: Final = (1 << len(registry.ACTION_UNITS)) - 1
GAZE_BIT: Final = 1 << len(registry.ACTION_UNITS)
BLINK_BIT: Final = GAZE_BIT << 1
BLINK_EVENTS_BIT: Final = BLINK_BIT << 1


def channel_groups() -> NDArray[np.intp]:
    """(channels,) the group whose validity covers each channel."""
    groups = np.full(CHANNELS, Group.HEAD, np.intp)
    groups[SHAPES] = registry.BLENDSHAPE_GROUPS
    groups[ACTION_UNITS] = registry.ACTION_UNIT_GROUPS
    groups[GAZE.start : BLINK_EVENTS.stop] = Group.EYES
    return groups


def at_rest(count: int) -> NDArray[np.float32]:
    """(count, channels): no shape, head unturned."""
    values = np.zeros((count, CHANNELS), np.float32)
    values[:, TURN.stop - 1] = 1
    return values
