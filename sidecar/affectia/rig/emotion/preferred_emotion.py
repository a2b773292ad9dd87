"""An emotion that somebody wants an avatar to show, along a line or until further notice."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from affectia import registry
from affectia.errors import ConfigError
from affectia.rig.emotion.emotion_line import MAX_AT_SECS, EmotionTimeCode, checked_line, emotion_weights

EMOTIONS: Final = len(registry.EMOTIONS)

# What may be chosen, with the field's names (Audio2Face-3D): lowest and highest. Of the settings of the overlay these are the ranges too.
RANGES: Final[Mapping[str, tuple[float, float]]] = {
    "preferred_emotion_strength": (0.0, 1.0),
    "emotion_strength": (0.0, 1.0),
    "max_emotions": (1, 8),
    "emotion_contrast": (0.1, 3.0),
    "live_blend_coef": (0.0, 0.99),
}


def _none() -> NDArray[np.float32]:
    return np.zeros((0, EMOTIONS), np.float32)


@dataclass(frozen=True, eq=False)
class PreferredEmotion:
    """What is preferred, and how it is mixed with what is inferred; nobody writes to its arrays.

    `weights` (8,) 0..1 in registry order; all 0 is neutral. `strength` 0..1: how far it takes the place of the inferred emotion. What is
    None is as the overlay is set: `emotion_strength` 0..1, how strongly the result is shown; `max_emotions` 1..8, so many at once;
    `contrast` 0.1..3, of what is inferred; `live_blend_coef` 0..0.99, how much of the last moment goes on, at 30 frames a second.

    `at_secs` (k,) rising and `line_weights` (k, 8), k at most 256: the emotions along a line that begins when it is preferred. Before
    the first of them `weights` hold, between two they are blended, the last one stays. `hold_secs` after it all of this ends; 0: never.
    Raises ConfigError for what is out of range.
    """

    weights: NDArray[np.float32]
    strength: float = 1.0
    emotion_strength: float | None = None
    max_emotions: int | None = None
    contrast: float | None = None
    live_blend_coef: float | None = None
    at_secs: NDArray[np.float64] = field(default_factory=lambda: np.zeros(0))
    line_weights: NDArray[np.float32] = field(default_factory=_none)
    hold_secs: float = 0.0

    def __post_init__(self) -> None:
        weights = np.asarray(self.weights, np.float32)
        if weights.shape != (EMOTIONS,):
            raise ConfigError(f"weights of the preferred emotion are {weights.shape}, expected ({EMOTIONS},)")
        if not ((weights >= 0) & (weights <= 1)).all():
            raise ConfigError("weights of the preferred emotion are not all 0 to 1, expected that")
        check_range("preferred_emotion_strength", self.strength)
        for name, value in (
            ("emotion_strength", self.emotion_strength),
            ("max_emotions", self.max_emotions),
            ("emotion_contrast", self.contrast),
            ("live_blend_coef", self.live_blend_coef),
        ):
            if value is not None:
                check_range(name, value)
        if not 0 <= self.hold_secs <= MAX_AT_SECS:
            raise ConfigError(f"hold_secs is {self.hold_secs}, expected 0 to {MAX_AT_SECS:g}")
        if self.line_weights.shape != (self.at_secs.size, EMOTIONS) or self.at_secs.ndim != 1:
            raise ConfigError(f"line is {self.at_secs.shape} and {self.line_weights.shape}, expected (k,) and (k, {EMOTIONS})")
        checked_line([EmotionTimeCode(at, tuple(row)) for at, row in zip(self.at_secs.tolist(), self.line_weights.tolist(), strict=True)])

    @property
    def ends_secs(self) -> float:
        """When it ends, after it was preferred; infinite where it does not."""
        last = float(self.at_secs[-1]) if self.at_secs.size else 0.0
        return last + self.hold_secs if self.hold_secs else math.inf


def preferred_emotion(
    emotions: Mapping[str, float],
    *,
    strength: float = 1.0,
    emotion_strength: float | None = None,
    max_emotions: int | None = None,
    contrast: float | None = None,
    live_blend_coef: float | None = None,
    time_codes: Sequence[EmotionTimeCode] = (),
    hold_secs: float = 0.0,
) -> PreferredEmotion:
    """A preferred emotion out of weights by name; raises ConfigError, for an unknown name with the nearest one."""
    codes = checked_line(time_codes)
    return PreferredEmotion(
        np.array(emotion_weights(emotions), np.float32),
        strength,
        emotion_strength,
        max_emotions,
        contrast,
        live_blend_coef,
        np.array([code.at_secs for code in codes], np.float64),
        np.array([code.weights for code in codes], np.float32).reshape(-1, EMOTIONS),
        hold_secs,
    )


def check_range(name: str, value: float, *, prefix: str = "") -> None:
    """Raise ConfigError where the value of one of RANGES is outside of it, or no number."""
    low, high = RANGES[name]
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        raise ConfigError(f"{prefix}{name} is {value}, expected {low:g} to {high:g}")
    if name == "max_emotions" and not isinstance(value, int):
        raise ConfigError(f"{prefix}{name} is {value}, expected a whole number of {low:g} to {high:g}")
