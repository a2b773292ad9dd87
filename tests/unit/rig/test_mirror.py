from __future__ import annotations

import numpy as np
import pytest

from affectia import registry
from affectia.registry import Bone
from affectia.rig.mirror import MIRRORED_SOURCES, mirror_after_shapes
from affectia.rig.profile_sources import SOURCES
from affectia.signals.avatar_weights import AvatarWeights
from affectia.signals.groups import GroupStates
from affectia.signals.retargeted import AFTER_SHAPES
from affectia.wire import rotation

pytestmark = pytest.mark.unit


def turned() -> AvatarWeights:
    weights = AvatarWeights.at_rest(GroupStates.unknown(2))
    weights.bones[0, Bone.HEAD] = rotation.from_euler_deg(np.array((10.0, 5, 20)))
    weights.bones[0, Bone.LEFT_EYE] = rotation.from_euler_deg(np.array((12.0, -3, 0)))
    weights.bones[0, Bone.RIGHT_EYE] = rotation.from_euler_deg(np.array((8.0, 4, 0)))
    weights.bones[0, Bone.LEFT_SHOULDER] = rotation.from_euler_deg(np.array((0.0, 0, 6)))
    weights.head_shift_cm[0] = (1, 2, 3)
    weights.visemes[:, 3] = 0.5
    weights.effects[:, 1] = 0.25
    return weights


def euler(weights: AvatarWeights, bone: Bone) -> list[float]:
    return [round(float(angle), 3) + 0.0 for angle in rotation.to_euler_deg(weights.bones[0, bone])]


def test_left_and_right_sources_change_places() -> None:
    mirrored = dict(zip(SOURCES, [SOURCES[place] for place in MIRRORED_SOURCES], strict=True))
    assert mirrored["eyeBlinkLeft"] == "eyeBlinkRight"
    assert mirrored["jawRight"] == "jawLeft"
    assert mirrored["eyeLookInLeft"] == "eyeLookInRight"
    assert mirrored["mouthLeft"] == "mouthRight"
    sided = {name for name in registry.BLENDSHAPES if name.endswith(("Left", "Right"))}
    assert {name for name, other in mirrored.items() if name != other} == sided
    assert (MIRRORED_SOURCES[MIRRORED_SOURCES] == np.arange(len(SOURCES))).all()
    assert mirrored["eyesClosed"] == "eyesClosed"


def test_yaw_and_roll_are_reversed_and_pitch_is_kept() -> None:
    weights = turned()
    mirror_after_shapes(weights.channels[:, AFTER_SHAPES])
    assert euler(weights, Bone.HEAD) == [-10, 5, -20]
    assert weights.head_shift_cm[0].tolist() == [-1, 2, 3]


def test_bones_of_one_side_are_those_of_the_other() -> None:
    weights = turned()
    mirror_after_shapes(weights.channels[:, AFTER_SHAPES])
    assert euler(weights, Bone.RIGHT_EYE) == [-12, -3, 0]
    assert euler(weights, Bone.LEFT_EYE) == [-8, 4, 0]
    assert euler(weights, Bone.RIGHT_SHOULDER) == [0, 0, -6]
    assert euler(weights, Bone.LEFT_SHOULDER) == [0, 0, 0]


def test_visemes_effects_and_rest_have_no_side() -> None:
    weights = turned()
    mirror_after_shapes(weights.channels[:, AFTER_SHAPES])
    before = turned()
    assert weights.visemes.tolist() == before.visemes.tolist()
    assert weights.effects.tolist() == before.effects.tolist()
    assert weights.channels[1].tolist() == before.channels[1].tolist()


def test_mirroring_twice_changes_nothing() -> None:
    weights = turned()
    for _ in range(2):
        mirror_after_shapes(weights.channels[:, AFTER_SHAPES])
    assert weights.channels.tolist() == turned().channels.tolist()
