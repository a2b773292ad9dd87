"""Bad messages that any reader of deterministic CBOR refuses: heads, order of keys, limits, and bytes that end too soon."""

from __future__ import annotations

from table import Bad, Entries, body, entry, vary
from table_avatar import HEADER, TYPICAL


def _raw(name: str, status: str, shows: str, raw: bytes) -> Bad:
    return Bad(name=name, message="avatar_frame", status=status, shows=shows, body=raw)


def _map(name: str, status: str, shows: str, entries: Entries, *, map_head: str | None = None) -> Bad:
    return _raw(name, status, shows, body(entries, map_head=map_head))


def _key(name: str, status: str, shows: str, key: int, hex_bytes: str) -> Bad:
    """The typical frame with the fragment of one key replaced or added."""
    return _map(name, status, shows, vary(TYPICAL, entry(key, hex_bytes)))


TRUNCATED = [
    _raw("empty", "truncated", "no byte at all", b""),
    Bad(
        name="truncated_at_every_byte",
        message="avatar_frame",
        status="truncated",
        shows="every proper prefix of a frame",
        truncations_of="typical_frame",
    ),
    Bad(
        name="truncated_16_bit_at_every_byte",
        message="avatar_frame",
        status="truncated",
        shows="every proper prefix of the longest frame",
        truncations_of="largest_frame",
    ),
    Bad(
        name="truncated_in_unknown_keys",
        message="avatar_frame",
        status="truncated",
        shows="every proper prefix of a frame with an unknown map at its end",
        truncations_of="unknown_map",
    ),
    _map("map_announces_one_more", "truncated", "the map announces 16 entries and has 15", (*TYPICAL, entry(20, "14 00")), map_head="b0"),
    _raw("map_head_alone", "truncated", "a map of one byte length, which is not there", bytes.fromhex("b8")),
    _map(
        "groups_of_2_to_63",
        "truncated",
        "a claimed length of 2^63 is judged before it is allocated",
        (*HEADER, entry(7, "07 5b 8000000000000000")),
    ),
    _map("groups_of_2_to_64", "truncated", "a claimed length of 2^64 - 1", (*HEADER, entry(7, "07 5b ffffffffffffffff"))),
    _map("groups_of_2_to_32", "truncated", "a claimed length of 2^32 - 1", (*HEADER, entry(7, "07 5a ffffffff"))),
    _map("blendshapes_of_2_to_63", "truncated", "the same under a tag", (*HEADER, entry(8, "08 d840 5b 8000000000000000"))),
    _map("hash_of_2_to_63", "truncated", "the same in the layout hash", (*HEADER[:6], entry(6, "06 5b 8000000000000000"))),
    _map("unknown_bytes_of_2_to_63", "truncated", "the same under an unknown key", (*HEADER, entry(20, "14 5b 8000000000000000"))),
    _map("unknown_text_of_2_to_64", "truncated", "the same as text", (*HEADER, entry(20, "14 7b ffffffffffffffff"))),
    _map(
        "unknown_array_of_2_to_63", "truncated", "an array of 2^63 items that are not there", (*HEADER, entry(20, "14 9b 8000000000000000"))
    ),
    _map("unknown_tag_alone", "truncated", "a tag of nothing", (*HEADER, entry(20, "14 c1"))),
]
TOP_LEVEL = [
    _raw("top_level_uint", "malformed", "the top level is an integer", bytes.fromhex("00")),
    _raw("top_level_negative", "malformed", "the top level is a negative integer", bytes.fromhex("20")),
    _raw("top_level_bytes", "malformed", "the top level is a byte string", bytes.fromhex("43 010203")),
    _raw("top_level_text", "malformed", "the top level is text", bytes.fromhex("63 616263")),
    _raw("top_level_array", "malformed", "the top level is an array", bytes.fromhex("82 00 01")),
    _raw("top_level_tag", "malformed", "a frame behind the tag that says CBOR", bytes.fromhex("d9 d9f7") + body(TYPICAL)),
    _raw("top_level_null", "malformed", "the top level is null", bytes.fromhex("f6")),
    _raw("top_level_float", "malformed", "the top level is a float", bytes.fromhex("f9 3c00")),
    _map("map_indefinite", "malformed", "a map of no announced length", (*TYPICAL, entry(0, "ff")), map_head="bf"),
    _map("map_head_not_shortest", "malformed", "b8 0e for ae", TYPICAL, map_head="b8 0e"),
    _map("map_head_not_shortest_16", "malformed", "b9 000e for ae", TYPICAL, map_head="b9 000e"),
    *(
        _map(f"map_head_reserved_{info}", "malformed", f"additional information {info}", TYPICAL, map_head=f"{0xA0 + info:02x}")
        for info in (28, 29, 30)
    ),
]
FIRST, LAST = TYPICAL[:8], TYPICAL[8:]
KEYS = [
    _map("keys_swapped", "malformed", "key 9 before key 8", (*FIRST, LAST[1], LAST[0], *LAST[2:])),
    _map("key_twice", "malformed", "key 8 twice", (*FIRST, LAST[0], *LAST)),
    _map("header_key_twice", "malformed", "key 3 twice", (*TYPICAL[:4], *TYPICAL[3:])),
    _map("unknown_key_twice", "malformed", "key 20 twice", (*TYPICAL, entry(20, "14 00"), entry(20, "14 00"))),
    _map(
        "key_order_of_a_text_sort", "malformed", "key 24 (18 18) before key 23 (17)", (*TYPICAL, entry(24, "1818 00"), entry(23, "17 00"))
    ),
    _map("version_last", "missing_key", "key 0 is the first, always: key 1 tells that it is missing", (*TYPICAL[1:], TYPICAL[0])),
    _map(
        "header_keys_swapped",
        "missing_key",
        "key 3 tells that key 2 is missing, before key 2 is out of order",
        (*TYPICAL[:2], TYPICAL[3], TYPICAL[2], *TYPICAL[4:]),
    ),
    _map("key_text", "malformed", "a key that is text", (*TYPICAL, entry(15, "61 61 00"))),
    _map("key_bytes", "malformed", "a key that is a byte string", (*TYPICAL, entry(15, "41 0f 00"))),
    _map("key_negative", "malformed", "a key below zero", (*TYPICAL, entry(15, "20 00"))),
    _map("key_array", "malformed", "a key that is an array", (*TYPICAL, entry(15, "80 00"))),
    _map("key_null", "malformed", "a key that is null", (*TYPICAL, entry(15, "f6 00"))),
    _map("key_float", "malformed", "a key that is a float", (*TYPICAL, entry(15, "f9 4b80 00"))),
    _map("key_not_shortest", "malformed", "18 0f for the key 0f", (*TYPICAL, entry(15, "18 0f 00"))),
    _map("first_key_not_shortest", "malformed", "18 00 for the key 00", (entry(0, "18 00 01"), *TYPICAL[1:])),
    _map("key_reserved", "malformed", "additional information 28 in a key", (*TYPICAL, entry(15, "1c 00"))),
    _map("key_break", "malformed", "a break where a key stands", (*TYPICAL, entry(15, "ff 00"))),
    _map("first_key_text", "malformed", "the first key is text", (entry(0, "61 30 01"), *TYPICAL[1:])),
]
# Longer than needed: each width, one below the first value that needs it.
NOT_SHORTEST = [
    _key("integer_not_shortest_8", "malformed", "18 17 for 17", 2, "02 18 17"),
    _key("integer_not_shortest_16", "malformed", "19 00ff for 18 ff", 2, "02 19 00ff"),
    _key("integer_not_shortest_32", "malformed", "1a 0000ffff for 19 ffff", 2, "02 1a 0000ffff"),
    _key("integer_not_shortest_64", "malformed", "1b 00000000ffffffff for 1a ffffffff", 3, "03 1b 00000000ffffffff"),
    _key("zero_in_nine_bytes", "malformed", "1b and eight zeros for 00", 3, "03 1b 0000000000000000"),
    _key("version_not_shortest", "malformed", "18 01 for 01, before the version is looked at", 0, "00 18 01"),
    _key("layout_id_not_shortest", "malformed", "18 01 for 01", 5, "05 18 01"),
    _key("hash_length_not_shortest", "malformed", "58 08 for 48", 6, "06 58 08 6f5642c0cffd2acc"),
    _key("groups_length_not_shortest", "malformed", "59 0018 for 58 18", 7, "07 59 0018" + "01ff00ff" * 6),
    _key("tag_not_shortest", "malformed", "d9 0040 for d8 40", 8, "08 d9 0040 5834" + "00" * 52),
    _key("blendshapes_length_not_shortest", "malformed", "59 0034 for 58 34", 8, "08 d840 59 0034" + "00" * 52),
    _key("unknown_integer_not_shortest", "malformed", "heads are judged under unknown keys too", 20, "14 18 17"),
    _key("unknown_negative_not_shortest", "malformed", "38 17 for 37", 20, "14 38 17"),
    _key("unknown_text_not_shortest", "malformed", "78 01 for 61", 20, "14 78 01 61"),
    _key("unknown_array_not_shortest", "malformed", "98 01 for 81", 20, "14 98 01 00"),
    _key("unknown_inner_not_shortest", "malformed", "inside an unknown array", 20, "14 82 00 19 00ff"),
    _key("unknown_inner_key_not_shortest", "malformed", "the key of an unknown map", 20, "14 a1 18 00 00"),
]
INDEFINITE = [
    _key("groups_indefinite", "malformed", "a byte string in chunks", 7, "07 5f 58 18" + "01ff00ff" * 6 + "ff"),
    _key("blendshapes_indefinite", "malformed", "a byte string in chunks behind the tag", 8, "08 d840 5f 5834" + "00" * 52 + "ff"),
    _key("unknown_bytes_indefinite", "malformed", "an unknown byte string in chunks", 20, "14 5f 41 00 ff"),
    _key("unknown_text_indefinite", "malformed", "unknown text in chunks", 20, "14 7f 61 61 ff"),
    _key("unknown_array_indefinite", "malformed", "an unknown array of no announced length", 20, "14 9f 00 ff"),
    _key("unknown_map_indefinite", "malformed", "an unknown map of no announced length", 20, "14 bf 00 00 ff"),
    _key("unknown_inner_indefinite", "malformed", "inside an unknown array", 20, "14 81 9f ff"),
    _key("unknown_break", "malformed", "a break where a value stands", 20, "14 ff"),
    _key("known_break", "malformed", "a break where the sequence stands: the head before the type", 2, "02 ff"),
    _key("known_indefinite", "malformed", "an indefinite array where the sequence stands: the head before the type", 2, "02 9f ff"),
]
RESERVED = [
    _key(f"{where}_reserved_{info}", "malformed", f"additional information {info} of {what}", key, f"{key:02x} {major + info:02x}")
    for info in (28, 29, 30)
    for where, what, key, major in (
        ("integer", "an integer", 2, 0x00),
        ("bytes", "a byte string", 7, 0x40),
        ("tag", "a tag", 8, 0xC0),
        ("unknown_negative", "an unknown negative integer", 20, 0x20),
        ("unknown_text", "unknown text", 20, 0x60),
        ("unknown_simple", "an unknown simple value", 20, 0xE0),
    )
] + [
    _key("simple_f800", "malformed", "simple values below 32 take one byte", 20, "14 f8 00"),
    _key("simple_f81f", "malformed", "simple values below 32 take one byte, up to 31", 20, "14 f8 1f"),
    _key("simple_f814", "malformed", "false in two bytes", 20, "14 f8 14"),
    _key("simple_f800_known", "malformed", "where the sequence stands: the head before the type", 2, "02 f8 00"),
]
FILLER = tuple(entry(key, f"18 {key:02x} 00") for key in range(24, 24 + 65 - len(TYPICAL)))
LIMITS = [
    _map("entries_65", "over_limit", "one entry too many", (*TYPICAL, *FILLER)),
    _raw("entries_2_to_63", "over_limit", "the head of the map alone tells that it is too much", bytes.fromhex("bb 8000000000000000")),
    # 241 of the typical frame, one for the key 20 (14), three for the head of the byte string: 3852 = 0f0c make 4097.
    _key("bytes_4097", "over_limit", "one byte more than a reader looks at", 20, "14 59 0f0c" + "00" * 3852),
    _raw("bytes_4097_of_nothing", "over_limit", "the length is judged before anything else", bytes(4097)),
    _key("arrays_5_deep", "over_limit", "arrays nested 5 deep under an unknown key", 20, "14 81 81 81 81 80"),
    _key("integer_5_deep", "over_limit", "an integer in four arrays is the fifth level", 20, "14 81 81 81 81 00"),
    _key("tags_5_deep", "over_limit", "a tag is a level too", 20, "14 c1 c1 c1 c1 00"),
    _key("tags_3000_deep", "over_limit", "no reader recurses as deep as a sender likes", 20, "14" + "c1" * 3000 + "00"),
    _key("maps_5_deep", "over_limit", "maps nested 5 deep", 20, "14 a1 00 a1 00 a1 00 a1 00 a0"),
    _key("arrays_3000_deep", "over_limit", "no reader recurses as deep as a sender likes", 20, "14" + "81" * 3000 + "00"),
    _key("maps_1500_deep", "over_limit", "the same with maps", 20, "14" + "a100" * 1500 + "00"),
    _raw("trailing_byte", "trailing_bytes", "a zero byte after the map", body(TYPICAL) + b"\x00"),
    _raw("trailing_frame", "trailing_bytes", "two frames in one message", body(TYPICAL) * 2),
    _map("map_announces_one_less", "trailing_bytes", "the map announces 13 entries and has 14", TYPICAL, map_head="ad"),
]

BAD = TRUNCATED + TOP_LEVEL + KEYS + NOT_SHORTEST + INDEFINITE + RESERVED + LIMITS
