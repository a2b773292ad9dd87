"""A message taken apart: its topic, its kind, every key with its place, and where the first fault is.

What is right and what is wrong is what the readers in `wire/` say; this only finds the places. The first fault in byte order decides the
status of a message, and a message that ends before its first fault is `truncated`. So the shortest beginning that is no longer
`truncated` ends with the byte at which the fault shows, and halving finds it in a few readings.
"""

from __future__ import annotations

import bisect
import contextlib
from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from affectia import registry
from affectia.registry import AffectKey, AvatarKey, CommonKey, DecodeStatus, LayoutKey, TrackKey
from affectia.wire import avatar_frame, cbor, emotion_update, layout, topic, track_chunk
from affectia.wire.avatar_frame import AvatarFrame
from affectia.wire.emotion_update import EmotionUpdate
from affectia.wire.layout import LayoutMessage, LayoutTable
from affectia.wire.track_chunk import TrackChunk

KINDS: Final = ("avatar_frame", "emotion_update", "track_chunk", "layout")

Message = AvatarFrame | EmotionUpdate | TrackChunk | LayoutMessage

_TOPICS: Final = (registry.TOPIC_AVATAR, registry.TOPIC_AFFECT, registry.TOPIC_TRACK, registry.TOPIC_LAYOUT)
_KIND_OF_TOPIC: Final = dict(zip(_TOPICS, KINDS, strict=True))
_OWN_KEYS: Final[dict[str, Iterable[IntEnum]]] = dict(zip(KINDS, (AvatarKey, AffectKey, TrackKey, LayoutKey), strict=True))
_LAYOUT_KEYS: Final = (CommonKey.VERSION, CommonKey.STREAM_ID, CommonKey.LAYOUT_ID, CommonKey.LAYOUT_HASH, LayoutKey.PARTS)
_REQUIRED_KEYS: Final = {"track_chunk": track_chunk.REQUIRED_KEYS, "layout": _LAYOUT_KEYS}  # of the others those of a frame
_LIMITS: Final = {"track_chunk": registry.WIRE_MAX_TRACK_BYTES, "layout": registry.WIRE_MAX_LAYOUT_BYTES}
_MAJORS: Final = ("integer", "integer", "byte string", "text", "array", "map", "tag", "simple value or float")
_ARRAYS: Final = {registry.TAG_U8: "uint8 array", registry.TAG_U16_LE: "uint16 array", registry.TAG_I16_LE: "int16 array"}


@dataclass(frozen=True, slots=True)
class Entry:
    """One key of the map: `offset` and `size` in bytes of the body, head and value together; `name` is empty for an unknown key."""

    offset: int
    size: int
    key: int
    name: str
    type: str


@dataclass(frozen=True, slots=True)
class Fault:
    """Where a message is wrong: `offset` counts bytes of the body, `place` says what stands there in words."""

    status: DecodeStatus
    offset: int
    place: str


@dataclass(frozen=True, slots=True)
class Anatomy:
    """One message; `prefix` and `avatar_id` are empty where it came without a topic, `message` is None unless the status is OK."""

    kind: str
    is_guessed: bool
    prefix: bytes
    avatar_id: str
    body: bytes
    status: DecodeStatus
    message: Message | None
    entries: tuple[Entry, ...]
    fault: Fault | None


def taken_apart(message: bytes, layouts: LayoutTable, *, kind: str | None = None) -> Anatomy:
    """Take a message apart; a topic in front is recognised, `kind` decides where there is none (None: what the keys look like)."""
    prefix, avatar_id, body = b"", "", message
    # A body starts with the head of a map, which is no letter.
    if message[:1].isalpha() and (parts := topic.split(message)) is not None:
        prefix, avatar_id, body = parts
    told = kind or _KIND_OF_TOPIC.get(prefix)
    kind = told or _likely_kind(body, layouts)
    status, decoded = _decode(kind, body, layouts)
    walk = _Walk(body, kind)
    fault = None if status is DecodeStatus.OK else _fault(status, kind, body, layouts, walk)
    return Anatomy(kind, told is None, prefix, avatar_id, body, status, decoded, tuple(walk.entries), fault)


