"""Good avatar frames: the base fragments and what varies from them."""

from __future__ import annotations

from table import Entries, Good, at, entry, vary

VERSION = entry(0, "00 01")  # wire major 1
STREAM_ID = entry(1, "01 1a 5eed1234", 0x5EED1234)
SEQUENCE = entry(2, "02 19 27fb", 10235)
TIME_NANOS = entry(3, "03 1b 000049e1e59004cb", "81234567890123")  # a sender that has been up for 22.6 hours
PUBLISH_DELAY = entry(4, "04 19 0abe", 2750)
STANDARD_ID = entry(5, "05 01", 1)
STANDARD_HASH = entry(6, "06 48 6f5642c0cffd2acc", "6f5642c0cffd2acc")
HEAD_ID = entry(5, "05 02", 2)
HEAD_HASH = entry(6, "06 48 9fc5537cf205228a", "9fc5537cf205228a")
CUSTOM_ID = entry(5, "05 19 0400", 1024)
CUSTOM_HASH = entry(6, "06 48 d7a1ea7827ba6d69", "d7a1ea7827ba6d69")

HEADER: Entries = (VERSION, STREAM_ID, SEQUENCE, TIME_NANOS, PUBLISH_DELAY, STANDARD_ID, STANDARD_HASH)
HEAD_HEADER: Entries = vary(HEADER, HEAD_ID, HEAD_HASH)
CUSTOM_HEADER: Entries = vary(HEADER, CUSTOM_ID, CUSTOM_HASH)

GROUPS = entry(
    7,
    "07 58 18"
    "03 f2 02 ff"  # eyes: valid, face; 242/255; 20 ms; all of it from the face
    "03 e6 02 ff"  # brows: valid, face
    "05 d9 01 b3"  # mouth: valid, voice; 10 ms; 179/255 from the voice
    "03 fa 02 ff"  # head: valid, face
    "01 ff 00 ff"  # body: valid, idle life
    "07 80 0c c0",  # emotion: valid, emotion; 120 ms
    [[3, 242, 2, 255], [3, 230, 2, 255], [5, 217, 1, 179], [3, 250, 2, 255], [1, 255, 0, 255], [7, 128, 12, 192]],
)
GROUPS_IDLE = entry(7, "07 58 18" + "01 ff 00 ff" * 6, [[1, 255, 0, 255]] * 6)
GROUPS_DENIED = entry(7, "07 58 18" + "00 00 ff 00" * 6, [[0, 0, 255, 0]] * 6)
# Bits 4-7 of the flags are for later versions: a reader takes the frame and looks at bits 0-3 alone.
GROUPS_RESERVED = entry(7, "07 58 18" + "f3 ff 00 ff" * 6, [[0xF3, 255, 0, 255]] * 6)

SHAPES_REST = entry(8, "08 d840 5834" + "00" * 52, {"bits": 8, "values": at(52, {})})
SHAPES = entry(
    8,
    "08 d840 5834"
    "0c 00 00 05 00 14 00"  # left eye: blink 12, down, in, out 5, up, squint 20, wide
    "0e 00 05 00 00 14 00"  # right eye: blink 14, down, in 5, out, up, squint 20, wide
    "00 00 00 4f"  # jaw forward, left, right, open 79
    "00 00 00 00 00"  # mouth close, funnel, pucker, left, right
    "66 61"  # smile left 102, right 97
    "00 00 0a 0a 00 00"  # frowns, dimples 10 and 10, stretches
    "00 00 00 00"  # roll lower, upper, shrug lower, upper
    "00 00 1e 1f 14 14"  # presses, lower down 30 and 31, upper up 20 and 20
    "00 00 28 10 11"  # brow down left, right, inner up 40, outer up 16 and 17
    "00 32 30 00 00 00",  # cheek puff, squints 50 and 48, sneers, tongue
    {
        "bits": 8,
        "values": at(
            52,
            {0: 12, 3: 5, 5: 20, 7: 14, 9: 5, 12: 20, 17: 79, 23: 102, 24: 97, 27: 10, 28: 10}
            | {37: 30, 38: 31, 39: 20, 40: 20, 43: 40, 44: 16, 45: 17, 47: 50, 48: 48},
        ),
    },
)
SHAPES_FULL_16 = entry(8, "08 d845 5868" + "ffff" * 52, {"bits": 16, "values": [65535] * 52})

