"""avatar_frame: one pose of one avatar, as protos/avatar_frame.md section 4 says."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from affectia import registry
from affectia.errors import WireError
from affectia.registry import STATUS_TEXTS, AvatarKey, CommonKey, DecodeStatus
from affectia.wire import cbor, fields
from affectia.wire.layout import AVATAR_FRAME, STANDARD, STANDARD_LAYOUTS, Layout, LayoutTable

REQUIRED_KEYS: Final = tuple(int(key) for key in CommonKey if key != CommonKey.GROUPS)
GROUP_BYTES: Final = 4 * len(registry.GROUPS)
_IDENTITY: Final = np.array((0, 0, 0, 1), np.float32)
PERFECT_GROUP: Final = bytes((1, 255, 0, 255))  # what a reader assumes where a frame carries no groups


@dataclass(slots=True)
class AvatarFrame:
    """A frame as it travels: parts are raw little-endian payloads, None where the sender says nothing.

    `blendshapes` and `visemes` are 8 or 16 bit, told by their length. The methods give real units.
    """

    stream_id: int
    sequence: int
    time_nanos: int
    publish_delay_micros: int
    layout: Layout = STANDARD
    groups: bytes | None = None
    blendshapes: bytes | None = None
    bones: bytes | None = None
    head_translation: bytes | None = None
    visemes: bytes | None = None
    dominant_viseme: bytes | None = None
    effects: bytes | None = None
    audio_sample: int | None = None

    def group(self, group: int) -> tuple[bool, int, float, float, float]:
        """(valid, source, confidence 0..1, age in seconds, dominant weight 0..1) of one group."""
        raw = PERFECT_GROUP if self.groups is None else self.groups[4 * group : 4 * group + 4]
        flags, confidence, age, weight = raw
        return bool(flags & 1), flags >> 1 & 7, confidence / 255, age * registry.UNIT_AGE_MILLIS_PER_TICK / 1000, weight / 255

    def is_valid(self, group: int) -> bool:
        """Whether the values of a group may be used."""
        return self.groups is None or bool(self.groups[4 * group] & 1)

    def blendshape_weights(self) -> NDArray[np.float32]:
        """(blendshapes,) weights 0..1; empty where the frame has none."""
        return _weights(self.blendshapes, self.layout.count(0))

    def viseme_weights(self) -> NDArray[np.float32]:
        """(visemes,) weights 0..1; empty where the frame has none."""
        return _weights(self.visemes, self.layout.count(2))

    def effect_weights(self) -> NDArray[np.float32]:
        """(effects,) weights 0..1; empty where the frame has none."""
        return _weights(self.effects, self.layout.count(3))

    def bone_quaternions(self) -> NDArray[np.float32]:
        """(bones, 4) unit quaternions x y z w; one that is too short reads as identity."""
        raw = np.frombuffer(self.bones or b"", "<i2").reshape(-1, 4).astype(np.float32) / np.float32(registry.UNIT_QUATERNION_I16)
        length = np.sqrt(np.einsum("ij,ij->i", raw, raw))[:, None]
        return np.where(length < 0.5, _IDENTITY, raw / np.maximum(length, np.float32(0.5)))

    def head_translation_cm(self) -> NDArray[np.float32]:
        """(3,) x y z in centimetres; empty where the frame has none."""
        return np.frombuffer(self.head_translation or b"", "<i2").astype(np.float32) / np.float32(registry.UNIT_TRANSLATION_I16_PER_CM)


def _weights(raw: bytes | None, count: int) -> NDArray[np.float32]:
    if not raw:
        return np.empty(0, np.float32)
    if len(raw) == count:
        return np.frombuffer(raw, np.uint8).astype(np.float32) / np.float32(registry.UNIT_WEIGHT_U8)
    return np.frombuffer(raw, "<u2").astype(np.float32) / np.float32(registry.UNIT_WEIGHT_U16)


_HEADER: Final = fields.by_key(fields.HEADER)


@functools.lru_cache(maxsize=64)
def _readers(layout: Layout) -> tuple[fields.Readers, tuple[fields.Form, ...]]:
    shapes, bones, visemes, effects = (layout.count(part) for part in range(4))
    largest_first = {int(AvatarKey.DOMINANT_VISEME): visemes - 1}
    heads = _part_heads(layout).items()
    forms = tuple((key, prefix, length, largest_first.get(key, 255)) for (key, length), prefix in heads)
    readers = fields.by_key(
        {
            CommonKey.GROUPS: fields.fixed_bytes(GROUP_BYTES),
            AvatarKey.BLENDSHAPES: fields.typed_array((registry.TAG_U8, shapes), (registry.TAG_U16_LE, 2 * shapes)),
            AvatarKey.BONES: fields.typed_array((registry.TAG_I16_LE, 8 * bones)),
            AvatarKey.HEAD_TRANSLATION: fields.typed_array((registry.TAG_I16_LE, 6)),
            AvatarKey.VISEMES: fields.typed_array((registry.TAG_U8, visemes), (registry.TAG_U16_LE, 2 * visemes)),
            AvatarKey.DOMINANT_VISEME: fields.fixed_bytes(2, largest_first=visemes - 1),
            AvatarKey.EFFECTS: fields.typed_array((registry.TAG_U8, effects)),
            AvatarKey.AUDIO_SAMPLE: fields.U64,
        }
    )
    return readers, forms


def try_decode(body: bytes, layouts: LayoutTable = STANDARD_LAYOUTS) -> tuple[DecodeStatus, AvatarFrame | None]:
    """Read a body; never raises, and returns no frame unless the status is OK."""
    if len(body) > registry.WIRE_MAX_FRAME_BYTES:
        return DecodeStatus.OVER_LIMIT, None
    layout = STANDARD

    def rest_of_layout(values: list[Any]) -> tuple[fields.Readers, tuple[fields.Form, ...]]:
        nonlocal layout
        layout = layouts.known(values[CommonKey.LAYOUT_ID], values[CommonKey.LAYOUT_HASH], AVATAR_FRAME)
        return _readers(layout)

    try:
        values = fields.read_message(body, required=REQUIRED_KEYS, readers=_HEADER, rest_of_layout=rest_of_layout)
    except cbor.Fault as fault:
        return fault.status, None
    return DecodeStatus.OK, _frame(values, layout)


def _frame(values: list[Any], layout: Layout) -> AvatarFrame:
    # The fields of AvatarFrame stand in the order of the keys, the layout in the place of its id and hash.
    arguments: tuple[Any, ...] = (*values[CommonKey.STREAM_ID : CommonKey.LAYOUT_ID], layout, *values[CommonKey.GROUPS : len(_FRAME_KEYS)])
    return AvatarFrame(*arguments)


_FRAME_KEYS: Final = (*CommonKey, *AvatarKey)


def decode(body: bytes, layouts: LayoutTable = STANDARD_LAYOUTS) -> AvatarFrame:
    """Read a body; raises WireError with the status in words."""
    status, frame = try_decode(body, layouts)
    if frame is None:
        raise WireError(status, f"avatar_frame of {len(body)} bytes is {status.name.lower()}: {STATUS_TEXTS[status]}")
    return frame


def encode(frame: AvatarFrame) -> bytes:
    """The CBOR body of a frame. The parts must have the lengths that the layout says; raises WireError where one has not."""
    layout = frame.layout
    pieces = [
        b"",
        fields.header(frame.stream_id, frame.sequence, frame.time_nanos, frame.publish_delay_micros),
        _layout_fields(layout),
    ]
    count = 7
    heads = _part_heads(layout)
    for key, raw in (
        (CommonKey.GROUPS, frame.groups),
        (AvatarKey.BLENDSHAPES, frame.blendshapes),
        (AvatarKey.BONES, frame.bones),
        (AvatarKey.HEAD_TRANSLATION, frame.head_translation),
        (AvatarKey.VISEMES, frame.visemes),
        (AvatarKey.DOMINANT_VISEME, frame.dominant_viseme),
        (AvatarKey.EFFECTS, frame.effects),
    ):
        if raw is None:
            continue
        head = heads.get((key, len(raw)))
        if head is None:
            problem = f"{key.name.lower()} has {len(raw)} bytes, layout {layout.layout_id} expects another length"
            raise WireError(DecodeStatus.WRONG_LENGTH, problem)
        pieces.append(head)
        pieces.append(raw)
        count += 1
    if frame.audio_sample is not None:
        pieces.append(b"\x0e" + cbor.write_int(frame.audio_sample))
        count += 1
    pieces[0] = cbor.write_head(cbor.MAP, count)
    return b"".join(pieces)


@functools.lru_cache(maxsize=64)
def _part_heads(layout: Layout) -> dict[tuple[int, int], bytes]:
    """(key, payload bytes) -> key, tag and byte string head, for every form that the layout allows."""
    shapes, bones, visemes, effects = (layout.count(part) for part in range(4))
    forms = (
        (CommonKey.GROUPS, 0, GROUP_BYTES),
        (AvatarKey.BLENDSHAPES, registry.TAG_U8, shapes),
        (AvatarKey.BLENDSHAPES, registry.TAG_U16_LE, 2 * shapes),
        (AvatarKey.BONES, registry.TAG_I16_LE, 8 * bones),
        (AvatarKey.HEAD_TRANSLATION, registry.TAG_I16_LE, 6),
        (AvatarKey.VISEMES, registry.TAG_U8, visemes),
        (AvatarKey.VISEMES, registry.TAG_U16_LE, 2 * visemes),
        (AvatarKey.DOMINANT_VISEME, 0, 2),
        (AvatarKey.EFFECTS, registry.TAG_U8, effects),
    )
    return {(int(key), length): fields.array_head(key, tag, length) for key, tag, length in forms if length}


@functools.lru_cache(maxsize=64)
def _layout_fields(layout: Layout) -> bytes:
    return fields.layout_fields(layout.layout_id, layout.layout_hash)
