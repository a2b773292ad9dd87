"""Bad messages that are sound CBOR: a field of another type, length or range, a key that is missing, a layout nobody knows."""

from __future__ import annotations

from table import FIELDS, Bad, Entries, body, entry, vary
from table_affect import TYPICAL as AFFECT
from table_avatar import CUSTOM_HEADER, CUSTOM_SHAPES, HEAD_ONLY, HEADER, TYPICAL
from table_layout import CUSTOM as LAYOUT


def _frame(name: str, status: str, shows: str, entries: Entries) -> Bad:
    return Bad(name=name, message="avatar_frame", status=status, shows=shows, body=body(entries))


def _update(name: str, status: str, shows: str, entries: Entries) -> Bad:
    return Bad(name=f"emotion_{name}", message="emotion_update", status=status, shows=shows, body=body(entries))


def _typical(name: str, status: str, shows: str, key: int, hex_bytes: str) -> Bad:
    return _frame(name, status, shows, vary(TYPICAL, entry(key, hex_bytes)))


def _affect(name: str, status: str, shows: str, key: int, hex_bytes: str) -> Bad:
    return _update(name, status, shows, vary(AFFECT, entry(key, hex_bytes)))


def _last(name: str, status: str, shows: str, key: int, hex_bytes: str) -> Bad:
    """The same with nothing behind that key."""
    return _update(name, status, shows, vary(AFFECT, entry(key, hex_bytes), drop=range(key + 1, 24)))


def _zeros(count: int) -> str:
    """A byte string of zeros: 40 + length, or 58 and the length."""
    return (f"{0x40 + count:02x}" if count < 24 else f"58{count:02x}") + "00" * count


# key, bytes before the byte string, its right length
AVATAR_PARTS = ((7, "", 24), (8, "d840", 52), (8, "d845", 104), (9, "d84d", 72), (10, "d84d", 6), (11, "d840", 15), (11, "d845", 30)) + (
    (12, "", 2),
    (13, "d840", 4),
)
AFFECT_PARTS = ((7, "", 24), (9, "d840", 8), (13, "d840", 28), (14, "d84d", 6), (15, "d84d", 4), (16, "d840", 2), (19, "d840", 2))
AFFECT_TO_18 = vary(AFFECT, drop=range(19, 24))
WIDE = {"d845": "_16_bit"}

