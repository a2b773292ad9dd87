"""Validity, source, confidence, age and weight of each group of channels, for many avatars at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from affectia import registry

GROUPS: Final = len(registry.GROUPS)


@dataclass(frozen=True, slots=True)
class GroupStates:
    """Row = avatar, column = group in registry order.

    `valid` bool, `source` uint8 (registry.Source), `confidence` and `weight` 0..1, `age_secs` since the newest sample, infinity
    where there never was one.
    """

    valid: NDArray[np.bool_]
    source: NDArray[np.uint8]
    confidence: NDArray[np.float32]
    age_secs: NDArray[np.float32]
    weight: NDArray[np.float32]

    @staticmethod
    def unknown(count: int) -> GroupStates:
        """Nothing is valid, nothing was ever seen."""
        shape = (count, GROUPS)
        return GroupStates(
            np.zeros(shape, np.bool_),
            np.zeros(shape, np.uint8),
            np.zeros(shape, np.float32),
            np.full(shape, np.inf, np.float32),
            np.zeros(shape, np.float32),
        )
