"""Chunks of lip-sync tracks, good and bad."""

from __future__ import annotations

from table import Bad, Entries, Good, at, body, entry, vary
from table_affect import TYPICAL as AFFECT
from table_avatar import STREAM_ID, VERSION
from table_avatar import TYPICAL as AVATAR
from table_layout import CUSTOM as LAYOUT

SEQUENCE = entry(2, "02 03", 3)
LAYOUT_ID = entry(5, "05 04", 4)
LAYOUT_HASH = entry(6, "06 48 434bb0bafd8620eb", "434bb0bafd8620eb")
START_SAMPLE = entry(8, "08 1a 0001022c", "66092")  # 2.997 s at 22050 Hz
SAMPLE_RATE = entry(9, "09 19 5622", 22050)
FRAME_RATE = entry(10, "0a 18 3c", 60)
FRAME_COUNT = entry(11, "0b 02", 2)
# 33 shapes: 4 of the jaw, 23 of the mouth, 3 of the cheeks, 2 of the nose, the tongue
SHAPES = entry(
    12,
    "0c d840 5842"
    "00 00 00 4f"  # the first frame: jawOpen 79
    "00 1e 14 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 0a 0b 05 05"  # funnel 30, pucker 20, lower down 10, 11, upper up 5, 5
    "00 00 00 00 00 00"
    "00 00 00 32"  # the second frame: jawOpen 50
    "02 28 1e 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 05 05 02 02"
    "00 00 00 00 00 01",  # tongueOut 1
    [
        at(33, {3: 79, 5: 30, 6: 20, 23: 10, 24: 11, 25: 5, 26: 5}),
        at(33, {3: 50, 4: 2, 5: 40, 6: 30, 23: 5, 24: 5, 25: 2, 26: 2, 32: 1}),
    ],
)
VISEMES = entry(
    13,
    "0d d840 581e"
    "00 00 00 00 00 00 00 00 00 00 c8 00 00 37 00"  # aa 200, oh 55
    "05 00 00 00 00 00 00 00 00 00 64 00 00 96 00",  # sil 5, aa 100, oh 150
    [at(15, {10: 200, 13: 55}), at(15, {0: 5, 10: 100, 13: 150})],
)
END = entry(14, "0e 00", 0)
LOOK_AHEAD = entry(15, "0f 18 28", 40)
DEGRADED = entry(16, "10 00", 0)

TYPICAL: Entries = (
    VERSION,
    STREAM_ID,
    SEQUENCE,
    LAYOUT_ID,
    LAYOUT_HASH,
    START_SAMPLE,
    SAMPLE_RATE,
    FRAME_RATE,
    FRAME_COUNT,
    SHAPES,
    VISEMES,
    END,
    LOOK_AHEAD,
    DEGRADED,
)
EMPTY: Entries = (entry(11, "0b 00", 0), entry(12, "0c d840 40", []), entry(13, "0d d840 40", []))
# 65536 bytes in all: 151 of the typical chunk, one for the key 20 (14), three for the head of the byte string (59 xxxx): 65381 = ff65
# remain.
PADDING = entry(20, "14 59 ff65" + "00" * 65381)
KEYS = {
    0: "version",
    1: "stream_id",
    2: "sequence",
    5: "layout_id",
    6: "layout_hash",
    8: "start_sample",
    9: "sample_rate",
    10: "frame_rate",
    11: "frame_count",
    12: "blendshapes",
    13: "visemes",
    14: "end",
    15: "look_ahead",
    16: "degraded",
}


def _frames(count: int, count_hex: str, shapes_hex: str, visemes_hex: str) -> Entries:
    """A chunk of `count` frames, every weight of frame k being k modulo 251."""
    values = [k % 251 for k in range(count)]
    return vary(
        TYPICAL,
        entry(11, "0b" + count_hex, count),
        entry(12, "0c d840" + shapes_hex + "".join(f"{value:02x}" * 33 for value in values), [[value] * 33 for value in values]),
        entry(13, "0d d840" + visemes_hex + "".join(f"{value:02x}" * 15 for value in values), [[value] * 15 for value in values]),
    )


