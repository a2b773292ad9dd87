from __future__ import annotations

import pytest

from affectia import registry
from affectia.evaluate.emotion_names import emotion_of

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("label", "emotion"),
    [
        ("happiness", "happy"),
        ("HAP", "happy"),
        ("exc", "happy"),
        ("Fearful", "fear"),
        ("01_anger", "angry"),
        ("Pleasant-Surprise", "surprise"),
        ("2. Disgust", "disgust"),
        ("neu", "neutral"),
        ("Trauer", "sad"),
        ("contempt", "contempt"),
    ],
)
def test_names_of_data_sets_are_emotions_of_the_registry(label: str, emotion: str) -> None:
    assert emotion_of(label) == registry.EMOTIONS.index(emotion)


@pytest.mark.parametrize("label", ["boredom", "calm", "fru", "xxx", "other", "", "test"])
def test_what_has_no_counterpart_is_none(label: str) -> None:
    assert emotion_of(label) is None


@pytest.mark.parametrize("emotion", registry.EMOTIONS)
def test_own_names_are_known(emotion: str) -> None:
    assert emotion_of(emotion) == registry.EMOTIONS.index(emotion)
