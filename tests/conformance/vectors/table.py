"""What a vector table is made of: one hand-written fragment of bytes per map key, with the value that a reader finds in it.

Nothing here knows the project's encoder. The only byte that is computed is the head of the map (its number of entries), and a
vector may write that by hand too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

# The field that each key fills, by message. Keys that are not here are unknown to a reader of this version.
COMMON_FIELDS = {1: "stream_id", 2: "sequence", 3: "time_nanos", 4: "publish_delay_micros", 5: "layout_id", 6: "layout_hash", 7: "groups"}
FIELDS: Mapping[str, Mapping[int, str]] = {
    "avatar_frame": COMMON_FIELDS
    | {
        8: "blendshapes",
        9: "bones",
        10: "head_translation",
        11: "visemes",
        12: "dominant_viseme",
        13: "effects",
        14: "audio_sample",
    },
    "emotion_update": COMMON_FIELDS
    | {
        8: "emotion_support",
        9: "emotions",
        10: "affect",
        11: "affect_method",
        12: "action_unit_support",
        13: "action_units",
        14: "head_pose",
        15: "gaze",
        16: "blink",
        17: "speaking_probability",
        18: "blink_events",
        19: "emotion_shares",
        20: "emotion_label",
        21: "prosody",
        22: "voice_events",
    },
    "layout": {1: "stream_id", 5: "layout_id", 6: "layout_hash", 8: "parts", 9: "audio_rate_hz", 10: "look_ahead_millis"},
    "track_chunk": {
        1: "stream_id",
        2: "sequence",
        5: "layout_id",
        6: "layout_hash",
        8: "start_sample",
        9: "sample_rate_hz",
        10: "frame_rate_hz",
        11: "frame_count",
        12: "blendshapes",
        13: "visemes",
        14: "end",
        15: "look_ahead_millis",
        16: "degraded",
    },
}


@dataclass(frozen=True)
class Entry:
    """One entry of the map: its key, the bytes of key and value as hex, and the value that a reader finds."""

    key: int
    hex: str
    value: Any = None


Entries = tuple[Entry, ...]


@dataclass(frozen=True, kw_only=True)
class Good:
    """A message that every reader accepts; `decoded_extra` adds fields that no single key carries."""

    name: str
    message: str
    entries: Entries
    shows: str
    roundtrip: bool = True
    after: Sequence[str] = ()
    axes: Mapping[str, Any] | None = None
    map_head: str | None = None
    decoded_extra: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Bad:
    """A message that every reader refuses with `status`. With `truncations_of`, every proper prefix of that vector in turn."""

    name: str
    message: str
    status: str
    shows: str
    body: bytes = b""
    truncations_of: str | None = None


def entry(key: int, hex_bytes: str, value: Any = None) -> Entry:
    """One fragment; blanks in `hex_bytes` only group what belongs together."""
    return Entry(key, hex_bytes, value)


def vary(base: Entries, *changes: Entry, drop: Sequence[int] = ()) -> Entries:
    """The base with fragments replaced by key, added in key order, or dropped."""
    changed = {change.key: change for change in changes}
    kept = {each.key: each for each in base if each.key not in drop}
    return tuple(sorted((kept | changed).values(), key=lambda each: each.key))


def body(entries: Entries, *, map_head: str | None = None) -> bytes:
    """The bytes of a map in the order given; its head counts the entries unless written by hand."""
    count = len(entries)
    head = map_head if map_head is not None else f"{0xA0 + count:02x}" if count < 24 else f"b8{count:02x}"
    return bytes.fromhex(head + "".join(each.hex for each in entries))


def decoded(vector: Good) -> dict[str, Any]:
    """All fields of the message; null where the key is absent."""
    names = FIELDS[vector.message]
    found = {names[each.key]: each.value for each in vector.entries if each.key in names}
    return {name: found.get(name) for name in names.values()} | dict(vector.decoded_extra)


def at(count: int, values: Mapping[int, int]) -> list[int]:
    """`count` integers, zero but for the places given."""
    return [values.get(place, 0) for place in range(count)]
