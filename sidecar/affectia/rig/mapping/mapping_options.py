"""How sessions get the mapping of their faces."""

from __future__ import annotations

import math
from dataclasses import astuple, dataclass, field

from affectia.errors import ConfigError
from affectia.rig.mapping.mapping_variant import SPLIT, MappingVariant


@dataclass(frozen=True)
class MappingShares:
    """How many of the sessions that are split get each variant, against each other; 0 leaves it out. Raises ConfigError for what cannot be
    shared out.
    """

    shapes: float = 1.0
    action_units: float = 1.0
    emotion: float = 1.0
    blend: float = 1.0

    def __post_init__(self) -> None:
        for variant in MappingVariant:
            if not 0 <= self.of(variant) < math.inf:
                raise ConfigError(f"mapping.split.{variant.value} is {self.of(variant)}, expected 0 or more")
        if not 0 < sum(astuple(self)) < math.inf:
            raise ConfigError(f"mapping.split sums to {sum(astuple(self)):g}, expected more than 0: give one of them a share")

    def of(self, variant: MappingVariant) -> float:
        """The share of one variant."""
        return float(getattr(self, variant.value))


@dataclass(frozen=True)
class MappingOptions:
    """`variant`: of sessions that ask for none, a MappingVariant's name or "split": one of them by the session's id, as often as `split`
    says. Another `salt` deals anew. `record`: figures of sessions whose mapping was asked for, by them or here, are kept on this machine
    when they end. Raises ConfigError.
    """

    variant: str = MappingVariant.SHAPES.value
    split: MappingShares = field(default_factory=MappingShares)
    salt: str = "affectia"
    record: bool = True

    def __post_init__(self) -> None:
        if self.variant != SPLIT:
            MappingVariant.named(self.variant, "mapping.variant")
