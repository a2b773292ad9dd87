"""What stands on the command line about avatars that act, as numbers by name."""

from __future__ import annotations

from collections.abc import Sequence

from affectia.errors import ConfigError


def weights_by_name(arguments: Sequence[str], *, what: str) -> dict[str, float]:
    """`NAME=NUMBER` of each argument; raises ConfigError where one is none."""
    found = {}
    for argument in arguments:
        name, numbers = split_argument(argument, what=what)
        if len(numbers) != 1:
            raise ConfigError(f"{what} is {argument!r}, expected NAME=NUMBER")
        found[name] = numbers[0]
    return found


def split_argument(argument: str, *, what: str) -> tuple[str, tuple[float, ...]]:
    """`NAME=NUMBER` or `NAME=NUMBER,NUMBER,...` in its parts; raises ConfigError where it is neither."""
    name, equals, numbers = argument.partition("=")
    if not (name and equals):
        raise ConfigError(f"{what} is {argument!r}, expected NAME=NUMBER")
    return name, read_numbers(numbers, what=f"{what} {name}")


def read_numbers(text: str, *, what: str) -> tuple[float, ...]:
    """Numbers with commas between them; raises ConfigError where one is none."""
    try:
        return tuple(float(part) for part in text.split(","))
    except ValueError:
        raise ConfigError(f"{what} is {text!r}, expected a number, or several with commas between them") from None
