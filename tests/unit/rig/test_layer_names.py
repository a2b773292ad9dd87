from __future__ import annotations

import math

import numpy as np
import pytest

from affectia import registry
from affectia.errors import ConfigError
from affectia.registry import Bone
from affectia.rig import layer_names
from affectia.rig.skeleton import Skeleton, SkeletonOptions
from affectia.signals.avatar_weights import AvatarWeights
from affectia.signals.groups import GroupStates
from affectia.signals.pose_layer import CHANNELS, EFFECTS, SHIFT, TURNS, UNITS, VISEMES
from affectia.wire import rotation
from tests.unit.fakes import SHAPE, VISEME

pytestmark = pytest.mark.unit


def test_a_unit_is_found_where_it_stands() -> None:
    assert layer_names.unit_channel("jawOpen") == SHAPE["jawOpen"]
    assert layer_names.unit_channel("aa") == VISEMES.start + VISEME["aa"]
    assert layer_names.unit_channel("glow_intensity") == EFFECTS.start


@pytest.mark.parametrize(("name", "hint"), [("jawopen", ", did you mean jawOpen"), ("head", ""), ("", ""), ("zzzz", "")])
def test_a_name_that_is_none_is_told_with_the_nearest(name: str, hint: str) -> None:
    with pytest.raises(ConfigError) as caught:
        layer_names.unit_channel(name)
    assert str(caught.value) == f"override is of {name!r}, expected a blendshape, a viseme or an effect{hint}"


def test_every_channel_has_a_name_and_a_bone_has_one() -> None:
    names = layer_names.named(range(CHANNELS))
    eyes_are_shapes_too = len(registry.BONES)
    assert len(names) == UNITS.stop + eyes_are_shapes_too + 1
    assert layer_names.named([SHIFT.start, SHIFT.start + 2]) == ("head_shift",)
    assert layer_names.named([TURNS.start + 3 * Bone.HEAD + 1, 3, TURNS.start + 3 * Bone.HEAD]) == (registry.BLENDSHAPES[3], "head")
    for name in (*registry.BLENDSHAPES, *registry.VISEMES, *registry.EFFECTS):
        assert layer_names.named([layer_names.unit_channel(name)]) == (name,)


@pytest.mark.parametrize(
    ("turn", "axis"), [({"yaw_deg": 20.0, "pitch_deg": 0.0}, 1), ({"yaw_deg": 0.0, "pitch_deg": 20.0}, 0), ({"roll_deg": 20.0}, 2)]
)
def test_a_turn_is_about_its_own_axis_in_radians(turn: dict[str, float], axis: int) -> None:
    values = layer_names.turn_values("head", **{"yaw_deg": 0.0, "pitch_deg": 0.0, **turn})
    first = TURNS.start + 3 * Bone.HEAD
    assert list(values) == [first, first + 1, first + 2]
    expected = [0.0, 0.0, 0.0]
    expected[axis] = math.radians(20)
    assert list(values.values()) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("euler", [(0.0, 0.0, 0.0), (30.0, -20.0, 10.0), (170.0, 10.0, -5.0), (-180.0, 90.0, 180.0)])
def test_a_turn_about_several_axes_is_the_rotation_that_its_angles_mean(euler: tuple[float, float, float]) -> None:
    yaw, pitch, roll = euler
    vector = np.array(list(layer_names.turn_values("neck", yaw_deg=yaw, pitch_deg=pitch, roll_deg=roll).values()))
    angle = np.linalg.norm(vector)
    assert angle <= math.pi + 1e-9
    turned = np.append(vector * np.sinc(angle / 2 / math.pi) / 2, math.cos(angle / 2))
    assert abs(turned @ rotation.from_euler_deg(np.array(euler))) == pytest.approx(1)


@pytest.mark.parametrize("bone", ["left_eye", "right_eye"])
@pytest.mark.parametrize(("yaw_deg", "pitch_deg"), [(15.0, 0.0), (-15.0, 0.0), (0.0, 10.0), (0.0, -10.0)])
def test_an_eye_is_turned_by_its_shapes_as_far_as_was_asked(bone: str, yaw_deg: float, pitch_deg: float) -> None:
    weights = AvatarWeights.at_rest(GroupStates.unknown(1))
    values = layer_names.turn_values(bone, yaw_deg=yaw_deg, pitch_deg=pitch_deg, roll_deg=40.0)
    assert tuple(values) == layer_names.bone_channels(bone)
    for channel, value in values.items():
        weights.shapes[0, channel] = value
    Skeleton(SkeletonOptions()).pose_eyes(weights.bones, weights.shapes)
    eye = registry.BONES.index(bone)
    assert rotation.to_euler_deg(weights.bones[0, eye]) == pytest.approx((yaw_deg, pitch_deg, 0), abs=1e-3)
    other = Bone.LEFT_EYE + Bone.RIGHT_EYE - eye
    assert weights.bones[0, other] == pytest.approx((0, 0, 0, 1))


def test_an_eye_goes_no_further_than_its_shapes() -> None:
    values = layer_names.turn_values("left_eye", yaw_deg=90, pitch_deg=-90)
    assert {layer_names.named([channel])[0]: value for channel, value in values.items()} == {
        "eyeLookInLeft": 0,
        "eyeLookOutLeft": 1,
        "eyeLookUpLeft": 1,
        "eyeLookDownLeft": 0,
    }


def test_a_bone_that_there_is_not_is_told_with_all_there_are() -> None:
    for call in (layer_names.bone_channels, lambda bone: layer_names.turn_values(bone, yaw_deg=0, pitch_deg=0)):
        with pytest.raises(ConfigError, match="^bone is 'haed', expected one of spine, .*, did you mean head$"):
            call("haed")
