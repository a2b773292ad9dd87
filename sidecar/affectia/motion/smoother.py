"""The filters of everything that an avatar shows, all slots in one pass."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from affectia.motion.filter_profile import FilterProfile
from affectia.motion.one_euro import OneEuroFilter
from affectia.motion.step_clock import StepClock
from affectia.signals.avatar_weights import QUATERNIONS, VISEMES, AvatarWeights
from affectia.signals.column import column

_ONES: Final = np.ones(VISEMES.stop - VISEMES.start, np.float32)
_LEAST_SUM: Final = np.array(1e-6, np.float32)  # without an axis numpy is twice as fast as with a scalar


@dataclass(frozen=True)
class SmootherOptions(FilterProfile):
    """The constants of avatars whose session has one face, and `several_faces`: those of sessions with more."""

    several_faces: FilterProfile = field(default_factory=FilterProfile.of_several_faces)


class Smoother:
    """Filters the weights of all slots on their own times; one thread."""

    def __init__(self, slots: int, options: SmootherOptions | None = None) -> None:
        options = options or SmootherOptions()
        self._one_face = options.constants()
        self._several_faces = options.several_faces.constants()
        self._filter = OneEuroFilter(slots, constants=self._one_face, turns=QUATERNIONS)
        self._clock = StepClock(slots)

    def reset(self, slots: NDArray[np.intp]) -> None:
        """Forget the past of some slots."""
        self._filter.reset(slots)

    def set_profile(self, slots: NDArray[np.intp], *, several_faces: bool) -> None:
        """Choose the constants of some slots: MediaPipe smooths the landmarks of one face, and leaves those of several as they are."""
        self._filter.set_constants(slots, self._several_faces if several_faces else self._one_face)

    def moved(
        self, slots: NDArray[np.intp], times_nanos: NDArray[np.int64], weights: AvatarWeights, slowness: NDArray[np.float32]
    ) -> AvatarWeights:
        """The weights, smoothed where they stand; `slowness` (n,) is 0 for raw, 1 for the constants, 2 for twice as slow."""
        self._filter.smooth(slots, weights.channels, self._clock.passed(slots, times_nanos), slowness)
        # Each viseme is filtered at its own speed, so the sum strays from 1; what is missing or too much goes out here.
        visemes = weights.visemes
        visemes /= column(np.maximum(visemes.dot(_ONES), _LEAST_SUM))
        return weights
