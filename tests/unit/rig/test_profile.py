from __future__ import annotations

from dataclasses import replace

import pytest

from affectia import registry
from affectia.registry import Group
from affectia.rig.profile import Curve, Profile, ProfileShape
from affectia.rig.profile_sources import PLACES

pytestmark = pytest.mark.unit


def standard(**changes: object) -> Profile:
    shapes = tuple(ProfileShape(name, ((name, 1.0),)) for name in registry.BLENDSHAPES)
    return replace(Profile("p", "title", "shapes", shapes), **changes)  # type: ignore[arg-type]


def test_a_linear_curve_is_the_sum_itself_from_0_on() -> None:
    assert [Curve().at(x) for x in (-1, 0, 0.3, 1.2)] == [0, 0, 0.3, 1.2]


def test_a_damped_curve_takes_from_the_strong() -> None:
    curve = Curve("damped", damping=0.3)
    assert [curve.at(x) for x in (-1, 0, 0.5, 1, 2)] == pytest.approx([0, 0, 0.425, 0.7, 0.7])


def test_a_sigmoid_sets_in_late_and_reaches_both_ends() -> None:
    curve = Curve("sigmoid", steepness=10, middle=0.4)
    assert [curve.at(x) for x in (-1, 0, 1, 3)] == pytest.approx([0, 0, 1, 1])
    assert curve.at(0.15) < 0.1
    assert curve.at(0.65) > 0.9
    steps = [curve.at(x / 50) for x in range(51)]
    assert steps == sorted(steps)


def test_a_row_sums_what_its_sources_share() -> None:
    shape = ProfileShape("x", (("mouthSmile", 1.0), ("mouthSmileLeft", 0.25), ("happy", -1.0), ("au12Right", -0.5)))
    assert dict(shape.row) == {PLACES["mouthSmileLeft"]: 0.75, PLACES["happy"]: -1.0}


def test_the_group_is_that_of_the_strongest_source_unless_it_is_said() -> None:
    shape = ProfileShape("x", (("browInnerUp", 0.5), ("eyeWideLeft", 0.9)))
    assert shape.shown_group is Group.EYES
    assert replace(shape, group=Group.HEAD).shown_group is Group.HEAD
    assert ProfileShape("x", (("aa", 0.5), ("happy", -1.0))).shown_group is Group.EMOTION
    assert ProfileShape("x", ()).shown_group is Group.MOUTH


def test_a_copy_is_one_source_and_nothing_else() -> None:
    shape = ProfileShape("Blink_L", (("eyeBlinkLeft", 1.0),))
    assert shape.is_copy
    others = (
        replace(shape, gain=1.1),
        replace(shape, offset=0.1),
        replace(shape, limit=(0.0, 0.9)),
        replace(shape, curve=Curve("damped")),
        replace(shape, sources=(("eyeBlinkLeft", 0.5),)),
        replace(shape, sources=(("eyeBlink", 1.0),)),
        replace(shape, sources=()),
    )
    assert not any(other.is_copy for other in others)


def test_only_the_52_as_they_are_make_the_standard_profile() -> None:
    profile = standard()
    assert profile.is_standard
    assert profile.shape_names == registry.BLENDSHAPES
    first, second, *rest = profile.shapes
    assert not standard(mirrored=True).is_standard
    assert not standard(tongue=False).is_standard
    assert not standard(shapes=profile.shapes[1:]).is_standard
    assert not standard(shapes=(second, first, *rest)).is_standard
    assert not standard(shapes=(replace(first, gain=1.2), second, *rest)).is_standard
    assert not standard(shapes=(replace(first, sources=(("jawOpen", 1.0),)), second, *rest)).is_standard


def test_profiles_are_equal_where_all_of_them_is() -> None:
    assert standard() == standard()
    assert len({standard(), standard(), standard(title="other")}) == 2
