"""Readers of single fields, and the one pass over a message that all messages share."""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, TypeAlias

from affectia import registry
from affectia.registry import CommonKey, DecodeStatus
from affectia.wire import cbor

# A reader takes (body, position, end) and returns (value, position behind it), or raises cbor.Fault.
UintReader: TypeAlias = Callable[[bytes, int, int], tuple[int, int]]
BytesReader: TypeAlias = Callable[[bytes, int, int], tuple[bytes, int]]
Readers: TypeAlias = Sequence[Callable[[bytes, int, int], tuple[Any, int]] | None]

# (key, its bytes up to the payload, bytes of the payload, largest first byte) of a part in its most usual form.
Form: TypeAlias = tuple[int, bytes, int, int]

KEYS: Final = 24  # keys that take one byte; this version defines no others
_NO_KEY: Final = 1 << 64


def read_message(
    body: bytes,
    *,
    required: Sequence[int],
    readers: Readers,
    rest_of_layout: Callable[[list[Any]], tuple[Readers, Sequence[Form]]],
) -> list[Any]:
    """Read one message in a single pass and return its values by key, None where a key is absent.

    `readers` holds a reader by key, None for keys to skip. When the layout hash has been read, `rest_of_layout` is given the
    values so far and returns the readers for the rest, and the forms that nearly every message has there: what follows in exactly
    these forms is cut out without the general reading. Raises cbor.Fault with the first fault in byte order.
    """
    end = len(body)
    values: list[Any] = [None] * KEYS
    major, entries, pos = cbor.read_head(body, 0, end)
    if major != cbor.MAP:
        raise cbor.Fault(DecodeStatus.MALFORMED)
    if entries > registry.WIRE_MAX_MAP_ENTRIES:
        raise cbor.Fault(DecodeStatus.OVER_LIMIT)
    met = 0
    awaited = required[0]
    last = -1
    while entries:
        entries -= 1
        if pos < end and body[pos] < KEYS:  # nearly every key there is
            key = body[pos]
            pos += 1
        else:
            major, key, pos = cbor.read_head(body, pos, end)
            if major != cbor.UINT:
                raise cbor.Fault(DecodeStatus.MALFORMED)
        if key <= last:
            raise cbor.Fault(DecodeStatus.MALFORMED)
        last = key
        if key >= awaited:
            if key > awaited:
                raise cbor.Fault(DecodeStatus.MISSING_KEY)
            met += 1
            awaited = required[met] if met < len(required) else _NO_KEY
        reader = readers[key] if key < KEYS else None
        if reader is None:
            pos = cbor.skip_item(body, pos, end)
            continue
        values[key], pos = reader(body, pos, end)
        if key == CommonKey.LAYOUT_HASH:
            readers, forms = rest_of_layout(values)
            for form_key, prefix, length, largest_first in forms:
                begin = pos + len(prefix)
                if not body.startswith(prefix, pos) or begin + length > end or body[begin] > largest_first or not entries:
                    continue  # absent, or wrong: the general reading finds out
                if form_key == last:
                    continue  # the same part in another width: so does the general reading
                pos = begin + length
                values[form_key] = body[begin:pos]
                entries -= 1
                last = form_key
    if met < len(required):
        raise cbor.Fault(DecodeStatus.MISSING_KEY)
    if pos != end:
        raise cbor.Fault(DecodeStatus.TRAILING_BYTES)
    return values


def uint(largest: int) -> UintReader:
    """A reader of an unsigned integer up to `largest`."""

    def read(body: bytes, pos: int, end: int) -> tuple[int, int]:
        if pos + 9 <= end:  # the usual widths without the general head: this is most of a frame's cost
            initial = body[pos]
            if initial < 24:
                value, behind = initial, pos + 1
            elif initial == 0x1A:
                value, behind = _BIG_ENDIAN_U32(body, pos + 1)[0], pos + 5
            elif initial == 0x1B:
                value, behind = _BIG_ENDIAN_U64(body, pos + 1)[0], pos + 9
            else:
                value, behind = -1, 0
            if _SMALLEST_OF_WIDTH.get(initial, 0) <= value <= largest:
                return value, behind
        major, value, pos = cbor.read_head(body, pos, end)
        if major != cbor.UINT:
            raise cbor.Fault(DecodeStatus.WRONG_TYPE)
        if value > largest:
            raise cbor.Fault(DecodeStatus.OUT_OF_RANGE)
        return value, pos

    return read


def uint_between(smallest: int, largest: int) -> UintReader:
    """A reader of an unsigned integer from `smallest` to `largest`."""
    read_up_to = uint(largest)

    def read(body: bytes, pos: int, end: int) -> tuple[int, int]:
        value, pos = read_up_to(body, pos, end)
        if value < smallest:
            raise cbor.Fault(DecodeStatus.OUT_OF_RANGE)
        return value, pos

    return read


_BIG_ENDIAN_U32 = struct.Struct(">I").unpack_from
_BIG_ENDIAN_U64 = struct.Struct(">Q").unpack_from
_SMALLEST_OF_WIDTH = {0x1A: 1 << 16, 0x1B: 1 << 32}


