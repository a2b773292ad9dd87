"""What a profile is made of: final shapes, visemes and effects of an avatar, its moods, and action units as its shapes show them."""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Mapping
from importlib import resources
from types import MappingProxyType
from typing import Final, TypeAlias

from affectia import registry
from affectia.registry import Group
from affectia.signals.avatar_weights import UNITS

Row: TypeAlias = tuple[tuple[int, float], ...]
"""Factors of some sources, by column, rising."""

EYES_CLOSED: Final = "eyesClosed"
"""How far both lids are down: the lesser of the two blinks, so that a wink closes no eyes."""

# Shapes, visemes and effects stand where they stand among the channels of an avatar's weights.
SOURCES: Final = (*registry.BLENDSHAPES, *registry.VISEMES, *registry.EFFECTS, *registry.EMOTIONS, EYES_CLOSED)
MOODS: Final = slice(UNITS.stop, UNITS.stop + len(registry.EMOTIONS))
SOURCE_COUNT: Final = len(SOURCES)
PLACES: Final = MappingProxyType({name: place for place, name in enumerate(SOURCES)})
BLINKS: Final = (PLACES["eyeBlinkLeft"], PLACES["eyeBlinkRight"])
SOURCE_GROUPS: Final = (
    *registry.BLENDSHAPE_GROUPS,
    *[int(Group.MOUTH)] * len(registry.VISEMES),
    *[int(Group.EMOTION)] * (len(registry.EFFECTS) + len(registry.EMOTIONS)),
    int(Group.EYES),
)

_SIDES: Final = ("Left", "Right")
_TABLE: Final = "unit_shapes.toml"
_FULL_NAMES: Final = {name: name.split("_", 1)[0] for name in registry.ACTION_UNITS}


def expanded(name: str) -> Row | None:
    """The sources behind a name, None where there is none of that name.

    A source stands for itself; a shape without Left and Right is the mean of both sides; `au12` is that action unit as the final shapes
    show it, `au12Left` its left half. So action units include what a voice, a feeling or an override does, and never undo a closure.
    """
    if name in PLACES:
        return ((PLACES[name], 1.0),)
    both = [PLACES[name + side] for side in _SIDES if name + side in PLACES]
    if both:
        return tuple((place, 1 / len(both)) for place in both)
    return _unit(name)


def source_names() -> tuple[str, ...]:
    """Every name that `expanded` knows but those of one side of an action unit."""
    pairs = [name.removesuffix("Left") for name in registry.BLENDSHAPES if name.endswith("Left")]
    both = [name for name in pairs if name + "Right" in PLACES]
    return (*SOURCES, *both, *_units())


def _unit(name: str) -> Row | None:
    for side in ("", *_SIDES):
        base = name.removesuffix(side) if side else name
        shapes = _units().get(_FULL_NAMES.get(base, base))
        if shapes is None or (side and not name.endswith(side)):
            continue
        row: dict[int, float] = {}
        for shape, factor in shapes.items():
            sided = expanded(shape + side) if side and shape + side in PLACES else expanded(shape)
            assert sided is not None
            for place, share in sided:
                row[place] = row.get(place, 0.0) + factor * share
        return tuple(sorted(row.items()))
    return None


@functools.cache
def _units() -> Mapping[str, Mapping[str, float]]:
    text = (resources.files("affectia.rig") / _TABLE).read_text(encoding="utf-8")
    rows: Mapping[str, Mapping[str, float]] = tomllib.loads(text)["units"]
    return MappingProxyType(dict(rows))
