from __future__ import annotations

import math
from typing import Any

import pytest

from affectia.errors import ConfigError
from affectia.perception.voice.emotion.sense_voice_options import SenseVoiceOptions

pytestmark = pytest.mark.unit


def test_the_network_is_believed_as_it_is_unless_told_otherwise() -> None:
    assert SenseVoiceOptions().temperature == 1.0


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"provider": "cude"}, r"sense_voice\.provider is 'cude', expected one of auto, cuda, .*did you mean cuda"),
        ({"threads": 0}, r"sense_voice\.threads is 0, expected 1 to 64"),
        ({"window_secs": 31.0}, r"sense_voice\.window_secs is 31\.0, expected 0\.5 to 30"),
        ({"least_secs": 0.1}, r"sense_voice\.least_secs is 0\.1, expected 0\.2 to 30"),
        ({"temperature": 0.0}, r"sense_voice\.temperature is 0\.0"),
        ({"temperature": math.nan}, r"sense_voice\.temperature is nan"),
        ({"least_event": 1.5}, r"sense_voice\.least_event is 1\.5, expected 0 to 1"),
        ({"least_language": -0.1}, r"sense_voice\.least_language is -0\.1"),
        ({"window_secs": 1.0, "least_secs": 1.5}, r"sense_voice\.least_secs is 1\.5, expected at most sense_voice\.window_secs \(1\.0\)"),
    ],
)
def test_a_value_that_cannot_be_is_named(given: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        SenseVoiceOptions(**given)
