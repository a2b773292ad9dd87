"""How a written word is said, well enough for lips: rules of English spelling, plain letters for other languages."""

from __future__ import annotations

import functools
import tomllib
import unicodedata
from importlib import resources
from typing import Any, Final

from affectia.errors import ConfigError
from affectia.perception.voice.timing.phone_labels import arpabet

TABLE: Final = "spelling.toml"
LONGEST_WORD: Final = 200  # letters; what is longer is cut
_VOWELS: Final = frozenset("aeiouy")
_SYLLABLE: Final = "AA"  # of a sign that stands for one, or for nothing known: the mouth moves at least
_SECTIONS: Final = ("words", "english", "long", "letters", "digits")

Phones = tuple[str, ...]


class Spelling:
    """The rules; loaded once by `spelling`. ConfigError names what is wrong in a table."""

    def __init__(self, text: str) -> None:
        try:
            data = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise ConfigError(f"{TABLE} is no TOML: {error}") from None
        self._words, self._english, self._long, self._letters, self._digits = (_phones(data, name) for name in _SECTIONS)
        self._longest = max(map(len, (*self._english, *self._letters)))

    def phones(self, word: str, *, language: str = "en") -> Phones:
        """ARPAbet phones of a word; empty for one that has no letter or digit. `language` is a tag such as `en` or `de-AT`."""
        letters = _bare(word)[:LONGEST_WORD]
        if language.casefold().split("-")[0].split("_")[0] in ("en", "eng"):
            known = self._words.get(letters)
            if known is not None:
                return known
            plain = letters.replace("'", "")
            if plain and plain.isascii() and plain.isalpha():
                return self._in_english(plain)
        return self._by_letters(letters)

    def _in_english(self, word: str) -> Phones:
        """The longest rule that fits, letter by letter; doubled consonants are one."""
        marked = f"^{word}$"
        phones: list[str] = []
        place = 1
        while place <= len(word):
            letter = marked[place]
            if letter == marked[place - 1] and letter not in _VOWELS:
                place += 1
                continue
            if self._is_long(marked, place):
                phones += self._long[letter]
                place += 1
                continue
            found, length = self._rule(marked, place, has_vowel=any(before in _VOWELS for before in word[: place - 1]))
            phones += found
            place += length
        # A word of consonants alone, or whose only vowel a rule holds for silent, is said all the same.
        return tuple(phones) or self._by_letters(word)

    def _rule(self, marked: str, place: int, *, has_vowel: bool) -> tuple[Phones, int]:
        for length in range(min(self._longest, len(marked) - place), 0, -1):
            piece = marked[place : place + length]
            starts = place == 1
            rule = (self._english.get("^" + piece) if starts and not piece.endswith("$") else None) or self._english.get(piece)
            if rule is None:
                continue
            if piece.endswith("$") and not has_vowel and not any(phone[0] in "AEIOU" for phone in rule):
                continue  # the word's only vowel cannot be silent: red, me
            if len(piece) == 2 and piece[1] == "$" and piece[0] in _VOWELS and not has_vowel:
                rule = self._long[piece[0]]  # try, hi
            return rule, min(length, len(marked) - 1 - place)
        return self._long.get(marked[place], ()), 1

    def _is_long(self, marked: str, place: int) -> bool:
        """Whether a vowel stands alone before one consonant and a silent e at the word's end: late, times, used."""
        if marked[place] not in self._long or marked[place - 1] in "aeiou" or place + 3 > len(marked):
            return False
        after, end = marked[place + 1], marked[place + 2 :]
        return after.isalpha() and after not in "aeiouywxr" and end in ("e$", "es$", "ed$")

    def _by_letters(self, letters: str) -> Phones:
        phones: list[str] = []
        place = 0
        while place < len(letters):
            for length in range(min(self._longest, len(letters) - place), 0, -1):
                found = self._letters.get(letters[place : place + length])
                if found is not None:
                    break
            else:
                length, found = 1, self._other(letters[place])
            phones += found
            place += length
        return tuple(phones)

    def _other(self, letter: str) -> Phones:
        """A digit, an accented letter, kana, or a sign of which nothing is known but that it is a letter."""
        if letter.isdigit():
            return self._digits.get(str(unicodedata.digit(letter, 0)), ())
        base = unicodedata.normalize("NFD", letter)[0]
        if base in self._letters:
            return self._letters[base]
        name = unicodedata.name(letter, "")
        if name.startswith(("HIRAGANA LETTER ", "KATAKANA LETTER ")):
            return tuple(phone for sound in name.rsplit(" ", 1)[-1].casefold() for phone in self._letters.get(sound, ()))
        return (_SYLLABLE,) if letter.isalpha() else ()


@functools.cache
def spelling() -> Spelling:
    """The rules of the package."""
    return Spelling((resources.files("affectia.perception.voice.timing") / TABLE).read_text(encoding="utf-8"))


def _bare(word: str) -> str:
    """Small letters, composed, without what stands around and between them but for apostrophes."""
    composed = unicodedata.normalize("NFC", word).casefold().replace("’", "'")
    return "".join(letter for letter in composed if letter.isalnum() or letter == "'").strip("'")


def _phones(data: dict[str, Any], name: str) -> dict[str, Phones]:
    section = data.get(name)
    if not isinstance(section, dict):
        raise ConfigError(f"section {name!r} is missing, expected a table: {TABLE}")
    rules: dict[str, Phones] = {}
    for key, text in section.items():
        if not isinstance(text, str) or any(arpabet(phone) is None for phone in text.split()):
            raise ConfigError(f"{key!r} of {name} is {text!r}, expected ARPAbet phones: {TABLE}")
        rules[key] = tuple(text.split())
    return rules
