"""Good messages with keys of later versions: a reader skips what it does not know, whatever well-formed CBOR it is."""

from __future__ import annotations

from table import Entries, Good, entry, vary
from table_avatar import TYPICAL

# name, what key 20 holds, what it shows
VALUES = (
    ("uint", "00", "an integer"),
    ("uint64", "1b ffffffffffffffff", "the largest integer"),
    ("negative", "20", "-1"),
    ("negative64", "3b ffffffffffffffff", "the smallest integer, -2^64"),
    ("bytes", "43 010203", "a byte string"),
    ("bytes_empty", "40", "an empty byte string"),
    ("text", "63 616263", "text"),
    ("text_not_utf8", "62 c328", "text that is not UTF-8: what is skipped is not looked into"),
    ("array", "83 01 02 03", "an array"),
    ("array_empty", "80", "an empty array"),
    ("arrays_4_deep", "81 81 81 80", "arrays nested 4 deep"),
    ("integer_4_deep", "81 81 81 00", "an integer in three arrays is the fourth level"),
    ("tags_4_deep", "c6 c6 c6 00", "a tag is a level too"),
    ("array_mixed", "84 81 81 00 61 61 f6 a1 00 00", "an array of an array, text, null and a map, 4 deep at most"),
    ("map", "a2 00 01 01 02", "a map"),
    ("map_text_keys", "a2 61 62 01 61 61 02", "a map with text keys out of order: order is not judged inside"),
    ("map_duplicate_key", "a2 00 01 00 02", "a map with a key twice: not judged inside"),
    ("tag", "c1 1a 00010000", "a tagged integer"),
    ("tag_typed_array", "d8 45 44 01000200", "a typed array"),
    ("tag64", "db ffffffffffffffff 00", "the largest tag"),
    ("float16", "f9 3c00", "a half float"),
    ("float32", "fa 3f800000", "a float"),
    ("float64", "fb 3ff0000000000000", "a double that would fit a half float: the width of floats is not judged"),
    ("float_nan", "f9 7e00", "not a number, under a key that nobody reads"),
    ("false", "f4", "false"),
    ("true", "f5", "true"),
    ("null", "f6", "null"),
    ("undefined", "f7", "undefined"),
    ("simple", "f8 20", "a simple value of two bytes"),
    ("simple_largest", "f8 ff", "the last simple value"),
)


def _frame(name: str, shows: str, entries: Entries) -> Good:
    return Good(name=f"unknown_{name}", message="avatar_frame", entries=entries, shows=f"unknown key: {shows}", roundtrip=False)


FILLER = tuple(entry(key, f"18 {key:02x} 00") for key in range(24, 24 + 64 - len(TYPICAL)))
# 4096 bytes in all: 241 of the typical frame, one for the key 20 (14), three for the head of the byte string (59 xxxx): 3851 = 0f0b remain.
PADDING = entry(20, "14 59 0f0b" + "00" * 3851)

GOOD = [
    *(_frame(name, shows, vary(TYPICAL, entry(20, "14" + value))) for name, value, shows in VALUES),
    _frame("first_free_key", "key 15, the first that this version leaves free", vary(TYPICAL, entry(15, "0f 01"))),
    _frame("long_keys", "keys of two and nine bytes", vary(TYPICAL, entry(24, "18 18 01"), entry(2**64 - 1, "1b ffffffffffffffff 01"))),
    _frame("entries_64", "64 entries, as many as a reader accepts", (*TYPICAL, *FILLER)),
    _frame("bytes_4096", "4096 bytes, as many as a reader looks at", vary(TYPICAL, PADDING)),
    _frame("among_known", "an unknown key after a header alone", (*TYPICAL[:7], entry(15, "0f 81 f6"), entry(23, "17 a0"))),
]
