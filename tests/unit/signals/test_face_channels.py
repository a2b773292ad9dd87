from __future__ import annotations

import numpy as np
import pytest

from affectia import registry
from affectia.registry import Group
from affectia.signals import face_channels
from affectia.signals.face_channels import ACTION_UNITS, ALL_ACTION_UNITS, BLINK_BIT, CHANNELS, FACE_GROUPS, GAZE, GAZE_BIT, SHAPES, TURN

pytestmark = pytest.mark.unit


def test_every_channel_belongs_to_a_group_that_a_face_speaks_for() -> None:
    groups = face_channels.channel_groups()
    assert groups.shape == (CHANNELS,)
    assert set(groups.tolist()) == set(range(FACE_GROUPS.start, FACE_GROUPS.stop))
    assert groups[SHAPES].tolist() == list(registry.BLENDSHAPE_GROUPS)
    assert groups[ACTION_UNITS].tolist() == list(registry.ACTION_UNIT_GROUPS)
    assert set(groups[GAZE].tolist()) == {Group.EYES}


def test_rest_is_no_shape_and_no_turn() -> None:
    rest = face_channels.at_rest(2)
    assert rest[:, TURN].tolist() == [[0, 0, 0, 1]] * 2
    assert np.count_nonzero(rest) == 2


def test_the_bits_of_measured_values_are_apart() -> None:
    assert ALL_ACTION_UNITS & GAZE_BIT == ALL_ACTION_UNITS & BLINK_BIT == GAZE_BIT & BLINK_BIT == 0
    assert BLINK_BIT < 1 << 32
