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

    `valid` (n, 6) bool, `source` (n, 6) uint8 (registry.Source), `levels` (n, 6, 3) float32: confidence 0..1, age in seconds
    (infinity where there never was a sample), weight 0..1 - one array, so that one pass quantizes it.
    """

    valid: NDArray[np.bool_]
    source: NDArray[np.uint8]
    levels: NDArray[np.float32]

    @staticmethod
    def unknown(count: int) -> GroupStates:
        """Nothing is valid, nothing was ever seen."""
        levels = np.zeros((count, GROUPS, 3), np.float32)
        levels[..., 1] = np.inf
        return GroupStates(np.zeros((count, GROUPS), np.bool_), np.zeros((count, GROUPS), np.uint8), levels)

    def copy(self) -> GroupStates:
        """The same, in memory of its own."""
        return GroupStates(self.valid.copy(), self.source.copy(), self.levels.copy())

    @property
    def confidence(self) -> NDArray[np.float32]:
        """(n, 6), a view."""
        return self.levels[..., 0]

    @property
    def age_secs(self) -> NDArray[np.float32]:
        """(n, 6), a view."""
        return self.levels[..., 1]

    @property
    def weight(self) -> NDArray[np.float32]:
        """(n, 6), a view."""
        return self.levels[..., 2]