IDENTITY = "0000 0000 0000 ff7f"  # x y z w, little-endian: w = 32767
BONES_REST = entry(9, "09 d84d 5848" + IDENTITY * 9, [[0, 0, 0, 32767]] * 9)
BONES = entry(
    9,
    "09 d84d 5848"
    "6500 0000 0000 ff7f"  # spine: 101 about x, a slouch of 0.35 degrees
    "0000 0000 0000 ff7f"  # chest
    "0000 0000 0000 ff7f"  # upper_chest
    "21fe 8a02 0000 f47f"  # neck: -479, 650, 0, 32756
    "33fd cf03 d3ff e07f"  # head: -717, 975, -45, 32736
    "0000 c800 0000 fe7f"  # left_eye: 200 about y
    "0000 c800 0000 fe7f"  # right_eye
    "0000 0000 0000 ff7f"  # left_shoulder
    "0000 0000 0000 ff7f",  # right_shoulder
    [
        [101, 0, 0, 32767],
        [0, 0, 0, 32767],
        [0, 0, 0, 32767],
        [-479, 650, 0, 32756],
        [-717, 975, -45, 32736],
        [0, 200, 0, 32766],
        [0, 200, 0, 32766],
        [0, 0, 0, 32767],
        [0, 0, 0, 32767],
    ],
)
TRANSLATION_REST = entry(10, "0a d84d 46 0000 0000 0000", [0, 0, 0])
TRANSLATION = entry(10, "0a d84d 46 6e00 ceff 3a01", [110, -50, 314])  # 1.1 cm, -0.5 cm, 3.14 cm
VISEMES_SIL = entry(11, "0b d840 4f ff" + "00" * 14, {"bits": 8, "values": at(15, {0: 255})})
VISEMES = entry(11, "0b d840 4f 00 c8 00 00 00 00 00 00 00 00 37 00 00 00 00", {"bits": 8, "values": at(15, {1: 200, 10: 55})})
VISEMES_FULL_16 = entry(11, "0b d845 581e ffff" + "0000" * 14, {"bits": 16, "values": at(15, {0: 65535})})
DOMINANT_SIL = entry(12, "0c 42 00 ff", [0, 255])
DOMINANT = entry(12, "0c 42 01 e0", [1, 224])  # PP with 224/255
EFFECTS_REST = entry(13, "0d d840 44 00000000", [0, 0, 0, 0])
EFFECTS = entry(13, "0d d840 44 33 80 00 01", [51, 128, 0, 1])
AUDIO_SAMPLE = entry(14, "0e 1a 0012d687", "1234567")

REST: Entries = (
    *HEADER,
    GROUPS_IDLE,
    SHAPES_REST,
    BONES_REST,
    TRANSLATION_REST,
    VISEMES_SIL,
    DOMINANT_SIL,
    EFFECTS_REST,
)
TYPICAL: Entries = (*HEADER, GROUPS, SHAPES, BONES, TRANSLATION, VISEMES, DOMINANT, EFFECTS)
HEAD_BONE = entry(9, "09 d84d 48 33fd cf03 d3ff e07f", [[-717, 975, -45, 32736]])
HEAD_ONLY: Entries = (*HEAD_HEADER, SHAPES, HEAD_BONE)
CUSTOM_SHAPES = entry(8, "08 d840 43 4f 66 61", {"bits": 8, "values": [79, 102, 97]})


