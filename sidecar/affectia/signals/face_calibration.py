"""A calibration: what one person's face reads at rest, and how far it goes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from affectia import registry
from affectia.errors import ConfigError

SHAPES: Final = len(registry.BLENDSHAPES)
ACTION_UNITS: Final = len(registry.ACTION_UNITS)
LEAST_LID_TRAVEL: Final = 0.2  # of a lid, from open to shut: what is less is no lid that was seen to shut

_UNTURNED: Final = (0.0, 0.0, 0.0, 1.0)


def _zeros(*shape: int) -> NDArray[np.float32]:
    return np.zeros(shape, np.float32)


def _ones() -> NDArray[np.float32]:
    return np.ones(SHAPES, np.float32)


def _usual_lids() -> NDArray[np.float32]:
    return np.array(((0, 1), (0, 1)), np.float32)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class FaceCalibration:
    """What was learned of a face, as it was measured; whoever applies it sets the limits.

    `neutral` (52,) 0..1 is what each shape reads at rest and `largest` (52,) how far it goes, 1 where that was not learned; the eyelids'
    own are in `lids` (2, 2): of left and right what eyeBlink reads with the eye open and with it shut. `gaze` (2,) tangents and
    `action_units` (28,) 0..1 are those at rest, so are `head_rotation` (4,) x y z w and `head_position_cm` (3,) from the camera.
    `alpha` 0..1: how much of the rest is taken off. `neutral_frames` and `range_frames` were learned from, `steadiness` 0..1 says how
    still the rest was held, `notices` what should be done better.

    These are numbers of a person: they belong into no log and no error. Raises ConfigError, without them, for what cannot be.
    """

    name: str
    made_unix_secs: int = 0
    neutral: NDArray[np.float32] = field(default_factory=lambda: _zeros(SHAPES))
    largest: NDArray[np.float32] = field(default_factory=_ones)
    lids: NDArray[np.float32] = field(default_factory=_usual_lids)
    gaze: NDArray[np.float32] = field(default_factory=lambda: _zeros(2))
    action_units: NDArray[np.float32] = field(default_factory=lambda: _zeros(ACTION_UNITS))
    head_rotation: NDArray[np.float32] = field(default_factory=lambda: np.array(_UNTURNED, np.float32))
    head_position_cm: NDArray[np.float32] = field(default_factory=lambda: _zeros(3))
    alpha: float = 1.0
    neutral_frames: int = 0
    range_frames: int = 0
    steadiness: float = 1.0
    notices: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        self._check("neutral", (SHAPES,), 0, 1)
        self._check("largest", (SHAPES,), 0, 1)
        self._check("lids", (2, 2), 0, 1)
        self._check("gaze", (2,), -4, 4)
        self._check("action_units", (ACTION_UNITS,), 0, 1)
        self._check("head_rotation", (4,), -1, 1)
        self._check("head_position_cm", (3,), -1000, 1000)
        for name in ("alpha", "steadiness"):
            if not 0 <= getattr(self, name) <= 1:
                raise ConfigError(f"{name} of a calibration is {getattr(self, name)}, expected 0 to 1")
        for name, most in (("made_unix_secs", 1 << 37), ("neutral_frames", 1 << 32), ("range_frames", 1 << 32)):
            if not 0 <= getattr(self, name) < most:
                raise ConfigError(f"{name} of a calibration is {getattr(self, name)}, expected 0 to {most - 1}")
        if not (self.lids[:, 1] - self.lids[:, 0] >= LEAST_LID_TRAVEL - 1e-6).all():
            raise ConfigError(f"lids of a calibration shut less than {LEAST_LID_TRAVEL:g} beyond open, expected at least that")
        if not 0.99 < float(np.linalg.norm(self.head_rotation)) < 1.01:
            raise ConfigError("head_rotation of a calibration is no rotation, expected a unit quaternion")

    def _check(self, name: str, shape: tuple[int, ...], low: float, high: float) -> None:
        values = getattr(self, name)
        if values.shape != shape:
            raise ConfigError(f"{name} of a calibration has shape {values.shape}, expected {shape}")
        if not ((values >= low) & (values <= high)).all():  # false of NaN too
            raise ConfigError(f"{name} of a calibration has a value out of range, expected {low:g} to {high:g}")
