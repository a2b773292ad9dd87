"""The ways to put a captured face on an avatar, which can be compared."""

from __future__ import annotations

import enum
from typing import Final

from affectia.errors import not_one_of

SPLIT: Final = "split"
"""Said instead of a variant: one of them, by the session's id."""


class MappingVariant(enum.Enum):
    """SHAPES: what is measured, as it is. ACTION_UNITS: shapes out of action units. EMOTION: brows, lids, cheeks, nose and corners of the
    mouth come from the emotion overlay alone. BLEND: half of these measured, half of the overlay.
    """

    SHAPES = "shapes"
    ACTION_UNITS = "action_units"
    EMOTION = "emotion"
    BLEND = "blend"

    @staticmethod
    def named(name: str, setting: str = "mapping") -> MappingVariant:
        """The variant of a name; raises ConfigError with the nearest one, `split` among those that are expected."""
        for variant in MappingVariant:
            if variant.value == name:
                return variant
        raise not_one_of(setting, name, (*(variant.value for variant in MappingVariant), SPLIT))