def _chunk(name: str, shows: str, entries: Entries, *, roundtrip: bool = True) -> Good:
    return Good(name=f"track_{name}", message="track_chunk", entries=entries, shows=shows, roundtrip=roundtrip)


GOOD = [
    _chunk("typical", "two frames in the middle of a spoken line", TYPICAL),
    _chunk(
        "first_chunk_of_a_baked_line",
        "sequence 0, sample 0, no look-ahead",
        vary(TYPICAL, *(entry(k, f"{k:02x} 00", v) for k, v in {2: 0, 8: "0", 15: 0}.items())),
    ),
    _chunk("last_chunk", "the track ends after this chunk", vary(TYPICAL, entry(14, "0e 01", 1))),
    _chunk("degraded", "made from the energy alone", vary(TYPICAL, entry(16, "10 01", 1))),
    _chunk("without_frames", "no frame: what is queued from its start on is cut, and more follows", vary(TYPICAL, *EMPTY)),
    _chunk("end_without_frames", "no frame, and the end: a track that is cut short", vary(TYPICAL, *EMPTY, entry(14, "0e 01", 1))),
    _chunk("one_frame", "one frame", _frames(1, "01", "5821", "4f")),
    _chunk("one_second", "a chunk of one second at 60 frames a second", _frames(60, "18 3c", "59 07bc", "59 0384")),
    _chunk("bytes_65536", "65536 bytes, as many as a reader looks at", (*TYPICAL, PADDING), roundtrip=False),
    _chunk("lowest_rates", "8000 samples and 1 frame a second", vary(TYPICAL, entry(9, "09 19 1f40", 8000), entry(10, "0a 01", 1))),
    _chunk(
        "highest_rates",
        "192000 samples and 240 frames a second",
        vary(TYPICAL, entry(9, "09 1a 0002ee00", 192000), entry(10, "0a 18 f0", 240)),
    ),
    _chunk(
        "largest_integers",
        "every integer in its longest form",
        vary(
            TYPICAL,
            entry(1, "01 1a ffffffff", 0xFFFFFFFF),
            entry(2, "02 1a ffffffff", 0xFFFFFFFF),
            entry(8, "08 1b ffffffffffffffff", "18446744073709551615"),
            entry(9, "09 1a 0002ee00", 192000),
            entry(10, "0a 18 f0", 240),
            entry(14, "0e 01", 1),
            entry(15, "0f 19 ffff", 65535),
            entry(16, "10 01", 1),
        ),
    ),
    _chunk(
        "extreme_weights",
        "0 and 255, at the first and the last place of each row",
        vary(
            TYPICAL,
            entry(12, "0c d840 5842" + ("ff" + "00" * 32) + ("00" * 32 + "ff"), [at(33, {0: 255}), at(33, {32: 255})]),
            entry(13, "0d d840 581e" + ("ff" + "00" * 14) + ("00" * 14 + "ff"), [at(15, {0: 255}), at(15, {14: 255})]),
        ),
    ),
    _chunk(
        "unknown_keys",
        "keys of later versions are skipped, and so are those of other messages: 3, 4 and 7 mean nothing here",
        (
            *TYPICAL[:3],
            entry(3, "03 63 616263"),
            entry(4, "04 f6"),
            *TYPICAL[3:5],
            entry(7, "07 80"),
            *TYPICAL[5:],
            entry(20, "14 a1 61 61 01"),
        ),
        roundtrip=False,
    ),
]


def _bad(name: str, status: str, shows: str, entries: Entries) -> Bad:
    return Bad(name=f"track_{name}", message="track_chunk", status=status, shows=shows, body=body(entries))


def _typical(name: str, status: str, shows: str, key: int, hex_bytes: str) -> Bad:
    return _bad(name, status, shows, vary(TYPICAL, entry(key, hex_bytes)))


def _zeros(count: int) -> str:
    """A typed array of zeros: its tag, 40 + length or 58 and the length, and the bytes."""
    return "d840" + (f"{0x40 + count:02x}" if count < 24 else f"58{count:02x}") + "00" * count