def _decode(kind: str, body: bytes, layouts: LayoutTable) -> tuple[DecodeStatus, Message | None]:
    if kind == "layout":
        return layout.try_decode(body)
    if kind == "emotion_update":
        return emotion_update.try_decode(body, layouts)
    if kind == "track_chunk":
        return track_chunk.try_decode(body, layouts)
    return avatar_frame.try_decode(body, layouts)


def _likely_kind(body: bytes, layouts: LayoutTable) -> str:
    for kind in KINDS:
        if _decode(kind, body, layouts)[0] is DecodeStatus.OK:
            return kind
    keys = set(_Walk(body, "avatar_frame").keys.values())
    if CommonKey.LAYOUT_HASH in keys and keys.isdisjoint((CommonKey.TIME_NANOS, CommonKey.PUBLISH_DELAY_MICROS)):
        return "track_chunk" if CommonKey.SEQUENCE in keys else "layout"
    if keys & set(range(AvatarKey.AUDIO_SAMPLE + 1, AffectKey.SPEAKING_PROBABILITY + 1)):
        return "emotion_update"
    # The other kind's reader does not know the layout and stops there.
    return max(("avatar_frame", "emotion_update"), key=lambda kind: _first_clear(kind, body, layouts))


def _first_clear(kind: str, body: bytes, layouts: LayoutTable) -> int:
    """The length of the shortest beginning that is not merely truncated; beyond the body where every one is."""
    limit = _limit(kind)
    return bisect.bisect_left(
        range(min(len(body), limit) + 1), True, key=lambda size: _decode(kind, body[:size], layouts)[0] is not DecodeStatus.TRUNCATED
    )


def _limit(kind: str) -> int:
    return _LIMITS.get(kind, registry.WIRE_MAX_FRAME_BYTES)


def _fault(status: DecodeStatus, kind: str, body: bytes, layouts: LayoutTable, walk: _Walk) -> Fault:
    if len(body) > _limit(kind):
        return Fault(status, _limit(kind), f"the body has {len(body)} bytes, at most {_limit(kind)} are read")
    size = _first_clear(kind, body, layouts)
    if status is DecodeStatus.TRUNCATED:
        return Fault(status, len(body), f"the body ends here, {walk.expected()}" if body else "there is no body")
    if status is DecodeStatus.TRAILING_BYTES:
        return Fault(status, size, f"the map ends here, {len(body) - size} more bytes follow")
    head = max((each for each in walk.heads if each < size), default=0)
    if status is DecodeStatus.MISSING_KEY:
        here = head if head in walk.key_heads else size
        required = _REQUIRED_KEYS.get(kind, avatar_frame.REQUIRED_KEYS)
        met = {key for offset, key in walk.keys.items() if offset < here}
        absent = next((key for key in required if key not in met), None)
        name = "" if absent is None else f"key {int(absent)} ({walk.name(absent)}) is missing, "
        return Fault(status, here, name + ("found at the end of the map" if here == size else f"found at {walk.place_of(here)}"))
    if kind == "layout" and status is DecodeStatus.OUT_OF_RANGE and head > walk.parts_offset > 0:
        return Fault(status, walk.parts_offset, "the names of key 8 (parts) have another hash than key 6 (layout_hash) says")
    return Fault(status, head, walk.place_of(head))


