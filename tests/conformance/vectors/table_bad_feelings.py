"""Bad emotion_update messages: shares, label, prosody and voice events of another type, length or range."""

from __future__ import annotations

from table import Bad, body, entry, vary
from table_affect import TYPICAL


def _bad(name: str, status: str, shows: str, key: int, hex_bytes: str, *, is_last: bool = False) -> Bad:
    """The typical update with another fragment at one key; `is_last`: with nothing behind it."""
    entries = vary(TYPICAL, entry(key, hex_bytes), drop=range(key + 1, 24) if is_last else ())
    return Bad(name=f"emotion_{name}", message="emotion_update", status=status, shows=shows, body=body(entries))


ZEROS = "00 00 00 00 00 00"

SHARES = [
    _bad("emotion_shares_untagged", "wrong_type", "bytes without their tag", 19, "13 42 b34c"),
    _bad("emotion_shares_tag_69", "wrong_type", "shares have 8 bits", 19, "13 d845 44 b3004c00"),
    _bad("emotion_shares_array", "wrong_type", "a plain array of two", 19, "13 82 18b3 184c"),
    _bad("emotion_shares_map", "wrong_type", "a map for two", 19, "13 a2 00 18b3 01 184c"),
    _bad("emotion_shares_null", "wrong_type", "null is not absence", 19, "13 f6"),
    _bad("emotion_shares_empty", "wrong_length", "none of two", 19, "13 d840 40"),
    _bad("emotion_shares_truncated", "truncated", "two bytes announced, one there", 19, "13 d840 42 b3", is_last=True),
]
LABEL = [
    _bad("emotion_label_8", "out_of_range", "the emotion after the last", 20, "14 08"),
    _bad("emotion_label_255", "out_of_range", "255 is not none: none is absent", 20, "14 18ff"),
    _bad("emotion_label_2_to_64", "out_of_range", "the largest integer", 20, "14 1b ffffffffffffffff"),
    _bad("emotion_label_negative", "wrong_type", "-1 is not none: none is absent", 20, "14 20"),
    _bad("emotion_label_text", "wrong_type", "the name for its place", 20, "14 65 6861707079"),
    _bad("emotion_label_null", "wrong_type", "null is not absence", 20, "14 f6"),
    _bad("emotion_label_float", "wrong_type", "a float", 20, "14 f9 3c00"),
    _bad("emotion_label_array", "wrong_type", "an array of one", 20, "14 81 01"),
    _bad("emotion_label_not_shortest", "malformed", "18 01 for 01", 20, "14 18 01"),
]
PROSODY = [
    _bad("prosody_of_0", "wrong_length", "none of six", 21, "15 80"),
    _bad("prosody_of_5", "wrong_length", "five of six", 21, "15 85 00 00 00 00 00"),
    _bad("prosody_of_7", "wrong_length", "seven of six", 21, f"15 87 {ZEROS} 00"),
    _bad("prosody_of_2_to_63", "wrong_length", "a count that is only claimed", 21, "15 9b 7fffffffffffffff"),
    _bad("prosody_pitch_65536", "out_of_range", "a pitch that did not saturate", 21, "15 86 1a 00010000 00 00 00 00 00"),
    _bad("prosody_voiced_2_to_64", "out_of_range", "the largest integer", 21, "15 86 00 00 00 00 00 1b ffffffffffffffff"),
    _bad("prosody_level_negative", "wrong_type", "a level counts downwards: it has no sign", 21, "15 86 00 00 390a59 00 00 00"),
    _bad("prosody_negative_long", "wrong_type", "the smallest integer", 21, "15 86 3b ffffffffffffffff 00 00 00 00 00"),
    _bad("prosody_float", "wrong_type", "a pitch that is a float", 21, "15 86 f9 59b4 00 00 00 00 00"),
    _bad("prosody_null", "wrong_type", "what cannot be told is 65535, not null", 21, "15 86 f6 00 00 00 00 00"),
    _bad("prosody_text", "wrong_type", "a value that is text", 21, "15 86 00 00 00 00 61 30 00"),
    _bad("prosody_array_inside", "wrong_type", "an array for a value", 21, "15 86 81 00 00 00 00 00 00"),
    _bad("prosody_value_tagged", "wrong_type", "a tag before a value", 21, "15 86 c1 00 00 00 00 00 00"),
    _bad("prosody_tagged", "wrong_type", "a tag before a plain array", 21, f"15 d845 86 {ZEROS}"),
    _bad("prosody_typed_array", "wrong_type", "a typed array of uint16", 21, "15 d845 4c" + "00" * 12),
    _bad("prosody_bytes", "wrong_type", "bytes for six integers", 21, "15 46 000000000000"),
    _bad("prosody_map", "wrong_type", "a map for six integers", 21, "15 a3 00 00 01 00 02 00"),
    _bad("prosody_uint", "wrong_type", "one value alone", 21, "15 00"),
    _bad("prosody_is_null", "wrong_type", "null is not absence", 21, "15 f6"),
    _bad("prosody_indefinite", "malformed", "an array of no announced length", 21, f"15 9f {ZEROS} ff"),
    _bad("prosody_head_not_shortest", "malformed", "98 06 for 86", 21, f"15 98 06 {ZEROS}"),
    _bad("prosody_not_shortest_8", "malformed", "18 17 for 17", 21, "15 86 18 17 00 00 00 00 00"),
    _bad("prosody_not_shortest_16", "malformed", "19 00ff for 18 ff", 21, "15 86 00 00 00 00 00 19 00ff"),
    _bad("prosody_reserved_29", "malformed", "additional information 29", 21, "15 86 00 1d 00 00 00 00"),
    _bad(
        "prosody_truncated", "truncated", "the array announces six, the message ends after five", 21, "15 86 00 00 00 00 00", is_last=True
    ),
    _bad(
        "prosody_truncated_in_a_value",
        "truncated",
        "the message ends inside the last number",
        21,
        "15 86 00 00 00 00 00 19 01",
        is_last=True,
    ),
]
EVENTS = [
    _bad("voice_events_256", "out_of_range", "a bit beyond the eight voice events", 22, "16 19 0100"),
    _bad("voice_events_2_to_64", "out_of_range", "all bits of 64", 22, "16 1b ffffffffffffffff"),
    _bad("voice_events_negative", "wrong_type", "a mask below zero", 22, "16 20"),
    _bad("voice_events_float", "wrong_type", "a float", 22, "16 f9 4900"),
    _bad("voice_events_array", "wrong_type", "the events one by one", 22, "16 82 01 03"),
    _bad("voice_events_null", "wrong_type", "null is not absence", 22, "16 f6"),
    _bad("voice_events_not_shortest", "malformed", "18 0a for 0a", 22, "16 18 0a"),
    _bad("voice_events_truncated", "truncated", "the message ends before the mask", 22, "16 18"),
    Bad(
        name="emotion_voice_events_twice",
        message="emotion_update",
        status="malformed",
        shows="key 22 a second time",
        body=body((*TYPICAL, TYPICAL[-1])),
    ),
]

BAD = SHARES + LABEL + PROSODY + EVENTS
