"""What a mouth does for each viseme, as data: `viseme_shapes.toml`, checked when it is loaded."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from affectia import registry
from affectia.errors import ConfigError

TABLE: Final = "viseme_shapes.toml"
KINDS: Final = ("rest", "vowel", "consonant")
CLOSURES: Final = ("pp", "ff")
"""The touches of the lips that must be seen: both lips (p, b, m), lower lip and upper teeth (f, v)."""

_SHAPE: Final = {name: place for place, name in enumerate(registry.BLENDSHAPES)}
_JAW_OPEN: Final = _SHAPE["jawOpen"]
_TONGUE_OUT: Final = _SHAPE["tongueOut"]
_KEYS: Final = frozenset({"kind", "shapes", "jaw_cap", "closure", "strength", "from"})
_SECTIONS: Final = frozenset({"loudness", "jaw", "tongue", "visemes"})


@dataclass(frozen=True, slots=True)
class VisemeShapes:
    """The table, over the 15 visemes and the 52 shapes in registry order; nobody writes to its arrays.

    `shapes` (15, 52) 0..1 at full weight; `kinds` of each viseme; `quiet` and `loud` (15,) what a row is multiplied by at loudness 0
    and 1; `jaw_cap` (15,) 0..1. `closure_strength` (15, 2): how strongly a viseme's weight demands each of CLOSURES. `closure_floors`
    (2, 52): what a whole closure shows at least; `closure_jaw_caps` (2,) how far the jaw may be open in it. `sources` say where a row
    comes from.
    """

    shapes: NDArray[np.float32]
    kinds: tuple[str, ...]
    quiet: NDArray[np.float32]
    loud: NDArray[np.float32]
    jaw_cap: NDArray[np.float32]
    closure_strength: NDArray[np.float32]
    closure_floors: NDArray[np.float32]
    closure_jaw_caps: NDArray[np.float32]
    sources: tuple[str, ...]
    jaw_favour: float
    tongue_jaw_share: float

    def without_tongue(self) -> NDArray[np.float32]:
        """`shapes` for a head that has no tongue: a share of it opens the jaw instead."""
        shapes = self.shapes.copy()
        shapes[:, _JAW_OPEN] = np.minimum(shapes[:, _JAW_OPEN] + self.tongue_jaw_share * shapes[:, _TONGUE_OUT], 1)
        shapes[:, _TONGUE_OUT] = 0
        return shapes


def load_viseme_shapes(text: str | None = None) -> VisemeShapes:
    """The table of the package, or another text in the same form; ConfigError names what is wrong in it."""
    source = (resources.files("affectia.rig") / TABLE).read_text(encoding="utf-8") if text is None else text
    try:
        data = tomllib.loads(source)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{TABLE} is no TOML: {error}") from None
    _check_names("section", data, _SECTIONS)
    rows = _section(data, "visemes")
    _check_names("viseme", rows, frozenset(registry.VISEMES))
    missing = [name for name in registry.VISEMES if name not in rows]
    if missing:
        raise ConfigError(f"viseme {missing[0]!r} has no row, expected one for each viseme: {TABLE}")
    ordered = [(name, _checked_row(name, rows[name])) for name in registry.VISEMES]
    shapes = np.array([_shapes_row(name, row["shapes"]) for name, row in ordered], np.float32)
    kinds = tuple(row["kind"] for _, row in ordered)
    loudness = {kind: _range(_section(data, "loudness"), kind) for kind in KINDS}
    floors, caps, strength = _closures(ordered, shapes)
    return VisemeShapes(
        shapes=shapes,
        kinds=kinds,
        quiet=np.array([loudness[kind][0] for kind in kinds], np.float32),
        loud=np.array([loudness[kind][1] for kind in kinds], np.float32),
        jaw_cap=np.array([row.get("jaw_cap", 1.0) for _, row in ordered], np.float32),
        closure_strength=strength,
        closure_floors=floors,
        closure_jaw_caps=caps,
        sources=tuple(row["from"] for _, row in ordered),
        jaw_favour=_number(_section(data, "jaw").get("favour"), "favour of jaw", 0, 10),
        tongue_jaw_share=_number(_section(data, "tongue").get("jaw_share"), "jaw_share of tongue", 0, 1),
    )


def _checked_row(name: str, row: Any) -> dict[str, Any]:
    if not isinstance(row, dict):
        raise ConfigError(f"viseme {name!r} is {row!r}, expected a table: {TABLE}")
    _check_names(f"key of viseme {name!r}", row, _KEYS)
    if row.get("kind") not in KINDS:
        raise ConfigError(f"kind of viseme {name!r} is {row.get('kind')!r}, expected one of {', '.join(KINDS)}: {TABLE}")
    if not isinstance(row.get("shapes"), dict):
        raise ConfigError(f"shapes of viseme {name!r} is {row.get('shapes')!r}, expected a table of shapes: {TABLE}")
    if not isinstance(row.get("from"), str) or not row["from"]:
        raise ConfigError(f"viseme {name!r} does not say where it comes from, expected a text in from: {TABLE}")
    if row.get("closure", "pp") not in CLOSURES:
        raise ConfigError(f"closure of viseme {name!r} is {row['closure']!r}, expected one of {', '.join(CLOSURES)}: {TABLE}")
    if ("closure" in row) != ("strength" in row):
        raise ConfigError(f"viseme {name!r} has one of closure and strength, expected both or none: {TABLE}")
    for key in ("jaw_cap", "strength"):
        if key in row:
            _number(row[key], f"{key} of viseme {name!r}", 0, 1)
    return row


def _shapes_row(viseme: str, amounts: Mapping[str, Any]) -> NDArray[np.float32]:
    row = np.zeros(len(_SHAPE), np.float32)
    for name, amount in amounts.items():
        places = [_SHAPE[given] for given in (name, name + "Left", name + "Right") if given in _SHAPE]
        if not places:
            raise ConfigError(f"shape {name!r} of viseme {viseme!r} is unknown, expected a blendshape or a pair of them: {TABLE}")
        if any(registry.BLENDSHAPE_GROUPS[place] != registry.Group.MOUTH for place in places):
            raise ConfigError(f"shape {name!r} of viseme {viseme!r} is not of the mouth, expected one that is: {TABLE}")
        if row[places].any():
            raise ConfigError(f"shape {name!r} of viseme {viseme!r} stands there twice, expected once: {TABLE}")
        row[places] = _number(amount, f"shape {name!r} of viseme {viseme!r}", 0, 1)
    return row


def _closures(
    ordered: list[tuple[str, dict[str, Any]]], shapes: NDArray[np.float32]
) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]:
    """The floors (2, 52), the caps of the jaw (2,) and the strengths (15, 2) of the closures."""
    strength = np.zeros((len(ordered), len(CLOSURES)), np.float32)
    floors, caps = np.zeros((len(CLOSURES), len(_SHAPE)), np.float32), np.ones(len(CLOSURES), np.float32)
    for place, closure in enumerate(CLOSURES):
        found = [number for number, (_, row) in enumerate(ordered) if row.get("closure") == closure]
        if len(found) != 1:
            raise ConfigError(f"closure {closure!r} has {len(found)} visemes, expected one: {TABLE}")
        row = ordered[found[0]][1]
        strength[found[0], place] = row["strength"]
        floors[place], caps[place] = shapes[found[0]], row.get("jaw_cap", 1.0)
    floors[:, _JAW_OPEN] = 0
    return floors, caps, strength


def _section(data: Mapping[str, Any], name: str) -> dict[str, Any]:
    section = data.get(name)
    if not isinstance(section, dict):
        raise ConfigError(f"section {name!r} is missing, expected a table: {TABLE}")
    return section


def _check_names(what: str, found: Mapping[str, Any], known: frozenset[str]) -> None:
    unknown = sorted(set(found) - known)
    if unknown:
        raise ConfigError(f"{what} {unknown[0]!r} is unknown, expected one of {', '.join(sorted(known))}: {TABLE}")


def _range(section: Mapping[str, Any], kind: str) -> tuple[float, float]:
    pair = section.get(kind)
    if not isinstance(pair, list) or len(pair) != 2:
        raise ConfigError(f"loudness of {kind!r} is {pair!r}, expected two numbers: {TABLE}")
    quiet, loud = (_number(value, f"loudness of {kind!r}", 0, 2) for value in pair)
    return quiet, loud


def _number(value: Any, what: str, low: float, high: float) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        raise ConfigError(f"{what} is {value!r}, expected {low:g} to {high:g}: {TABLE}")
    return float(value)
