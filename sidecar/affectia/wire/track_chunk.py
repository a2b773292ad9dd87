"""track_chunk: some frames of a lip-sync track, baked or spoken, as protos/track.md says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from affectia import registry
from affectia.errors import WireError
from affectia.registry import STATUS_TEXTS, CommonKey, DecodeStatus, Group, TrackKey
from affectia.wire import cbor, fields, quantize
from affectia.wire.layout import STANDARD_LAYOUTS, TRACK, TRACK_CHUNK, Layout, LayoutTable

_HEADER_KEYS: Final = (CommonKey.VERSION, CommonKey.STREAM_ID, CommonKey.SEQUENCE, CommonKey.LAYOUT_ID, CommonKey.LAYOUT_HASH)
REQUIRED_KEYS: Final = tuple(int(key) for key in (*_HEADER_KEYS, *TrackKey))

# Where the shapes of a track stand among all of the registry's.
SHAPE_PLACES: Final = np.flatnonzero(np.array(registry.BLENDSHAPE_GROUPS) == Group.MOUTH)


@dataclass(frozen=True, slots=True)
class TrackChunk:
    """A chunk as it travels; `blendshapes` and `visemes` are bytes of n/255, frame after frame.

    `start_sample` is the sample of the sound that the first frame belongs to, counted from the track's start at `sample_rate_hz`; frame k
    stands at start_sample + k * sample_rate_hz / frame_rate_hz. `look_ahead_millis` says how much later than its sound a live mouth is,
    `degraded` that the frames were made from the energy alone, `end` that the track ends after this chunk.
    """

    stream_id: int
    sequence: int
    start_sample: int
    sample_rate_hz: int
    frame_rate_hz: int
    blendshapes: bytes
    visemes: bytes
    end: bool = False
    look_ahead_millis: int = 0
    degraded: bool = False
    layout: Layout = TRACK

    @property
    def frame_count(self) -> int:
        """How many frames the chunk has, 0 for one that only cuts or ends a track."""
        return len(self.blendshapes) // self.layout.count(0)

    def frame_sample(self, frame: int) -> Fraction:
        """The sample that a frame belongs to, exactly; `frame_count` gives where the chunk is over."""
        return self.start_sample + Fraction(frame * self.sample_rate_hz, self.frame_rate_hz)

    def blendshape_weights(self) -> NDArray[np.float32]:
        """(frames, shapes) weights 0..1 of the layout's shapes."""
        return self._weights(self.blendshapes, 0)

    def viseme_weights(self) -> NDArray[np.float32]:
        """(frames, visemes) weights 0..1."""
        return self._weights(self.visemes, 1)

    def _weights(self, raw: bytes, part: int) -> NDArray[np.float32]:
        return np.frombuffer(raw, np.uint8).reshape(-1, self.layout.count(part)).astype(np.float32) / np.float32(registry.UNIT_WEIGHT_U8)


def quantized(blendshapes: NDArray[np.floating], visemes: NDArray[np.floating]) -> tuple[bytes, bytes]:
    """The two payloads of a chunk out of (frames, shapes) and (frames, visemes) weights 0..1; raises WireError for other shapes.

    A weight that is no number becomes 0. `SHAPE_PLACES` picks the shapes of a track out of all 52.
    """
    frames = len(blendshapes)
    for name, weights, part in (("blendshapes", blendshapes, 0), ("visemes", visemes, 1)):
        if weights.shape != (frames, TRACK.count(part)):
            problem = f"{name} of a track have the shape {weights.shape}, expected ({frames}, {TRACK.count(part)})"
            raise WireError(DecodeStatus.WRONG_LENGTH, problem)
    return quantize.weights_u8(blendshapes).tobytes(), quantize.weights_u8(visemes).tobytes()


# Single integers: key -> smallest and largest.
_INTEGERS: Final[dict[int, tuple[int, int]]] = {
    CommonKey.STREAM_ID: (0, (1 << 32) - 1),
    CommonKey.SEQUENCE: (0, (1 << 32) - 1),
    TrackKey.START_SAMPLE: (0, (1 << 64) - 1),
    TrackKey.SAMPLE_RATE_HZ: (registry.WIRE_MIN_SAMPLE_RATE_HZ, registry.WIRE_MAX_SAMPLE_RATE_HZ),
    TrackKey.FRAME_RATE_HZ: (1, registry.WIRE_MAX_FRAME_RATE_HZ),
    TrackKey.FRAME_COUNT: (0, (1 << 16) - 1),
    TrackKey.END: (0, 1),
    TrackKey.LOOK_AHEAD_MILLIS: (0, (1 << 16) - 1),
    TrackKey.DEGRADED: (0, 1),
}
_HEADER: Final = fields.by_key({key: reader for key, reader in fields.HEADER.items() if key in _HEADER_KEYS})
_INTEGER_READERS: Final = {key: fields.uint_between(*limits) for key, limits in _INTEGERS.items() if key in tuple(TrackKey)}


