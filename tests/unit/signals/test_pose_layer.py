from __future__ import annotations

import numpy as np
import pytest

from affectia import registry
from affectia.registry import Group
from affectia.signals import avatar_weights, pose_layer

pytestmark = pytest.mark.unit


def test_shapes_visemes_and_effects_stand_where_they_stand_in_weights() -> None:
    assert pose_layer.UNITS == avatar_weights.UNITS
    assert avatar_weights.UNITS.stop + 3 * len(registry.BONES) + 3 == pose_layer.CHANNELS


def test_every_channel_belongs_to_the_group_of_what_it_moves() -> None:
    groups = pose_layer.channel_groups()
    names = [*registry.BLENDSHAPES, *registry.VISEMES, *registry.EFFECTS]
    assert groups.shape == (pose_layer.CHANNELS,)
    assert groups[names.index("browInnerUp")] == Group.BROWS
    assert groups[names.index("aa")] == Group.MOUTH
    assert groups[names.index("glow_intensity")] == Group.EMOTION
    turns = groups[pose_layer.TURNS].reshape(-1, 3)
    assert (turns == np.array(registry.BONE_GROUPS)[:, None]).all()
    assert (groups[pose_layer.SHIFT] == Group.HEAD).all()