BAD = [
    Bad(name="track_empty", message="track_chunk", status="truncated", shows="no byte at all"),
    *(
        Bad(
            name=f"track_{name}_truncated_at_every_byte",
            message="track_chunk",
            status="truncated",
            shows=shows,
            truncations_of=f"track_{name}",
        )
        for name, shows in {
            "typical": "every proper prefix of a chunk",
            "largest_integers": "every proper prefix of a chunk whose integers are long",
            "end_without_frames": "every proper prefix of a chunk without frames",
        }.items()
    ),
    Bad(
        name="track_trailing_byte",
        message="track_chunk",
        status="trailing_bytes",
        shows="a byte after the map",
        body=body(TYPICAL) + b"\x00",
    ),
    Bad(
        name="track_two_chunks",
        message="track_chunk",
        status="trailing_bytes",
        shows="a message is one chunk; two after one another are a file",
        body=2 * body(TYPICAL),
    ),
    Bad(
        name="track_of_65537_bytes",
        message="track_chunk",
        status="over_limit",
        shows="a byte longer than a reader looks at",
        # 14 5a: an unknown key with a byte string that fills the message.
        body=body((*TYPICAL, entry(20, f"14 5a {65537 - len(body(TYPICAL)) - 6:08x}" + "00" * (65537 - len(body(TYPICAL)) - 6)))),
    ),
    *(_bad(f"{name}_missing", "missing_key", f"key {key} is not there", vary(TYPICAL, drop=(key,))) for key, name in KEYS.items()),
    Bad(name="track_of_nothing", message="track_chunk", status="missing_key", shows="an empty map", body=bytes.fromhex("a0")),
    _bad(
        "frame_count_missing_before_a_wrong_length",
        "missing_key",
        "the first fault decides: key 12 tells that nobody knows how many frames there are, before it is looked at",
        vary(TYPICAL, entry(12, "0c" + _zeros(65)), drop=(11,)),
    ),
    _bad("unknown_keys_swapped", "malformed", "key 20 before key 19", (*TYPICAL, entry(20, "14 00"), entry(19, "13 00"))),
    _bad(
        "keys_swapped",
        "missing_key",
        "key 9 before key 8: key 9 tells that key 8 is missing",
        (*TYPICAL[:5], TYPICAL[6], TYPICAL[5], *TYPICAL[7:]),
    ),
    _bad("end_twice", "malformed", "key 14 a second time", (*TYPICAL[:12], END, *TYPICAL[12:])),
    _typical("version_2", "unsupported_version", "another wire major", 0, "00 02"),
    _typical("layout_hash_unknown", "unknown_layout", "the id of the track layout with another hash", 6, "06 48 434bb0bafd8620ec"),
    _typical("layout_id_unknown", "unknown_layout", "the hash of the track layout with another id", 5, "05 03"),
    _bad("avatar_frame_as_track_chunk", "unknown_layout", "layout 1 is not known to a reader of tracks", AVATAR),
    _bad("emotion_update_as_track_chunk", "unknown_layout", "nor is layout 3", AFFECT),
    _bad("layout_as_track_chunk", "missing_key", "a layout message has no sequence", LAYOUT),
    Bad(
        name="track_chunk_as_avatar_frame",
        message="avatar_frame",
        status="missing_key",
        shows="a chunk has no time",
        body=body(TYPICAL),
    ),
    Bad(name="track_chunk_as_layout", message="layout", status="wrong_type", shows="key 8 of a chunk is no array", body=body(TYPICAL)),
    *(
        _typical(f"{KEYS[key]}_{kind}", "wrong_type", f"{kind} at key {key}", key, f"{key:02x}" + value)
        for key in (8, 9, 10, 11, 12, 13, 14, 15, 16)
        for kind, value in {"float": "fa 3f800000", "negative": "20", "null": "f6", "bytes": "41 01", "tagged": "c1 01"}.items()
    ),
    _typical("end_true", "wrong_type", "a boolean: 0 and 1 are integers", 14, "0e f5"),
    _typical("degraded_false", "wrong_type", "a boolean", 16, "10 f4"),
    _typical("blendshapes_untagged", "wrong_type", "bytes without their tag", 12, "0c 58 42" + "00" * 66),
    _typical("blendshapes_16_bit", "wrong_type", "tracks have 8 bits", 12, "0c d845 58 84" + "00" * 132),
    _typical("visemes_tag_77", "wrong_type", "int16 for weights", 13, "0d d84d 58 3c" + "00" * 60),
    _typical("blendshapes_array", "wrong_type", "a plain array of integers", 12, "0c 98 42" + "00" * 66),
    _typical("blendshapes_of_arrays", "wrong_type", "an array of arrays, one a frame", 12, "0c 82" + 2 * ("98 21" + "00" * 33)),
    _typical("blendshapes_tagged_text", "wrong_type", "the right tag before text", 12, "0c d840 78 42" + "61" * 66),
    _typical("blendshapes_one_less", "wrong_length", "65 bytes for 2 x 33", 12, "0c" + _zeros(65)),
    _typical("blendshapes_one_more", "wrong_length", "67 bytes for 2 x 33", 12, "0c" + _zeros(67)),
    _typical("blendshapes_of_one_frame", "wrong_length", "33 bytes where two frames are announced", 12, "0c" + _zeros(33)),
    _typical("blendshapes_of_all_52", "wrong_length", "104 bytes: a track has the shapes of the mouth alone", 12, "0c" + _zeros(104)),
    _typical("blendshapes_without_bytes", "wrong_length", "no byte where two frames are announced", 12, "0c d840 40"),
    _typical("visemes_one_less", "wrong_length", "29 bytes for 2 x 15", 13, "0d" + _zeros(29)),
    _typical("visemes_one_more", "wrong_length", "31 bytes for 2 x 15", 13, "0d" + _zeros(31)),
    _typical("frames_announced_one_less", "wrong_length", "one frame announced, two there", 11, "0b 01"),
    _typical("no_frames_announced", "wrong_length", "no frame announced, two there", 11, "0b 00"),
    _typical("most_frames_announced", "wrong_length", "65535 frames announced, two there", 11, "0b 19 ffff"),
    _typical("frame_count_65536", "out_of_range", "more frames than 16 bits say", 11, "0b 1a 00010000"),
    _typical("sample_rate_0", "out_of_range", "no rate", 9, "09 00"),
    _typical("sample_rate_7999", "out_of_range", "below 8000", 9, "09 19 1f3f"),
    _typical("sample_rate_192001", "out_of_range", "above 192000", 9, "09 1a 0002ee01"),
    _typical("sample_rate_2_to_64", "out_of_range", "the largest integer", 9, "09 1b ffffffffffffffff"),
    _typical("frame_rate_0", "out_of_range", "no rate", 10, "0a 00"),
    _typical("frame_rate_241", "out_of_range", "above 240", 10, "0a 18 f1"),
    _typical("end_2", "out_of_range", "neither 0 nor 1", 14, "0e 02"),
    _typical("degraded_255", "out_of_range", "neither 0 nor 1", 16, "10 18 ff"),
    _typical("look_ahead_65536", "out_of_range", "more than 16 bits", 15, "0f 1a 00010000"),
    _typical("sequence_2_to_32", "out_of_range", "2^32 where 32 bits are wanted", 2, "02 1b 0000000100000000"),
    _typical("stream_id_2_to_32", "out_of_range", "2^32 where 32 bits are wanted", 1, "01 1b 0000000100000000"),
    _typical("start_sample_not_shortest", "malformed", "19 00ff for 18 ff", 8, "08 19 00ff"),
    _typical("frame_rate_not_shortest", "malformed", "19 003c for 18 3c", 10, "0a 19 003c"),
    _typical("blendshapes_indefinite", "malformed", "bytes in chunks", 12, "0c d840 5f 5842" + "00" * 66 + "ff"),
    _typical("blendshapes_length_not_shortest", "malformed", "59 0042 for 58 42", 12, "0c d840 59 0042" + "00" * 66),
    Bad(
        name="track_blendshapes_of_2_to_63",
        message="track_chunk",
        status="truncated",
        shows="a claimed length of 2^63 is judged before it is allocated",
        body=body((*TYPICAL[:9], entry(12, "0c d840 5b 8000000000000000"))),
    ),
    Bad(
        name="track_most_frames_without_bytes",
        message="track_chunk",
        status="truncated",
        shows="as many bytes as 1985 frames have are announced, and none is there",
        body=body((*TYPICAL[:8], entry(11, "0b 19 07c1"), entry(12, "0c d840 59 ffe1"))),
    ),
]
