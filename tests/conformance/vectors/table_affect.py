"""Good emotion_update messages."""

from __future__ import annotations

from table import Entries, Good, at, entry, vary
from table_avatar import GROUPS, GROUPS_DENIED, HEADER

AFFECT_ID = entry(5, "05 03", 3)
AFFECT_HASH = entry(6, "06 48 4f300277a250dad8", "4f300277a250dad8")
AFFECT_HEADER: Entries = vary(HEADER, AFFECT_ID, AFFECT_HASH)

SUPPORT = entry(8, "08 18 7f", 127)  # all but contempt
EMOTIONS = entry(9, "09 d840 48 1a c8 05 05 0a 05 04 00", [26, 200, 5, 5, 10, 5, 4, 0])  # 255 in all
AFFECT = entry(10, "0a 83 1851 1829 24", [81, 41, -5])  # valence 0.64, arousal 0.32, dominance -0.04
AFFECT_METHOD = entry(11, "0b 00", 0)
UNIT_SUPPORT = entry(12, "0c 1a 0fffffff", 0x0FFFFFFF)
UNITS = entry(
    13,
    "0d d840 581c"
    "14 10 00 00 50 05 00"  # au01 20, au02 16, au04, au05, au06 80, au07 5, au09
    "00 bd 0a 00 00 00 00"  # au10, au12 189, au14 10, au15, au16, au17, au18
    "00 00 00 00 3c 28 00"  # au20, au22, au23, au24, au25 60, au26 40, au27
    "00 00 0c 00 05 00 00",  # au28, au43, au45 12, au61, au62 5, au63, au64
    at(28, {0: 20, 1: 16, 4: 80, 5: 5, 8: 189, 9: 10, 18: 60, 19: 40, 23: 12, 25: 5}),
)
HEAD_POSE = entry(14, "0e d84d 46 4001 92ff 2800", [320, -110, 40])  # yaw 3.2, pitch -1.1, roll 0.4 degrees
GAZE = entry(15, "0f d84d 44 a400 ccfc", [164, -820])  # tangents 0.02 and -0.1
BLINK = entry(16, "10 d840 42 0c 0e", [12, 14])
SPEAKING = entry(17, "11 18 db", 219)  # 0.86
BLINK_EVENTS = entry(18, "12 84 19019c 03 00 18b4", [412, 3, 0, 180])  # 412 blinks, 3 winks of the left eye, none of the right; 180 ms
SHARES = entry(19, "13 d840 42 b34c", [179, 76])  # face 0.70, voice 0.30: 255 in all
LABEL = entry(20, "14 01", 1)  # happy
# 182.5 Hz, spread 3.1 semitones, -26.5 dB, spread 6.2 dB, 4.8 syllables a second, voiced 0.62
PROSODY = entry(21, "15 86 190721 190136 190a5a 19026c 1901e0 189e", [1825, 310, 2650, 620, 480, 158])
VOICE_EVENTS = entry(22, "16 0a", 10)  # speech and laughter

TYPICAL: Entries = (
    *AFFECT_HEADER,
    GROUPS,
    SUPPORT,
    EMOTIONS,
    AFFECT,
    AFFECT_METHOD,
    UNIT_SUPPORT,
    UNITS,
    HEAD_POSE,
    GAZE,
    BLINK,
    SPEAKING,
    BLINK_EVENTS,
    SHARES,
    LABEL,
    PROSODY,
    VOICE_EVENTS,
)
FACE_PARTS: Entries = (UNIT_SUPPORT, UNITS, HEAD_POSE, GAZE, BLINK, BLINK_EVENTS)
FEELING: Entries = (SUPPORT, EMOTIONS, AFFECT, AFFECT_METHOD)
OF_FACE = entry(19, "13 d840 42 ff00", [255, 0])
OF_VOICE = entry(19, "13 d840 42 00ff", [0, 255])
NOT_SAID = entry(21, "15 86" + "19ffff" * 6, [65535] * 6)
PARTS = {
    7: "groups",
    8: "emotion_support",
    9: "emotions",
    10: "affect",
    11: "affect_method",
    12: "action_unit_support",
    13: "action_units",
    14: "head_pose",
    15: "gaze",
    16: "blink",
    17: "speaking_probability",
    18: "blink_events",
    19: "emotion_shares",
    20: "emotion_label",
    21: "prosody",
    22: "voice_events",
}


