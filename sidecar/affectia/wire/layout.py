"""A layout: which channels a message carries, in which order; and the message that announces one."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final

from affectia import registry
from affectia.registry import CommonKey, DecodeStatus, LayoutKey
from affectia.wire import cbor, fields

AVATAR_FRAME: Final = "avatar_frame"
EMOTION_UPDATE: Final = "emotion_update"
TRACK_CHUNK: Final = "track_chunk"
_PARTS_OF_MESSAGE = {4: AVATAR_FRAME, 2: EMOTION_UPDATE}


def layout_hash(names: Iterable[str]) -> bytes:
    """The first 8 bytes of SHA-256 over the names joined by newlines."""
    return hashlib.sha256("\n".join(names).encode()).digest()[:8]


@dataclass(frozen=True, slots=True)
class Layout:
    """The names behind the positions of a message; `parts` is blendshapes, bones, visemes, effects.

    Those of emotion updates have the parts emotions and action units, those of tracks blendshapes and visemes.
    """

    layout_id: int
    parts: tuple[tuple[str, ...], ...]
    layout_hash: bytes
    message: str

    @staticmethod
    def of(layout_id: int, parts: tuple[tuple[str, ...], ...]) -> Layout:
        """A layout as it is announced, with its hash computed from its names; that of tracks never is."""
        every = (name for part in parts for name in part)
        return Layout(layout_id, parts, layout_hash(every), _PARTS_OF_MESSAGE[len(parts)])

    def __hash__(self) -> int:
        return hash(self.layout_hash)  # layouts are looked up for every frame; hashing all names each time costs microseconds

    def count(self, part: int) -> int:
        """How many names a part has."""
        return len(self.parts[part])


class LayoutTable:
    """The layouts that a reader knows; not thread safe, one per reader."""

    def __init__(self, layouts: Iterable[Layout] = ()) -> None:
        self._layouts = {(layout.layout_id, layout.layout_hash, layout.message): layout for layout in layouts}

    def find(self, layout_id: int, layout_hash: bytes, message: str) -> Layout | None:
        """The layout of this id and hash for this kind of message."""
        return self._layouts.get((layout_id, layout_hash, message))

    def known(self, layout_id: int, layout_hash: bytes, message: str) -> Layout:
        """As `find`; raises cbor.Fault where there is none."""
        layout = self.find(layout_id, layout_hash, message)
        if layout is None:
            raise cbor.Fault(DecodeStatus.UNKNOWN_LAYOUT)
        return layout

    def learn(self, layout: Layout) -> None:
        """Add an announced custom layout of avatar frames; a newer one of the same id replaces the older one.

        The layouts of the registry cannot be replaced: an announcement of one of those changes nothing.
        """
        if layout.layout_id < registry.WIRE_FIRST_CUSTOM_LAYOUT_ID or layout.message != AVATAR_FRAME:
            return
        for key in [key for key in self._layouts if key[0] == layout.layout_id and key[2] == layout.message]:
            del self._layouts[key]
        self._layouts[(layout.layout_id, layout.layout_hash, layout.message)] = layout


def standard_layouts() -> LayoutTable:
    """A new table with the layouts of the registry."""
    return LayoutTable(_OF_REGISTRY)


_OF_REGISTRY: Final = tuple(Layout(row.layout_id, row.parts, row.layout_hash, row.message) for row in registry.LAYOUTS)
STANDARD_LAYOUTS: Final = standard_layouts()
STANDARD, HEAD_AND_SHAPES, AFFECT, TRACK = _OF_REGISTRY


@dataclass(frozen=True, slots=True)
class LayoutMessage:
    """What `layout/<id>` carries.

    `audio_rate_hz` is the rate that `audio_sample` of the avatar's frames counts in, 8000 to 192000; `look_ahead_millis` (u16) says by how
    much their mouth lags its sound: whoever plays the sound delays it by so much. Both are None where no voice drives the avatar.
    """

    stream_id: int
    layout: Layout
    audio_rate_hz: int | None = None
    look_ahead_millis: int | None = None


def encode(message: LayoutMessage) -> bytes:
    """The CBOR body of a layout message; its numbers must be within their ranges."""
    layout = message.layout
    optional = ((LayoutKey.AUDIO_RATE_HZ, message.audio_rate_hz), (LayoutKey.LOOK_AHEAD_MILLIS, message.look_ahead_millis))
    extra = [cbor.write_int(key) + cbor.write_int(value) for key, value in optional if value is not None]
    pieces = [
        cbor.write_head(cbor.MAP, 5 + len(extra)),
        cbor.write_int(CommonKey.VERSION),
        cbor.write_int(registry.WIRE_MAJOR),
        cbor.write_int(CommonKey.STREAM_ID),
        cbor.write_int(message.stream_id),
        cbor.write_int(CommonKey.LAYOUT_ID),
        cbor.write_int(layout.layout_id),
        cbor.write_int(CommonKey.LAYOUT_HASH),
        cbor.write_head(cbor.BYTES, 8) + layout.layout_hash,
        cbor.write_int(LayoutKey.PARTS),
        cbor.write_head(cbor.ARRAY, len(layout.parts)),
    ]
    for part in layout.parts:
        pieces.append(cbor.write_head(cbor.ARRAY, len(part)))
        pieces += [cbor.write_text(name) for name in part]
    return b"".join(pieces + extra)


_REQUIRED_KEYS: Final = (CommonKey.VERSION, CommonKey.STREAM_ID, CommonKey.LAYOUT_ID, CommonKey.LAYOUT_HASH, LayoutKey.PARTS)
_HEADER: Final = fields.by_key({key: reader for key, reader in fields.HEADER.items() if key in _REQUIRED_KEYS})
_OPTIONAL: Final[dict[int, Callable[[bytes, int, int], tuple[Any, int]]]] = {
    LayoutKey.AUDIO_RATE_HZ: fields.SAMPLE_RATE,
    LayoutKey.LOOK_AHEAD_MILLIS: fields.U16,
}


def try_decode(body: bytes) -> tuple[DecodeStatus, LayoutMessage | None]:
    """Read a layout message; never raises."""
    if len(body) > registry.WIRE_MAX_LAYOUT_BYTES:
        return DecodeStatus.OVER_LIMIT, None

    def rest_of_layout(values: list[Any]) -> tuple[fields.Readers, tuple[fields.Form, ...]]:
        return fields.by_key(_OPTIONAL | {LayoutKey.PARTS: _parts_reader(values[CommonKey.LAYOUT_HASH])}), ()

    try:
        values = fields.read_message(body, required=_REQUIRED_KEYS, readers=_HEADER, rest_of_layout=rest_of_layout)
    except cbor.Fault as fault:
        return fault.status, None
    layout = Layout.of(values[CommonKey.LAYOUT_ID], values[LayoutKey.PARTS])
    optional = values[LayoutKey.AUDIO_RATE_HZ], values[LayoutKey.LOOK_AHEAD_MILLIS]
    return DecodeStatus.OK, LayoutMessage(values[CommonKey.STREAM_ID], layout, *optional)


def _parts_reader(announced_hash: bytes) -> Callable[[bytes, int, int], tuple[Any, int]]:
    def read(body: bytes, pos: int, end: int) -> tuple[Any, int]:
        parts, pos = _read_parts(body, pos, end)
        if layout_hash(name for part in parts for name in part) != announced_hash:
            raise cbor.Fault(DecodeStatus.OUT_OF_RANGE)
        return parts, pos

    return read


def _read_parts(body: bytes, pos: int, end: int) -> tuple[tuple[tuple[str, ...], ...], int]:
    major, count, pos = cbor.read_head(body, pos, end)
    if major != cbor.ARRAY:
        raise cbor.Fault(DecodeStatus.WRONG_TYPE)
    if count not in _PARTS_OF_MESSAGE:
        raise cbor.Fault(DecodeStatus.WRONG_LENGTH)
    parts = []
    for _ in range(count):
        major, names, pos = cbor.read_head(body, pos, end)
        if major != cbor.ARRAY:
            raise cbor.Fault(DecodeStatus.WRONG_TYPE)
        if names > registry.WIRE_MAX_NAMES:
            raise cbor.Fault(DecodeStatus.OVER_LIMIT)
        part = []
        for _ in range(names):
            name, pos = _read_name(body, pos, end)
            part.append(name)
        parts.append(tuple(part))
    return tuple(parts), pos


def _read_name(body: bytes, pos: int, end: int) -> tuple[str, int]:
    major, size, pos = cbor.read_head(body, pos, end)
    if major != cbor.TEXT:
        raise cbor.Fault(DecodeStatus.WRONG_TYPE)
    if size > end - pos:
        raise cbor.Fault(DecodeStatus.TRUNCATED)
    if size > registry.WIRE_MAX_NAME_BYTES:
        raise cbor.Fault(DecodeStatus.OVER_LIMIT)
    if size == 0:
        raise cbor.Fault(DecodeStatus.WRONG_LENGTH)
    try:
        return body[pos : pos + size].decode(), pos + size
    except UnicodeDecodeError:
        raise cbor.Fault(DecodeStatus.MALFORMED) from None
