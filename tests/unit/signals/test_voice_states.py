from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from affectia.signals.voice_states import VoiceStates

pytestmark = pytest.mark.unit


def test_states_of_voices_cannot_be_changed() -> None:
    shares = np.zeros(1, np.float32)
    visemes = np.zeros((1, 15), np.float32)
    states = VoiceStates(np.zeros(1, np.intp), visemes, visemes, shares, shares, shares, shares, np.zeros(1, np.int64))
    with pytest.raises(dataclasses.FrozenInstanceError):
        states.weight = shares  # type: ignore[misc]
