from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from affectia.signals.speech_weights import SpeechWeights

pytestmark = pytest.mark.unit


def test_mouths_of_voices_cannot_be_replaced() -> None:
    shares = np.zeros(1, np.float32)
    weights = SpeechWeights(
        np.zeros(1, np.intp), np.zeros((1, 52), np.float32), np.zeros((1, 2), np.float32), np.zeros((1, 15), np.float32), shares
    )
    with pytest.raises(dataclasses.FrozenInstanceError):
        weights.weight = shares  # type: ignore[misc]
