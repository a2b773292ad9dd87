from __future__ import annotations

import numpy as np
import pytest

from affectia import registry
from affectia.perception.affect_projection import projected
from affectia.perception.voice.emotion.speech_emotion import Feeling
from affectia.perception.voice.emotion.usual_feeling import UsualFeeling
from affectia.signals.emotion_observations import EMOTIONS, AffectMethod

pytestmark = pytest.mark.unit

NEUTRAL, HAPPY, SAD, ANGRY = (registry.EMOTIONS.index(name) for name in ("neutral", "happy", "sad", "angry"))
TOLD = [NEUTRAL, HAPPY, SAD, ANGRY]
SUPPORT = sum(1 << number for number in TOLD)
# Mostly neutral, and now and then something else.
EXPECTED = np.full(EMOTIONS, -3.0, np.float32)
EXPECTED[NEUTRAL] = -1


def feeling(neutral: float, happy: float, sad: float, angry: float, *, unknown: float = 0.0) -> Feeling:
    scores = np.zeros(EMOTIONS, np.float32)
    scores[TOLD] = (neutral, happy, sad, angry)
    return Feeling(scores, projected(scores[None], SUPPORT)[0], AffectMethod.PROJECTED, unknown=unknown)


def heard_for(usual: UsualFeeling, heard: Feeling, secs: float) -> Feeling:
    for _ in range(round(secs / 0.5)):
        told = usual.told(heard, new_secs=0.5)
    return told


def test_a_voice_that_is_always_bright_comes_to_be_neutral() -> None:
    usual = UsualFeeling(EXPECTED, SUPPORT)
    bright = feeling(0.05, 0.85, 0.05, 0.05)
    first = usual.told(bright, new_secs=1)
    assert first.scores.argmax() == HAPPY
    later = heard_for(usual, bright, 180)
    assert later.scores.argmax() == NEUTRAL
    assert later.scores[HAPPY] < 0.3
    np.testing.assert_allclose(later.affect, projected(later.scores[None], SUPPORT)[0], atol=1e-6)


def test_what_departs_from_the_usual_stands_out() -> None:
    usual = UsualFeeling(EXPECTED, SUPPORT)
    bright = feeling(0.05, 0.85, 0.05, 0.05)
    heard_for(usual, bright, 60)
    assert usual.told(feeling(0.05, 0.6, 0.3, 0.05), new_secs=0.5).scores.argmax() == SAD  # for this voice that is much


def test_a_voice_as_expected_stays_as_it_is() -> None:
    shares = np.exp(EXPECTED[TOLD]) / np.exp(EXPECTED[TOLD]).sum()
    expected = np.zeros(EMOTIONS, np.float32)
    expected[TOLD] = np.log(shares)
    usual = UsualFeeling(expected, SUPPORT)
    told = heard_for(usual, feeling(*map(float, shares)), 60)
    np.testing.assert_allclose(told.scores[TOLD], shares, atol=1e-5)


def test_scores_stay_probabilities_of_what_can_be_told() -> None:
    usual = UsualFeeling(EXPECTED, SUPPORT)
    told = heard_for(usual, feeling(0, 1, 0, 0), 600)
    assert told.scores.dtype == np.float32
    assert told.scores.sum() == pytest.approx(1, abs=1e-5)
    assert np.delete(told.scores, TOLD).tolist() == [0] * 4
    assert np.isfinite(told.scores).all()


def test_what_is_unknown_does_not_count() -> None:
    usual = UsualFeeling(EXPECTED, SUPPORT)
    noise = feeling(0.25, 0.25, 0.25, 0.25, unknown=1.0)
    told = heard_for(usual, noise, 60)
    assert (told.unknown, told.scores.tolist()) == (1, noise.scores.tolist())
    bright = feeling(0.05, 0.85, 0.05, 0.05)
    heard_for(usual, bright, 30)
    before = usual.told(bright, new_secs=0).scores
    heard_for(usual, noise, 60)
    np.testing.assert_allclose(usual.told(bright, new_secs=0).scores, before, atol=1e-6)


def test_somebody_else_has_no_usual() -> None:
    usual = UsualFeeling(EXPECTED, SUPPORT)
    bright = feeling(0.05, 0.85, 0.05, 0.05)
    heard_for(usual, bright, 60)
    usual.clear()
    assert usual.told(bright, new_secs=0).scores.tolist() == bright.scores.tolist()
    assert usual.told(bright, new_secs=0.5).scores.argmax() == HAPPY


def test_what_is_told_of_a_stranger_is_doubted_until_the_voice_is_known() -> None:
    usual = UsualFeeling(EXPECTED, SUPPORT)
    sure = feeling(0.9, 0.04, 0.03, 0.03, unknown=0.1)
    doubts = [usual.told(sure, new_secs=0).unknown] + [usual.told(sure, new_secs=1).unknown for _ in range(300)]
    assert doubts[0] == pytest.approx(1 - 0.9 * 0.5)
    assert doubts == sorted(doubts, reverse=True)
    assert doubts[-1] == pytest.approx(0.1, abs=0.05)


def test_it_does_not_matter_how_often_it_is_told() -> None:
    often, seldom = UsualFeeling(EXPECTED, SUPPORT), UsualFeeling(EXPECTED, SUPPORT)
    bright = feeling(0.05, 0.85, 0.05, 0.05)
    for _ in range(100):
        a = often.told(bright, new_secs=0.1)
    for _ in range(5):
        b = seldom.told(bright, new_secs=2)
    np.testing.assert_allclose(a.scores, b.scores, atol=0.02)
