from __future__ import annotations

import math

import pytest

from affectia.evaluate.affect_figures import VOICE_LOW_VALENCE, AffectFigures
from tests.unit.evaluate.trees import ANGRY, HAPPY, NEUTRAL, SAD, answered

pytestmark = pytest.mark.unit


def test_arousal_and_valence_are_held_against_labels() -> None:
    truth = [ANGRY, HAPPY, SAD, NEUTRAL]
    affect = [(-0.5, 0.6, 0.0), (0.8, 0.1, 0.0), (-0.6, -0.3, 0.0), (0.0, 0.2, 0.0)]
    found = AffectFigures.of(answered(truth, truth, affect=affect), low_valence=VOICE_LOW_VALENCE)
    arousal, valence = found.separations
    assert (arousal.axis, arousal.area) == ("arousal", 3 / 4)  # happy is below neutral
    assert (valence.axis, valence.area) == ("valence", 1.0)
    assert arousal.words == "arousal, angry and happy against sad and neutral"


def test_spread_is_within_what_was_told_and_a_lookup_has_none() -> None:
    told = [HAPPY] * 5 + [SAD] * 5
    lookup = [(0.8, 0.5, 0.0)] * 5 + [(-0.6, -0.3, 0.0)] * 5
    assert AffectFigures.of(answered(told, told, affect=lookup), low_valence=()).spreads[0] == pytest.approx(0, abs=1e-12)
    moving = [(0.1 * number, 0.0, 0.0) for number in (1, 2, 3, 4, 5)] * 2
    found = AffectFigures.of(answered(told, told, affect=moving), low_valence=())
    assert found.spreads[0] == pytest.approx(0.1 * math.sqrt(2))


def test_agreement_is_over_what_people_judged() -> None:
    judged = [(-1.0, math.nan, math.nan), (1.0, math.nan, math.nan), (math.nan, math.nan, math.nan)]
    affect = [(-1.0, 0.3, 0.0), (1.0, 0.2, 0.0), (0.7, 0.1, 0.0)]
    found = AffectFigures.of(answered([HAPPY] * 3, [HAPPY] * 3, affect=affect, judged=judged), low_valence=VOICE_LOW_VALENCE)
    assert found.agreement[0] == pytest.approx(1.0)
    assert math.isnan(found.agreement[1])
    described = found.described()
    assert described["method"] == "projected"
    assert (described["auc"][0]["high"], described["auc"][0]["low"]) == (("happy",), ())
    assert math.isnan(described["auc"][0]["area"])
