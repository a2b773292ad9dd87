"""TextGrids of Praat and of forced aligners, in the long and in the short text format.

Both formats are the same row of values; the long one has words between them, which Praat itself passes over, as it does with comments.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

import numpy as np

from affectia.errors import ConfigError
from affectia.perception.voice.timing.event_times import MAX_EVENTS
from affectia.perception.voice.timing.labelled_events import LabelKind, LabelledEvents

_MAX_TIERS: Final = 100
# A text in quotes (a quote in it is doubled), a flag, a comment, or a word; of words only those that are numbers count.
_TOKEN: Final = re.compile(r'"(?:[^"]|"")*"|<[a-z]+>|![^\n]*|[^\s"<!]+')
_NUMBER: Final = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?\Z")
_PHONE_TIERS: Final = ("phones", "phone", "phonemes", "phoneme", "segments", "mau", "phon")
_WORD_TIERS: Final = ("words", "word", "ort", "ort-mau", "transcript")


@dataclass(frozen=True, slots=True)
class _Tier:
    name: str
    starts: list[float]
    ends: list[float]
    labels: list[str]
    lines: list[int]


def is_text_grid(text: str) -> bool:
    """Whether a text begins as a TextGrid does."""
    return "ooTextFile" in text[:200] and "TextGrid" in text[:400]


def read_text_grid(text: str) -> LabelledEvents:
    """The intervals of the tier of phones, or where there is none, of words; ConfigError names the line of what is wrong.

    Tiers are found by their names (`phones`, `MAU`, `words`, also behind a speaker's name, as in `anna - phones`); the first fits.
    """
    tiers = _tiers(text)
    for names, kind in ((_PHONE_TIERS, None), (_WORD_TIERS, LabelKind.WORD)):
        for tier in tiers:
            if re.split(r"\s*[-:/|]\s+", tier.name.casefold())[-1].strip() in names and tier.labels:
                return _events(tier, kind)
    if len(tiers) == 1 and tiers[0].labels:
        return _events(tiers[0], None)
    raise ConfigError(f"TextGrid has {len(tiers)} tiers, none of phones or words with intervals, expected a tier 'phones' or 'words'")


def _events(tier: _Tier, kind: LabelKind | None) -> LabelledEvents:
    lines = tier.lines
    return LabelledEvents(np.array(tier.starts), np.array(tier.ends), tuple(tier.labels), lambda number: f"line {lines[number]}", kind)


class _Tokens:
    """The values of a TextGrid in their order, and the line of each."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._found = _TOKEN.finditer(text)
        self._counted_to, self.line = 0, 1

    def text(self, what: str) -> str:
        token = self._next(what)
        if not token.startswith('"'):
            raise ConfigError(f"TextGrid has a number, expected {what} in quotes: line {self.line}")
        return token[1:-1].replace('""', '"')

    def number(self, what: str) -> float:
        token = self._next(what)
        if not _NUMBER.match(token):
            raise ConfigError(f"TextGrid has a text, expected {what} as a number: line {self.line}")
        return float(token)

    def count(self, what: str, most: int) -> int:
        value = self.number(what)
        if not (value.is_integer() and 0 <= value <= most):
            raise ConfigError(f"{what} of the TextGrid is {value:g}, expected 0 to {most}: line {self.line}")
        return int(value)

    def flag(self) -> None:
        token = self._next("<exists>")
        if token != "<exists>":
            raise ConfigError(f"TextGrid has no tiers, expected <exists>: line {self.line}")

    def _next(self, what: str) -> str:
        for match in self._found:
            token = match.group()
            if token[0] in '"<' or _NUMBER.match(token):
                self.line += self._text.count("\n", self._counted_to, match.start())
                self._counted_to = match.start()
                return token
        raise ConfigError(f"TextGrid ends after line {self._text.count(chr(10)) + 1}, expected {what}")


def _tiers(text: str) -> list[_Tier]:
    tokens = _Tokens(text)
    if tokens.text("the file type") != "ooTextFile" or tokens.text("the object class") != "TextGrid":
        raise ConfigError("text is no TextGrid, expected the file type ooTextFile and the object class TextGrid")
    for what in ("the begin", "the end"):
        tokens.number(what)
    tokens.flag()
    tiers = []
    left = MAX_EVENTS
    for _ in range(tokens.count("number of tiers", _MAX_TIERS)):
        kind = tokens.text("a tier's class")
        if kind not in ("IntervalTier", "TextTier"):
            raise ConfigError(f"tier of the TextGrid is no IntervalTier and no TextTier, expected one of these: line {tokens.line}")
        tier = _Tier(tokens.text("a tier's name"), [], [], [], [])
        for what in ("a tier's begin", "a tier's end"):
            tokens.number(what)
        count = tokens.count("number of intervals", left)
        left -= count
        for _ in range(count):
            start = tokens.number("a time")
            end = tokens.number("a time") if kind == "IntervalTier" else start
            label = tokens.text("a label")
            if kind == "IntervalTier":
                tier.starts.append(start)
                tier.ends.append(end)
                tier.labels.append(label)
                tier.lines.append(tokens.line)
        tiers.append(tier)
    return tiers
