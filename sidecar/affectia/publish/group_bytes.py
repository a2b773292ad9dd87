"""What is told of the groups of many avatars, as bytes of the wire."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from affectia import registry
from affectia.signals.groups import GroupStates
from affectia.wire import quantize

GROUP_BYTES: Final = 4 * len(registry.GROUPS)  # of one avatar

_SCALES: Final = np.array((registry.UNIT_WEIGHT_U8, 1000 / registry.UNIT_AGE_MILLIS_PER_TICK, registry.UNIT_WEIGHT_U8), np.float32)
_SMALLEST: Final = np.zeros(3, np.float32)
_LARGEST: Final = np.array((255, registry.WIRE_MAX_AGE_TICKS, 255), np.float32)


def group_bytes(groups: GroupStates) -> NDArray[np.uint8]:
    """(n, GROUP_BYTES): flags, confidence, age, weight of each group (avatar_frame.md, section 5)."""
    count, columns = groups.valid.shape
    packed = np.empty((count, columns, 4), np.uint8)
    packed[..., 0] = groups.valid | groups.source << 1
    packed[..., 1:] = quantize.scaled(groups.levels, _SCALES, _SMALLEST, _LARGEST)
    return packed.reshape(count, GROUP_BYTES)
