"""Times and labels as JSON, and visemes as Microsoft's services give them.

{"type": "arpabet", "events": [{"start": 0.00, "end": 0.08, "phone": "IH1"}, ..]}
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from affectia.errors import ConfigError
from affectia.perception.voice.timing.azure_visemes import UNITS_PER_SEC, azure_visemes
from affectia.perception.voice.timing.event_times import MAX_EVENTS
from affectia.perception.voice.timing.labelled_events import LabelKind, LabelledEvents
from affectia.perception.voice.timing.timed_visemes import TimedVisemes

# What `type` may say; None: the labels tell.
TYPES: Final[dict[str, LabelKind | None]] = {
    "visemes": LabelKind.VISEME, "arpabet": LabelKind.ARPABET, "ipa": LabelKind.IPA, "words": LabelKind.WORD, "phones": None,
}  # fmt: skip
AZURE: Final = "azure"
_LABEL_KEYS: Final[dict[str, LabelKind | None]] = {"phone": None, "viseme": LabelKind.VISEME, "word": LabelKind.WORD, "label": None}
# Keys without case and underscores: each language of the service's libraries writes them in its own way.
_AZURE_IDS: Final = ("visemeid", "id", "viseme")
_AZURE_OFFSETS: Final = ("audiooffset", "offset", "audiooffsetms", "offsetms")


def read_event_json(text: str, *, clip_secs: float | None = None, language: str | None = None) -> TimedVisemes:
    """The visemes of a document; ConfigError names the entry of what is wrong.

    Keys of the document: `type` (one of TYPES, or azure), `events`, `unit` (s, ms or ticks; of all times), `language` (of words). A list
    alone is taken for its events. Without a type, keys and labels tell.
    """
    try:
        document = json.loads(text, parse_constant=lambda name: math.nan)
    except (ValueError, RecursionError) as error:
        where = f"line {error.lineno}" if isinstance(error, json.JSONDecodeError) else "nested too deeply"
        raise ConfigError(f"timing is no JSON: {where}") from None
    if isinstance(document, list):
        document = {"events": document}
    if not isinstance(document, dict) or not isinstance(document.get("events"), list):
        raise ConfigError("timing has no list 'events', expected a document of type and events, or a list of events")
    events = document["events"]
    kind, unit = document.get("type"), document.get("unit")
    if kind is not None and (not isinstance(kind, str) or kind not in (*TYPES, AZURE)):
        raise ConfigError(f"type of the timing is unknown, expected one of {', '.join((*TYPES, AZURE))}")
    if unit is not None and (not isinstance(unit, str) or unit not in UNITS_PER_SEC):
        raise ConfigError(f"unit of the timing is unknown, expected one of {', '.join(UNITS_PER_SEC)}")
    if not 0 < len(events) <= MAX_EVENTS:
        raise ConfigError(f"timing has {len(events)} entries, expected 1 to {MAX_EVENTS}")
    for number, event in enumerate(events):
        if not isinstance(event, dict):
            raise ConfigError(f"entry is no object, expected one of start, end and label: {_place(number)}")
    if kind == AZURE or (kind is None and _is_azure(events[0])):
        return _azure(events, unit, clip_secs)
    spoken = language or document.get("language", "en")
    if not isinstance(spoken, str):
        raise ConfigError("language of the timing is no text, expected a tag such as 'en'")
    return _labelled(events, kind, UNITS_PER_SEC[unit or "s"]).visemes(clip_secs=clip_secs, language=spoken)


def _labelled(events: list[dict[str, Any]], kind: str | None, units_per_sec: float) -> LabelledEvents:
    key = next((name for name in _LABEL_KEYS if name in events[0]), None)
    if key is None:
        raise ConfigError(f"entry has no label, expected one of {', '.join(_LABEL_KEYS)}: {_place(0)}")
    starts, ends, labels = np.empty(len(events)), np.full(len(events), np.nan), []
    for number, event in enumerate(events):
        label = event.get(key)
        if not isinstance(label, str):
            raise ConfigError(f"{key} of an entry is no text, expected a {key}: {_place(number)}")
        labels.append(label)
        starts[number] = _number(event, "start", number) / units_per_sec
        if event.get("end") is not None:
            ends[number] = _number(event, "end", number) / units_per_sec
        elif event.get("duration") is not None:
            ends[number] = starts[number] + _number(event, "duration", number) / units_per_sec
    return LabelledEvents(starts, ends, tuple(labels), _place, _LABEL_KEYS[key] if kind is None else TYPES[kind])


def _azure(events: list[dict[str, Any]], unit: str | None, clip_secs: float | None) -> TimedVisemes:
    plain = [{key.replace("_", "").casefold(): value for key, value in event.items()} for event in events]
    offset_key = next((key for key in _AZURE_OFFSETS if key in plain[0]), None)
    id_key = next((key for key in _AZURE_IDS if key in plain[0]), None)
    if offset_key is None or id_key is None:
        raise ConfigError(f"entry has no audio offset or no viseme id, expected both: {_place(0)}")
    offsets = _column(plain, offset_key)
    ids = _column(plain, id_key)
    if (ids % 1 != 0).any():
        raise ConfigError(f"viseme id is no whole number, expected one: {_place(int(np.argmax(ids % 1 != 0)))}")
    if unit is None and offset_key.endswith("ms"):
        unit = "ms"
    return azure_visemes(offsets, np.clip(ids, -1, 1e6).astype(np.int64), place=_place, unit=unit, clip_secs=clip_secs)


def _is_azure(event: dict[str, Any]) -> bool:
    plain = {key.replace("_", "").casefold() for key in event}
    return "start" not in plain and any(key in plain for key in _AZURE_OFFSETS) and any(key in plain for key in _AZURE_IDS)


def _column(events: list[dict[str, Any]], key: str) -> NDArray[np.float64]:
    return np.array([_number(event, key, number) for number, event in enumerate(events)])


def _number(event: dict[str, Any], key: str, number: int) -> float:
    value = event.get(key)
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < 1e15:
        raise ConfigError(f"{key} of an entry is no finite number, expected one: {_place(number)}")
    return float(value)


_place: Final[Callable[[int], str]] = lambda number: f"entry {number + 1}"  # noqa: E731
