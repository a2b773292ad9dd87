"""How high the eyes look, steady and true: the quick part of it from the network's scores, the slow part from the irises.

The network's eyeLook scores are calm, but lids that stand half closed read as a look down. The irises' height is true on the average and
noisy. A complementary filter takes each for what it is good at: the difference of the two is followed slowly, and added to the scores.
While lids move the difference is followed quickly, for then the scores move with them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from affectia import registry

_UP: Final = [registry.BLENDSHAPES.index(f"eyeLookUp{side}") for side in ("Left", "Right")]
_DOWN: Final = [registry.BLENDSHAPES.index(f"eyeLookDown{side}") for side in ("Left", "Right")]
_FULL_DEG: Final = 25.0  # of a full score


@dataclass(frozen=True, slots=True)
class GazeHeightOptions:
    """`follow_secs`: how slowly the difference is followed; `lids_secs`: the same while lids move by more than `lids_per_sec`."""

    follow_secs: float = 0.3
    lids_secs: float = 0.08
    lids_per_sec: float = 1.0


class GazeHeight:
    """State of one face; one thread, in the order of time."""

    def __init__(self, options: GazeHeightOptions | None = None) -> None:
        self._options = options or GazeHeightOptions()
        self.reset()

    def reset(self) -> None:
        """Another person, or a gap: the next sample's irises are believed as they are."""
        self._difference_deg: float | None = None
        self._closure = 0.0

    def steady(self, up_deg: float, blendshapes: NDArray[np.floating], *, closure: float, elapsed_secs: float) -> float:
        """Degrees upwards in head axes, from those of the irises and the (52,) scores; `closure` 0..1 of the more open lid."""
        score_deg = _FULL_DEG * float(np.mean(blendshapes[_UP]) - np.mean(blendshapes[_DOWN]))
        difference_deg = up_deg - score_deg
        if not math.isfinite(difference_deg):
            return up_deg
        options = self._options
        moves = elapsed_secs > 0 and abs(closure - self._closure) > options.lids_per_sec * elapsed_secs
        self._closure = closure
        if self._difference_deg is None:
            self._difference_deg = difference_deg
        elif elapsed_secs > 0:
            share = -math.expm1(-elapsed_secs / (options.lids_secs if moves else options.follow_secs))
            self._difference_deg += share * (difference_deg - self._difference_deg)
        return score_deg + self._difference_deg
