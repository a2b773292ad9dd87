from __future__ import annotations

import numpy as np
import pytest

from affectia.clock import NANOS_PER_SEC
from affectia.rig.emotion.emotion_postprocess import ArousalRise, blend, blend_rate, contrasted, secs_since, strongest

pytestmark = pytest.mark.unit

RNG = np.random.default_rng(5)


def test_contrast_makes_the_strong_stronger_and_keeps_the_sum() -> None:
    scores = np.array([[0.5, 0.3, 0.2, 0, 0, 0, 0, 0]] * 3, np.float32)
    found = contrasted(scores, np.array([1, 2, 0.5], np.float32))
    np.testing.assert_allclose(found[0], scores[0], atol=1e-6)
    np.testing.assert_allclose(found[1, :3], np.array([25, 9, 4]) / 38, atol=1e-6)
    assert found[2, 0] < 0.5
    np.testing.assert_allclose(found.sum(axis=1), 1, atol=1e-6)
    assert not found[:, 3:].any()


def test_contrast_is_a_softmax_of_scaled_scores() -> None:
    told = RNG.normal(size=(4, 8))
    softmax = np.exp(told) / np.exp(told).sum(axis=1, keepdims=True)
    scaled = np.exp(1.7 * told) / np.exp(1.7 * told).sum(axis=1, keepdims=True)
    np.testing.assert_allclose(contrasted(softmax.astype(np.float32), np.full(4, 1.7, np.float32)), scaled, atol=1e-6)


def test_contrast_of_nothing_is_nothing() -> None:
    assert not contrasted(np.zeros((1, 8), np.float32), np.array([3], np.float32)).any()


def test_the_strongest_are_so_many_of_each_row() -> None:
    weights = RNG.dirichlet(np.ones(8), 50).astype(np.float32)
    most = RNG.integers(1, 9, 50).astype(np.float32)
    found = strongest(weights, most)
    np.testing.assert_array_equal(found.sum(axis=1), most)
    for row, kept in zip(weights, found, strict=True):
        assert row[kept].min() >= row[~kept].max(initial=0)


def test_of_equals_the_first_is_the_larger_one() -> None:
    assert strongest(np.ones((1, 8), np.float32), np.array([3])).tolist() == [[True] * 3 + [False] * 5]


@pytest.mark.parametrize("frame_rate_hz", [15, 30, 60, 144])
def test_a_coefficient_means_a_thirtieth_of_a_second_at_any_frame_rate(frame_rate_hz: int) -> None:
    shown = np.ones((1, 2), np.float32)
    target = np.array([[0, 3]], np.float32)
    rate, step = np.array([blend_rate(0.7)], np.float32), np.array([1 / frame_rate_hz], np.float32)
    for _ in range(frame_rate_hz):
        blend(shown, target, rate, step)
    np.testing.assert_allclose(shown, [[0.7**30, 3 - 2 * 0.7**30]], atol=1e-5)


def test_without_a_blend_the_target_is_there_at_once() -> None:
    shown = np.zeros((1, 1), np.float32)
    rate = np.array([blend_rate(0)], np.float32)
    blend(shown, np.ones((1, 1), np.float32), rate, np.zeros(1, np.float32))
    assert shown[0, 0] == 0  # no time went by
    blend(shown, np.ones((1, 1), np.float32), rate, np.array([0.004], np.float32))
    assert shown[0, 0] == 1


def test_time_never_goes_back() -> None:
    before = np.array([2, 5], np.int64) * NANOS_PER_SEC
    found = secs_since(before, np.array([3, 4], np.int64) * NANOS_PER_SEC)
    assert found.tolist() == [1, 0]
    assert found.dtype == np.float32


def test_arousal_rises_evenly_beyond_its_dead_zone_to_one_side() -> None:
    found = ArousalRise(0.2).rows(np.array([-1, -0.6, -0.2, 0, 0.1, 0.2, 0.6, 1], np.float32))
    np.testing.assert_allclose(found[:, 0], [0, 0, 0, 0, 0, 0, 0.5, 1], atol=1e-6)
    np.testing.assert_allclose(found[:, 1], [1, 0.5, 0, 0, 0, 0, 0, 0], atol=1e-6)
