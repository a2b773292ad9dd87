from __future__ import annotations

from typing import Any

import pytest

from affectia.errors import ConfigError
from affectia.perception.voice.emotion.speech_emotion_options import METHODS, SpeechEmotionOptions

pytestmark = pytest.mark.unit


def test_every_method_can_be_asked_for() -> None:
    assert [SpeechEmotionOptions(method=method).method for method in METHODS] == ["auto", "sensevoice", "funasr", "edge", "off"]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"method": "sensvoice"}, r"^speech_emotion\.method is 'sensvoice', expected one of auto, .*, did you mean sensevoice$"),
        ({"method": "xyz"}, r"^speech_emotion\.method is 'xyz', expected one of auto, sensevoice, funasr, edge, off$"),
        ({"period_secs": 0.05}, r"^speech_emotion\.period_secs is 0\.05, expected 0\.1 to 5$"),
        ({"period_secs": float("nan")}, r"^speech_emotion\.period_secs is nan, expected 0\.1 to 5$"),
        ({"least_speech_secs": 3.0}, r"^speech_emotion\.least_speech_secs is 3\.0, expected 0\.2 to 2$"),
        ({"provider": "gpu"}, r"^speech_emotion\.provider is 'gpu'"),
    ],
)
def test_what_cannot_be_is_told_in_a_sentence(given: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        SpeechEmotionOptions(**given)
