"""Emotions along a spoken line: from when on which of them, as a file says it or a caller."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from affectia import registry
from affectia.errors import CaptureError, ConfigError, not_one_of

MAX_TIME_CODES: Final = 256
LEAST_GAP_SECS: Final = 0.001  # between two time codes: a step of less is one
MAX_AT_SECS: Final = 86_400.0
MAX_BYTES: Final = 1_000_000

_PLACE: Final = {name: place for place, name in enumerate(registry.EMOTIONS)}
_KEYS: Final = frozenset({"at_secs", "emotions"})


@dataclass(frozen=True, slots=True)
class EmotionTimeCode:
    """From `at_secs` of a line on, these weights: 8, 0..1, in registry order."""

    at_secs: float
    weights: tuple[float, ...]


def emotion_weights(emotions: Mapping[str, float], *, what: str = "emotion") -> tuple[float, ...]:
    """The 8 weights in registry order of emotions by name, what is not named at 0.

    Raises ConfigError, which calls a name `what`: "emotion", and which one of several, as in "emotion of time code 2".
    """
    weights = [0.0] * len(_PLACE)
    for name, weight in emotions.items():
        if name not in _PLACE:
            raise not_one_of(what, name, registry.EMOTIONS)
        weights[_PLACE[name]] = _number(weight, f"weight of {name!r}{what.removeprefix('emotion')}", 1.0)
    return tuple(weights)


def checked_line(codes: Sequence[EmotionTimeCode]) -> tuple[EmotionTimeCode, ...]:
    """The time codes of a line, rising in time; ConfigError for what is none."""
    if len(codes) > MAX_TIME_CODES:
        raise ConfigError(f"line has {len(codes)} time codes, expected at most {MAX_TIME_CODES}")
    before = 0.0
    for place, code in enumerate(codes):
        at_secs = _number(code.at_secs, f"at_secs of time code {place}", MAX_AT_SECS)
        if place and at_secs - before < LEAST_GAP_SECS:
            found = f"at_secs of time code {place} is {at_secs:g}"
            raise ConfigError(f"{found}, expected at least {LEAST_GAP_SECS:g} more than {before:g}, the one before")
        if len(code.weights) != len(_PLACE):
            raise ConfigError(f"weights of time code {place} are {len(code.weights)}, expected {len(_PLACE)}")
        for name, weight in zip(registry.EMOTIONS, code.weights, strict=True):
            _number(weight, f"weight of {name!r} of time code {place}", 1.0)
        before = at_secs
    return tuple(codes)


def read_emotion_line(content: bytes, *, path: Path | None = None) -> tuple[EmotionTimeCode, ...]:
    """The time codes of a JSON text, at least one: `[{"at_secs": 0.4, "emotions": {"happy": 0.8}}, ...]`.

    Raises ConfigError, with the path last where there is one.
    """
    try:
        return _read(content)
    except ConfigError as error:
        raise error if path is None else ConfigError(f"{error}: {path}") from None


def _read(content: bytes) -> tuple[EmotionTimeCode, ...]:
    if len(content) > MAX_BYTES:
        raise ConfigError(f"emotion line has {len(content)} bytes, expected at most {MAX_BYTES}")
    try:
        entries = json.loads(content.decode("utf-8-sig"))
    except json.JSONDecodeError as error:
        raise ConfigError(f"emotion line is no JSON: {error.msg.lower()} in line {error.lineno}") from None
    except (UnicodeDecodeError, RecursionError, ValueError):
        raise ConfigError("emotion line is no JSON, expected a list of time codes in UTF-8") from None
    if not isinstance(entries, list):
        raise ConfigError(f"emotion line is {_kind(entries)}, expected a list of time codes")
    if not entries:
        raise ConfigError("emotion line is empty, expected at least one time code")
    if len(entries) > MAX_TIME_CODES:
        raise ConfigError(f"emotion line has {len(entries)} time codes, expected at most {MAX_TIME_CODES}")
    return checked_line([_time_code(place, entry) for place, entry in enumerate(entries)])


def load_emotion_line(path: Path) -> tuple[EmotionTimeCode, ...]:
    """The time codes of a file; raises CaptureError where it cannot be read, ConfigError, with the path last, where it is no line."""
    return read_emotion_line(emotion_line_content(path), path=path)


def emotion_line_content(path: Path) -> bytes:
    """The bytes of a file of emotions; raises CaptureError where it cannot be read, ConfigError where it is too large."""
    try:
        if path.exists() and not path.is_file():
            raise CaptureError(f"emotion line is a folder or a device, expected a file: {path}")
        size = os.stat(path).st_size
        if size > MAX_BYTES:
            raise ConfigError(f"emotion line has {size} bytes, expected at most {MAX_BYTES}: {path}")
        return path.read_bytes()
    except (OSError, ValueError) as error:
        if isinstance(error, CaptureError | ConfigError):
            raise
        reason = (getattr(error, "strerror", None) or type(error).__name__).lower()
        raise CaptureError(f"emotion line cannot be read ({reason}), expected a file of this machine: {path}") from None


def _time_code(place: int, entry: Any) -> EmotionTimeCode:
    if not isinstance(entry, dict):
        raise ConfigError(f"time code {place} is {_kind(entry)}, expected an object with at_secs and emotions")
    for key in entry:
        if key not in _KEYS:
            raise not_one_of(f"key of time code {place}", key, sorted(_KEYS))
    for key in sorted(_KEYS - entry.keys()):
        raise ConfigError(f"time code {place} has no {key}, expected at_secs and emotions")
    emotions = entry["emotions"]
    if not isinstance(emotions, dict):
        raise ConfigError(f"emotions of time code {place} are {_kind(emotions)}, expected an object of weights by name")
    at_secs = _number(entry["at_secs"], f"at_secs of time code {place}", MAX_AT_SECS)
    return EmotionTimeCode(at_secs, emotion_weights(emotions, what=f"emotion of time code {place}"))


def _number(value: Any, what: str, highest: float) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ConfigError(f"{what} is {_kind(value)}, expected 0 to {highest:g}")
    if not 0 <= value <= highest or not math.isfinite(value):
        raise ConfigError(f"{what} is {value:.6g}, expected 0 to {highest:g}")
    return float(value)


def _kind(value: Any) -> str:
    """What a JSON value is, in words: what it says is not repeated."""
    kinds = ((bool, "true or false"), (dict, "an object"), (list, "a list"), (str, "a text"), ((int, float), "a number"))
    return next((word for kind, word in kinds if isinstance(value, kind)), "null" if value is None else "no number")
