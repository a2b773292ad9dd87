from __future__ import annotations

import pytest

from affectia.perception.voice.emotion.edge_emotion import EdgeEmotion
from affectia.perception.voice.emotion.sense_voice_funasr import SenseVoiceFunasr
from affectia.perception.voice.emotion.sense_voice_onnx import SenseVoiceOnnx
from affectia.perception.voice.emotion.speech_emotion import SpeechEmotion
from tests.unit.perception.voice.emotion.made_speech import feeling

pytestmark = pytest.mark.unit


def test_a_feeling_is_sure_and_says_nothing_else_unless_told() -> None:
    told = feeling()
    assert (told.events, told.language, told.unknown) == (0, "", 0.0)


def test_every_network_has_all_parts_of_the_interface() -> None:
    for kind in (EdgeEmotion, SenseVoiceOnnx, SenseVoiceFunasr):
        for part in ("feel", "close"):
            assert callable(getattr(kind, part)), (kind, part)
    assert [kind.name for kind in (EdgeEmotion, SenseVoiceOnnx, SenseVoiceFunasr)] == ["edge", "sensevoice", "funasr"]
    assert {"name", "support", "window_secs", "least_secs", "provider", "notice"} <= set(vars(SpeechEmotion))
