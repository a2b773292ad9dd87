"""A profile: which shapes an avatar has, and how each comes out of what is computed."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from affectia import registry
from affectia.registry import Group
from affectia.rig.profile_sources import PLACES, SOURCE_GROUPS, Row, expanded

Level: TypeAlias = Literal["shapes", "visemes", "jaw", "none"]
CurveKind: TypeAlias = Literal["linear", "damped", "sigmoid"]

LEVELS: Final[tuple[Level, ...]] = ("shapes", "visemes", "jaw", "none")
CURVE_KINDS: Final[tuple[CurveKind, ...]] = ("linear", "damped", "sigmoid")
MOST_SHAPES: Final = 960
"""So many names of the longest that the wire allows, beside those of bones, visemes and effects, still fit into a layout message."""


@dataclass(frozen=True, slots=True)
class Curve:
    """How a sum becomes a weight; x is the sum times the gain, at least 0.

    linear: x. damped: x * (1 - damping * x), so that the strongest comes out weaker. sigmoid: late and fast, from 0 at 0 to 1 at 1, most of
    its rise around `middle`, the steeper the larger `steepness` is.
    """

    kind: CurveKind = "linear"
    damping: float = 0.2
    steepness: float = 10.0
    middle: float = 0.5

    def at(self, x: float) -> float:
        """The weight of a sum; the reference of what `Retarget` does for many at once."""
        x = max(x, 0.0)
        if self.kind == "damped":
            return min(x, 1.0) * (1 - self.damping * min(x, 1.0))
        if self.kind == "sigmoid":
            low, high = (_logistic(self.steepness * (end - self.middle)) for end in (0.0, 1.0))
            return (_logistic(self.steepness * (min(x, 1.0) - self.middle)) - low) / (high - low)
        return x


LINEAR: Final = Curve()


@dataclass(frozen=True, slots=True)
class ProfileShape:
    """One shape of an avatar: clamp(curve(gain * sum of factor * source) + offset) to `limit`.

    `sources` are names as `profile_sources.expanded` knows them, with their factors. `group` is the part of the face that it belongs to;
    None: that of its strongest source.
    """

    name: str
    sources: tuple[tuple[str, float], ...]
    gain: float = 1.0
    offset: float = 0.0
    limit: tuple[float, float] = (0.0, 1.0)
    curve: Curve = LINEAR
    group: Group | None = None

    @property
    def row(self) -> Row:
        """The factors of the sources by column, without the gain."""
        found: dict[int, float] = {}
        for name, factor in self.sources:
            for place, share in expanded(name) or ():
                found[place] = found.get(place, 0.0) + factor * share
        return tuple(sorted((place, factor) for place, factor in found.items() if factor))

    @property
    def shown_group(self) -> Group:
        """The group that it belongs to."""
        if self.group is not None:
            return self.group
        row = self.row
        return Group(SOURCE_GROUPS[max(row, key=lambda part: abs(part[1]))[0]]) if row else Group.MOUTH

    @property
    def is_copy(self) -> bool:
        """Whether it is one source as it is."""
        row = self.row
        return (self.gain, self.offset, self.limit, self.curve) == (1, 0, (0, 1), LINEAR) and len(row) == 1 and row[0][1] == 1


@dataclass(frozen=True, slots=True)
class Profile:
    """The shapes of a kind of avatar, in the order in which they are sent; equal where all of it is.

    `level` says how much of a mouth it can show. `tongue`: the avatar has one; else a share of tongueOut opens its jaw. `mirrored`: left
    and right are swapped, as before a mirror. `resting` are the groups that something else fills, a headset the head. `stand_ins`
    are shapes that only an avatar gets which lacks those whose part they do.
    """

    name: str
    title: str
    level: Level
    shapes: tuple[ProfileShape, ...]
    stand_ins: tuple[ProfileShape, ...] = ()
    tongue: bool = True
    mirrored: bool = False
    resting: tuple[Group, ...] = ()

    @property
    def shape_names(self) -> tuple[str, ...]:
        """Names as they are announced, in order."""
        return tuple(shape.name for shape in self.shapes)

    @property
    def is_standard(self) -> bool:
        """Whether its frames are those of the standard layout as they are: nothing is to be calculated."""
        if self.mirrored or not self.tongue or self.shape_names != registry.BLENDSHAPES:
            return False
        return all(shape.is_copy and shape.row[0][0] == PLACES[shape.name] for shape in self.shapes)


def _logistic(x: float) -> float:
    return 1 / (1 + math.exp(-x))
