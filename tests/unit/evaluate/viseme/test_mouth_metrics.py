from __future__ import annotations

import math

import numpy as np
import pytest

from affectia.evaluate.viseme import mouth_metrics
from affectia.evaluate.viseme.track import VISEMES, Track, of_labels
from tests.unit.evaluate.viseme.sentences import SENTENCE, SIL, late, said

pytestmark = pytest.mark.unit


def test_mouth_open_in_silence_is_seen_away_from_speech_only() -> None:
    spoken = said(*SENTENCE) != SIL
    quiet = of_labels(said(*SENTENCE))
    assert mouth_metrics.silence([(spoken, quiet)]) == mouth_metrics.Silence(0.0, 0.0, 2 * (50 - 9))
    ajar = Track(quiet.weights, np.where(spoken, quiet.mouth_open, 0.1))
    assert mouth_metrics.silence([(spoken, ajar)]).open_share == 1.0
    near = Track(quiet.weights, quiet.mouth_open + 0.5 * np.convolve(spoken, np.ones(11), mode="same").clip(0, 1) * ~spoken)
    assert mouth_metrics.silence([(spoken, near)]).open_share == 0.0


def test_mouth_moves_inside_words_and_is_shut_around_them() -> None:
    spoken = said((0, 60), (1, 100), (0, 60)) == 1
    moving = np.where(spoken, 0.5 + 0.5 * np.sin(np.arange(220) / 3), 0.0)
    weights = np.zeros((220, VISEMES))
    assert mouth_metrics.words([(spoken, Track(weights, moving))]) == mouth_metrics.Words(1.0, 1.0, 1.0)
    still = mouth_metrics.words([(spoken, Track(weights, np.full(220, 0.4)))])
    assert still == mouth_metrics.Words(0.0, 0.0, 0.0)


@pytest.mark.parametrize("frames", [0, 4, 7])
def test_lead_of_a_late_mouth_is_negative(frames: int) -> None:
    lead = mouth_metrics.lead(late(said(*SENTENCE, *SENTENCE), frames))
    assert lead.curve_ms == pytest.approx(-10 * frames, abs=2)
    assert lead.edges_ms == -10 * frames


def test_lead_of_a_mouth_that_does_not_move_is_unknown() -> None:
    labels = said(*SENTENCE)
    lead = mouth_metrics.lead([(labels, of_labels(np.zeros(len(labels), np.int64)))])
    assert math.isnan(lead.curve_ms)
    assert math.isnan(lead.edges_ms)