class _Walk:
    """Every item of a body up to the first one that cannot be stepped over.

    `heads` are the places of all items in order, `key_heads` those of the map's keys, `keys` what they say where it is a number.
    """

    def __init__(self, body: bytes, kind: str) -> None:
        self._body = body
        self._names: dict[int, str] = {int(key): key.name.lower() for keys in (CommonKey, _OWN_KEYS[kind]) for key in keys}
        self._is_layout = kind == "layout"
        self.heads: list[int] = []
        self.key_heads: list[int] = []
        self.keys: dict[int, int] = {}
        self.entries: list[Entry] = []
        self.parts_offset = 0
        with contextlib.suppress(cbor.Fault):  # the readers say what is wrong; what stands before it is still worth a look
            self._map()

    def name(self, key: int) -> str:
        """The name of a key, empty where this version knows none."""
        return self._names.get(key, "")

    def place_of(self, offset: int) -> str:
        """What stands at a place, in words."""
        found = self._described(offset)
        if offset == 0:
            return f"the head of the message: {found}"
        if offset in self.key_heads:
            return self._called(offset) if offset in self.keys else f"a key: {found}"
        return f"{found} in {self._called(max(each for each in self.key_heads if each < offset))}"

    def expected(self) -> str:
        """What is missing where a body ends too early."""
        last = self.heads[-1]
        if last < len(self._body):
            return f"inside {self.place_of(last)}"
        return "another key is missing" if last in self.key_heads else f"an item is missing in {self._called(self.key_heads[-1])}"

    def _called(self, key_offset: int) -> str:
        key = self.keys[key_offset]
        return f"key {key} ({self.name(key) or 'unknown'})"

    def _map(self) -> None:
        end = len(self._body)
        major, count, pos = self._head(0)
        if major != cbor.MAP:
            return
        for _ in range(min(count, registry.WIRE_MAX_MAP_ENTRIES)):
            start = pos
            self.key_heads.append(start)
            major, key, pos = self._head(pos)
            if major != cbor.UINT:
                return
            self.keys[start] = key
            value = pos
            if key == LayoutKey.PARTS and self._is_layout:
                self.parts_offset = value
            pos = self._step_over(pos, end, 1)
            self.entries.append(Entry(start, pos - start, key, self.name(key), self._described(value)))

    def _head(self, pos: int) -> tuple[int, int, int]:
        self.heads.append(pos)
        return cbor.read_head(self._body, pos, len(self._body))

    def _step_over(self, pos: int, end: int, depth: int) -> int:
        """As cbor.skip_item, but every head on the way is kept."""
        if depth > registry.WIRE_MAX_DEPTH:
            self.heads.append(pos)
            raise cbor.Fault(DecodeStatus.OVER_LIMIT)
        major, argument, pos = self._head(pos)
        if major in (cbor.BYTES, cbor.TEXT):
            if argument > end - pos:
                raise cbor.Fault(DecodeStatus.TRUNCATED)
            return pos + argument
        for _ in range({cbor.ARRAY: argument, cbor.MAP: 2 * argument, cbor.TAG: 1}.get(major, 0)):
            pos = self._step_over(pos, end, depth + 1)
        return pos

    def _described(self, offset: int) -> str:
        """The type of the item at a place."""
        if offset >= len(self._body):
            return "nothing"
        try:
            major, argument, pos = cbor.read_head(self._body, offset, len(self._body))
        except cbor.Fault:
            return f"byte 0x{self._body[offset]:02x}"
        if major == cbor.TAG:
            return self._described_tag(argument, pos)
        if major in (cbor.UINT, cbor.NEGATIVE):
            return f"integer {argument if major == cbor.UINT else -1 - argument}"
        return _MAJORS[major] if major == cbor.SIMPLE else f"{_MAJORS[major]} of {argument}"

    def _described_tag(self, tag: int, pos: int) -> str:
        try:
            major, size, _behind = cbor.read_head(self._body, pos, len(self._body))
        except cbor.Fault:
            return f"tag {tag}"
        if tag not in _ARRAYS or major != cbor.BYTES:
            return f"tag {tag} with {_MAJORS[major]}"
        return f"{_ARRAYS[tag]} of {size // (1 if tag == registry.TAG_U8 else 2)}"
