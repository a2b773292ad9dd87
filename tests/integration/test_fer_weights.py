"""The face emotion network of this repository is as good as its card says.

Set AFFECTIA_DATA_DIR to a folder with `ferplus/valid.npz` (FER+) for the figures.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from affectia.perception.face.emotion.fer_network import FerNetwork

ROOT = Path(__file__).resolve().parents[2]
if (TRAINING := str(ROOT / "models" / "training")) not in sys.path:  # where the evaluation lies
    sys.path.insert(0, TRAINING)

from fer import evaluate, faces  # noqa: E402 - found only through the lines above

pytestmark = pytest.mark.integration

WEIGHTS = ROOT / "models" / "weights" / "fer.onnx"
MOST_BYTES = 5_000_000


def test_weights_are_small_and_answer_for_each_face_alone() -> None:
    assert WEIGHTS.stat().st_size <= MOST_BYTES
    network = FerNetwork(WEIGHTS)
    crops = np.random.default_rng(0).random((3, 48, 48), np.float32)
    scores = network.scores(crops)
    np.testing.assert_allclose(scores.sum(1), 1, atol=1e-5)
    np.testing.assert_allclose(network.scores(crops[1:2]), scores[1:2], atol=0.02)


def test_people_of_whom_most_say_the_same_are_read_as_they_are(data_path: Callable[[str], Path]) -> None:
    valid = faces.loaded(data_path("ferplus/valid.npz").parent, "valid")
    found = evaluate.measured(WEIGHTS, valid)
    assert found["faces with a majority"] == 3199
    assert found["accuracy"] >= 0.855
    assert found["accuracy without the mouth"] >= 0.75
    assert found["calibration error, calibrated"] <= 0.05
    assert found["valence AUC, happy against unhappy"] >= 0.95
