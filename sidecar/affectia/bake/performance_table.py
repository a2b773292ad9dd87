"""One table of a script of a performance, read key by key: what is wrong is said with its place."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from affectia.errors import ConfigError, not_one_of


class PerformanceTable:
    """The values of a table of TOML, or of an object of JSON; ConfigError for whatever is not as asked.

    `what` is what it is called in messages, example: "override 2". `finish` is to be called when all keys were asked for.
    """

    def __init__(self, what: str, found: Any) -> None:
        if not isinstance(found, dict):
            raise ConfigError(f"{what} is {kind(found)}, expected a table")
        self.what = what
        self._found: dict[str, Any] = found
        self._known: list[str] = []

    def has(self, name: str) -> bool:
        """Whether a key is there."""
        return name in self._found

    def number(self, name: str, least: float, most: float, default: float | None = None) -> float:
        """A number; without a default it must be there."""
        value = self._value(name, default)
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise ConfigError(f"{name} of {self.what} is {kind(value)}, expected {least:g} to {most:g}")
        if not (math.isfinite(value) and least <= value <= most):
            raise ConfigError(f"{name} of {self.what} is {value:.6g}, expected {least:g} to {most:g}")
        return float(value)

    def maybe(self, name: str, least: float, most: float) -> float | None:
        """A number, None where it is not there."""
        self._known.append(name)
        return self.number(name, least, most) if name in self._found else None

    def whole(self, name: str, least: int, most: int, default: int) -> int:
        """A whole number."""
        value = self._value(name, default)
        if isinstance(value, bool) or not isinstance(value, int):
            raise ConfigError(f"{name} of {self.what} is {kind(value)}, expected a whole number of {least} to {most}")
        if not least <= value <= most:
            raise ConfigError(f"{name} of {self.what} is {value}, expected {least} to {most}")
        return value

    def text(self, name: str, default: str | None = None) -> str:
        """A text; without a default it must be there and not be empty."""
        value = self._value(name, default)
        if not isinstance(value, str) or (default is None and not value):
            raise ConfigError(f"{name} of {self.what} is {kind(value)}, expected a text")
        return value

    def choice(self, name: str, choices: Sequence[str], default: str | None = None) -> str:
        """One of some texts."""
        value = self.text(name, default)
        if value not in choices:
            raise not_one_of(f"{name} of {self.what}", value, choices)
        return value

    def flag(self, name: str, *, default: bool) -> bool:
        """True or false."""
        value = self._value(name, default)
        if not isinstance(value, bool):
            raise ConfigError(f"{name} of {self.what} is {kind(value)}, expected true or false")
        return value

    def tables(self, name: str, called: str, *, most: int) -> list[PerformanceTable]:
        """A list of tables, which may be missing; the messages call them by what they are `called` and their number, from 1 on."""
        value = self._value(name, [])
        if not isinstance(value, list):
            raise ConfigError(f"{name} of {self.what} is {kind(value)}, expected a list of tables")
        if len(value) > most:
            raise ConfigError(f"{name} of {self.what} are {len(value)}, expected at most {most}")
        return [PerformanceTable(f"{called} {number}", each) for number, each in enumerate(value, 1)]

    def weights(self, name: str) -> dict[str, float]:
        """A table of numbers by name, which must be there; what they may be, whoever takes them says."""
        value = self._value(name, None)
        if not isinstance(value, dict):
            raise ConfigError(f"{name} of {self.what} is {kind(value)}, expected a table of weights by name")
        return dict(value)

    def finish(self) -> None:
        """Refuse keys that nobody asked for."""
        for name in self._found:
            if name not in self._known:
                raise not_one_of(f"key of {self.what}", name, self._known)

    def _value(self, name: str, default: Any) -> Any:
        self._known.append(name)
        if name in self._found:
            return self._found[name]
        if default is None:
            raise ConfigError(f"{self.what} has no {name}, expected one")
        return default


def kind(value: Any) -> str:
    """What a value is, in words; what it says is not repeated."""
    kinds = ((bool, "true or false"), (dict, "a table"), (list, "a list"), (str, "a text"), ((int, float), "a number"))
    return next((word for each, word in kinds if isinstance(value, each)), "null" if value is None else "a date")
