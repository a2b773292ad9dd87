from __future__ import annotations

import numpy as np
import pytest

from affectia import registry
from affectia.errors import ConfigError
from affectia.registry import Bone, Group, Source
from affectia.rig.channel_routing import OWN, ChannelRouting
from affectia.signals.avatar_weights import AvatarWeights
from affectia.signals.groups import GroupStates
from tests.unit.fakes import SHAPE, VISEME, slots

pytestmark = pytest.mark.unit


def frame(*levels: float) -> AvatarWeights:
    """Avatars of which everything is at a level of its own, every group valid, from the face, at this confidence."""
    groups = GroupStates.unknown(len(levels))
    groups.valid[:] = True
    groups.source[:] = Source.FACE
    weights = AvatarWeights.at_rest(groups)
    for row, level in enumerate(levels):
        weights.channels[row] = level
        groups.levels[row] = level
    return weights


def test_everything_is_an_avatars_own_at_first() -> None:
    routing = ChannelRouting(4)
    weights = frame(0.1, 0.2)
    routing.route(slots(0, 1), weights)
    np.testing.assert_array_equal(weights.channels, frame(0.1, 0.2).channels)
    assert not routing.active
    assert routing.routes(0) == {}


def test_group_of_another_goes_over_whole_and_nothing_else_does() -> None:
    routing = ChannelRouting(4)
    routing.set(1, Group.HEAD, 0)
    weights = frame(0.1, 0.2)
    weights.groups.source[0] = Source.IDLE
    routing.route(slots(0, 1), weights)
    assert (weights.bones[1, [Bone.NECK, Bone.HEAD]] == np.float32(0.1)).all()
    assert (weights.head_shift_cm[1] == np.float32(0.1)).all()
    assert (np.delete(weights.bones[1], [Bone.NECK, Bone.HEAD], axis=0) == np.float32(0.2)).all()
    assert (weights.shapes[1] == np.float32(0.2)).all()
    assert weights.groups.source[1].tolist() == [1, 1, 1, Source.IDLE, 1, 1]
    assert weights.groups.levels[1, :, 0].tolist() == pytest.approx([0.2, 0.2, 0.2, 0.1, 0.2, 0.2])
    np.testing.assert_array_equal(weights.channels[0], frame(0.1).channels[0])


@pytest.mark.parametrize("group", list(Group))
def test_every_shown_channel_belongs_to_one_group(group: Group) -> None:
    routing = ChannelRouting(2)
    routing.set(0, group, 1)
    weights = frame(0.1, 0.2)
    routing.route(slots(0, 1), weights)
    theirs = weights.channels[0] == np.float32(0.2)
    bones, shapes = (np.count_nonzero(np.array(of) == group) for of in (registry.BONE_GROUPS, registry.BLENDSHAPE_GROUPS))
    others = {Group.MOUTH: len(VISEME), Group.EMOTION: len(registry.EFFECTS), Group.HEAD: 3}.get(group, 0)
    assert np.count_nonzero(theirs) == shapes + 4 * bones + others
    assert not theirs[-30:].any(), "what is measured of a face stays its avatar's"


def test_source_gives_its_last_frame_also_to_one_that_is_shown_apart_from_it() -> None:
    routing = ChannelRouting(4)
    routing.set(3, Group.EYES, 1)
    routing.route(slots(0, 1), frame(0.1, 0.7))
    later = frame(0.3)
    routing.route(slots(3), later)
    assert later.shapes[0, SHAPE["eyeBlinkLeft"]] == np.float32(0.7)
    assert later.shapes[0, SHAPE["jawOpen"]] == np.float32(0.3)
    assert later.groups.confidence[0, Group.EYES] == np.float32(0.7)


def test_source_that_never_had_a_frame_is_at_rest_and_not_valid() -> None:
    routing = ChannelRouting(4)
    routing.set(0, Group.HEAD, 2)
    weights = frame(0.5)
    routing.route(slots(0), weights)
    assert weights.bones[0, Bone.HEAD].tolist() == [0, 0, 0, 1]
    assert weights.groups.valid[0].tolist() == [True, True, True, False, True, True]
    assert weights.groups.age_secs[0, Group.HEAD] == np.inf


