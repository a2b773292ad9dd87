"""One Euro constants per region, and the filters of everything that an avatar shows."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from affectia import registry
from affectia.clock import NANOS_PER_SEC
from affectia.motion.one_euro import OneEuroFilter, OneEuroOptions
from affectia.registry import Bone, Group
from affectia.signals.avatar_weights import BONES, SHAPES, UNITS, AvatarWeights

_ONES = np.ones(4, np.float32)


@dataclass(frozen=True)
class SmootherOptions:
    """Constants per region, for weights a second (bones: quaternion components a second, shift: cm a second).

    A blink lasts 100 ms: its time constant 1 / (2 pi cutoff) must stay below 40 ms, so its cutoff never falls below 4 Hz.
    """

    blink: OneEuroOptions = field(default_factory=lambda: OneEuroOptions(8.0, 12.0, 4.0))
    eyes: OneEuroOptions = field(default_factory=lambda: OneEuroOptions(4.0, 5.0, 2.0))
    brows: OneEuroOptions = field(default_factory=lambda: OneEuroOptions(1.5, 2.5))
    mouth: OneEuroOptions = field(default_factory=lambda: OneEuroOptions(3.0, 5.0, 2.0))
    head: OneEuroOptions = field(default_factory=lambda: OneEuroOptions(1.5, 12.0))
    shift: OneEuroOptions = field(default_factory=lambda: OneEuroOptions(1.5, 0.15))


class Smoother:
    """Filters the weights of all slots on their own times; one thread."""

    def __init__(self, slots: int, options: SmootherOptions | None = None) -> None:
        chosen = _options_of_channels(options or SmootherOptions())
        constants = np.array([(o.min_cutoff_hz, o.beta_hz, o.speed_cutoff_hz) for o in chosen], np.float32).T
        self._filter = OneEuroFilter(slots, min_cutoff_hz=constants[0], beta_hz=constants[1], speed_cutoff_hz=constants[2])
        self._last_nanos = np.zeros(slots, np.int64)
        self._last_bones = np.zeros((slots, BONES, 4), np.float32)

    def reset(self, slots: NDArray[np.intp]) -> None:
        """Forget the past of some slots."""
        self._filter.reset(slots)
        self._last_bones[slots] = 0

    def moved(
        self, slots: NDArray[np.intp], times_nanos: NDArray[np.int64], weights: AvatarWeights, slowness: NDArray[np.float32]
    ) -> AvatarWeights:
        """The weights, smoothed (what came in is used up); `slowness` (n,) is 0 for raw, 1 for the constants, 2 for twice as slow."""
        # A quaternion and its negative are one rotation: stay on the side of the last one, or the filter would go the long way.
        bones = weights.bones
        other_side = (bones * self._last_bones[slots]) @ _ONES < 0
        if other_side.any():
            bones[other_side] *= -1
        dt_secs = ((times_nanos - self._last_nanos[slots]) / NANOS_PER_SEC).astype(np.float32)
        self._last_nanos[slots] = times_nanos
        smooth = AvatarWeights(self._filter.filtered(slots, weights.channels, dt_secs, slowness), weights.groups)
        bones = smooth.bones
        bones /= np.sqrt((bones * bones) @ _ONES)[..., None]
        self._last_bones[slots] = bones
        # Each viseme is filtered at its own speed, so the sum strays from 1; what is missing or too much goes out here.
        visemes = smooth.visemes
        visemes /= np.maximum(visemes.sum(axis=1, keepdims=True), 1e-6)
        return smooth


def _options_of_channels(options: SmootherOptions) -> list[OneEuroOptions]:
    chosen = [options.mouth] * UNITS.stop
    of_group = {Group.EYES: options.eyes, Group.BROWS: options.brows, Group.MOUTH: options.mouth}
    for place, (name, group) in enumerate(zip(registry.BLENDSHAPES, registry.BLENDSHAPE_GROUPS, strict=True)):
        chosen[SHAPES.start + place] = options.blink if name.startswith("eyeBlink") else of_group[Group(group)]
    for bone in range(BONES):
        chosen += [options.eyes if bone in (Bone.LEFT_EYE, Bone.RIGHT_EYE) else options.head] * 4
    return chosen + [options.shift] * 3
