from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from affectia.signals import face_channels
from affectia.signals.avatar_state import AvatarState
from affectia.signals.groups import GroupStates

pytestmark = pytest.mark.unit


def state() -> AvatarState:
    return AvatarState(face_channels.at_rest(1), np.zeros(1, np.uint32), GroupStates.unknown(1))


def test_a_state_cannot_be_changed() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        state().values = np.zeros((1, 1), np.float32)  # type: ignore[misc]


def test_the_parts_of_a_row_do_not_overlap_and_leave_nothing_out() -> None:
    seen = state()
    seen.values[:] = 0
    parts = (seen.blendshapes, seen.action_units, seen.gaze, seen.blink, seen.blink_events, seen.head_rotation, seen.head_shift_cm)
    for part in parts:
        part += 1
    assert (seen.values == 1).all()
