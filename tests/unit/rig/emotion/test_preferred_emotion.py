from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from affectia.errors import ConfigError
from affectia.rig.emotion.emotion_line import EmotionTimeCode, emotion_weights
from affectia.rig.emotion.preferred_emotion import RANGES, PreferredEmotion, check_range, preferred_emotion
from tests.unit.feelings import EMOTION

pytestmark = pytest.mark.unit


def test_names_become_weights_and_time_codes_arrays() -> None:
    codes = [EmotionTimeCode(0.5, emotion_weights({"sad": 1})), EmotionTimeCode(2.0, emotion_weights({"fear": 0.25}))]
    wish = preferred_emotion({"happy": 0.5}, strength=0.25, time_codes=codes, hold_secs=1.5)
    assert wish.weights.dtype == np.float32
    assert wish.weights[EMOTION["happy"]] == 0.5
    assert wish.weights.sum() == 0.5
    assert wish.at_secs.tolist() == [0.5, 2.0]
    assert wish.line_weights[0, EMOTION["sad"]] == 1
    assert wish.line_weights[1, EMOTION["fear"]] == 0.25
    assert wish.strength == 0.25
    assert wish.ends_secs == 3.5


def test_nothing_preferred_is_neutral_until_further_notice() -> None:
    wish = preferred_emotion({})
    assert not wish.weights.any()
    assert wish.line_weights.shape == (0, 8)
    assert math.isinf(wish.ends_secs)
    assert preferred_emotion({}, hold_secs=2).ends_secs == 2


@pytest.mark.parametrize(
    ("chosen", "message"),
    [
        ({"strength": 1.5}, "preferred_emotion_strength is 1.5, expected 0 to 1"),
        ({"strength": math.nan}, "preferred_emotion_strength is nan, expected 0 to 1"),
        ({"emotion_strength": -0.1}, "emotion_strength is -0.1, expected 0 to 1"),
        ({"max_emotions": 0}, "max_emotions is 0, expected 1 to 8"),
        ({"max_emotions": 2.5}, "max_emotions is 2.5, expected a whole number of 1 to 8"),
        ({"contrast": 4}, "emotion_contrast is 4, expected 0.1 to 3"),
        ({"live_blend_coef": 1.0}, "live_blend_coef is 1.0, expected 0 to 0.99"),
        ({"hold_secs": -1}, "hold_secs is -1, expected 0 to 86400"),
        ({"hold_secs": math.nan}, "hold_secs is nan, expected 0 to 86400"),
    ],
)
def test_what_is_out_of_range_is_said(chosen: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        preferred_emotion({"happy": 1}, **chosen)
    assert str(caught.value) == message


def test_the_ends_of_a_range_are_in_it() -> None:
    for name, (low, high) in RANGES.items():
        check_range(name, low)
        check_range(name, high)
    with pytest.raises(ConfigError, match=r"emotion_overlay\.max_emotions is True"):
        check_range("max_emotions", True, prefix="emotion_overlay.")


def test_an_unknown_name_is_answered_with_the_nearest() -> None:
    with pytest.raises(ConfigError, match="emotion is 'suprise', expected one of neutral, .*, did you mean surprise"):
        preferred_emotion({"suprise": 1})


def test_times_rise_and_are_at_most_256() -> None:
    with pytest.raises(ConfigError, match="at_secs of time code 1 is 1, expected at least 0.001 more than 1"):
        preferred_emotion({}, time_codes=[EmotionTimeCode(1.0, (0.0,) * 8)] * 2)
    codes = [EmotionTimeCode(float(at), (0.0,) * 8) for at in range(257)]
    assert preferred_emotion({}, time_codes=codes[:256]).at_secs.size == 256
    with pytest.raises(ConfigError, match="line has 257 time codes, expected at most 256"):
        preferred_emotion({}, time_codes=codes)


def test_arrays_are_checked_where_there_are_no_names() -> None:
    nothing = np.zeros(8, np.float32)
    with pytest.raises(ConfigError, match=r"weights of the preferred emotion are \(7,\), expected \(8,\)"):
        PreferredEmotion(nothing[:7])
    with pytest.raises(ConfigError, match="not all 0 to 1"):
        PreferredEmotion(np.full(8, np.nan, np.float32))
    with pytest.raises(ConfigError, match=r"line is \(2,\) and \(1, 8\), expected \(k,\) and \(k, 8\)"):
        PreferredEmotion(nothing, at_secs=np.zeros(2), line_weights=np.zeros((1, 8), np.float32))
    with pytest.raises(ConfigError, match="expected at least 0.001 more than 1"):
        PreferredEmotion(nothing, at_secs=np.ones(2), line_weights=np.zeros((2, 8), np.float32))
