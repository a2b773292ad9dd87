from __future__ import annotations

from dataclasses import replace

import numpy as np
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


def test_doubt_goes_into_the_values_once() -> None:
    support = 0b0110
    told = replace(feeling(unknown=0.5), scores=np.array([0, 0.9, 0.1, 0, 0, 0, 0, 0], np.float32)).doubted(support)
    assert told.scores.tolist() == pytest.approx([0, 0.7, 0.3, 0, 0, 0, 0, 0])
    assert told.affect.tolist() == pytest.approx([0.25, 0.15, 0.1])
    assert told.unknown == 0
    assert {told.scores.dtype, told.affect.dtype} == {np.dtype(np.float32)}
    assert told.doubted(support).scores.tolist() == told.scores.tolist()


def test_every_network_has_all_parts_of_the_interface() -> None:
    for kind in (EdgeEmotion, SenseVoiceOnnx, SenseVoiceFunasr):
        for part in ("feel", "close"):
            assert callable(getattr(kind, part)), (kind, part)
    assert [kind.name for kind in (EdgeEmotion, SenseVoiceOnnx, SenseVoiceFunasr)] == ["edge", "sensevoice", "funasr"]
    assert {"name", "support", "window_secs", "least_secs", "provider", "notice", "usual"} <= set(vars(SpeechEmotion))
