"""Numbers of requests, held to what they may be."""

from __future__ import annotations

from affectia.errors import ConfigError


def checked_number(name: str, value: float, low: float, high: float) -> float:
    """The number itself; raises ConfigError where it is outside of its range, or none: no comparison holds for what is no number."""
    if not low <= value <= high:
        raise ConfigError(f"{name} is {value:g}, expected {low:g} to {high:g}")
    return value