def _version(body: bytes, pos: int, end: int) -> tuple[int, int]:
    major, value, pos = cbor.read_head(body, pos, end)
    if major != cbor.UINT:
        raise cbor.Fault(DecodeStatus.WRONG_TYPE)
    if value != registry.WIRE_MAJOR:
        raise cbor.Fault(DecodeStatus.UNSUPPORTED_VERSION)
    return value, pos


def fixed_bytes(length: int, *, largest_first: int = 255) -> BytesReader:
    """A reader of a byte string of exactly `length` bytes, the first of them at most `largest_first`."""
    prefix = cbor.write_head(cbor.BYTES, length)

    def read(body: bytes, pos: int, end: int) -> tuple[bytes, int]:
        start = pos + len(prefix)
        behind = start + length
        if behind <= end and body.startswith(prefix, pos):
            if body[start] > largest_first:
                raise cbor.Fault(DecodeStatus.OUT_OF_RANGE)
            return body[start:behind], behind
        raise _fault_of_bytes(body, pos, end)

    return read


def typed_array(*forms: tuple[int, int], may_be_empty: bool = False) -> BytesReader:
    """A reader of an RFC 8746 array; `forms` are the (tag, payload bytes) pairs that are right, most usual first.

    A form of no bytes is never right, unless `may_be_empty`: elsewhere a part of no names must be absent.
    """
    wanted = [form for form in forms if form[1] or may_be_empty]
    expected = tuple((cbor.write_head(cbor.TAG, tag) + cbor.write_head(cbor.BYTES, length), length) for tag, length in wanted)
    tags = frozenset(tag for tag, _ in forms)

    def read(body: bytes, pos: int, end: int) -> tuple[bytes, int]:
        for prefix, length in expected:
            if body.startswith(prefix, pos):
                start = pos + len(prefix)
                behind = start + length
                if behind > end:
                    raise cbor.Fault(DecodeStatus.TRUNCATED)
                return body[start:behind], behind
        major, tag, pos = cbor.read_head(body, pos, end)
        if major != cbor.TAG or tag not in tags:
            raise cbor.Fault(DecodeStatus.WRONG_TYPE)
        raise _fault_of_bytes(body, pos, end)

    return read


def _fault_of_bytes(body: bytes, pos: int, end: int) -> cbor.Fault:
    """What is wrong with a byte string that did not have the expected form."""
    major, length, pos = cbor.read_head(body, pos, end)
    if major != cbor.BYTES:
        return cbor.Fault(DecodeStatus.WRONG_TYPE)
    if length > end - pos:
        return cbor.Fault(DecodeStatus.TRUNCATED)
    return cbor.Fault(DecodeStatus.WRONG_LENGTH)


def by_key(readers: Mapping[int, Callable[[bytes, int, int], tuple[Any, int]]]) -> Readers:
    """The readers as `read_message` wants them."""
    return [readers.get(key) for key in range(KEYS)]


def array_head(key: int, tag: int, length: int) -> bytes:
    """Key, tag (0: none) and byte string head in front of a payload of `length` bytes."""
    return cbor.write_int(key) + (cbor.write_head(cbor.TAG, tag) if tag else b"") + cbor.write_head(cbor.BYTES, length)


_VERSION_AND_STREAM = bytes((CommonKey.VERSION, registry.WIRE_MAJOR, CommonKey.STREAM_ID))


def header(stream_id: int, sequence: int, time_nanos: int, publish_delay_micros: int) -> bytes:
    """Keys 0 to 4 with their values, each within its field's range."""
    write = cbor.write_int
    return b"".join(
        (_VERSION_AND_STREAM, write(stream_id), b"\x02", write(sequence), b"\x03", write(time_nanos), b"\x04", write(publish_delay_micros))
    )


def layout_fields(layout_id: int, layout_hash: bytes) -> bytes:
    """Keys 5 and 6 with their values."""
    return cbor.write_int(CommonKey.LAYOUT_ID) + cbor.write_int(layout_id) + array_head(CommonKey.LAYOUT_HASH, 0, 8) + layout_hash


VERSION: UintReader = _version
U8: UintReader = uint((1 << 8) - 1)
U16: UintReader = uint((1 << 16) - 1)
U32: UintReader = uint((1 << 32) - 1)
U64: UintReader = uint((1 << 64) - 1)
SAMPLE_RATE: UintReader = uint_between(registry.WIRE_MIN_SAMPLE_RATE_HZ, registry.WIRE_MAX_SAMPLE_RATE_HZ)

HEADER: Final = {
    int(CommonKey.VERSION): VERSION,
    int(CommonKey.STREAM_ID): U32,
    int(CommonKey.SEQUENCE): U32,
    int(CommonKey.TIME_NANOS): U64,
    int(CommonKey.PUBLISH_DELAY_MICROS): U32,
    int(CommonKey.LAYOUT_ID): U16,
    int(CommonKey.LAYOUT_HASH): fixed_bytes(8),
}
