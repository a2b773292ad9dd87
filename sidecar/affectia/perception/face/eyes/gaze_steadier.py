"""Where the eyes look, steady and true: the quick part of it from the network's scores, the slow part from the irises.

The network's eyeLook scores are calm, but they are the lids' as much as the eyes': half closed lids read as a look down. The irises' place
is true on the average and noisy, for an iris is a few pixels wide. A complementary filter takes each for what it is good at: the
difference of the two is followed slowly, and added to the scores. While lids move the difference is followed quickly, for then the scores
move with them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from affectia import registry

_FULL_DEG: Final = (30.0, 25.0)  # of a full score, to the side and up or down


def _weights() -> NDArray[np.float64]:
    """(2, 52): degrees of yaw (+ = the subject's left) and height (+ = up) for each score, the mean of both eyes."""
    weights = np.zeros((2, len(registry.BLENDSHAPES)))
    for axis, sign, names in (
        (0, 1, ("eyeLookOutLeft", "eyeLookInRight")),
        (0, -1, ("eyeLookInLeft", "eyeLookOutRight")),
        (1, 1, ("eyeLookUpLeft", "eyeLookUpRight")),
        (1, -1, ("eyeLookDownLeft", "eyeLookDownRight")),
    ):
        weights[axis, [registry.BLENDSHAPES.index(name) for name in names]] = sign * _FULL_DEG[axis] / 2
    return weights


_WEIGHTS: Final = _weights()


@dataclass(frozen=True, slots=True)
class GazeSteadierOptions:
    """`follow_secs`: how slowly the difference is followed; `lids_secs`: the same while lids move by more than `lids_per_sec`."""

    follow_secs: float = 0.3
    lids_secs: float = 0.08
    lids_per_sec: float = 1.0


class GazeSteadier:
    """State of one face; one thread, in the order of time."""

    def __init__(self, options: GazeSteadierOptions | None = None) -> None:
        self._options = options or GazeSteadierOptions()
        self.reset()

    def reset(self) -> None:
        """Another person, or a gap: the next sample's irises are believed as they are."""
        self._differences_deg: tuple[float, float] | None = None
        self._closure = 0.0

    def steady(
        self, gaze_deg: tuple[float, float], blendshapes: NDArray[np.floating], *, closure: float, elapsed_secs: float
    ) -> tuple[float, float]:
        """Yaw and height in degrees, in head axes, from those of the irises and the (52,) scores; `closure` 0..1 of the more open lid."""
        scores_deg: list[float] = (_WEIGHTS @ blendshapes).tolist()
        yaw, up = gaze_deg[0] - scores_deg[0], gaze_deg[1] - scores_deg[1]
        if not math.isfinite(yaw + up):
            return gaze_deg
        options = self._options
        moves = elapsed_secs > 0 and abs(closure - self._closure) > options.lids_per_sec * elapsed_secs
        self._closure = closure
        if self._differences_deg is not None:
            share = -math.expm1(-max(0.0, elapsed_secs) / (options.lids_secs if moves else options.follow_secs))
            old_yaw, old_up = self._differences_deg
            yaw, up = old_yaw + share * (yaw - old_yaw), old_up + share * (up - old_up)
        self._differences_deg = yaw, up
        return scores_deg[0] + yaw, scores_deg[1] + up
