"""The slice of deterministic CBOR (RFC 8949, section 4.2.1) that the wire uses: heads read and written, items skipped.

Reading raises `Fault` with the status of the first fault; it never looks beyond `end`, never recurses deeper than the limit and
never allocates for a length that a message only claims.
"""

from __future__ import annotations

from affectia import registry
from affectia.registry import DecodeStatus

UINT, NEGATIVE, BYTES, TEXT, ARRAY, MAP, TAG, SIMPLE = range(8)

_SMALLEST = {24: 24, 25: 1 << 8, 26: 1 << 16, 27: 1 << 32}  # below these a shorter head would have done


class Fault(Exception):
    """The first fault of a message; stays inside this package."""

    def __init__(self, status: DecodeStatus) -> None:
        super().__init__(status.name)
        self.status = status


def read_head(body: bytes, pos: int, end: int) -> tuple[int, int, int]:
    """Read one item's head: (major type, argument, position behind it)."""
    if pos >= end:
        raise Fault(DecodeStatus.TRUNCATED)
    initial = body[pos]
    major = initial >> 5
    info = initial & 31
    pos += 1
    if info < 24:
        return major, info, pos
    if info > 27:
        raise Fault(DecodeStatus.MALFORMED)
    size = 1 << (info - 24)
    if pos + size > end:
        raise Fault(DecodeStatus.TRUNCATED)
    argument = int.from_bytes(body[pos : pos + size], "big")
    if major == SIMPLE:
        if info == 24 and argument < 32:
            raise Fault(DecodeStatus.MALFORMED)
    elif argument < _SMALLEST[info]:
        raise Fault(DecodeStatus.MALFORMED)
    return major, argument, pos + size


def skip_item(body: bytes, pos: int, end: int, depth: int = 1) -> int:
    """Step over one well-formed item of any kind and return the position behind it."""
    if depth > registry.WIRE_MAX_DEPTH:
        raise Fault(DecodeStatus.OVER_LIMIT)
    major, argument, pos = read_head(body, pos, end)
    if major in (BYTES, TEXT):
        if argument > end - pos:
            raise Fault(DecodeStatus.TRUNCATED)
        return pos + argument
    inner = {ARRAY: argument, MAP: 2 * argument, TAG: 1}.get(major, 0)
    for _ in range(inner):
        pos = skip_item(body, pos, end, depth + 1)
    return pos


def write_head(major: int, argument: int) -> bytes:
    """The shortest head for a major type and its argument (0 <= argument < 2^64)."""
    initial = major << 5
    if argument < 24:
        return bytes((initial | argument,))
    if argument < 1 << 8:
        return bytes((initial | 24, argument))
    if argument < 1 << 16:
        return bytes((initial | 25,)) + argument.to_bytes(2, "big")
    if argument < 1 << 32:
        return bytes((initial | 26,)) + argument.to_bytes(4, "big")
    return bytes((initial | 27,)) + argument.to_bytes(8, "big")


def write_int(value: int) -> bytes:
    """An integer of either sign."""
    return write_head(UINT, value) if value >= 0 else write_head(NEGATIVE, -1 - value)


def write_text(text: str) -> bytes:
    """A text string."""
    raw = text.encode()
    return write_head(TEXT, len(raw)) + raw
