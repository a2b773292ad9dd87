"""How visemes share the time between them, as data: `viseme_timing.toml`, checked when it is loaded."""

from __future__ import annotations

import functools
import tomllib
from dataclasses import dataclass
from importlib import resources
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from affectia import registry
from affectia.errors import ConfigError

TABLE: Final = "viseme_timing.toml"
_LIMITS: Final = {"alpha": (0.05, 2.0), "theta": (1.0, 200.0), "ahead": (0.0, 0.3), "duration": (0.2, 3.0)}


@dataclass(frozen=True, slots=True)
class VisemeTiming:
    """The table, over the 15 visemes in registry order; nobody writes to its arrays.

    `alpha` the dominance of each in its own middle; `theta_per_sec` how quickly it falls off; `ahead_secs` how long before its begin it
    has grown to 1/e, 0 where theta says it; `duration` against others; `occludes` bool: it closes before it sounds.
    """

    alpha: NDArray[np.float64]
    theta_per_sec: NDArray[np.float64]
    ahead_secs: NDArray[np.float64]
    duration: NDArray[np.float64]
    occludes: NDArray[np.bool_]


def load_viseme_timing(text: str | None = None) -> VisemeTiming:
    """The table of the package, or another text in the same form; ConfigError names what is wrong in it."""
    if text is None:
        return _own()
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{TABLE} is no TOML: {error}") from None
    rows = data.get("visemes")
    if not isinstance(rows, dict) or set(rows) != set(registry.VISEMES):
        raise ConfigError(f"visemes of the table are not the {len(registry.VISEMES)} of the registry, expected a row for each: {TABLE}")
    columns = {key: [_number(name, rows[name], key) for name in registry.VISEMES] for key in _LIMITS}
    occludes = [_flag(name, rows[name]) for name in registry.VISEMES]
    return VisemeTiming(
        alpha=np.array(columns["alpha"]),
        theta_per_sec=np.array(columns["theta"]),
        ahead_secs=np.array(columns["ahead"]),
        duration=np.array(columns["duration"]),
        occludes=np.array(occludes),
    )


@functools.cache
def _own() -> VisemeTiming:
    return load_viseme_timing((resources.files("affectia.perception.voice.timing") / TABLE).read_text(encoding="utf-8"))


def _number(name: str, row: Any, key: str) -> float:
    if not isinstance(row, dict):
        raise ConfigError(f"viseme {name!r} is {row!r}, expected a table: {TABLE}")
    unknown = sorted(set(row) - {*_LIMITS, "occlusion"})
    if unknown:
        raise ConfigError(f"key {unknown[0]!r} of viseme {name!r} is unknown, expected one of {', '.join(_LIMITS)}, occlusion: {TABLE}")
    low, high = _LIMITS[key]
    value = row.get(key, 0.0 if key == "ahead" else None)
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        raise ConfigError(f"{key} of viseme {name!r} is {value!r}, expected {low:g} to {high:g}: {TABLE}")
    return float(value)


def _flag(name: str, row: dict[str, Any]) -> bool:
    value = row.get("occlusion", False)
    if not isinstance(value, bool):
        raise ConfigError(f"occlusion of viseme {name!r} is {value!r}, expected true or false: {TABLE}")
    return value
