from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.typing import NDArray

from affectia import registry
from affectia.perception.voice.emotion.sense_voice_answer import SenseVoiceAnswer
from affectia.perception.voice.emotion.sense_voice_options import SenseVoiceOptions
from affectia.perception.voice.emotion.sense_voice_tokens import SenseVoiceTokens
from affectia.signals.emotion_observations import AffectMethod
from tests.unit.perception.voice.emotion.made_sense_voice import IDS, VOCABULARY

pytestmark = pytest.mark.unit

TOKENS = SenseVoiceTokens.from_ids(IDS, where="")
LOUD = 8.0  # a logit that outshouts what is not named


def said(*positions: dict[str, float]) -> NDArray[np.float32]:
    """(6, VOCABULARY) logits of 0 but for the named tokens of the first positions: language, emotion, event."""
    logits = np.zeros((6, VOCABULARY), np.float32)
    for row, named in enumerate(positions):
        for name, logit in named.items():
            logits[row, IDS[name]] = logit
    return logits


def score(answer: SenseVoiceAnswer, name: str) -> float:
    return float(answer.scores[registry.EMOTIONS.index(name)])


def test_emotions_are_read_by_name_at_the_second_position() -> None:
    answer = SenseVoiceAnswer.of(said({}, {"<|HAPPY|>": math.log(4), "<|FEARFUL|>": math.log(2)}), TOKENS)
    # 4, 2 and five times 1
    assert score(answer, "happy") == pytest.approx(4 / 11)
    assert score(answer, "fear") == pytest.approx(2 / 11)
    assert score(answer, "neutral") == pytest.approx(1 / 11)
    assert score(answer, "contempt") == 0
    assert answer.scores.sum() == pytest.approx(1)
    assert answer.scores.dtype == np.float32


def test_emotions_are_told_among_themselves_however_sure_it_is_that_none_can_be_told() -> None:
    without = SenseVoiceAnswer.of(said({}, {"<|SAD|>": 1.0}), TOKENS)
    beside = SenseVoiceAnswer.of(said({}, {"<|SAD|>": 1.0, "<|EMO_UNKNOWN|>": 6.0}), TOKENS)
    np.testing.assert_array_equal(without.scores, beside.scores)
    assert without.unknown == pytest.approx(1 / (7 + math.e))
    assert beside.unknown == pytest.approx(math.exp(6) / (math.exp(6) + 6 + math.e))


def test_other_positions_and_tokens_do_not_count() -> None:
    quiet = said({}, {"<|ANGRY|>": 1.0})
    loud = quiet.copy()
    loud[0, IDS["<|HAPPY|>"]] = loud[2, IDS["<|HAPPY|>"]] = loud[3:, IDS["<|HAPPY|>"]] = LOUD
    loud[1, IDS["▁the"]] = loud[1, IDS["<|Cry|>"]] = LOUD
    np.testing.assert_array_equal(SenseVoiceAnswer.of(loud, TOKENS).scores, SenseVoiceAnswer.of(quiet, TOKENS).scores)


def test_a_temperature_makes_it_less_sure_and_changes_no_order() -> None:
    logits = said({}, {"<|SAD|>": 2.0, "<|NEUTRAL|>": 1.0, "<|EMO_UNKNOWN|>": 2.0})
    sharp, soft = (SenseVoiceAnswer.of(logits, TOKENS, temperature=value) for value in (1.0, 2.0))
    assert score(soft, "sad") == pytest.approx(math.e / (math.e + math.exp(0.5) + 5))
    assert score(sharp, "sad") > score(soft, "sad") > score(soft, "neutral") > score(soft, "happy")
    assert sharp.unknown > soft.unknown


def test_a_feeling_tells_events_and_language_that_are_likely_enough() -> None:
    answer = SenseVoiceAnswer.of(said({"<|yue|>": LOUD}, {"<|HAPPY|>": LOUD}, {"<|Laughter|>": LOUD}), TOKENS)
    feeling = answer.feeling(TOKENS, SenseVoiceOptions())
    assert feeling.events == 1 << registry.VOICE_EVENTS.index("laughter")
    assert feeling.language == "yue"
    assert feeling.affect_method is AffectMethod.PROJECTED
    assert feeling.affect[0] > 0.5
    np.testing.assert_array_equal(feeling.scores, answer.scores)


def test_two_events_are_told_when_so_little_is_asked() -> None:
    answer = SenseVoiceAnswer.of(said({}, {}, {"<|BGM|>": LOUD, "<|Speech|>": LOUD}), TOKENS)
    assert answer.feeling(TOKENS, SenseVoiceOptions()).events == 0
    assert answer.feeling(TOKENS, SenseVoiceOptions(least_event=0.4)).events == 0b11


def test_an_event_that_has_no_name_is_no_event() -> None:
    answer = SenseVoiceAnswer.of(said({}, {}, {"<|Event_UNK|>": LOUD}), TOKENS)
    assert answer.events.max() < 0.01
    assert answer.feeling(TOKENS, SenseVoiceOptions(least_event=0.05)).events == 0


def test_a_language_that_is_a_guess_is_not_told() -> None:
    answer = SenseVoiceAnswer.of(said({"<|en|>": 1.0}), TOKENS)
    assert answer.languages.sum() + answer.no_speech == pytest.approx(1)
    assert answer.feeling(TOKENS, SenseVoiceOptions()).language == ""
    assert answer.feeling(TOKENS, SenseVoiceOptions(least_language=0.3)).language == "en"


def test_where_nobody_speaks_nothing_can_be_told() -> None:
    sure = said({"<|nospeech|>": LOUD}, {"<|ANGRY|>": LOUD})
    feeling = SenseVoiceAnswer.of(sure, TOKENS).feeling(TOKENS, SenseVoiceOptions())
    assert feeling.unknown > 0.99
    assert feeling.language == ""
    spoken = SenseVoiceAnswer.of(said({"<|en|>": LOUD}, {"<|ANGRY|>": LOUD}), TOKENS).feeling(TOKENS, SenseVoiceOptions())
    assert spoken.unknown < 0.01


def test_large_logits_do_not_overflow() -> None:
    answer = SenseVoiceAnswer.of(said({}, {"<|SAD|>": 3e4, "<|EMO_UNKNOWN|>": -3e4}), TOKENS)
    assert score(answer, "sad") == 1
    assert answer.unknown == 0
