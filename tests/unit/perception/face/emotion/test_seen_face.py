from __future__ import annotations

import numpy as np
import pytest

from affectia.perception.face.emotion.seen_face import SeenFace, probabilities
from affectia.signals.face_channels import CHANNELS

pytestmark = pytest.mark.unit


def test_of_a_crop_nothing_but_the_picture_is_known() -> None:
    face = SeenFace.of_crop(np.zeros((9, 9, 3), np.uint8))
    assert face.landmarks_px is None
    assert face.values.shape == (CHANNELS,)


def test_probabilities_sum_to_one_and_a_higher_temperature_makes_them_softer() -> None:
    logits = np.array([[1.0, 3.0, -2.0], [500.0, -500.0, 0.0]], np.float32)
    sharp, soft = probabilities(logits, 1.0), probabilities(logits, 4.0)
    assert sharp.dtype == np.float32
    np.testing.assert_allclose(sharp[0], np.exp([1, 3, -2]) / np.exp([1, 3, -2]).sum(), atol=1e-6)
    for rows in (sharp, soft):
        np.testing.assert_allclose(rows.sum(axis=1), 1, atol=1e-6)
    assert soft[0].max() < sharp[0].max()
