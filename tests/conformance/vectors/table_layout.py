"""Layout messages, good and bad: the names by hand, each with its length before it."""

from __future__ import annotations

from table import Bad, Entries, Good, body, entry, vary

STREAM_ID = entry(1, "01 1a 5eed1234", 0x5EED1234)
CUSTOM_ID = entry(5, "05 19 0400", 1024)
VERSION = entry(0, "00 01")
CUSTOM_PARTS = entry(
    8,
    "08 84"
    "83"  # three shapes
    "67 6a61774f70656e"  # jawOpen
    "6e 6d6f757468536d696c654c656674"  # mouthSmileLeft
    "6f 6d6f757468536d696c655269676874"  # mouthSmileRight
    "80 80 80",  # no bones, visemes, effects
    [["jawOpen", "mouthSmileLeft", "mouthSmileRight"], [], [], []],
)
CUSTOM_HASH = entry(6, "06 48 d7a1ea7827ba6d69", "d7a1ea7827ba6d69")
CUSTOM: Entries = (VERSION, STREAM_ID, CUSTOM_ID, CUSTOM_HASH, CUSTOM_PARTS)


def _names(blank_separated: str) -> list[str]:
    return blank_separated.split()


BLENDSHAPES = _names(
    "eyeBlinkLeft eyeLookDownLeft eyeLookInLeft eyeLookOutLeft eyeLookUpLeft eyeSquintLeft eyeWideLeft "
    "eyeBlinkRight eyeLookDownRight eyeLookInRight eyeLookOutRight eyeLookUpRight eyeSquintRight eyeWideRight "
    "jawForward jawLeft jawRight jawOpen mouthClose mouthFunnel mouthPucker mouthLeft mouthRight mouthSmileLeft mouthSmileRight "
    "mouthFrownLeft mouthFrownRight mouthDimpleLeft mouthDimpleRight mouthStretchLeft mouthStretchRight mouthRollLower mouthRollUpper "
    "mouthShrugLower mouthShrugUpper mouthPressLeft mouthPressRight mouthLowerDownLeft mouthLowerDownRight mouthUpperUpLeft "
    "mouthUpperUpRight browDownLeft browDownRight browInnerUp browOuterUpLeft browOuterUpRight cheekPuff cheekSquintLeft "
    "cheekSquintRight noseSneerLeft noseSneerRight tongueOut"
)
BONES = _names("spine chest upper_chest neck head left_eye right_eye left_shoulder right_shoulder")
VISEMES = _names("sil PP FF TH DD kk CH SS nn RR aa E ih oh ou")
EFFECTS = _names("glow_intensity blush_intensity tear_intensity sweat_intensity")
EMOTIONS = _names("neutral happy sad angry surprise disgust fear contempt")
ACTION_UNITS = _names(
    "au01_inner_brow_raise au02_outer_brow_raise au04_brow_lower au05_upper_lid_raise au06_cheek_raise au07_lid_tighten "
    "au09_nose_wrinkle au10_upper_lip_raise au12_smile au14_dimple au15_lip_corner_depress au16_lower_lip_depress au17_chin_raise "
    "au18_lip_pucker au20_lip_stretch au22_lip_funnel au23_lip_tighten au24_lip_press au25_lips_part au26_jaw_drop "
    "au27_mouth_stretch au28_lip_suck au43_eyes_closed au45_blink au61_eyes_left au62_eyes_right au63_eyes_up au64_eyes_down"
)


def _text(name: str) -> str:
    """A text string of fewer than 256 bytes: 60 + length, or 78 and the length."""
    raw = name.encode()
    return (f"{0x60 + len(raw):02x}" if len(raw) < 24 else f"78{len(raw):02x}") + raw.hex()


def _array(items: list[str]) -> str:
    """An array of fewer than 65536 items: 80 + count, 98 and one byte, or 99 and two."""
    count = len(items)
    return (f"{0x80 + count:02x}" if count < 24 else f"98{count:02x}" if count < 256 else f"99{count:04x}") + "".join(items)


def _parts(*parts: list[str]) -> str:
    return "08" + _array([_array([_text(name) for name in part]) for part in parts])


def _layout(
    name: str, shows: str, layout_id: str, number: int, layout_hash: str, parts: tuple[list[str], ...], *, message: str = "avatar_frame"
) -> Good:
    entries = (
        VERSION,
        STREAM_ID,
        entry(5, "05" + layout_id, number),
        entry(6, "06 48" + layout_hash, layout_hash),
        entry(8, _parts(*parts), list(parts)),
    )
    return Good(name=f"layout_message_{name}", message="layout", entries=entries, shows=shows, decoded_extra={"message": message})


