"""emotion_update: what is known of how a person feels, as protos/avatar_frame.md section 6 says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

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


@dataclass(slots=True)
class EmotionUpdate:
    """An update as it travels: raw little-endian payloads and integers, None where something is not measured."""

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

    def blink_closures(self) -> NDArray[np.float32]:
        """(2,) left and right, 1 = lid shut; empty where not measured."""
        return np.frombuffer(self.blink or b"", np.uint8).astype(np.float32) / np.float32(registry.UNIT_WEIGHT_U8)


def _supported(names: tuple[str, ...], raw: bytes | None, support: int | None) -> dict[str, float]:
    if raw is None or support is None:
        return {}
    return {name: raw[place] / registry.UNIT_WEIGHT_U8 for place, name in enumerate(names) if support >> place & 1}


def _read_affect(body: bytes, pos: int, end: int) -> tuple[tuple[int, ...], int]:
    major, count, pos = cbor.read_head(body, pos, end)
    if major != cbor.ARRAY:
        raise cbor.Fault(DecodeStatus.WRONG_TYPE)
    if count != 3:
        raise cbor.Fault(DecodeStatus.WRONG_LENGTH)
    values = []
    for _ in range(3):
        major, argument, pos = cbor.read_head(body, pos, end)
        if major not in (cbor.UINT, cbor.NEGATIVE):
            raise cbor.Fault(DecodeStatus.WRONG_TYPE)
        value = argument if major == cbor.UINT else -1 - argument
        if abs(value) > _AFFECT_LIMIT:
            raise cbor.Fault(DecodeStatus.OUT_OF_RANGE)
        values.append(value)
    return tuple(values), pos


# Every field behind the header: its name, its reader and the tag of its payload (None: an integer or an array of integers).
_FIELDS: Final[dict[int, tuple[str, Any, int | None]]] = {
    CommonKey.GROUPS: ("groups", fields.fixed_bytes(GROUP_BYTES), 0),
    AffectKey.EMOTION_SUPPORT: ("emotion_support", fields.uint((1 << _EMOTIONS) - 1), None),
    AffectKey.EMOTIONS: ("emotions", fields.typed_array((registry.TAG_U8, _EMOTIONS)), registry.TAG_U8),
    AffectKey.AFFECT: ("affect", _read_affect, None),
    AffectKey.AFFECT_METHOD: ("affect_method", fields.U8, None),
    AffectKey.ACTION_UNIT_SUPPORT: ("action_unit_support", fields.uint((1 << _ACTION_UNITS) - 1), None),
    AffectKey.ACTION_UNITS: ("action_units", fields.typed_array((registry.TAG_U8, _ACTION_UNITS)), registry.TAG_U8),
    AffectKey.HEAD_POSE: ("head_pose", fields.typed_array((registry.TAG_I16_LE, 6)), registry.TAG_I16_LE),
    AffectKey.GAZE: ("gaze", fields.typed_array((registry.TAG_I16_LE, 4)), registry.TAG_I16_LE),
    AffectKey.BLINK: ("blink", fields.typed_array((registry.TAG_U8, 2)), registry.TAG_U8),
    AffectKey.SPEAKING_PROBABILITY: ("speaking_probability", fields.U8, None),
}
_PAYLOADS: Final = {"emotions": _EMOTIONS, "action_units": _ACTION_UNITS, "head_pose": 6, "gaze": 4, "blink": 2, "groups": GROUP_BYTES}
_UPDATE_KEYS: Final = (*CommonKey, *AffectKey)
_HEADER: Final = fields.by_key(fields.HEADER)
_READERS: Final = fields.by_key({key: reader for key, (_, reader, _) in _FIELDS.items()})


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
    """The CBOR body of an update; raises WireError where a payload has the wrong length."""
    pieces = [b"", fields.header(update.stream_id, update.sequence, update.time_nanos, update.publish_delay_micros)]
    pieces.append(fields.layout_fields(update.layout.layout_id, update.layout.layout_hash))
    count = 7
    for key, (name, _, tag) in _FIELDS.items():
        value = getattr(update, name)
        if value is None:
            continue
        if tag is not None:
            if len(value) != _PAYLOADS[name]:
                raise WireError(DecodeStatus.WRONG_LENGTH, f"{name} has {len(value)} bytes, expected {_PAYLOADS[name]}")
            pieces.append(fields.array_head(key, tag, len(value)) + value)
        elif isinstance(value, tuple):
            pieces.append(cbor.write_int(key) + cbor.write_head(cbor.ARRAY, len(value)) + b"".join(map(cbor.write_int, value)))
        else:
            pieces.append(cbor.write_int(key) + cbor.write_int(value))
        count += 1
    pieces[0] = cbor.write_head(cbor.MAP, count)
    return b"".join(pieces)
