"""Action units for people: names as in books on FACS, and intensities in one array."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from affectia import registry
from affectia.wire.emotion_update import EmotionUpdate

LABELS: Final = tuple(
    f"AU{facs} {name.partition('_')[2].replace('_', ' ')}"
    for name, facs in zip(registry.ACTION_UNITS, registry.ACTION_UNIT_FACS, strict=True)
)
LABEL_CELLS: Final = max(map(len, LABELS))
_PLACES: Final = np.arange(len(LABELS))


def intensities(update: EmotionUpdate) -> NDArray[np.float32]:
    """(units,) 0..1 in registry order, NaN where one is not measured."""
    support = update.action_unit_support
    if update.action_units is None or not support:
        return np.full(len(LABELS), np.nan, np.float32)
    values = np.frombuffer(update.action_units, np.uint8).astype(np.float32) / np.float32(registry.UNIT_WEIGHT_U8)
    values[(support >> _PLACES & 1) == 0] = np.nan
    return values