def try_decode(body: bytes, layouts: LayoutTable = STANDARD_LAYOUTS) -> tuple[DecodeStatus, TrackChunk | None]:
    """Read a body; never raises, and returns no chunk unless the status is OK."""
    if len(body) > registry.WIRE_MAX_TRACK_BYTES:
        return DecodeStatus.OVER_LIMIT, None
    layout = TRACK

    def rest_of_layout(values: list[Any]) -> tuple[fields.Readers, tuple[fields.Form, ...]]:
        nonlocal layout
        layout = layouts.known(values[CommonKey.LAYOUT_ID], values[CommonKey.LAYOUT_HASH], TRACK_CHUNK)
        shapes, visemes = _rows_reader(values, layout.count(0)), _rows_reader(values, layout.count(1))
        return fields.by_key({**_INTEGER_READERS, TrackKey.BLENDSHAPES: shapes, TrackKey.VISEMES: visemes}), ()

    try:
        values = fields.read_message(body, required=REQUIRED_KEYS, readers=_HEADER, rest_of_layout=rest_of_layout)
    except cbor.Fault as fault:
        return fault.status, None
    return DecodeStatus.OK, TrackChunk(
        stream_id=values[CommonKey.STREAM_ID],
        sequence=values[CommonKey.SEQUENCE],
        start_sample=values[TrackKey.START_SAMPLE],
        sample_rate_hz=values[TrackKey.SAMPLE_RATE_HZ],
        frame_rate_hz=values[TrackKey.FRAME_RATE_HZ],
        blendshapes=values[TrackKey.BLENDSHAPES],
        visemes=values[TrackKey.VISEMES],
        end=bool(values[TrackKey.END]),
        look_ahead_millis=values[TrackKey.LOOK_AHEAD_MILLIS],
        degraded=bool(values[TrackKey.DEGRADED]),
        layout=layout,
    )


def _rows_reader(values: list[Any], names: int) -> Callable[[bytes, int, int], tuple[bytes, int]]:
    """A reader of one row of bytes for each frame; that the frames were counted before is what the required keys see to."""

    def read(body: bytes, pos: int, end: int) -> tuple[bytes, int]:
        return fields.typed_array((registry.TAG_U8, values[TrackKey.FRAME_COUNT] * names), may_be_empty=True)(body, pos, end)

    return read


def decode(body: bytes, layouts: LayoutTable = STANDARD_LAYOUTS) -> TrackChunk:
    """Read a body; raises WireError with the status in words."""
    status, chunk = try_decode(body, layouts)
    if chunk is None:
        raise WireError(status, f"track_chunk of {len(body)} bytes is {status.name.lower()}: {STATUS_TEXTS[status]}")
    return chunk


def encode(chunk: TrackChunk) -> bytes:
    """The CBOR body of a chunk; raises WireError where a payload has the wrong length, a number is beyond its field or all is too long."""
    layout, count = chunk.layout, chunk.frame_count
    for name, raw, part in (("blendshapes", chunk.blendshapes, 0), ("visemes", chunk.visemes, 1)):
        if len(raw) != count * layout.count(part):
            problem = f"{name} of {count} frames have {len(raw)} bytes, expected {count * layout.count(part)}"
            raise WireError(DecodeStatus.WRONG_LENGTH, problem)
    body = b"".join(
        (
            cbor.write_head(cbor.MAP, len(REQUIRED_KEYS)),
            cbor.write_int(CommonKey.VERSION) + cbor.write_int(registry.WIRE_MAJOR),
            _integer(CommonKey.STREAM_ID, chunk.stream_id),
            _integer(CommonKey.SEQUENCE, chunk.sequence),
            fields.layout_fields(layout.layout_id, layout.layout_hash),
            _integer(TrackKey.START_SAMPLE, chunk.start_sample),
            _integer(TrackKey.SAMPLE_RATE_HZ, chunk.sample_rate_hz),
            _integer(TrackKey.FRAME_RATE_HZ, chunk.frame_rate_hz),
            _integer(TrackKey.FRAME_COUNT, count),
            fields.array_head(TrackKey.BLENDSHAPES, registry.TAG_U8, len(chunk.blendshapes)) + chunk.blendshapes,
            fields.array_head(TrackKey.VISEMES, registry.TAG_U8, len(chunk.visemes)) + chunk.visemes,
            _integer(TrackKey.END, int(chunk.end)),
            _integer(TrackKey.LOOK_AHEAD_MILLIS, chunk.look_ahead_millis),
            _integer(TrackKey.DEGRADED, int(chunk.degraded)),
        )
    )
    if len(body) > registry.WIRE_MAX_TRACK_BYTES:
        problem = f"track_chunk of {count} frames has {len(body)} bytes, expected at most {registry.WIRE_MAX_TRACK_BYTES}"
        raise WireError(DecodeStatus.OVER_LIMIT, problem)
    return body


def _integer(key: CommonKey | TrackKey, value: int) -> bytes:
    smallest, largest = _INTEGERS[key]
    if not smallest <= value <= largest:
        raise WireError(DecodeStatus.OUT_OF_RANGE, f"{key.name.lower()} is {value}, expected {smallest} to {largest}")
    return cbor.write_int(key) + cbor.write_int(value)
