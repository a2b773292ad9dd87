from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from affectia.signals.avatar_state import AvatarState
from affectia.signals.groups import GroupStates

pytestmark = pytest.mark.unit


def test_a_state_cannot_be_changed() -> None:
    state = AvatarState(np.zeros((1, 52), np.float32), np.zeros((1, 4), np.float32), np.zeros((1, 3), np.float32), GroupStates.unknown(1))
    with pytest.raises(dataclasses.FrozenInstanceError):
        state.blendshapes = state.head_rotation  # type: ignore[misc]