def _frame(name: str, shows: str, entries: Entries, *, roundtrip: bool = True, after: tuple[str, ...] = ()) -> Good:
    return Good(name=name, message="avatar_frame", entries=entries, shows=shows, roundtrip=roundtrip, after=after)


POSES = [
    _frame("rest_pose", "the rest pose as idle life sends it: all groups valid, every part at rest", REST),
    _frame("typical_frame", "a talking face of the standard layout at 8 bits, without audio_sample", TYPICAL),
    _frame("speech_frame", "audio_sample is there when speech drives the mouth", vary(TYPICAL, AUDIO_SAMPLE)),
    _frame(
        "speech_frame_of_a_day",
        "the same after a day: a sequence beyond 65535, a sample of 48000 Hz beyond 2^32",
        vary(TYPICAL, entry(2, "02 1a 004f1a00", 5184000), entry(14, "0e 1b 0000000101dfa700", "4326401792")),
    ),
    _frame(
        "consent_denied",
        "without consent no group is valid and every value is at rest",
        vary(REST, GROUPS_DENIED),
    ),
    _frame(
        "smile_left_only",
        "left is the subject's: mouthSmileLeft is place 23",
        vary(REST, entry(8, "08 d840 5834" + "00" * 23 + "ff" + "00" * 28, {"bits": 8, "values": at(52, {23: 255})})),
    ),
    _frame(
        "smile_right_only",
        "right is the subject's: mouthSmileRight is place 24",
        vary(REST, entry(8, "08 d840 5834" + "00" * 24 + "ff" + "00" * 27, {"bits": 8, "values": at(52, {24: 255})})),
    ),
    _frame(
        "first_and_last_shape",
        "places 0 and 51 of the shapes, 0 and 14 of the visemes, 0 and 3 of the effects",
        vary(
            REST,
            entry(8, "08 d840 5834 01" + "00" * 50 + "02", {"bits": 8, "values": at(52, {0: 1, 51: 2})}),
            entry(11, "0b d840 4f 80" + "00" * 13 + "7f", {"bits": 8, "values": at(15, {0: 128, 14: 127})}),
            entry(12, "0c 42 0e 00", [14, 0]),
            entry(13, "0d d840 44 03 00 00 04", [3, 0, 0, 4]),
        ),
    ),
    _frame("groups_reserved_bits", "flag bits 4-7 are ignored by readers", vary(REST, GROUPS_RESERVED)),
    _frame(
        "quaternion_negative_w",
        "a sender keeps w >= 0, a reader takes either sign",
        vary(
            REST,
            entry(
                9,
                "09 d84d 5848" + IDENTITY * 4 + "c6e9 0000 0000 f381" + IDENTITY * 4,
                [[0, 0, 0, 32767]] * 4 + [[-5690, 0, 0, -32269]] + [[0, 0, 0, 32767]] * 4,
            ),
        ),
    ),
    _frame(
        "quaternion_zero",
        "a quaternion of length zero passes the reader and reads as identity",
        vary(REST, entry(9, "09 d84d 5848" + "00" * 72, [[0, 0, 0, 0]] * 9)),
    ),
    _frame(
        "int16_extremes",
        "-32768 and 32767 in bones and head translation",
        vary(
            REST,
            entry(9, "09 d84d 5848" + "0080 0080 ff7f ff7f" * 9, [[-32768, -32768, 32767, 32767]] * 9),
            entry(10, "0a d84d 46 0080 ff7f ffff", [-32768, 32767, -1]),
        ),
    ),
]

