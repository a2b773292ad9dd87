from __future__ import annotations

import math

import numpy as np
import pytest

from affectia.evaluate.emotion_figures import EmotionFigures
from tests.unit.evaluate.trees import ANGRY, FEAR, HAPPY, SAD, answered

pytestmark = pytest.mark.unit


def test_means_over_classes_are_over_those_of_the_labels() -> None:
    # Happy: 3 of 4 found; sad: 1 of 2, the other told as fear, which does not occur.
    found = EmotionFigures.of(answered([HAPPY] * 4 + [SAD] * 2, [HAPPY, HAPPY, HAPPY, SAD, SAD, FEAR]))
    assert found.count == 6
    assert found.accuracy == pytest.approx(4 / 6)
    assert found.uar == pytest.approx((3 / 4 + 1 / 2) / 2)
    assert found.macro_f1 == pytest.approx((2 * 3 / (4 + 3) + 2 * 1 / (2 + 2)) / 2)
    assert found.classes == ("happy", "sad")
    assert found.by_class()["sad"] == {"count": 2, "recall": 0.5, "precision": 0.5, "f1": 0.5}
    assert found.counts[SAD, FEAR] == 1


def test_among_the_labels_classes_an_answer_outside_of_them_gives_way_to_the_next_best() -> None:
    answers = answered([HAPPY, SAD], [HAPPY, FEAR])
    answers.shares[1] = 0.0
    answers.shares[1, [FEAR, SAD]] = 0.6, 0.4
    found = EmotionFigures.of(answers)
    assert (found.accuracy, found.accuracy_among, found.uar_among) == (0.5, 1.0, 1.0)


def test_confidence_and_calibration_are_of_the_strongest() -> None:
    found = EmotionFigures.of(answered([HAPPY] * 4, [HAPPY, HAPPY, HAPPY, SAD], sure=0.65))
    assert found.confidence == pytest.approx(0.65)
    assert found.ece == pytest.approx(0.1)


def test_votes_are_scored_where_there_are_some() -> None:
    votes = np.zeros((1, 8))
    votes[0, [HAPPY, SAD]] = 0.5
    found = EmotionFigures.of(answered([HAPPY], [HAPPY], votes=votes, sure=0.3))
    assert found.vote_log_loss == pytest.approx(-(math.log(0.3) + math.log(0.1)) / 2)
    assert found.vote_entropy == pytest.approx(math.log(2))
    assert EmotionFigures.of(answered([HAPPY], [HAPPY])).vote_log_loss is None


def test_nothing_has_no_figures() -> None:
    found = EmotionFigures.of(answered([], []))
    assert found.count == 0
    assert all(math.isnan(value) for value in (found.accuracy, found.uar, found.macro_f1, found.ece, found.confidence))


def test_described_names_the_order_of_its_counts() -> None:
    found = EmotionFigures.of(answered([ANGRY], [ANGRY])).described()
    order = found["confusion"]["order"]
    assert found["confusion"]["counts"][order.index("angry")][order.index("angry")] == 1
    assert sum(found["reliability"]["counts"]) == 1
