"""The vectors through cbor2, a CBOR library of other people: the same values, and the same bytes from its deterministic encoder."""

from __future__ import annotations

import struct
from typing import Any

import cbor2
import pytest

import vector_set
from vector_set import Case

pytestmark = pytest.mark.conformance


def words(blank_separated: str) -> list[str]:
    return blank_separated.split()


NAMES = {
    "avatar_frame": words("blendshapes bones head_translation visemes dominant_viseme effects audio_sample"),
    "emotion_update": words(
        "emotion_support emotions affect affect_method action_unit_support action_units head_pose gaze blink speaking_probability "
        "blink_events emotion_shares emotion_label prosody voice_events"
    ),
}
HEADER = words("version stream_id sequence time_nanos publish_delay_micros layout_id layout_hash groups")
STRINGS = ("time_nanos", "audio_sample", "start_sample")
BY_BITS = ("blendshapes", "visemes")
TRACK_KEYS = dict(
    zip(
        (1, 2, 5, 6, 8, 9, 10, 11, 12, 13, 14, 15, 16),
        words(
            "stream_id sequence layout_id layout_hash start_sample sample_rate_hz frame_rate_hz frame_count "
            "track_blendshapes track_visemes end look_ahead_millis degraded"
        ),
        strict=True,
    )
)
ROWS = {"track_blendshapes": 33, "track_visemes": 15}
FORMATS = {64: "B", 69: "H", 77: "h"}
# cbor2 decodes what it skips too, and wants UTF-8 there.
UNREADABLE = {"unknown_text_not_utf8"}
GOOD = [case for case in vector_set.good() if case.name not in UNREADABLE]


def by_name(case: Case) -> str:
    return case.name


@pytest.mark.parametrize("case", GOOD, ids=by_name)
def test_cbor2_reads_the_same_values(case: Case) -> None:
    message = cbor2.loads(case.body)
    expected = case.expected["decoded"]
    assert message[0] == 1
    if case.message == "track_chunk":
        assert {name.removeprefix("track_"): plain(name, message[key]) for key, name in TRACK_KEYS.items()} == expected
        return
    if case.message == "layout":
        assert message[1] == expected["stream_id"]
        assert message[5] == expected["layout_id"]
        assert message[6].hex() == expected["layout_hash"]
        assert message[8] == expected["parts"]
        assert (message.get(9), message.get(10)) == (expected["audio_rate_hz"], expected["look_ahead_millis"])
        return
    names = HEADER + NAMES[case.message]
    found = {name: None if key not in message else plain(name, message[key]) for key, name in enumerate(names) if name != "version"}
    assert found == expected


@pytest.mark.parametrize("case", [case for case in GOOD if case.expected["roundtrip"]], ids=by_name)
def test_cbor2_writes_the_same_bytes(case: Case) -> None:
    assert cbor2.dumps(cbor2.loads(case.body), canonical=True).hex(" ") == case.body.hex(" ")


def plain(name: str, value: Any) -> Any:
    if isinstance(value, cbor2.CBORTag):
        letter = FORMATS[value.tag]
        numbers = list(struct.unpack(f"<{len(value.value) // struct.calcsize(letter)}{letter}", value.value))
        if name in ROWS:
            return cut(numbers, ROWS[name])
        if name in BY_BITS:
            return {"bits": 8 * struct.calcsize(letter), "values": numbers}
        return fours(numbers) if name == "bones" else numbers
    if isinstance(value, bytes):
        return value.hex() if name == "layout_hash" else fours(list(value)) if name == "groups" else list(value)
    return str(value) if name in STRINGS else list(value) if isinstance(value, (list, tuple)) else value


def fours(numbers: list[int]) -> list[list[int]]:
    return cut(numbers, 4)


def cut(numbers: list[int], width: int) -> list[list[int]]:
    return [numbers[start : start + width] for start in range(0, len(numbers), width)]
