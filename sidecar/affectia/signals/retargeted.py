"""What some avatars show in the shapes of a profile of their own; stands beside their weights."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from affectia.signals.avatar_weights import SHAPES, SHOWN

AFTER_SHAPES: Final = slice(SHAPES.stop, SHOWN.stop)
"""Visemes, effects, bones and head shift among the channels of an avatar's weights; they follow the shapes here too."""


@dataclass(frozen=True, slots=True)
class Retargeted:
    """Avatars of one profile; row j here is row `rows[j]` of the weights. Memory that the next tick writes to.

    `rows` (m,) rising; `channels` (m, shapes + 58) float32: the profile's shapes (0..1) in its order, then what follows the shapes in an
    avatar's weights, as far as a frame carries it.
    """

    rows: NDArray[np.intp]
    channels: NDArray[np.float32]

    @property
    def shapes(self) -> NDArray[np.float32]:
        """(m, shapes), a view."""
        return self.channels[:, : AFTER_SHAPES.start - AFTER_SHAPES.stop]
