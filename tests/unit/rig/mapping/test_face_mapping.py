from __future__ import annotations

import numpy as np
import pytest

from affectia import registry
from affectia.rig.mapping.face_mapping import FaceMapping
from affectia.rig.mapping.mapping_variant import MappingVariant
from affectia.signals import face_channels
from affectia.signals.avatar_state import AvatarState
from affectia.signals.face_channels import ALL_ACTION_UNITS, BLINK_BIT
from affectia.signals.groups import GroupStates
from tests.unit.fakes import SHAPE, slots

pytestmark = pytest.mark.unit


def state(count: int = 1, *, units: float = 0.5, measured: int = ALL_ACTION_UNITS) -> AvatarState:
    """Faces with every shape at 0.4 and every unit as given."""
    values = face_channels.at_rest(count)
    values[:, face_channels.SHAPES] = 0.4
    values[:, face_channels.ACTION_UNITS] = units
    return AvatarState(values, np.full(count, measured, np.uint32), GroupStates.unknown(count))


def shown(variant: MappingVariant, given: AvatarState | None = None) -> dict[str, float]:
    mapping = FaceMapping(4)
    mapping.set(2, variant)
    given = given or state()
    mapping.apply(slots(2), given)
    return dict(zip(registry.BLENDSHAPES, given.blendshapes[0].tolist(), strict=True))


def test_what_is_measured_is_shown_until_something_else_is_set() -> None:
    mapping = FaceMapping(4)
    assert not mapping.active
    given = state(2)
    mapping.apply(slots(0, 3), given)
    np.testing.assert_array_equal(given.values, state(2).values)
    assert mapping.overlay_shares(slots(0, 3)).tolist() == [0, 0]


def test_shapes_come_out_of_units_but_for_blinks_gaze_and_what_none_tells() -> None:
    found = shown(MappingVariant.ACTION_UNITS)
    assert found["mouthSmileLeft"] == pytest.approx(0.55)
    assert found["browInnerUp"] == pytest.approx(0.5)
    stay = [name for name in found if name.startswith(("eyeBlink", "eyeLook"))]
    stay += ["jawForward", "jawLeft", "jawRight", "mouthClose", "mouthLeft", "mouthRight", "cheekPuff", "tongueOut"]
    assert [found[name] for name in stay] == pytest.approx([0.4] * len(stay))
    assert sum(value == pytest.approx(0.4) for value in found.values()) == len(stay)


def test_face_without_measured_units_keeps_its_shapes() -> None:
    found = shown(MappingVariant.ACTION_UNITS, state(units=0, measured=BLINK_BIT))
    assert list(found.values()) == pytest.approx([0.4] * 52)


def test_what_shows_feelings_is_left_to_the_overlay() -> None:
    found = shown(MappingVariant.EMOTION)
    out = {name for name, value in found.items() if value == 0}
    pairs = ("browDown", "browOuterUp", "eyeSquint", "eyeWide", "cheekSquint", "noseSneer", "mouthSmile", "mouthFrown", "mouthDimple")
    assert out == {"browInnerUp", *(pair + side for pair in pairs for side in ("Left", "Right"))}
    assert all(value == pytest.approx(0.4) for name, value in found.items() if name not in out)


def test_blend_is_half_of_it() -> None:
    found = shown(MappingVariant.BLEND)
    assert found["browInnerUp"] == pytest.approx(0.2)
    assert found["eyeBlinkLeft"] == found["jawOpen"] == found["mouthPucker"] == pytest.approx(0.4)


def test_overlay_adds_what_was_taken_out() -> None:
    mapping = FaceMapping(4)
    for slot, variant in enumerate(MappingVariant):
        mapping.set(slot, variant)
    assert mapping.active
    assert mapping.overlay_shares(slots(0, 1, 2, 3)).tolist() == [0, 0, 1, 0.5]


def test_each_avatar_of_a_pass_has_its_own() -> None:
    mapping = FaceMapping(8)
    for slot, variant in zip((6, 1, 4), (MappingVariant.ACTION_UNITS, MappingVariant.EMOTION, MappingVariant.BLEND), strict=True):
        mapping.set(slot, variant)
    given = state(4)
    mapping.apply(slots(4, 0, 6, 1), given)
    assert given.blendshapes[:, SHAPE["mouthSmileLeft"]].tolist() == pytest.approx([0.2, 0.4, 0.55, 0])
    assert given.blendshapes[:, SHAPE["eyeBlinkLeft"]].tolist() == pytest.approx([0.4] * 4)
    np.testing.assert_array_equal(given.values[:, 52:], state(4).values[:, 52:], "units, gaze and head are left alone")


def test_variant_that_is_set_anew_takes_the_place_of_the_old_one() -> None:
    mapping = FaceMapping(2)
    mapping.set(0, MappingVariant.ACTION_UNITS)
    mapping.set(0, MappingVariant.EMOTION)
    given = state()
    mapping.apply(slots(0), given)
    assert given.blendshapes[0, SHAPE["mouthPucker"]] == pytest.approx(0.4)
    assert given.blendshapes[0, SHAPE["mouthSmileLeft"]] == 0


def test_slot_that_is_given_back_shows_what_is_measured() -> None:
    mapping = FaceMapping(4)
    mapping.set(1, MappingVariant.BLEND)
    mapping.set(3, MappingVariant.ACTION_UNITS)
    mapping.forget(slots(1, 3))
    assert not mapping.active
    given = state(2)
    mapping.apply(slots(1, 3), given)
    np.testing.assert_array_equal(given.values, state(2).values)
