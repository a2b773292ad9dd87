from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from affectia.signals.affect_states import NO_LABEL, PROSODY, AffectStates
from affectia.signals.emotion_observations import EMOTIONS, MODALITIES, Prosody

pytestmark = pytest.mark.unit


def test_states_of_affect_cannot_be_changed_and_hold_all_of_a_prosody() -> None:
    states = AffectStates(
        rows=np.zeros(1, np.intp),
        scores=np.zeros((1, EMOTIONS), np.float32),
        support=np.zeros(1, np.uint8),
        affect=np.zeros((1, 3), np.float32),
        method=np.zeros(1, np.uint8),
        label=np.full(1, NO_LABEL, np.int8),
        shares=np.zeros((1, MODALITIES), np.float32),
        prosody=np.zeros((1, PROSODY), np.float32),
        events=np.zeros(1, np.uint8),
    )
    assert len(dataclasses.fields(Prosody)) == PROSODY
    with pytest.raises(dataclasses.FrozenInstanceError):
        states.label = states.rows  # type: ignore[misc,assignment]
