"""What a calibration is to be: its name, how long each part of it takes, how much of the rest is taken off."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from affectia.errors import ConfigError
from affectia.store.calibration_store import checked_name

DEFAULT_NAME: Final = "default"


@dataclass(frozen=True, slots=True)
class CalibrationPlan:
    """Seconds of countdown, of the face at rest, and of faces that are made; raises ConfigError for what cannot be."""

    name: str = DEFAULT_NAME
    countdown_secs: float = 3.0
    neutral_secs: float = 3.0
    range_secs: float = 0.0
    alpha: float = 1.0

    def __post_init__(self) -> None:
        checked_name(self.name)
        for name, low, high in (("countdown_secs", 0, 30), ("neutral_secs", 1, 30), ("range_secs", 0, 120), ("alpha", 0, 1)):
            if not low <= getattr(self, name) <= high:
                raise ConfigError(f"{name} is {getattr(self, name)}, expected {low} to {high}")
