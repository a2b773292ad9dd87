"""What the name of a morph target means, however its maker and its engine spell it."""

from __future__ import annotations

import functools
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from types import MappingProxyType
from typing import Any, Final

_TABLE: Final = "morph_aliases.toml"
_OBJECTS: Final = re.compile(r"[.:|/\\]")
# Words of camelCase, snake_case, kebab-case and CAPITALS; numbers apart; what has no case in one piece.
_WORDS: Final = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|[0-9]+|[^\W0-9_a-zA-Z]+")
_SIDES: Final = MappingProxyType(
    {"l": "left", "lt": "left", "lf": "left", "lft": "left", "left": "left"}
    | {"r": "right", "rt": "right", "rgt": "right", "right": "right"}
)
_LEAST_CHARS: Final = 4  # of what is left when words before it are dropped: `tooth_a` is no vowel
_LEAST_WORDS: Final = 2  # where these are not words that say nothing: `head_smile` is a smile, `hair_puff` no cheek


@dataclass(frozen=True, slots=True)
class Meaning:
    """One reading of a name: `key` is the same for all spellings, `spelled` for those of the same words; `doubt` rises from 0."""

    key: str
    spelled: str
    doubt: int


def own_part(name: str) -> str:
    """A morph's name without those of its mesh and node: `Wolf3D_Head.jawOpen` is jawOpen, a copy's number is none of it."""
    parts = [part for part in _OBJECTS.split(name) if part and not part.isdigit()]
    return parts[-1] if parts else name


def meaning(name: str) -> Meaning:
    """What a name as it stands means."""
    spelled = _spelled([word.lower() for word in _WORDS.findall(own_part(name))])
    return Meaning(_key(spelled), spelled, 0)


def meanings(name: str) -> tuple[Meaning, ...]:
    """All readings of a morph's name, the surest first: as it is, with a side that is glued to it, without words before it."""
    words = [word.lower() for word in _WORDS.findall(own_part(name))]
    found: dict[str, Meaning] = {}

    def add(spelled: str, doubt: int) -> None:
        for reading in (spelled, *_unglued(spelled)):
            key = _key(reading)
            found.setdefault(key, Meaning(key, reading, doubt))

    add(_spelled(words), 0)
    for dropped in range(1, len(words)):
        rest = words[dropped:]
        meant = [word for word in rest if word not in _SIDES]
        says_nothing = all(word.isdigit() or word in _prefixes() for word in words[:dropped])
        if sum(map(len, meant)) >= _LEAST_CHARS and (len(meant) >= _LEAST_WORDS or says_nothing):
            add(_spelled(rest), dropped)
    return tuple(found.values())


def _spelled(words: list[str]) -> str:
    """Words in one, sides behind them: `L_mouthSmile` is mouthsmile_left."""
    if len(words) == 1:
        return words[0]
    sides = [_SIDES[word] for word in words if word in _SIDES]
    return "_".join(["".join(word for word in words if word not in _SIDES), *sides])


def _unglued(spelled: str) -> list[str]:
    """With the side apart that stands at the end without anything before it: `eyeblinkleft`, `eyeblinkl`."""
    if "_" in spelled:
        return []
    return [
        f"{spelled[: -len(end)]}_{_SIDES[end]}"
        for end in ("left", "right", "l", "r")
        if len(spelled) > len(end) + 2 and spelled.endswith(end)
    ]


def _key(spelled: str) -> str:
    same = _same()
    if spelled in same:
        return same[spelled]
    base, _, sides = spelled.partition("_")
    return f"{same[base]}_{sides}" if sides and base in same else spelled


@functools.cache
def _same() -> Mapping[str, str]:
    rows: list[list[str]] = _table()["same"]
    return MappingProxyType({_spelled([word.lower() for word in _WORDS.findall(name)]): row[0] for row in rows for name in row})


@functools.cache
def _prefixes() -> frozenset[str]:
    return frozenset(_table()["prefixes"])


@functools.cache
def _table() -> Mapping[str, Any]:
    return tomllib.loads((resources.files("affectia.rig") / _TABLE).read_text(encoding="utf-8"))