def _update(name: str, shows: str, entries: Entries, *, roundtrip: bool = True, after: tuple[str, ...] = ()) -> Good:
    return Good(name=f"emotion_{name}", message="emotion_update", entries=entries, shows=shows, roundtrip=roundtrip, after=after)


GOOD = [
    _update("typical", "everything that an emotion_update can carry", TYPICAL),
    _update("header_only", "nothing is measured", AFFECT_HEADER),
    *(_update(f"{name}_absent", f"key {key} is optional: not measured", vary(TYPICAL, drop=(key,))) for key, name in PARTS.items()),
    _update(
        "affect_extremes",
        "valence -127, arousal 127, dominance 0; method 1, projected",
        vary(TYPICAL, entry(10, "0a 83 387e 187f 00", [-127, 127, 0]), entry(11, "0b 01", 1)),
    ),
    _update("affect_negative_short", "-1, -24 and 23 in one byte each", vary(TYPICAL, entry(10, "0a 83 20 37 17", [-1, -24, 23]))),
    _update("affect_negative_long", "-25 and 24 in two bytes", vary(TYPICAL, entry(10, "0a 83 3818 1818 00", [-25, 24, 0]))),
    _update(
        "smallest_values",
        "every integer 0, every array 0",
        (
            *AFFECT_HEADER,
            entry(8, "08 00", 0),
            entry(9, "09 d840 48 0000000000000000", [0] * 8),
            entry(10, "0a 83 00 00 00", [0, 0, 0]),
            entry(11, "0b 00", 0),
            entry(12, "0c 00", 0),
            entry(13, "0d d840 581c" + "00" * 28, [0] * 28),
            entry(14, "0e d84d 46 0000 0000 0000", [0, 0, 0]),
            entry(15, "0f d84d 44 0000 0000", [0, 0]),
            entry(16, "10 d840 42 0000", [0, 0]),
            entry(17, "11 00", 0),
            entry(18, "12 84 00 00 00 00", [0, 0, 0, 0]),
            entry(19, "13 d840 42 0000", [0, 0]),
            entry(20, "14 00", 0),
            entry(21, "15 86 000000 000000", [0] * 6),
            entry(22, "16 00", 0),
        ),
    ),
    _update(
        "largest_values",
        "every integer and array at its end",
        (
            *AFFECT_HEADER,
            entry(8, "08 18 ff", 255),
            entry(9, "09 d840 48 ffffffffffffffff", [255] * 8),
            entry(10, "0a 83 187f 187f 187f", [127, 127, 127]),
            entry(11, "0b 01", 1),
            entry(12, "0c 1a 0fffffff", 2**28 - 1),
            entry(13, "0d d840 581c" + "ff" * 28, [255] * 28),
            entry(14, "0e d84d 46 ff7f 0080 ffff", [32767, -32768, -1]),
            entry(15, "0f d84d 44 ff7f 0080", [32767, -32768]),
            entry(16, "10 d840 42 ffff", [255, 255]),
            entry(17, "11 18 ff", 255),
            entry(18, "12 84 19ffff 19ffff 19ffff 19ffff", [65535, 65535, 65535, 65535]),
            entry(19, "13 d840 42 ffff", [255, 255]),
            entry(20, "14 07", 7),
            NOT_SAID,
            entry(22, "16 18 ff", 255),
        ),
    ),
    _update(
        "largest",
        "every integer in its longest form: the longest body of an emotion_update",
        (
            *AFFECT_HEADER[:1],
            entry(1, "01 1a ffffffff", 0xFFFFFFFF),
            entry(2, "02 1a ffffffff", 0xFFFFFFFF),
            entry(3, "03 1b ffffffffffffffff", "18446744073709551615"),
            entry(4, "04 1a ffffffff", 0xFFFFFFFF),
            AFFECT_ID,
            AFFECT_HASH,
            GROUPS,
            entry(8, "08 18 ff", 255),
            EMOTIONS,
            entry(10, "0a 83 387e 387e 387e", [-127, -127, -127]),
            entry(11, "0b 18 ff", 255),
            UNIT_SUPPORT,
            UNITS,
            HEAD_POSE,
            GAZE,
            BLINK,
            SPEAKING,
            entry(18, "12 84 19ffff 19ffff 19ffff 19ffff", [65535, 65535, 65535, 65535]),
            SHARES,
            entry(20, "14 07", 7),
            NOT_SAID,
            entry(22, "16 18 ff", 255),
        ),
    ),
    _update("face_only", "a face whose emotion cannot be told", (*AFFECT_HEADER, GROUPS, *FACE_PARTS)),
    _update(
        "face_feels",
        "what a face alone gives: all of the emotion is the face's, nothing is known of a voice",
        (*AFFECT_HEADER, GROUPS, *FEELING, *FACE_PARTS, OF_FACE, LABEL),
    ),
    _update(
        "voice_feels",
        "what a voice alone gives: four emotions are told, none of them is held",
        (
            *AFFECT_HEADER,
            GROUPS,
            entry(8, "08 0f", 15),
            entry(9, "09 d840 48 46 3c 41 3c 00 00 00 00", [70, 60, 65, 60, 0, 0, 0, 0]),
            entry(10, "0a 83 20 0c 00", [-1, 12, 0]),
            entry(11, "0b 01", 1),
            SPEAKING,
            OF_VOICE,
            PROSODY,
            entry(22, "16 02", 2),
        ),
    ),
    _update(
        "voice_whispers",
        "pitch and its spread cannot be told: 65535; the others are",
        vary(TYPICAL, entry(21, "15 86 19ffff 19ffff 19135f 190190 190172 00", [65535, 65535, 4959, 400, 370, 0])),
    ),
    _update(
        "music_alone",
        "background music is heard: no emotion is told, and the group says that none is valid",
        (*AFFECT_HEADER, GROUPS_DENIED, entry(17, "11 05", 5), NOT_SAID, entry(22, "16 01", 1)),
    ),
    _update(
        "prosody_widths",
        "one, two and three bytes",
        vary(TYPICAL, entry(21, "15 86 17 1818 18ff 190100 19fffe 00", [23, 24, 255, 256, 65534, 0])),
    ),
    _update(
        "mouth_covered",
        "the bits of the action units about the mouth are clear: au12 says nothing, though its byte is not 0",
        vary(TYPICAL, entry(12, "0c 1a 0fc0002f", 0x0FC0002F)),
    ),
    _update(
        "consent_denied",
        "no group is valid, no action unit is supported, nothing is measured",
        (*AFFECT_HEADER, GROUPS_DENIED, entry(12, "0c 00", 0)),
    ),
    _update("blink_events_before_the_first", "no blink yet: four zeros", vary(TYPICAL, entry(18, "12 84 00 00 00 00", [0, 0, 0, 0]))),
    _update(
        "blink_events_wrapped",
        "the 65536th blink of a stream: the counter starts over, the others stay",
        vary(TYPICAL, entry(18, "12 84 00 190100 18ff 17", [0, 256, 255, 23])),
    ),
    _update(
        "blink_events_about_to_wrap",
        "65535 blinks; eyes shut for 65.535 s or more",
        vary(TYPICAL, entry(18, "12 84 19ffff 00 1818 19ffff", [65535, 0, 24, 65535])),
    ),
    _update("unknown_key", "key 23 is of a later version: skipped", vary(TYPICAL, entry(23, "17 fb 3ff0000000000000")), roundtrip=False),
]
