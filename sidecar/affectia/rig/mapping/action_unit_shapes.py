"""Which shapes action units move, as data: `action_unit_shapes.toml`, checked when it is loaded."""

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

TABLE: Final = "action_unit_shapes.toml"

_UNITS: Final = len(registry.ACTION_UNITS)
_SHAPE: Final = {name: place for place, name in enumerate(registry.BLENDSHAPES)}
_CURVES: Final[dict[str, frozenset[str]]] = {  # and the keys that each needs
    "linear": frozenset(),
    "damped": frozenset({"damping"}),
    "sigmoid": frozenset({"onset", "steepness"}),
}
_KEYS: Final = frozenset({"curve", "gain", "limit", "shapes", "from"}).union(*_CURVES.values())
_RANGES: Final = {"gain": (0.0, 2.0), "limit": (0.0, 1.0), "damping": (0.0, 10.0), "onset": (0.0, 1.0), "steepness": (1.0, 50.0)}


@dataclass(frozen=True, slots=True)
class ActionUnitShapes:
    """The table over the 28 units and the 52 shapes in registry order; nobody writes to its arrays.

    `curves` names of each unit; `gain`, `limit`, `damping`, `onset` and `steepness` (28,), 0 where the curve has none of it; `amounts`
    (28, 52) 0..1: how far a unit of strength 1 moves each shape. `sources` say where a row comes from.
    """

    curves: tuple[str, ...]
    gain: NDArray[np.float32]
    limit: NDArray[np.float32]
    damping: NDArray[np.float32]
    onset: NDArray[np.float32]
    steepness: NDArray[np.float32]
    amounts: NDArray[np.float32]
    sources: tuple[str, ...]


def load_action_unit_shapes(text: str | None = None) -> ActionUnitShapes:
    """The table of the package, or another text in the same form; ConfigError names what is wrong in it."""
    source = (resources.files("affectia.rig.mapping") / TABLE).read_text(encoding="utf-8") if text is None else text
    try:
        rows = tomllib.loads(source)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{TABLE} is no TOML: {error}") from None
    _check_names("action unit", rows, frozenset(registry.ACTION_UNITS))
    missing = [name for name in registry.ACTION_UNITS if name not in rows]
    if missing:
        raise ConfigError(f"action unit {missing[0]!r} has no row, expected one for each unit of the registry: {TABLE}")
    ordered = [_checked_row(name, rows[name]) for name in registry.ACTION_UNITS]
    amounts = np.zeros((_UNITS, len(_SHAPE)), np.float32)
    for place, (name, row) in enumerate(zip(registry.ACTION_UNITS, ordered, strict=True)):
        _write_amounts(amounts[place], name, row["shapes"])
    constants = {key: np.array([row.get(key, 1.0 if key in ("gain", "limit") else 0.0) for row in ordered], np.float32) for key in _RANGES}
    return ActionUnitShapes(
        curves=tuple(row["curve"] for row in ordered), amounts=amounts, sources=tuple(row["from"] for row in ordered), **constants
    )


def _checked_row(name: str, row: Any) -> dict[str, Any]:
    if not isinstance(row, dict):
        raise ConfigError(f"action unit {name!r} is {row!r}, expected a table: {TABLE}")
    _check_names(f"key of {name!r}", row, _KEYS)
    curve = row.get("curve")
    if not isinstance(curve, str) or curve not in _CURVES:
        raise ConfigError(f"curve of {name!r} is {curve!r}, expected one of {', '.join(_CURVES)}: {TABLE}")
    for needed in frozenset().union(*_CURVES.values()):
        if (needed in row) != (needed in _CURVES[curve]):
            expected = f"expected one with a {curve} curve" if needed not in row else f"expected none with a {curve} curve"
            raise ConfigError(f"{needed} of {name!r} is {row.get(needed)!r}, {expected}: {TABLE}")
    for key, (low, high) in _RANGES.items():
        if key in row:
            _check_number(row[key], f"{key} of {name!r}", low, high)
    if not isinstance(row.get("shapes"), dict) or not row["shapes"]:
        raise ConfigError(f"shapes of {name!r} is {row.get('shapes')!r}, expected a table of shapes: {TABLE}")
    if not isinstance(row.get("from"), str) or not row["from"]:
        raise ConfigError(f"{name!r} does not say where it comes from, expected a text in from: {TABLE}")
    return row


def _write_amounts(amounts: NDArray[np.float32], unit: str, shapes: Mapping[str, Any]) -> None:
    for name, amount in shapes.items():
        places = [_SHAPE[given] for given in (name, name + "Left", name + "Right") if given in _SHAPE]
        if not places:
            raise ConfigError(f"shape {name!r} of {unit!r} is unknown, expected a blendshape or a pair of them: {TABLE}")
        if amounts[places].any():
            raise ConfigError(f"shape {name!r} of {unit!r} stands there twice, expected once: {TABLE}")
        _check_number(amount, f"shape {name!r} of {unit!r}", 0, 1)
        amounts[places] = amount


def _check_names(what: str, found: Mapping[str, Any], known: frozenset[str]) -> None:
    unknown = sorted(set(found) - known)
    if unknown:
        raise ConfigError(f"{what} {unknown[0]!r} is unknown, expected one of {', '.join(sorted(known))}: {TABLE}")


def _check_number(value: Any, what: str, low: float, high: float) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        raise ConfigError(f"{what} is {value!r}, expected {low:g} to {high:g}: {TABLE}")
