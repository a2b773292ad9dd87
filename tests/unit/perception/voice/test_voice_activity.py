from __future__ import annotations

import pytest

from affectia.errors import ConfigError
from affectia.perception.voice.voice_activity import CHUNK, VoiceActivity, VoiceActivityOptions
from affectia.signals.audio_sample import VOICE_RATE_HZ

pytestmark = pytest.mark.unit

CHUNK_SECS = CHUNK / VOICE_RATE_HZ


def said(probabilities: list[float], **options: float) -> str:
    """`x` where somebody speaks, `.` where nobody does."""
    activity = VoiceActivity(VoiceActivityOptions(**options))
    return "".join("x" if activity.step(probability) else "." for probability in probabilities)


def test_speech_begins_with_the_first_probable_chunk() -> None:
    assert said([0.1, 0.49, 0.5, 0.9]) == "..xx"


def test_between_the_two_limits_everything_stays_as_it_is() -> None:
    assert said([0.4, 0.4, 0.6, 0.4, 0.36, 0.4, 0.4, 0.4]) == "..xxxxxx"


def test_speech_ends_after_enough_silence_in_a_row() -> None:
    # 100 ms are four chunks: three end before
    assert said([0.9, 0.1, 0.1, 0.1, 0.9, 0.1, 0.1, 0.1, 0.1, 0.1]) == "xxxxxxxx.."


def test_speech_may_have_to_last() -> None:
    assert said([0.9, 0.9, 0.1, 0.9, 0.9, 0.9, 0.9], min_speech_secs=3 * CHUNK_SECS) == ".....xx"


def test_reset_is_silence() -> None:
    activity = VoiceActivity(VoiceActivityOptions())
    activity.step(0.9)
    activity.reset()
    assert not activity.is_speaking
    assert not activity.step(0.4)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"start": 0.0}, r"voice\.start is 0\.0, expected more than 0 and less than 1"),
        ({"start": float("nan")}, r"voice\.start is nan"),
        ({"start": 1.0}, r"voice\.start is 1\.0"),
        ({"stop": 0.6}, r"voice\.stop is 0\.6, expected more than 0 and at most voice\.start, 0\.5"),
        ({"stop": 0.0}, r"voice\.stop is 0\.0"),
        ({"min_speech_secs": -0.1}, r"voice\.min_speech_secs is -0\.1, expected 0 to 5"),
        ({"min_silence_secs": 6.0}, r"voice\.min_silence_secs is 6\.0, expected 0 to 5"),
    ],
)
def test_options_that_cannot_be_are_named(options: dict[str, float], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        VoiceActivityOptions(**options)
