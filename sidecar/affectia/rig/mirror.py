"""Left and right swapped, as a person before a mirror expects it of an avatar that faces them."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from affectia import registry
from affectia.rig.profile_sources import PLACES, SOURCES
from affectia.signals.avatar_weights import BONES, QUATERNIONS, SHIFT
from affectia.signals.retargeted import AFTER_SHAPES


def _other_side(name: str) -> str:
    for one, other in (("Left", "Right"), ("Right", "Left"), ("left_", "right_"), ("right_", "left_")):
        if name.endswith(one) or (one.endswith("_") and name.startswith(one)):
            return name.replace(one, other)
    return name


MIRRORED_SOURCES: Final = np.array([PLACES[_other_side(name)] for name in SOURCES], np.intp)
"""(sources,) which source each is in a mirror."""

_BONES: Final = np.array([registry.BONES.index(_other_side(name)) for name in registry.BONES], np.intp)
_ORDER: Final = np.arange(AFTER_SHAPES.stop - AFTER_SHAPES.start)
_TURNS: Final = slice(QUATERNIONS.start - AFTER_SHAPES.start, QUATERNIONS.stop - AFTER_SHAPES.start)
_ORDER[_TURNS] = _ORDER[_TURNS].reshape(BONES, 4)[_BONES].reshape(-1)
# A mirror across the plane X = 0 keeps turns about X and reverses those about Y and Z.
_SIGNS: Final = np.ones(_ORDER.size, np.float32)
_SIGNS[_TURNS] = np.tile(np.array((1, -1, -1, 1), np.float32), BONES)
_SIGNS[SHIFT.start - AFTER_SHAPES.start] = -1


def mirror_after_shapes(channels: NDArray[np.float32]) -> None:
    """Mirror (n, 58) visemes, effects, bones and head shift in place."""
    np.multiply(channels[:, _ORDER], _SIGNS, out=channels)