VERSIONS = [
    _typical("version_0", "unsupported_version", "wire major 0", 0, "00 00"),
    _typical("version_2", "unsupported_version", "wire major 2", 0, "00 02"),
    _typical("version_huge", "unsupported_version", "the largest version: a version has no range", 0, "00 1b ffffffffffffffff"),
    Bad(
        name="version_2_then_garbage",
        message="avatar_frame",
        status="unsupported_version",
        shows="after another version nothing is judged",
        body=bytes.fromhex("a2 00 02 ff ff ff ff"),
    ),
    Bad(
        name="version_2_then_nothing",
        message="avatar_frame",
        status="unsupported_version",
        shows="not even whether the bytes are there",
        body=bytes.fromhex("af 00 02"),
    ),
    _typical("version_text", "wrong_type", "a version that is text", 0, "00 61 31"),
    _typical("version_negative", "wrong_type", "a version below zero", 0, "00 20"),
    _typical("version_float", "wrong_type", "a version that is a float", 0, "00 f9 3c00"),
]
LAYOUTS = [
    _typical("layout_hash_unknown", "unknown_layout", "the standard id with another hash", 6, "06 48 6f5642c0cffd2acd"),
    _typical("layout_id_unknown", "unknown_layout", "the standard hash with another id", 5, "05 02"),
    _typical("layout_id_0", "unknown_layout", "id 0 is nobody's", 5, "05 00"),
    _frame("layout_not_announced", "unknown_layout", "a custom layout that no layout message announced", (*CUSTOM_HEADER, CUSTOM_SHAPES)),
    _frame("emotion_update_as_avatar_frame", "unknown_layout", "layout 3 is not known to a reader of avatar frames", AFFECT),
    _update("avatar_frame_as_emotion_update", "unknown_layout", "layout 1 is not known to a reader of emotion updates", TYPICAL),
    _update("head_and_shapes_as_emotion_update", "unknown_layout", "nor is layout 2", HEAD_ONLY),
    _frame("layout_as_avatar_frame", "missing_key", "a layout message has no sequence", LAYOUT),
    Bad(
        name="layout_not_an_avatar_frame",
        message="layout",
        status="wrong_type",
        shows="key 8 of an avatar frame is no array of arrays",
        body=body(vary(TYPICAL, drop=(2, 3, 4, 7))),
    ),
    _typical(
        "layout_unknown_before_shapes",
        "unknown_layout",
        "the first fault decides: the hash stands before the part of a wrong length",
        6,
        "06 48 0000000000000000",
    ),
]
MISSING = [
    _frame(f"{name}_missing", "missing_key", f"key {key} is not there: the key after it tells", vary(TYPICAL, drop=(key,)))
    for key, name in {0: "version", **{key: FIELDS["avatar_frame"][key] for key in range(1, 7)}}.items()
] + [
    Bad(name="map_empty", message="avatar_frame", status="missing_key", shows="an empty map", body=bytes.fromhex("a0")),
    _frame("version_alone", "missing_key", "the end of the map tells that key 1 is missing", HEADER[:1]),
    _frame("layout_hash_missing_at_end", "missing_key", "the end of the map tells that key 6 is missing", HEADER[:6]),
    _frame(
        "missing_key_before_wrong_type",
        "missing_key",
        "the first fault decides: key 3 tells that key 2 is missing, before its own value is looked at",
        (*vary(TYPICAL, entry(3, "03 f6"), drop=(2,)),),
    ),
    _frame("missing_key_before_unknown", "missing_key", "an unknown key tells too", (*HEADER[:5], entry(20, "14 00"))),
    _update("layout_id_missing", "missing_key", "key 5 is not there", vary(AFFECT, drop=(5,))),
]
# What may stand where an unsigned integer is wanted, and does not.
NOT_UINT = {
    "text": "61 31",
    "bytes": "41 01",
    "negative": "20",
    "float16": "f9 3c00",
    "float32": "fa 3f800000",
    "float64": "fb 3ff0000000000000",
    "null": "f6",
    "array": "81 01",
    "map": "a0",
    "tag": "c1 01",
    "false": "f4",
    "simple": "f8 20",
}
TYPES = (
    [_typical(f"sequence_{name}", "wrong_type", f"sequence holds {name}", 2, "02" + value) for name, value in NOT_UINT.items()]
    + [
        _typical(f"{FIELDS['avatar_frame'][key]}_float", "wrong_type", f"a float at key {key}", key, f"{key:02x} fa 3f800000")
        for key in (1, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14)
    ]
    + [
        _typical("layout_hash_text", "wrong_type", "text for bytes", 6, "06 68 6162636465666768"),
        _typical("groups_text", "wrong_type", "text for bytes", 7, "07 78 18" + "61" * 24),
        _typical("groups_tagged", "wrong_type", "groups are bare bytes", 7, "07 d840 58 18" + "00" * 24),
        _typical("groups_array", "wrong_type", "an array for bytes", 7, "07 98 18" + "00" * 24),
        _typical("blendshapes_untagged", "wrong_type", "bytes without their tag", 8, "08 58 34" + "00" * 52),
        _typical("blendshapes_tag_77", "wrong_type", "int16 for weights", 8, "08 d84d 58 68" + "00" * 104),
        _typical("blendshapes_tag_65", "wrong_type", "big-endian uint16", 8, "08 d841 58 68" + "00" * 104),
        _typical("blendshapes_tag_84", "wrong_type", "half floats", 8, "08 d854 58 68" + "00" * 104),
        _typical("blendshapes_tag_4_bytes", "wrong_type", "a tag of four bytes", 8, "08 da 00010040 58 34" + "00" * 52),
        _typical("blendshapes_array", "wrong_type", "a plain array of integers", 8, "08 98 34" + "00" * 52),
        _typical("blendshapes_tagged_text", "wrong_type", "the right tag before text", 8, "08 d840 78 34" + "61" * 52),
        _typical("blendshapes_tagged_array", "wrong_type", "the right tag before an array", 8, "08 d840 98 34" + "00" * 52),
        _typical("blendshapes_tagged_twice", "wrong_type", "a tag before a tag", 8, "08 d840 d840 58 34" + "00" * 52),
        _typical("blendshapes_null", "wrong_type", "null is not absence", 8, "08 f6"),
        _typical("bones_tag_64", "wrong_type", "uint8 for bones", 9, "09 d840 58 48" + "00" * 72),
        _typical("bones_tag_69", "wrong_type", "uint16 for bones", 9, "09 d845 58 48" + "00" * 72),
        _typical("bones_untagged", "wrong_type", "bytes without their tag", 9, "09 58 48" + "00" * 72),
        _typical("head_translation_tag_69", "wrong_type", "uint16 for a translation", 10, "0a d845 46 000000000000"),
        _typical("head_translation_array", "wrong_type", "a plain array", 10, "0a 83 00 00 00"),
        _typical("visemes_tag_77", "wrong_type", "int16 for weights", 11, "0b d84d 58 1e" + "00" * 30),
        _typical("dominant_viseme_tagged", "wrong_type", "the dominant viseme is bare bytes", 12, "0c d840 42 0000"),
        _typical("dominant_viseme_uint", "wrong_type", "an index alone", 12, "0c 01"),
        _typical("effects_tag_69", "wrong_type", "effects have 8 bits", 13, "0d d845 48" + "00" * 8),
        _typical("audio_sample_negative", "wrong_type", "a sample before the start", 14, "0e 20"),
        _typical("audio_sample_tagged", "wrong_type", "a tagged integer", 14, "0e c1 01"),
    ]
)
LENGTHS = (
    [
        _typical(
            f"{FIELDS['avatar_frame'][key]}{WIDE.get(tag, '')}_{word}",
            "wrong_length",
            f"{right + step} bytes where the layout says {right}",
            key,
            f"{key:02x}{tag}" + _zeros(right + step),
        )
        for key, tag, right in AVATAR_PARTS
        for step, word in ((-1, "one_less"), (1, "one_more"))
    ]
    + [
        _typical(f"layout_hash_of_{count}", "wrong_length", f"{count} bytes where 8 are wanted", 6, "06" + _zeros(count))
        for count in (0, 7, 9)
    ]
    + [
        _typical("blendshapes_empty", "wrong_length", "no shape at all", 8, "08 d840 40"),
        _typical(
            "blendshapes_16_under_tag_8",
            "wrong_length",
            "as many bytes as 16 bits need, under the tag of 8",
            8,
            "08 d840 58 68" + "00" * 104,
        ),
        _typical(
            "blendshapes_8_under_tag_16",
            "wrong_length",
            "as many bytes as 8 bits need, under the tag of 16",
            8,
            "08 d845 58 34" + "00" * 52,
        ),
        _typical("bones_one_bone_less", "wrong_length", "eight bones", 9, "09 d84d" + _zeros(64)),
        _frame(
            "bones_of_standard_in_layout_2", "wrong_length", "nine bones where the layout has the head alone", (*HEAD_ONLY[:8], TYPICAL[9])
        ),
        _frame(
            "visemes_of_no_names",
            "wrong_length",
            "layout 2 has no visemes: the part must be absent",
            (*HEAD_ONLY, entry(11, "0b d840 4f" + "00" * 15)),
        ),
        _frame("visemes_empty_of_no_names", "wrong_length", "absent is not the same as empty", (*HEAD_ONLY, entry(11, "0b d840 40"))),
        _frame("effects_of_no_names", "wrong_length", "layout 2 has no effects", (*HEAD_ONLY, entry(13, "0d d840 44 00000000"))),
    ]
)
RANGES = [
    *(
        _typical(
            f"{FIELDS['avatar_frame'][key]}_2_to_32", "out_of_range", "2^32 where 32 bits are wanted", key, f"{key:02x} 1b 0000000100000000"
        )
        for key in (1, 2, 4)
    ),
    _typical("layout_id_65536", "out_of_range", "65536 where 16 bits are wanted", 5, "05 1a 00010000"),
    _typical("sequence_2_to_64", "out_of_range", "the largest integer where 32 bits are wanted", 2, "02 1b ffffffffffffffff"),
    _typical("dominant_viseme_15", "out_of_range", "the index of the viseme after the last", 12, "0c 42 0f ff"),
    _typical("dominant_viseme_255", "out_of_range", "the largest index", 12, "0c 42 ff ff"),
    _frame("dominant_viseme_of_no_names", "out_of_range", "layout 2 has no viseme 0", (*HEAD_ONLY, entry(12, "0c 42 00 ff"))),
]
EMOTION = (
    [
        Bad(name="emotion_empty", message="emotion_update", status="truncated", shows="no byte at all"),
        Bad(
            name="emotion_truncated_at_every_byte",
            message="emotion_update",
            status="truncated",
            shows="every proper prefix of an emotion_update",
            truncations_of="emotion_typical",
        ),
        Bad(
            name="emotion_trailing_byte",
            message="emotion_update",
            status="trailing_bytes",
            shows="a byte after the map",
            body=body(AFFECT) + b"\x00",
        ),
        _update("keys_swapped", "malformed", "key 22 before key 21", (*AFFECT[:-2], AFFECT[-1], AFFECT[-2])),
        _affect("version_2", "unsupported_version", "another wire major", 0, "00 02"),
        _affect("affect_of_2", "wrong_length", "two of three", 10, "0a 82 00 00"),
        _affect("affect_of_4", "wrong_length", "four of three", 10, "0a 84 00 00 00 00"),
        _affect("affect_of_0", "wrong_length", "none of three", 10, "0a 80"),
        _affect("affect_128", "out_of_range", "an arousal of 128", 10, "0a 83 00 1880 00"),
        _affect("affect_minus_128", "out_of_range", "a valence of -128", 10, "0a 83 387f 00 00"),
        _affect("affect_minus_2_to_64", "out_of_range", "the smallest integer", 10, "0a 83 00 00 3b ffffffffffffffff"),
        _affect("affect_plus_2_to_64", "out_of_range", "the largest integer", 10, "0a 83 00 00 1b ffffffffffffffff"),
        _affect("affect_float", "wrong_type", "a valence that is a float", 10, "0a 83 f9 3c00 00 00"),
        _affect("affect_text", "wrong_type", "a dominance that is text", 10, "0a 83 00 00 61 30"),
        _affect("affect_not_an_array", "wrong_type", "an integer for three", 10, "0a 00"),
        _affect("affect_map", "wrong_type", "a map for three", 10, "0a a0"),
        _affect("affect_indefinite", "malformed", "an array of no announced length", 10, "0a 9f 00 00 00 ff"),
        _affect("affect_head_not_shortest", "malformed", "98 03 for 83", 10, "0a 98 03 00 00 00"),
        _affect("affect_not_shortest", "malformed", "38 17 for 37", 10, "0a 83 38 17 00 00"),
        _affect("affect_method_negative", "wrong_type", "a method below zero", 11, "0b 20"),
        _affect("support_256", "out_of_range", "a bit beyond the eight emotions", 8, "08 19 0100"),
        _affect("support_bytes", "wrong_type", "a mask as bytes", 8, "08 41 ff"),
        _affect("unit_support_2_to_28", "out_of_range", "a bit beyond the 28 action units", 12, "0c 1a 10000000"),
        _affect("unit_support_2_to_64", "out_of_range", "all bits of 64", 12, "0c 1b ffffffffffffffff"),
        _affect("speaking_probability_256", "out_of_range", "beyond 255", 17, "11 19 0100"),
        _affect("speaking_probability_float", "wrong_type", "a float", 17, "11 f9 3a00"),
        _affect("emotions_tag_69", "wrong_type", "emotions have 8 bits", 9, "09 d845 50" + "00" * 16),
        _affect("action_units_tag_69", "wrong_type", "action units have 8 bits", 13, "0d d845 58 38" + "00" * 56),
        _affect("head_pose_tag_64", "wrong_type", "uint8 for angles", 14, "0e d840 46 000000000000"),
        _affect("gaze_tag_69", "wrong_type", "unsigned for signed", 15, "0f d845 44 00000000"),
        _affect("gaze_untagged", "wrong_type", "bytes without their tag", 15, "0f 44 00000000"),
        _affect("blink_tag_77", "wrong_type", "int16 for weights", 16, "10 d84d 44 00000000"),
        _affect("blink_events_of_0", "wrong_length", "none of four", 18, "12 80"),
        _affect("blink_events_of_3", "wrong_length", "three of four", 18, "12 83 00 00 00"),
        _affect("blink_events_of_5", "wrong_length", "five of four", 18, "12 85 00 00 00 00 00"),
        _affect("blink_events_65536_blinks", "out_of_range", "a counter that did not wrap", 18, "12 84 1a 00010000 00 00 00"),
        _affect("blink_events_65536_millis", "out_of_range", "a duration that did not saturate", 18, "12 84 00 00 00 1a 00010000"),
        _affect("blink_events_2_to_64", "out_of_range", "the largest integer", 18, "12 84 00 1b ffffffffffffffff 00 00"),
        _affect("blink_events_negative", "wrong_type", "a counter below zero", 18, "12 84 20 00 00 00"),
        _affect("blink_events_negative_long", "wrong_type", "the smallest integer", 18, "12 84 00 00 3b ffffffffffffffff 00"),
        _affect("blink_events_float", "wrong_type", "a duration that is a float", 18, "12 84 00 00 00 f9 5400"),
        _affect("blink_events_text", "wrong_type", "a counter that is text", 18, "12 84 00 61 30 00 00"),
        _affect("blink_events_null", "wrong_type", "a counter that is null", 18, "12 84 00 00 f6 00"),
        _affect("blink_events_array_inside", "wrong_type", "an array for a counter", 18, "12 84 81 00 00 00 00"),
        _affect("blink_events_counter_tagged", "wrong_type", "a tag before a counter", 18, "12 84 c1 00 00 00 00"),
        _affect("blink_events_tagged", "wrong_type", "a tag before a plain array", 18, "12 d845 84 00 00 00 00"),
        _affect("blink_events_typed_array", "wrong_type", "a typed array of uint16", 18, "12 d845 48 0100020003000400"),
        _affect("blink_events_bytes", "wrong_type", "bytes for four integers", 18, "12 44 00000000"),
        _affect("blink_events_not_an_array", "wrong_type", "one counter alone", 18, "12 00"),
        _affect("blink_events_map", "wrong_type", "a map for four integers", 18, "12 a2 00 00 01 00"),
        _affect("blink_events_is_null", "wrong_type", "null is not absence", 18, "12 f6"),
        _affect("blink_events_indefinite", "malformed", "an array of no announced length", 18, "12 9f 00 00 00 00 ff"),
        _affect("blink_events_head_not_shortest", "malformed", "98 04 for 84", 18, "12 98 04 00 00 00 00"),
        _affect("blink_events_not_shortest_8", "malformed", "18 17 for 17", 18, "12 84 18 17 00 00 00"),
        _affect("blink_events_not_shortest_16", "malformed", "19 00ff for 18 ff", 18, "12 84 00 19 00ff 00 00"),
        _affect("blink_events_not_shortest_32", "malformed", "1a 0000ffff for 19 ffff", 18, "12 84 00 00 00 1a 0000ffff"),
        _affect("blink_events_reserved_28", "malformed", "additional information 28", 18, "12 84 1c 00 00 00"),
        _last("blink_events_truncated", "truncated", "the array announces four, the message ends after three", 18, "12 84 00 00 00"),
        _last("blink_events_truncated_in_a_counter", "truncated", "the message ends inside the last number", 18, "12 84 00 00 00 19 01"),
        _affect("blink_events_of_2_to_63", "wrong_length", "a count that is only claimed", 18, "12 9b 7fffffffffffffff"),
        _update("blink_events_twice", "malformed", "key 18 a second time", (*AFFECT_TO_18, AFFECT_TO_18[-1])),
    ]
    + [
        _affect(
            f"{FIELDS['emotion_update'][key]}_{word}",
            "wrong_length",
            f"{right + step} bytes where {right} are wanted",
            key,
            f"{key:02x}{tag}" + _zeros(right + step),
        )
        for key, tag, right in AFFECT_PARTS
        for step, word in ((-1, "one_less"), (1, "one_more"))
    ]
    + [
        Bad(
            name="layout_an_emotion_update",
            message="layout",
            status="wrong_type",
            shows="key 8 of an emotion_update is no array",
            body=body(vary(AFFECT, drop=(2, 3, 4, 7))),
        )
    ]
)

BAD = VERSIONS + LAYOUTS + MISSING + TYPES + LENGTHS + RANGES + EMOTION
