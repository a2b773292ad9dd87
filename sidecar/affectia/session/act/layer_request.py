"""How much somebody wants the layers of an avatar to count."""

from __future__ import annotations

from dataclasses import dataclass

from affectia.errors import not_one_of
from affectia.rig.layer_weights import LAYERS
from affectia.session.act.number import checked_number
from affectia.session.act.override_request import LONGEST_FADE_SECS


@dataclass(frozen=True, slots=True)
class LayerRequest:
    """A layer's weight 0..1, and how long it takes to get there, 0..10 s; raises ConfigError."""

    layer: str
    weight: float
    fade_secs: float = 0.0

    def __post_init__(self) -> None:
        if self.layer not in LAYERS:
            raise not_one_of("layer", self.layer, LAYERS)
        checked_number(f"weight of {self.layer}", self.weight, 0, 1)
        checked_number(f"fade_secs of {self.layer}", self.fade_secs, 0, LONGEST_FADE_SECS)

    @property
    def place(self) -> int:
        """Where it stands among the layers."""
        return LAYERS.index(self.layer)