PRECISION = [
    _frame(
        "weights_16_bit",
        "16-bit weights, little-endian",
        vary(
            TYPICAL,
            entry(
                8,
                "08 d845 5868" + "0000" * 17 + "0150" + "0000" * 5 + "0001" + "0000" * 28,
                {"bits": 16, "values": at(52, {17: 0x5001, 23: 0x0100})},
            ),
            entry(11, "0b d845 581e ff00 00ff" + "0000" * 13, {"bits": 16, "values": at(15, {0: 0x00FF, 1: 0xFF00})}),
        ),
    ),
    _frame(
        "mixed_precision", "8-bit shapes beside 16-bit visemes: the tag of each part tells its own width", vary(TYPICAL, VISEMES_FULL_16)
    ),
    _frame(
        "largest_frame",
        "every counter full, 16-bit weights: the longest body of the standard layout",
        (
            VERSION,
            entry(1, "01 1a ffffffff", 0xFFFFFFFF),
            entry(2, "02 1a ffffffff", 0xFFFFFFFF),
            entry(3, "03 1b ffffffffffffffff", "18446744073709551615"),
            entry(4, "04 1a ffffffff", 0xFFFFFFFF),
            STANDARD_ID,
            STANDARD_HASH,
            GROUPS,
            SHAPES_FULL_16,
            BONES,
            TRANSLATION,
            VISEMES_FULL_16,
            DOMINANT,
            EFFECTS,
            entry(14, "0e 1b ffffffffffffffff", "18446744073709551615"),
        ),
    ),
]

LAYOUTS = [
    _frame("head_and_shapes", "52 shapes and the head bone, nothing else: the smallest useful frame", HEAD_ONLY),
    _frame(
        "head_and_shapes_late",
        "the same after more than 65535 frames: two bytes more",
        vary(HEAD_ONLY, entry(2, "02 1a 00010000", 65536)),
    ),
    _frame("head_and_shapes_moving", "the same with head_translation and groups", vary(HEAD_ONLY, GROUPS, TRANSLATION)),
    _frame(
        "layout_custom_frame",
        "a custom layout of three shapes, known from its layout message",
        (*CUSTOM_HEADER, CUSTOM_SHAPES),
        after=("layout_message_custom",),
    ),
    _frame(
        "layout_id_largest_frame",
        "layout_id 65535",
        (
            *vary(
                HEADER,
                entry(5, "05 19 ffff", 65535),
                entry(6, "06 48 886a08b495d25247", "886a08b495d25247"),
            ),
            entry(8, "08 d840 41 2a", {"bits": 8, "values": [42]}),
        ),
        after=("layout_message_id_largest",),
    ),
]

PARTS = {
    7: "groups_absent",
    8: "blendshapes_absent",
    9: "bones_absent",
    10: "head_translation_absent",
    11: "visemes_absent",
    12: "dominant_viseme_absent",
    13: "effects_absent",
}
OPTIONAL = [
    _frame(name, f"key {key} is optional: the rig keeps what it has", vary(TYPICAL, drop=(key,))) for key, name in PARTS.items()
] + [_frame("header_only", "a frame that says nothing about any part is still a frame", HEADER)]

# Every width of an integer, in every header field that can hold it; one vector per integer, since a field that fails is seen
# in the decoded values.
WIDTHS = (
    (0, "00"),
    (23, "17"),
    (24, "18 18"),
    (255, "18 ff"),
    (256, "19 0100"),
    (65535, "19 ffff"),
    (65536, "1a 00010000"),
    (4294967295, "1a ffffffff"),
    (4294967296, "1b 0000000100000000"),
    (18446744073709551615, "1b ffffffffffffffff"),
)


def _integers(value: int, hex_bytes: str) -> Good:
    short, short_hex = (value, hex_bytes) if value < 2**32 else (4294967295, "1a ffffffff")
    return _frame(
        f"integers_{value}",
        f"{value} in every header field that can hold it",
        vary(
            REST,
            entry(1, "01" + short_hex, short),
            entry(2, "02" + short_hex, short),
            entry(3, "03" + hex_bytes, str(value)),
            entry(4, "04" + short_hex, short),
            entry(14, "0e" + hex_bytes, str(value)),
        ),
    )


INTEGERS = [_integers(value, hex_bytes) for value, hex_bytes in WIDTHS]

GOOD = POSES + PRECISION + LAYOUTS + OPTIONAL + INTEGERS