def test_group_from_nowhere_is_at_rest_and_not_valid() -> None:
    routing = ChannelRouting(4)
    routing.set(0, Group.MOUTH, None)
    weights = frame(0.5)
    routing.route(slots(0), weights)
    mouth = np.array(registry.BLENDSHAPE_GROUPS) == Group.MOUTH
    assert not weights.shapes[0, mouth].any()
    assert weights.shapes[0, ~mouth].all()
    assert not weights.visemes.any()
    assert not weights.groups.valid[0, Group.MOUTH]


def test_routes_in_a_circle_exchange_what_each_has_of_its_own() -> None:
    routing = ChannelRouting(3)
    for slot in range(3):
        routing.set(slot, Group.BROWS, (slot + 1) % 3)
    for _ in range(2):
        weights = frame(0.1, 0.2, 0.3)
        routing.route(slots(0, 1, 2), weights)
        assert weights.shapes[:, SHAPE["browInnerUp"]].tolist() == pytest.approx([0.2, 0.3, 0.1])


def test_groups_of_one_avatar_may_come_from_several() -> None:
    routing = ChannelRouting(3)
    routing.set(2, Group.EYES, 0)
    routing.set(2, Group.MOUTH, 1)
    routing.set(2, Group.BODY, None)
    weights = frame(0.1, 0.2, 0.3)
    routing.route(slots(0, 1, 2), weights)
    row = weights.shapes[2, [SHAPE[name] for name in ("eyeWideLeft", "jawOpen", "browInnerUp")]]
    assert row.tolist() == pytest.approx([0.1, 0.2, 0.3])
    assert routing.routes(2) == {Group.EYES: 0, Group.MOUTH: 1, Group.BODY: None}


def test_own_again_is_own_and_costs_nothing() -> None:
    routing = ChannelRouting(3)
    routing.set(0, Group.HEAD, 1)
    routing.set(0, Group.EYES, None)
    routing.set(0, Group.HEAD, OWN)
    assert routing.routes(0) == {Group.EYES: None}
    routing.set(0, Group.EYES, 0)
    assert routing.routes(0) == {}, "itself is its own"
    assert not routing.active


def test_source_that_ends_leaves_rest_whoever_has_its_slot_next() -> None:
    routing = ChannelRouting(3)
    routing.set(0, Group.HEAD, 1)
    routing.route(slots(0, 1), frame(0.1, 0.2))
    routing.forget(slots(1))
    weights = frame(0.1, 0.9)
    routing.route(slots(0, 1), weights)
    assert weights.bones[0, Bone.HEAD].tolist() == [0, 0, 0, 1]
    assert not weights.groups.valid[0, Group.HEAD]
    assert routing.routes(0) == {Group.HEAD: None}


def test_avatar_that_ends_has_no_routes() -> None:
    routing = ChannelRouting(3)
    routing.set(0, Group.HEAD, 1)
    routing.forget(slots(0))
    assert not routing.active
    weights = frame(0.1, 0.2)
    routing.route(slots(0, 1), weights)
    np.testing.assert_array_equal(weights.channels, frame(0.1, 0.2).channels)


def test_source_that_loses_consent_gives_nothing_of_before() -> None:
    routing = ChannelRouting(3)
    routing.set(0, Group.HEAD, 1)
    routing.route(slots(1), frame(0.2))
    routing.drop(slots(1))
    weights = frame(0.1)
    routing.route(slots(0), weights)
    assert weights.bones[0, Bone.HEAD].tolist() == [0, 0, 0, 1]
    assert not weights.groups.valid[0, Group.HEAD]
    routing.route(slots(1), frame(0.3))
    again = frame(0.1)
    routing.route(slots(0), again)
    assert again.bones[0, Bone.HEAD, 0] == np.float32(0.3), "the route is still there"


@pytest.mark.parametrize("source", [-2, 3])
def test_slot_that_is_not_there_is_refused(source: int) -> None:
    with pytest.raises(ConfigError, match=f"source of head is slot {source}, expected 0 to 2"):
        ChannelRouting(3).set(0, Group.HEAD, source)
