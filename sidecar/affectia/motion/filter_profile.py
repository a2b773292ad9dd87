"""The constants of the filters of everything that an avatar shows, per region."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from affectia import registry
from affectia.errors import ConfigError
from affectia.motion.one_euro import OneEuroOptions
from affectia.registry import Bone, Group
from affectia.signals.avatar_weights import BONES, SHAPES, UNITS

# A blink lasts 100 to 400 ms, at 30 Hz three pictures: a time constant 1 / (2 pi cutoff) of more than 40 ms would swallow it.
BLINK_SLOWEST_HZ: Final = 1 / (2 * math.pi * 0.040)
# Of an eye's quaternion for a full weight of eyeLook: half of about 27 degrees.
_EYE_TURN: Final = math.radians(27) / 2
_GAZE_TANGENT: Final = math.tan(math.radians(27))  # the same as a tangent

_FACS: Final = registry.ACTION_UNIT_FACS
_BLINK_UNITS: Final = (43, 45)
_GAZE_UNITS: Final = (61, 62, 63, 64)


@dataclass(frozen=True)
class FilterProfile:
    """Constants per region: shapes and visemes in weights, `head` (neck and body too) in quaternion components, `shift` in cm.

    `gaze` is of the eyeLook shapes, and of the eye bones, which must move as those do; `eyes` is of the other shapes around the eyes.
    An iris is a few pixels wide, so gaze has more noise than all else: hence its wide dead zone, of 0.8 and 1.9 degrees. The defaults are
    for one face, whose landmarks MediaPipe has smoothed already; `of_several_faces` for those that it has not. Both come from
    `bench rest`: what keeps the shapes of a still picture with noise within an RMS of 0.01, and the quickest beyond that.
    """

    blink: OneEuroOptions = field(default_factory=lambda: OneEuroOptions(8.0, 100.0, 6.0, 0.01))
    eyes: OneEuroOptions = field(default_factory=lambda: OneEuroOptions(0.5, 100.0, 6.0, 0.012))
    gaze: OneEuroOptions = field(default_factory=lambda: OneEuroOptions(0.2, 300.0, 3.0, 0.03))
    brows: OneEuroOptions = field(default_factory=lambda: OneEuroOptions(0.5, 80.0, 5.0, 0.01))
    mouth: OneEuroOptions = field(default_factory=lambda: OneEuroOptions(0.4, 50.0, 4.0, 0.01))
    head: OneEuroOptions = field(default_factory=lambda: OneEuroOptions(0.5, 1000.0, 6.0, 0.0015))
    shift: OneEuroOptions = field(default_factory=lambda: OneEuroOptions(0.4, 25.0, 4.0, 0.08))

    def __post_init__(self) -> None:
        if self.blink.min_cutoff_hz < BLINK_SLOWEST_HZ:
            found = f"blink.min_cutoff_hz is {self.blink.min_cutoff_hz}"
            raise ConfigError(f"{found}, expected 4 or more: slower than 40 ms would swallow blinks")

    @staticmethod
    def of_several_faces() -> FilterProfile:
        """For sessions of more than one face: two to five times the noise, of another kind in each picture."""
        return FilterProfile(
            blink=OneEuroOptions(5.0, 150.0, 6.0, 0.03),
            eyes=OneEuroOptions(0.6, 120.0, 2.5, 0.03),
            gaze=OneEuroOptions(0.14, 300.0, 1.8, 0.07),
            brows=OneEuroOptions(0.5, 80.0, 2.0, 0.02),
            mouth=OneEuroOptions(0.3, 200.0, 1.5, 0.05),
            head=OneEuroOptions(0.5, 1000.0, 1.5, 0.003),
            shift=OneEuroOptions(0.4, 25.0, 2.0, 0.15),
        )

    def constants(self) -> NDArray[np.float32]:
        """(one_euro.CONSTANTS, channels) in the order of `avatar_weights`."""
        chosen = [self.mouth] * UNITS.stop
        of_group = {Group.EYES: self.eyes, Group.BROWS: self.brows, Group.MOUTH: self.mouth}
        blink = self._with_floor(self.blink)
        special = {"eyeBlink": blink, "eyeLook": self.gaze}
        for place, (name, group) in enumerate(zip(registry.BLENDSHAPES, registry.BLENDSHAPE_GROUPS, strict=True)):
            chosen[SHAPES.start + place] = next((special[start] for start in special if name.startswith(start)), of_group[Group(group)])
        eye_bone = self.gaze.scaled(_EYE_TURN)
        for bone in range(BONES):
            chosen += [eye_bone if bone in (Bone.LEFT_EYE, Bone.RIGHT_EYE) else self.head] * 4
        chosen += [self.shift] * 3
        chosen += [self._of_action_unit(number, Group(group)) for number, group in zip(_FACS, registry.ACTION_UNIT_GROUPS, strict=True)]
        chosen += [self.gaze.scaled(_GAZE_TANGENT)] * 2
        return np.array([options.constants() for options in chosen], np.float32).T

    def _of_action_unit(self, number: int, group: Group) -> OneEuroOptions:
        if number in _BLINK_UNITS:
            return self._with_floor(self.blink)
        if number in _GAZE_UNITS:
            return self.gaze
        return {Group.EYES: self.eyes, Group.BROWS: self.brows}.get(group, self.mouth)

    @staticmethod
    def _with_floor(blink: OneEuroOptions) -> OneEuroOptions:
        slowest_hz = max(blink.slowest_hz, BLINK_SLOWEST_HZ)
        return OneEuroOptions(blink.min_cutoff_hz, blink.beta_hz, blink.distance_cutoff_hz, blink.dead_zone, slowest_hz=slowest_hz)
