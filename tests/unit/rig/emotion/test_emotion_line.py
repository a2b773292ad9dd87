from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from affectia.errors import CaptureError, ConfigError
from affectia.rig.emotion.emotion_line import (
    MAX_BYTES,
    MAX_TIME_CODES,
    EmotionTimeCode,
    checked_line,
    emotion_weights,
    load_emotion_line,
    read_emotion_line,
)
from tests.unit.feelings import EMOTION

pytestmark = pytest.mark.unit

HAPPY_THEN_SAD = [{"at_secs": 0, "emotions": {"happy": 0.8}}, {"at_secs": 1.5, "emotions": {"sad": 1, "fear": 0.25}}]


def read(entries: Any) -> tuple[EmotionTimeCode, ...]:
    return read_emotion_line(json.dumps(entries).encode())


def test_a_file_is_time_codes_with_weights_in_registry_order(tmp_path: Path) -> None:
    path = tmp_path / "line.emotions.json"
    path.write_text(json.dumps(HAPPY_THEN_SAD), encoding="utf-8-sig")
    first, second = load_emotion_line(path)
    assert (first.at_secs, second.at_secs) == (0, 1.5)
    assert first.weights == tuple(0.8 if place == EMOTION["happy"] else 0 for place in range(8))
    assert (second.weights[EMOTION["sad"]], second.weights[EMOTION["fear"]], sum(second.weights)) == (1, 0.25, 1.25)


def test_a_time_code_without_emotions_is_neutral() -> None:
    assert read([{"at_secs": 0.5, "emotions": {}}]) == (EmotionTimeCode(0.5, (0.0,) * 8),)


@pytest.mark.parametrize(
    ("entries", "message"),
    [
        ({"at_secs": 0}, "emotion line is an object, expected a list of time codes"),
        ([], "emotion line is empty, expected at least one time code"),
        ([3], "time code 0 is a number, expected an object with at_secs and emotions"),
        ([{"emotions": {}}], "time code 0 has no at_secs, expected at_secs and emotions"),
        ([{"at_secs": 0}], "time code 0 has no emotions, expected at_secs and emotions"),
        ([{"at_sec": 0, "emotions": {}}], "key of time code 0 is 'at_sec', expected one of at_secs, emotions, did you mean at_secs"),
        ([{"at_secs": 0, "emotions": ["happy"]}], "emotions of time code 0 are a list, expected an object of weights by name"),
        ([{"at_secs": "0", "emotions": {}}], "at_secs of time code 0 is a text, expected 0 to 86400"),
        ([{"at_secs": True, "emotions": {}}], "at_secs of time code 0 is true or false, expected 0 to 86400"),
        ([{"at_secs": -1, "emotions": {}}], "at_secs of time code 0 is -1, expected 0 to 86400"),
        ([{"at_secs": float("nan"), "emotions": {}}], "at_secs of time code 0 is nan, expected 0 to 86400"),
        ([{"at_secs": 0, "emotions": {"happy": 1.5}}], "weight of 'happy' of time code 0 is 1.5, expected 0 to 1"),
        ([{"at_secs": 0, "emotions": {"happy": None}}], "weight of 'happy' of time code 0 is null, expected 0 to 1"),
        (
            [{"at_secs": 2, "emotions": {}}, {"at_secs": 2, "emotions": {}}],
            "at_secs of time code 1 is 2, expected at least 0.001 more than 2, the one before",
        ),
    ],
)
def test_what_is_wrong_is_said(entries: Any, message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        read(entries)
    assert str(caught.value) == message


def test_an_unknown_emotion_is_answered_with_the_nearest() -> None:
    with pytest.raises(ConfigError, match="emotion of time code 0 is 'hapy', expected one of neutral, .*, did you mean happy"):
        read([{"at_secs": 0, "emotions": {"hapy": 1}}])


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"{", b"[" * 100_000])
def test_what_is_no_json_is_refused(content: bytes) -> None:
    with pytest.raises(ConfigError, match="emotion line is no JSON"):
        read_emotion_line(content)


def test_too_much_is_refused() -> None:
    codes = [{"at_secs": at, "emotions": {}} for at in range(MAX_TIME_CODES + 1)]
    assert len(read(codes[:-1])) == MAX_TIME_CODES
    with pytest.raises(ConfigError, match="emotion line has 257 time codes, expected at most 256"):
        read(codes)
    with pytest.raises(ConfigError, match="expected at most 1000000"):
        read_emotion_line(b" " * (MAX_BYTES + 1))


def test_an_error_of_a_file_ends_with_its_path(tmp_path: Path) -> None:
    path = tmp_path / "line.json"
    path.write_text("[]")
    with pytest.raises(ConfigError) as caught:
        load_emotion_line(path)
    assert str(caught.value) == f"emotion line is empty, expected at least one time code: {path}"
    path.write_bytes(b" " * (MAX_BYTES + 1))
    with pytest.raises(ConfigError, match=f"has 1000001 bytes, expected at most 1000000: {path}"):
        load_emotion_line(path)


def test_a_file_that_is_not_there_and_a_folder_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(CaptureError, match=r"emotion line cannot be read \(no such file or directory\)"):
        load_emotion_line(tmp_path / "none.json")
    with pytest.raises(CaptureError, match="emotion line is a folder or a device"):
        load_emotion_line(tmp_path)


def test_weights_by_name() -> None:
    assert emotion_weights({}) == (0.0,) * 8
    assert emotion_weights({"contempt": 1})[EMOTION["contempt"]] == 1
    with pytest.raises(ConfigError, match="emotion is 'joy'"):
        emotion_weights({"joy": 1})


@pytest.mark.parametrize("weights", [(0.0,) * 7, (0.0,) * 7 + (2.0,)])
def test_time_codes_of_a_caller_are_checked_too(weights: tuple[float, ...]) -> None:
    with pytest.raises(ConfigError, match="time code 0"):
        checked_line([EmotionTimeCode(0, weights)])
