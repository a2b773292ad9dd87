from __future__ import annotations

import pytest

from affectia import registry
from affectia.signals.avatar_weights import CHANNELS, AvatarWeights
from affectia.signals.groups import GroupStates

pytestmark = pytest.mark.unit


def test_at_rest_nothing_shows_and_no_bone_is_turned() -> None:
    rest = AvatarWeights.at_rest(GroupStates.unknown(2))
    assert rest.channels.shape == (2, CHANNELS)
    assert rest.bones.tolist() == [[[0, 0, 0, 1]] * 9] * 2
    assert rest.channels.sum() == 2 * 9


def test_the_parts_are_views_that_cover_the_row_once() -> None:
    weights = AvatarWeights.at_rest(GroupStates.unknown(2))
    parts = (weights.shapes, weights.visemes, weights.effects, weights.bones, weights.head_shift_cm, weights.action_units, weights.gaze)
    names = (registry.BLENDSHAPES, registry.VISEMES, registry.EFFECTS)
    sizes = (*map(len, names), 4 * len(registry.BONES), 3, len(registry.ACTION_UNITS), 2)
    assert [part[0].size for part in parts] == list(sizes)
    weights.channels[:] = 0
    for part in parts:
        part += 1
    assert weights.channels.tolist() == [[1] * CHANNELS] * 2
