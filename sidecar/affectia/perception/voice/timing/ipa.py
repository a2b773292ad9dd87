"""IPA labels: one sound or several, with whatever marks their writer put on them; `ipa_symbols.toml` has what the registry has not."""

from __future__ import annotations

import functools
import tomllib
import unicodedata
from importlib import resources
from typing import Any, Final

from affectia import registry
from affectia.errors import ConfigError
from affectia.perception.voice.timing.phone_labels import shared
from affectia.perception.voice.timing.timed_visemes import VisemePart

TABLE: Final = "ipa_symbols.toml"
# Letters that hardly any spelling has: who writes one means IPA.
_TELLING: Final = frozenset("ɑʌɛɪɔʊʃʒŋɹɝɚɾəɐɜɒɡɫɲʎʁʀɣɸʂʐɕʑɨʉɯɤɵʏʈɖɟɢɦːˑˈˌʰʲʷʔᵻ͡")


class IpaTable:
    """Symbols and what they say; loaded once by `ipa_table`. ConfigError names what is wrong in a table."""

    def __init__(self, text: str) -> None:
        try:
            data = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise ConfigError(f"{TABLE} is no TOML: {error}") from None
        weak = _table(data, "weak")
        self.symbols: dict[str, tuple[VisemePart, ...]] = {}
        for symbol, visemes in registry.IPA_VISEMES.items():
            self.symbols[_plain(symbol)] = shared(visemes, strength=_strength(weak, symbol))
        known = dict(self.symbols)
        for symbol, alike in _table(data, "alike").items():
            if alike not in known:
                raise ConfigError(f"{symbol!r} is like {alike!r}, expected a symbol of the registry: {TABLE}")
            self.symbols[_plain(symbol)] = tuple(part._replace(strength=_strength(weak, symbol)) for part in known[alike])
        for unit, sounds in _table(data, "units").items():
            if not isinstance(sounds, list) or not sounds or any(sound not in known for sound in sounds):
                raise ConfigError(f"unit {unit!r} is {sounds!r}, expected symbols of the registry: {TABLE}")
            self.symbols[_plain(unit)] = tuple(part._replace(share=part.share / len(sounds)) for sound in sounds for part in known[sound])
        marks = _table(data, "silent").get("marks")
        if not isinstance(marks, str):
            raise ConfigError(f"marks of silent is {marks!r}, expected a text: {TABLE}")
        self.marks = frozenset(marks)
        self.longest = max(map(len, self.symbols))

    def visemes(self, label: str) -> tuple[VisemePart, ...] | None:
        """What a label says, its symbols taken longest first; None where one of them is unknown. Marks alone say nothing: ()."""
        letters = "".join(letter for letter in _plain(label) if letter not in self.marks)
        parts: list[VisemePart] = []
        place = 0
        while place < len(letters):
            for length in range(min(self.longest, len(letters) - place), 0, -1):
                found = self.symbols.get(letters[place : place + length])
                if found is not None:
                    parts += found
                    place += length
                    break
            else:
                return None
        return tuple(parts)


@functools.cache
def ipa_table() -> IpaTable:
    """The table of the package."""
    return IpaTable((resources.files("affectia.perception.voice.timing") / TABLE).read_text(encoding="utf-8"))


def tells_ipa(label: str) -> bool:
    """Whether a label holds a letter or mark that only IPA has."""
    return any(letter in _TELLING for letter in label)


def _plain(label: str) -> str:
    """Letters without what is written above and below them; a cedilla makes another sound, and stays."""
    whole = unicodedata.normalize("NFC", label.strip()).replace("ç", "\0")
    split = unicodedata.normalize("NFD", whole)
    return "".join(letter for letter in split if not unicodedata.combining(letter)).replace("\0", "ç").casefold()


def _strength(weak: dict[str, Any], symbol: str) -> float:
    strength = weak.get(symbol, 1.0)
    if isinstance(strength, bool) or not isinstance(strength, int | float) or not 0 < strength <= 1:
        raise ConfigError(f"{symbol!r} is weak by {strength!r}, expected more than 0, at most 1: {TABLE}")
    return float(strength)


def _table(data: dict[str, Any], name: str) -> dict[str, Any]:
    section = data.get(name)
    if not isinstance(section, dict):
        raise ConfigError(f"section {name!r} is missing, expected a table: {TABLE}")
    return section
