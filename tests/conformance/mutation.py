"""Damaged messages: what fuzzing and hypothesis do to good vectors. Standard library only."""

from __future__ import annotations

import functools
import random

import vector_set
from vector_set import Case

# Bytes that mean something in this wire: map, array and string heads, tags, keys, widths, and what is not allowed.
TELLING = bytes.fromhex(
    "00 01 07 08 0e 11 12 14 17 18 19 1a 1b 1c 1f 20 3b 40 44 48 57 58 5b 5f 60 7f 80 83 84 9f a0 ae b8 bf c1 d8 f6 f8 f9 fb ff"
)
LENGTHS = ("18ff", "19ffff", "1affffffff", "1b7fffffffffffffff", "1bffffffffffffffff")


@functools.cache
def seeds() -> tuple[Case, ...]:
    """The good vectors that are short enough to be changed a hundred thousand times."""
    return tuple(case for case in vector_set.good() if len(case.body) <= 1024)


def mutate(source: random.Random, body: bytes, other: bytes) -> bytes:
    """One to four changes, each at a place and of a kind that `source` chooses; `other` is what a splice takes from."""
    changed = bytearray(body)
    for _ in range(source.choice((1, 1, 1, 2, 3, 4))):
        change(source, changed, other)
    return bytes(changed)


def change(source: random.Random, body: bytearray, other: bytes) -> None:
    """One change in place."""
    place = source.randrange(len(body) + 1)
    kind = source.randrange(9)
    if kind == 0 and place < len(body):
        body[place] ^= 1 << source.randrange(8)
    elif kind == 1 and place < len(body):
        body[place] = source.choice(TELLING)
    elif kind == 2:
        body[place:place] = bytes((source.choice(TELLING),)) * source.choice((1, 1, 2, 40))
    elif kind == 3:
        del body[place : place + source.choice((1, 1, 2, 8, 60))]
    elif kind == 4:
        start = source.randrange(len(other) + 1)
        body[place : place + source.randrange(32)] = other[start : start + source.randrange(64)]
    elif kind == 5:
        replace_head(source, body, place)
    elif kind == 6:
        swap_entries(source, body)
    elif kind == 7:
        add_unknown_entry(source, body)
    else:
        del body[place:]


def replace_head(source: random.Random, body: bytearray, place: int) -> None:
    """A head that claims another argument, of the same major type."""
    if place < len(body):
        head = bytearray.fromhex(source.choice(LENGTHS))
        head[0] |= body[place] & 0xE0
        body[place : place + 1] = head


def swap_entries(source: random.Random, body: bytearray) -> None:
    """Two halves of what follows the head of the map change places, cut where a key may stand."""
    cuts = [place for place in range(1, len(body)) if body[place] < 24]
    if len(cuts) >= 3:
        first, middle, last = sorted(source.sample(cuts, 3))
        body[first:last] = body[middle:last] + body[first:middle]


def add_unknown_entry(source: random.Random, body: bytearray) -> None:
    """An entry more at the end, and a map that counts it."""
    if body and 0xA0 <= body[0] <= 0xB7:
        count = body[0] - 0xA0 + 1
        body[:1] = bytes((0xA0 + count,)) if count < 24 else bytes((0xB8, count))
        body += b"\x17" + nested(source, 0)  # key 23: no message of this version has it


def nested(source: random.Random, depth: int) -> bytes:
    """A random item of well-formed CBOR, seldom nested deeper than a reader allows."""
    kind = source.randrange(8 if depth < 6 else 4)
    if kind == 0:
        return bytes((source.randrange(24),))
    if kind == 1:
        length = source.randrange(20)
        return bytes((source.choice((0x40, 0x60)) + length,)) + source.randbytes(length)
    if kind == 2:
        return bytes((source.choice((0xF4, 0xF5, 0xF6, 0xF7, 0x20, 0x37)),))
    if kind == 3:
        return b"\xfb" + source.randbytes(8)
    if kind == 4:
        return b"\xd8" + bytes((source.randrange(24, 256),)) + nested(source, depth + 1)
    count = source.randrange(4)
    head = source.choice((0x80, 0xA0))
    return bytes((head + count,)) + b"".join(nested(source, depth + 1) for _ in range(count if head == 0x80 else 2 * count))