def _voiced(name: str, shows: str, entries: Entries) -> Good:
    return Good(name=f"layout_message_{name}", message="layout", entries=entries, shows=shows, decoded_extra={"message": "avatar_frame"})


AUDIO_RATE = entry(9, "09 19 bb80", 48000)
LOOK_AHEAD = entry(10, "0a 18 28", 40)
MANY = [f"c{place:04d}" for place in range(1024)]
FOUR = "four parts announce an avatar layout"
GOOD = [
    Good(
        name="layout_message_custom",
        message="layout",
        entries=CUSTOM,
        shows="a custom layout of three shapes and nothing else",
        decoded_extra={"message": "avatar_frame"},
    ),
    _layout("standard", FOUR, "01", 1, "6f5642c0cffd2acc", (BLENDSHAPES, BONES, VISEMES, EFFECTS)),
    _layout("head_and_shapes", "parts may have no names", "02", 2, "9fc5537cf205228a", (BLENDSHAPES, ["head"], [], [])),
    _layout(
        "affect", "two parts announce an affect layout", "03", 3, "4f300277a250dad8", (EMOTIONS, ACTION_UNITS), message="emotion_update"
    ),
    _layout("id_largest", "layout_id 65535", "19 ffff", 65535, "886a08b495d25247", (["browInnerUp"], [], [], [])),
    _layout("unicode_names", "names are UTF-8", "19 0402", 1026, "160997d77afa4de9", (["lächeln", "笑顔"], [], [], [])),
    _layout("name_of_64_bytes", "the longest name", "19 0403", 1027, "ffe054fe7ae0cb6d", (["a" * 64], [], [], [])),
    _layout("1024_names", "the most names of a part", "19 0404", 1028, "6194e44e5c54be2c", (MANY, [], [], [])),
    _layout("no_names", "four empty parts: the hash of nothing", "19 0405", 1029, "e3b0c44298fc1c14", ([], [], [], [])),
    _voiced("of_a_voice", "audio_sample counts at 48000 Hz, and the mouth is 40 ms late", (*CUSTOM, AUDIO_RATE, LOOK_AHEAD)),
    _voiced("audio_rate_alone", "key 10 is optional", (*CUSTOM, AUDIO_RATE)),
    _voiced("look_ahead_alone", "key 9 is optional", (*CUSTOM, LOOK_AHEAD)),
    _voiced("smallest_of_a_voice", "8000 Hz and no delay", (*CUSTOM, entry(9, "09 19 1f40", 8000), entry(10, "0a 00", 0))),
    _voiced(
        "largest_of_a_voice",
        "192000 Hz and the longest delay",
        (*CUSTOM, entry(9, "09 1a 0002ee00", 192000), entry(10, "0a 19 ffff", 65535)),
    ),
    Good(
        name="layout_message_unknown_keys",
        message="layout",
        entries=(*CUSTOM, entry(11, "0b 62 6f6b"), entry(30, "18 1e a0")),
        shows="keys of later versions are skipped in a layout message too",
        roundtrip=False,
        decoded_extra={"message": "avatar_frame"},
    ),
]


def _bad(name: str, status: str, shows: str, entries: Entries) -> Bad:
    return Bad(name=f"layout_message_{name}", message="layout", status=status, shows=shows, body=body(entries))


def _with_parts(name: str, status: str, shows: str, layout_hash: str, parts_hex: str) -> Bad:
    return _bad(name, status, shows, vary(CUSTOM, entry(6, "06 48" + layout_hash), entry(8, parts_hex)))


