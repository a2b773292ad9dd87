from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from affectia.errors import ModelCorrupt, ModelMissing
from affectia.inference.own_weights import own_weights
from affectia.perception.voice.emotion.edge_encoder import WIDTH
from affectia.perception.voice.emotion.edge_head import WEIGHTS, EdgeHead
from tests.unit.perception.voice.emotion.made_edge import save_edge_head

pytestmark = pytest.mark.unit


def test_logits_become_probabilities_by_the_temperature(tmp_path: Path) -> None:
    head = EdgeHead(save_edge_head(tmp_path / "head.onnx", unknown=0.25))
    assert (head.version, head.labels, head.temperature) == ("7", ("neutral", "happy", "sad", "angry"), 2.0)
    assert head.usual.tolist() == [-1, -2, -3, -4]
    frames = np.zeros((2, 3, WIDTH), np.float32)
    frames[0, :, 2] = (2, 4, 1e4)  # the last one does not count
    shares, unknown = head.scores(frames, np.array([[True, True, False], [True, True, True]]))
    expected = np.exp([0, 0, 3 / 2, 0])
    np.testing.assert_allclose(shares, [expected / expected.sum(), [0.25] * 4], atol=1e-6)
    np.testing.assert_allclose(unknown, 0.25)


def test_huge_logits_stay_numbers(tmp_path: Path) -> None:
    head = EdgeHead(save_edge_head(tmp_path / "head.onnx", sharpness=1e30))
    shares, _ = head.scores(np.ones((1, 2, WIDTH), np.float32), np.ones((1, 2), np.bool_))
    np.testing.assert_allclose(shares, 0.25)


@pytest.mark.parametrize(
    ("made", "message"),
    [
        ({"tap": "layer_norm_7"}, "has a tap of layer_norm_7, expected layer_norm_4"),
        ({"tap": None}, "has a tap of nothing, expected layer_norm_4"),
        ({"temperature": "0"}, "has a temperature of 0.0, expected one above 0"),
        ({"temperature": "nan"}, "has a temperature of nan"),
        ({"temperature": "warm"}, "has a temperature of warm, expected 1 numbers"),
        ({"usual": "-1,-2,-3"}, "has a usual of -1,-2,-3, expected 4 numbers"),
        ({"usual": "-1,-2,-3,-inf"}, "has a usual of -1,-2,-3,-inf, expected 4 numbers"),
        ({"usual": None}, "has a usual of nothing, expected 4 numbers"),
        ({"temperature": None}, "has a temperature of nothing"),
        ({"labels": "neutral,glad,sad,angry"}, "has 4 answers and labels neutral,glad,sad,angry, expected an emotion for each answer"),
        ({"labels": "neutral,happy"}, "has 4 answers and labels neutral,happy"),
        ({"labels": None}, "has 4 answers and labels , expected"),
    ],
)
def test_another_head_is_refused(tmp_path: Path, made: dict[str, Any], message: str) -> None:
    with pytest.raises(ModelCorrupt, match=rf"^speech emotion head {message}.*head\.onnx$"):
        EdgeHead(save_edge_head(tmp_path / "head.onnx", **made))


def test_a_head_that_is_not_there_is_missing(tmp_path: Path) -> None:
    with pytest.raises(ModelMissing, match="speech emotion head is not there"):
        EdgeHead(tmp_path / "head.onnx")


def test_the_committed_head_tells_four_emotions() -> None:
    head = EdgeHead(own_weights(WEIGHTS))
    assert head.labels == ("neutral", "happy", "sad", "angry")
    assert head.version
    random = np.random.default_rng(1)
    shares, unknown = head.scores(random.normal(0, 1, (3, 40, WIDTH)).astype(np.float32), random.random((3, 40)) < 0.7)
    np.testing.assert_allclose(shares.sum(axis=1), 1, atol=1e-5)
    assert (unknown > 0.9).all()  # frames by chance are no speech
