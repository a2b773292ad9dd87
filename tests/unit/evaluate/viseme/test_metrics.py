from __future__ import annotations

import math

import numpy as np
import pytest

from affectia import registry
from affectia.evaluate.viseme import metrics
from affectia.evaluate.viseme.reference import IGNORED
from affectia.evaluate.viseme.track import of_labels
from tests.unit.evaluate.viseme.sentences import AA, PP, SENTENCE, SIL, late, said

pytestmark = pytest.mark.unit


def test_perfect_labels_agree_in_every_way() -> None:
    found = metrics.agreement(late(said(*SENTENCE), 0))
    assert (found.accuracy, found.speech_accuracy, found.balanced) == (1.0, 1.0, 1.0)
    assert (found.closed, found.lip_on_teeth) == (metrics.Closures(1.0, 1.0), metrics.Closures(1.0, 1.0))
    assert (found.onset_ms, found.best_shift_ms, found.best_accuracy) == (0.0, 0, 1.0)


def test_labels_forty_milliseconds_late_lose_four_frames_at_each_change() -> None:
    labels = said(*SENTENCE)
    found = metrics.agreement(late(labels, 4))
    assert found.accuracy == pytest.approx(1 - 4 * (len(SENTENCE) - 1) / len(labels))
    assert found.speech_accuracy < found.accuracy  # silence is long and hardly loses
    assert found.closed.recall == 1.0  # 40 ms is just near enough
    assert (found.onset_ms, found.best_shift_ms, found.best_accuracy) == (40.0, 40, 1.0)


def test_closures_further_away_are_missed_and_false() -> None:
    found = metrics.agreement(late(said(*SENTENCE), 6))
    assert (found.closed, found.lip_on_teeth) == (metrics.Closures(0.0, 0.0), metrics.Closures(0.0, 0.0))
    assert found.onset_ms == 60.0


def test_a_mouth_that_never_closes_has_no_recall() -> None:
    labels = said(*SENTENCE)
    closed = metrics.closures([(labels, of_labels(np.where(labels == PP, AA, labels)))], PP)
    assert closed.recall == 0.0
    assert math.isnan(closed.precision)


def test_chatter_costs_precision_and_is_counted() -> None:
    labels = said((AA, 200))
    chatter = np.where(np.arange(200) % 20 < 3, PP, AA)
    chatter[100:] = AA
    pairs = [(said((AA, 20), (PP, 3), (AA, 177)), of_labels(chatter))]
    assert metrics.closures(pairs, PP) == metrics.Closures(1.0, 1 / 5)
    assert metrics.changes_hz([of_labels(chatter)]) == 9 / 2.0
    assert metrics.changes_hz([of_labels(labels)]) == 0.0


def test_what_nobody_knows_is_not_scored() -> None:
    labels = said((AA, 50), (IGNORED, 50), (AA, 50))
    shown = said((AA, 50), (PP, 50), (AA, 50))
    found = metrics.agreement([(labels, of_labels(shown))])
    assert (found.accuracy, found.balanced) == (1.0, 1.0)
    assert math.isnan(found.closed.precision)


def test_shapes_count_alike_however_long_they_last() -> None:
    labels = said((SIL, 900), (AA, 100))
    found = metrics.agreement([(labels, of_labels(np.zeros(1000, np.int64)))])
    assert (found.accuracy, found.balanced, found.speech_accuracy) == (0.9, 0.5, 0.0)
    assert sorted(name for names in metrics.SHAPES.values() for name in names) == sorted(registry.VISEMES)
