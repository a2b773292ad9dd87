"""Where somebody wants an avatar to look."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

from affectia.errors import ConfigError
from affectia.session.act.number import checked_number

HEAD_SHARE: Final = 0.4
FARTHEST_CM: Final = 1e6
_NEAREST_CM: Final = 1.0


@dataclass(frozen=True, slots=True)
class LookRequest:
    """A direction from between the eyes, in avatar axes: yaw to the subject's left, pitch down.

    `weight` 0..1; `head_share` 0..1 of the way is the head's; `hold`: until it is released. Raises ConfigError for numbers out of range.
    """

    yaw_deg: float
    pitch_deg: float
    weight: float = 1.0
    head_share: float = HEAD_SHARE
    hold: bool = False

    def __post_init__(self) -> None:
        checked_number("yaw_deg", self.yaw_deg, -180, 180)
        checked_number("pitch_deg", self.pitch_deg, -90, 90)
        checked_number("weight", self.weight, 0, 1)
        checked_number("head_share", self.head_share, 0, 1)


def direction_deg(x_cm: float, y_cm: float, z_cm: float) -> tuple[float, float]:
    """Yaw and pitch towards a place in avatar axes (+X subject's left, +Y up, +Z forward), from between the eyes; raises ConfigError."""
    for name, value in (("x", x_cm), ("y", y_cm), ("z", z_cm)):
        checked_number(f"{name} of point_cm", value, -FARTHEST_CM, FARTHEST_CM)
    if math.hypot(x_cm, y_cm, z_cm) < _NEAREST_CM:
        raise ConfigError(f"point_cm is between the eyes, expected a place at least {_NEAREST_CM:g} cm away")
    return math.degrees(math.atan2(x_cm, z_cm)), math.degrees(math.atan2(0.0 - y_cm, math.hypot(x_cm, z_cm)))
