from __future__ import annotations

import math

import numpy as np
import pytest

from affectia.evaluate import metrics

pytestmark = pytest.mark.unit

# Ten answers over three classes, counted by hand: class 0 four times (3 found), class 1 four times (2 found), class 2 twice (2 found).
TRUTH = np.array([0, 0, 0, 0, 1, 1, 1, 1, 2, 2])
TOLD = np.array([0, 0, 0, 1, 1, 1, 0, 2, 2, 2])
COUNTS = metrics.confusion(TRUTH, TOLD, classes=4)


def test_confusion_has_labels_in_rows_and_answers_in_columns() -> None:
    assert COUNTS.tolist() == [[3, 1, 0, 0], [1, 2, 1, 0], [0, 0, 2, 0], [0, 0, 0, 0]]


def test_accuracy_is_the_share_of_right_answers() -> None:
    assert metrics.accuracy(TRUTH, TOLD) == 0.7
    assert math.isnan(metrics.accuracy(TRUTH[:0], TOLD[:0]))


def test_recalls_precisions_and_f1_are_those_counted_by_hand() -> None:
    np.testing.assert_allclose(metrics.recalls(COUNTS), [3 / 4, 2 / 4, 2 / 2, np.nan])
    np.testing.assert_allclose(metrics.precisions(COUNTS), [3 / 4, 2 / 3, 2 / 3, np.nan])
    np.testing.assert_allclose(metrics.f1_scores(COUNTS), [3 / 4, 4 / 7, 4 / 5, np.nan])
    assert metrics.mean_of_known(metrics.recalls(COUNTS)) == pytest.approx(0.75)  # UAR
    assert metrics.mean_of_known(metrics.f1_scores(COUNTS)) == pytest.approx((3 / 4 + 4 / 7 + 4 / 5) / 3)


def test_class_that_is_never_found_counts_as_nought_and_one_that_does_not_occur_not_at_all() -> None:
    counts = metrics.confusion(np.array([0, 1, 1]), np.array([0, 0, 2]), classes=3)
    np.testing.assert_allclose(metrics.f1_scores(counts), [2 / 3, 0, np.nan])
    assert math.isnan(metrics.mean_of_known(np.array([np.nan])))


def test_calibration_error_weighs_each_step_by_its_answers() -> None:
    # Three answers at 0.9 of which two are right, one at 0.6 that is wrong: 3/4 * |2/3 - 0.9| + 1/4 * |0 - 0.6|.
    shares = np.array([[0.9, 0.1], [0.9, 0.1], [0.1, 0.9], [0.6, 0.4]])
    truth = np.array([0, 0, 0, 1])
    assert metrics.calibration_error(truth, shares) == pytest.approx(3 / 4 * (0.9 - 2 / 3) + 1 / 4 * 0.6)
    assert math.isnan(metrics.calibration_error(truth[:0], shares[:0]))


def test_steps_of_confidence_have_their_upper_ends() -> None:
    shares = np.array([[0.5, 0.5], [0.51, 0.49], [1.0, 0.0]])
    counts, confidence, right = metrics.reliability(np.array([0, 1, 0]), shares, bins=2)
    assert counts.tolist() == [1, 2]
    np.testing.assert_allclose(confidence, [0.5, 0.755])
    np.testing.assert_allclose(right, [1.0, 0.5])


def test_certain_and_right_is_perfectly_calibrated() -> None:
    shares = np.eye(3)[[0, 1, 2]]
    assert metrics.calibration_error(np.array([0, 1, 2]), shares) == 0.0
    assert metrics.log_loss(np.array([0, 1, 2]), shares) == 0.0
    assert metrics.calibration_error(np.array([1, 2, 0]), shares) == 1.0
    assert math.isfinite(metrics.log_loss(np.array([1, 2, 0]), shares))


def test_log_losses_are_in_nats() -> None:
    shares = np.array([[0.5, 0.5], [0.25, 0.75]])
    assert metrics.log_loss(np.array([0, 1]), shares) == pytest.approx((math.log(2) - math.log(0.75)) / 2)
    votes = np.array([[0.5, 0.5], [0.0, 1.0]])
    assert metrics.vote_log_loss(votes, shares) == pytest.approx((math.log(2) - math.log(0.75)) / 2)
    assert metrics.entropy(votes) == pytest.approx(math.log(2) / 2)


def test_area_counts_pairs_and_half_of_ties() -> None:
    # Of 2 * 3 pairs four are in order, one is a tie.
    assert metrics.area(np.array([3.0, 2.0]), np.array([1.0, 2.0, 2.5])) == pytest.approx((3 + 1 + 0.5) / 6)
    assert metrics.area(np.array([1.0]), np.array([0.0])) == 1.0
    assert metrics.area(np.array([0.0]), np.array([1.0])) == 0.0
    assert math.isnan(metrics.area(np.array([1.0]), np.array([])))


def test_concordance_punishes_shift_and_scale() -> None:
    truth = np.array([-1.0, 0.0, 1.0])  # variance 2/3
    assert metrics.concordance(truth, truth) == pytest.approx(1.0)
    assert metrics.concordance(truth, truth / 2) == pytest.approx(2 * (1 / 3) / (2 / 3 + 1 / 6))
    assert metrics.concordance(truth, truth + 1) == pytest.approx(2 * (2 / 3) / (4 / 3 + 1))
    assert math.isnan(metrics.concordance(truth[:1], truth[:1]))