JAW = "67 6a61774f70656e"
BAD = [
    Bad(name="layout_message_empty", message="layout", status="truncated", shows="no byte at all"),
    Bad(
        name="layout_message_truncated_at_every_byte",
        message="layout",
        status="truncated",
        shows="every proper prefix of a layout message",
        truncations_of="layout_message_custom",
    ),
    _bad("hash_mismatch", "out_of_range", "the hash is not that of the names", vary(CUSTOM, entry(6, "06 48 d7a1ea7827ba6d68"))),
    _bad("hash_of_9_bytes", "wrong_length", "layout_hash has 8 bytes", vary(CUSTOM, entry(6, "06 49 d7a1ea7827ba6d6900"))),
    _bad("id_65536", "out_of_range", "layout_id is a u16", vary(CUSTOM, entry(5, "05 1a 00010000"))),
    _bad("version_2", "unsupported_version", "another wire major", vary(CUSTOM, entry(0, "00 02"))),
    *(
        _bad(f"{name}_missing", "missing_key", f"key {key} is not there", vary(CUSTOM, drop=(key,)))
        for key, name in {0: "version", 1: "stream_id", 5: "layout_id", 6: "layout_hash", 8: "parts"}.items()
    ),
    Bad(
        name="layout_message_of_nothing",
        message="layout",
        status="missing_key",
        shows="an empty map: the first missing key is found at its end",
        body=bytes.fromhex("a0"),
    ),
    Bad(
        name="layout_message_trailing_byte",
        message="layout",
        status="trailing_bytes",
        shows="a byte after the map",
        body=body(CUSTOM) + b"\x00",
    ),
    _bad("audio_rate_7999", "out_of_range", "below 8000", (*CUSTOM, entry(9, "09 19 1f3f"))),
    _bad("audio_rate_192001", "out_of_range", "above 192000", (*CUSTOM, entry(9, "09 1a 0002ee01"))),
    _bad("audio_rate_text", "wrong_type", "a rate that is text", (*CUSTOM, entry(9, "09 62 6f6b"))),
    _bad("audio_rate_float", "wrong_type", "a rate that is a float", (*CUSTOM, entry(9, "09 fa 473b8000"))),
    _bad("look_ahead_65536", "out_of_range", "more than 16 bits", (*CUSTOM, entry(10, "0a 1a 00010000"))),
    _bad("look_ahead_negative", "wrong_type", "a mouth that leads", (*CUSTOM, entry(10, "0a 20"))),
    _bad("look_ahead_before_audio_rate", "malformed", "key 10 before key 9", (*CUSTOM, LOOK_AHEAD, AUDIO_RATE)),
    Bad(
        name="layout_message_of_a_voice_truncated_at_every_byte",
        message="layout",
        status="truncated",
        shows="every proper prefix of a layout message of a voice",
        truncations_of="layout_message_of_a_voice",
    ),
    _with_parts("1_part", "wrong_length", "one part", "d7a1ea7827ba6d69", "08 81 81" + JAW),
    _with_parts("3_parts", "wrong_length", "three parts announce nothing", "d7a1ea7827ba6d69", "08 83 81" + JAW + "80 80"),
    _with_parts("5_parts", "wrong_length", "five parts", "d7a1ea7827ba6d69", "08 85 81" + JAW + "80 80 80 80"),
    _with_parts("parts_map", "wrong_type", "parts is a map", "d7a1ea7827ba6d69", "08 a0"),
    _with_parts("part_text", "wrong_type", "a part is text, not an array", "d7a1ea7827ba6d69", "08 84" + JAW + "80 80 80"),
    _with_parts("name_bytes", "wrong_type", "a name is a byte string", "d7a1ea7827ba6d69", "08 84 81 43 616263 80 80 80"),
    _with_parts("name_integer", "wrong_type", "a name is an integer", "d7a1ea7827ba6d69", "08 84 81 01 80 80 80"),
    _with_parts("name_empty", "wrong_length", "a name has at least one byte", "e3b0c44298fc1c14", "08 84 81 60 80 80 80"),
    _with_parts(
        "name_of_65_bytes", "over_limit", "a name has at most 64 bytes", "635361c48bb9eab1", "08 84 81 7841" + "61" * 65 + "80 80 80"
    ),
    _with_parts("name_not_utf8", "malformed", "a name is UTF-8", "d7a1ea7827ba6d69", "08 84 81 62 c328 80 80 80"),
    _with_parts("name_indefinite", "malformed", "a name in chunks", "d7a1ea7827ba6d69", "08 84 81 7f 61 61 ff 80 80 80"),
    _with_parts("name_length_not_shortest", "malformed", "78 07 for 67", "d7a1ea7827ba6d69", "08 84 81 7807 6a61774f70656e 80 80 80"),
    _with_parts("parts_indefinite", "malformed", "parts of no announced length", "d7a1ea7827ba6d69", "08 9f 80 80 80 80 ff"),
    _with_parts("1025_names", "over_limit", "one name too many", "3fdc63306c9b48de", _parts([*MANY, "c1024"], [], [], [])),
    Bad(
        name="layout_message_of_65537_bytes",
        message="layout",
        status="over_limit",
        shows="a byte longer than a reader looks at",
        # 14 5a: an unknown key with a byte string that fills the message.
        body=body((*CUSTOM, entry(20, f"14 5a {65537 - len(body(CUSTOM)) - 6:08x}" + "00" * (65537 - len(body(CUSTOM)) - 6)))),
    ),
]
