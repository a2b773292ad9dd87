"""emotion_update: what is known of how a person feels, as protos/avatar_frame.md section 6 says."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from operator import attrgetter
from typing import Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from affectia import registry
from affectia.errors import WireError
from affectia.registry import STATUS_TEXTS, AffectKey, CommonKey, DecodeStatus
from affectia.wire import cbor, fields
from affectia.wire.avatar_frame import GROUP_BYTES, REQUIRED_KEYS
from affectia.wire.layout import AFFECT, EMOTION_UPDATE, STANDARD_LAYOUTS, Layout, LayoutTable

_EMOTIONS: Final = len(registry.EMOTIONS)
_ACTION_UNITS: Final = len(registry.ACTION_UNITS)
_AFFECT_LIMIT: Final = registry.UNIT_AFFECT_I8

# The values of prosody in their order, and what an integer is divided by. The level counts downwards from full scale.
_PROSODY_SCALES: Final = {
    "pitch_hz": registry.UNIT_PITCH_U16_PER_HZ,
    "pitch_spread_semitones": registry.UNIT_PITCH_SPREAD_U16_PER_SEMITONE,
    "level_db": -registry.UNIT_LEVEL_U16_PER_DB,
    "level_spread_db": registry.UNIT_LEVEL_U16_PER_DB,
    "syllables_hz": registry.UNIT_SYLLABLES_U16_PER_HZ,
    "voiced": registry.UNIT_WEIGHT_U8,
}

_ArrayReader: TypeAlias = Callable[[bytes, int, int], tuple[tuple[int, ...], int]]


@dataclass(slots=True)
class EmotionUpdate:
    """An update as it travels: raw little-endian payloads and integers, None where something is not measured.

    `emotion_label` is an index into the emotions, `voice_events` a mask over the voice events; `prosody` has six integers, of which
    `prosody_values` tells the names and units. `blink_events` counts blinks, winks of the left eye and winks of the right eye since
    the stream's start, modulo 65536, and ends with how long the last one of them lasted, in milliseconds up to 65535.
    """

    stream_id: int
    sequence: int
    time_nanos: int
    publish_delay_micros: int
    layout: Layout = AFFECT
    groups: bytes | None = None
    emotion_support: int | None = None
    emotions: bytes | None = None
    affect: tuple[int, int, int] | None = None
    affect_method: int | None = None
    action_unit_support: int | None = None
    action_units: bytes | None = None
    head_pose: bytes | None = None
    gaze: bytes | None = None
    blink: bytes | None = None
    speaking_probability: int | None = None
    blink_events: tuple[int, int, int, int] | None = None
    emotion_shares: bytes | None = None
    emotion_label: int | None = None
    prosody: tuple[int, int, int, int, int, int] | None = None
    voice_events: int | None = None

    def is_valid(self, group: int) -> bool:
        """Whether the values of a group may be used."""
        return self.groups is None or bool(self.groups[4 * group] & 1)

    def head_pose_deg(self) -> NDArray[np.float32]:
        """(3,) yaw, pitch, roll in degrees; empty where not measured."""
        return np.frombuffer(self.head_pose or b"", "<i2").astype(np.float32) / np.float32(registry.UNIT_ANGLE_I16_PER_DEG)

    def gaze_tangents(self) -> NDArray[np.float32]:
        """(2,) x, y; empty where not measured."""
        return np.frombuffer(self.gaze or b"", "<i2").astype(np.float32) / np.float32(registry.UNIT_GAZE_I16_PER_TANGENT)

    def emotion_scores(self) -> dict[str, float]:
        """Name -> 0..1 of the supported emotions."""
        return _supported(registry.EMOTIONS, self.emotions, self.emotion_support)

    def action_unit_intensities(self) -> dict[str, float]:
        """Name -> 0..1 of the measured action units."""
        return _supported(registry.ACTION_UNITS, self.action_units, self.action_unit_support)

    def label(self) -> str | None:
        """The emotion that is held; None where none is."""
        return None if self.emotion_label is None else registry.EMOTIONS[self.emotion_label]

    def shares(self) -> NDArray[np.float32]:
        """(2,) how much of the emotions is the face's and the voice's, 0..1; empty where not told."""
        return np.frombuffer(self.emotion_shares or b"", np.uint8).astype(np.float32) / np.float32(registry.UNIT_WEIGHT_U8)

    def prosody_values(self) -> dict[str, float | None]:
        """Name (with its unit) -> value, None where it cannot be told; empty where not measured. Levels are 0 dB or less."""
        values = {
            name: None if value == registry.WIRE_PROSODY_UNKNOWN else value / scale
            for (name, scale), value in zip(_PROSODY_SCALES.items(), self.prosody or (), strict=False)
        }
        if (voiced := values.get("voiced")) is not None:
            values["voiced"] = min(1.0, voiced)
        return values

    def heard(self) -> tuple[str, ...]:
        """The voice events that are heard now."""
        events = self.voice_events or 0
        return tuple(name for bit, name in enumerate(registry.VOICE_EVENTS) if events >> bit & 1)

    def blink_closures(self) -> NDArray[np.float32]:
        """(2,) left and right, 1 = lid shut; empty where not measured."""
        return np.frombuffer(self.blink or b"", np.uint8).astype(np.float32) / np.float32(registry.UNIT_WEIGHT_U8)


def _supported(names: tuple[str, ...], raw: bytes | None, support: int | None) -> dict[str, float]:
    if raw is None or support is None:
        return {}
    return {name: raw[place] / registry.UNIT_WEIGHT_U8 for place, name in enumerate(names) if support >> place & 1}


_TWO_BYTES: Final = 0x18  # the heads of unsigned integers
_THREE_BYTES: Final = 0x19


def _array_reader(count: int, smallest: int, largest: int) -> _ArrayReader:
    """A reader of an array of `count` integers, `largest` >= 23; where none below zero is wanted, a negative one is of another type."""

    def read(body: bytes, pos: int, end: int) -> tuple[tuple[int, ...], int]:
        major, found, pos = cbor.read_head(body, pos, end)
        if major != cbor.ARRAY:
            raise cbor.Fault(DecodeStatus.WRONG_TYPE)
        if found != count:
            raise cbor.Fault(DecodeStatus.WRONG_LENGTH)
        values = []
        for _ in range(count):
            if pos + 3 <= end:  # the usual widths without the general head: five times as quick
                initial = body[pos]
                if initial < 24:
                    values.append(initial)
                    pos += 1
                    continue
                if initial == _TWO_BYTES and 24 <= body[pos + 1] <= largest:
                    values.append(body[pos + 1])
                    pos += 2
                    continue
                value = body[pos + 1] << 8 | body[pos + 2]
                if initial == _THREE_BYTES and 256 <= value <= largest:
                    values.append(value)
                    pos += 3
                    continue
            major, argument, pos = cbor.read_head(body, pos, end)
            if major != cbor.UINT and (major != cbor.NEGATIVE or smallest >= 0):
                raise cbor.Fault(DecodeStatus.WRONG_TYPE)
            value = argument if major == cbor.UINT else -1 - argument
            if not smallest <= value <= largest:
                raise cbor.Fault(DecodeStatus.OUT_OF_RANGE)
            values.append(value)
        return tuple(values), pos

    return read


# Every field behind the header: byte strings with their tag (0: none) and length, arrays with their count, smallest and largest
# integer, and single integers with their largest.
_PAYLOADS: Final[dict[int, tuple[int, int]]] = {
    CommonKey.GROUPS: (0, GROUP_BYTES),
    AffectKey.EMOTIONS: (registry.TAG_U8, _EMOTIONS),
    AffectKey.ACTION_UNITS: (registry.TAG_U8, _ACTION_UNITS),
    AffectKey.HEAD_POSE: (registry.TAG_I16_LE, 6),
    AffectKey.GAZE: (registry.TAG_I16_LE, 4),
    AffectKey.BLINK: (registry.TAG_U8, 2),
    AffectKey.EMOTION_SHARES: (registry.TAG_U8, 2),
}
_ARRAYS: Final[dict[int, tuple[int, int, int]]] = {
    AffectKey.AFFECT: (3, -_AFFECT_LIMIT, _AFFECT_LIMIT),
    AffectKey.BLINK_EVENTS: (4, 0, (1 << 16) - 1),
    AffectKey.PROSODY: (len(_PROSODY_SCALES), 0, (1 << 16) - 1),
}
_INTEGERS: Final[dict[int, int]] = {
    AffectKey.EMOTION_SUPPORT: (1 << _EMOTIONS) - 1,
    AffectKey.AFFECT_METHOD: 255,
    AffectKey.ACTION_UNIT_SUPPORT: (1 << _ACTION_UNITS) - 1,
    AffectKey.SPEAKING_PROBABILITY: registry.UNIT_WEIGHT_U8,
    AffectKey.EMOTION_LABEL: _EMOTIONS - 1,
    AffectKey.VOICE_EVENTS: (1 << len(registry.VOICE_EVENTS)) - 1,
}
_UPDATE_KEYS: Final = (*CommonKey, *AffectKey)
_HEADER: Final = fields.by_key(fields.HEADER)
_READERS: Final = fields.by_key(
    {key: fields.typed_array(form) if form[0] else fields.fixed_bytes(form[1]) for key, form in _PAYLOADS.items()}
    | {key: _array_reader(*limits) for key, limits in _ARRAYS.items()}
    | {key: fields.uint(largest) for key, largest in _INTEGERS.items()}
)

# What `encode` goes through, in wire order: key, what stands in front of its payload, and the payload's length (0: integers).
_WRITTEN_KEYS: Final = (CommonKey.GROUPS, *AffectKey)
_WRITTEN: Final = tuple(
    (int(key), fields.array_head(key, *_PAYLOADS[key]), _PAYLOADS[key][1]) if key in _PAYLOADS else (int(key), b"", 0)
    for key in _WRITTEN_KEYS
)
_written_values: Final = attrgetter(*(key.name.lower() for key in _WRITTEN_KEYS))


def try_decode(body: bytes, layouts: LayoutTable = STANDARD_LAYOUTS) -> tuple[DecodeStatus, EmotionUpdate | None]:
    """Read a body; never raises, and returns no update unless the status is OK."""
    if len(body) > registry.WIRE_MAX_FRAME_BYTES:
        return DecodeStatus.OVER_LIMIT, None
    layout = AFFECT

    def rest_of_layout(values: list[Any]) -> tuple[fields.Readers, tuple[fields.Form, ...]]:
        nonlocal layout
        layout = layouts.known(values[CommonKey.LAYOUT_ID], values[CommonKey.LAYOUT_HASH], EMOTION_UPDATE)
        return _READERS, ()

    try:
        values = fields.read_message(body, required=REQUIRED_KEYS, readers=_HEADER, rest_of_layout=rest_of_layout)
    except cbor.Fault as fault:
        return fault.status, None
    # The fields of EmotionUpdate stand in the order of the keys, the layout in the place of its id and hash.
    arguments: tuple[Any, ...] = (*values[CommonKey.STREAM_ID : CommonKey.LAYOUT_ID], layout, *values[CommonKey.GROUPS : len(_UPDATE_KEYS)])
    return DecodeStatus.OK, EmotionUpdate(*arguments)


def decode(body: bytes, layouts: LayoutTable = STANDARD_LAYOUTS) -> EmotionUpdate:
    """Read a body; raises WireError with the status in words."""
    status, update = try_decode(body, layouts)
    if update is None:
        raise WireError(status, f"emotion_update of {len(body)} bytes is {status.name.lower()}: {STATUS_TEXTS[status]}")
    return update


def encode(update: EmotionUpdate) -> bytes:
    """The CBOR body of an update; raises WireError where a payload has the wrong length or an integer is beyond its field."""
    layout = update.layout
    pieces = [
        b"",
        fields.header(update.stream_id, update.sequence, update.time_nanos, update.publish_delay_micros),
        _layout_fields(layout.layout_id, layout.layout_hash),
    ]
    count = 7
    for (key, head, length), value in zip(_WRITTEN, _written_values(update), strict=True):
        if value is None:
            continue
        if length:
            if len(value) != length:
                raise WireError(DecodeStatus.WRONG_LENGTH, f"{_name(key)} has {len(value)} bytes, expected {length}")
            pieces.append(head)
            pieces.append(value)
        else:
            pieces.append(_integers(key, value))
        count += 1
    pieces[0] = cbor.write_head(cbor.MAP, count)
    return b"".join(pieces)


_layout_fields = functools.lru_cache(maxsize=64)(fields.layout_fields)


# Masks, methods and blink events stay the same for many messages, and this is most of what writing one would cost.
@functools.lru_cache(maxsize=2048)
def _integers(key: int, value: int | tuple[int, ...]) -> bytes:
    """Key and value of a single integer or an array of integers."""
    count, smallest, largest = _ARRAYS.get(key) or (1, 0, _INTEGERS[key])
    values = value if isinstance(value, tuple) else (value,)
    name = _name(key)
    if len(values) != count:
        raise WireError(DecodeStatus.WRONG_LENGTH, f"{name} has {len(values)} integers, expected {count}")
    if min(values) < smallest or max(values) > largest:
        raise WireError(DecodeStatus.OUT_OF_RANGE, f"{name} is beyond its field, expected {smallest} to {largest}")
    head = cbor.write_int(key) + (cbor.write_head(cbor.ARRAY, count) if key in _ARRAYS else b"")
    return head + b"".join(map(_integer, values))


_integer = functools.lru_cache(maxsize=1024)(cbor.write_int)  # affect is new in each message, its integers are not


def _name(key: int) -> str:
    return (AffectKey(key) if key != CommonKey.GROUPS else CommonKey.GROUPS).name.lower()
