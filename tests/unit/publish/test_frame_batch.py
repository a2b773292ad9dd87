from __future__ import annotations

import math

import numpy as np
import pytest

from affectia import registry
from affectia.publish.frame_batch import FrameBatch
from affectia.registry import Bone, Group
from affectia.signals.avatar_weights import AvatarWeights
from affectia.signals.groups import GroupStates
from affectia.signals.retargeted import AFTER_SHAPES
from affectia.wire import avatar_frame, rotation
from affectia.wire.avatar_frame import AvatarFrame
from affectia.wire.layout import Layout, standard_layouts
from tests.unit.fakes import IDENTITY, SHAPE, VISEME

pytestmark = pytest.mark.unit


def weights(count: int = 1) -> AvatarWeights:
    made = AvatarWeights.at_rest(GroupStates.unknown(count))
    made.visemes[:, VISEME["sil"]] = 1
    return made


def fill(batch: FrameBatch, given: AvatarWeights, wide: tuple[bool, ...]) -> None:
    batch.fill(given.channels, given.groups, np.array(wide))


def frames(given: AvatarWeights, *, wide: tuple[bool, ...] | None = None) -> list[AvatarFrame]:
    batch = FrameBatch()
    rows = given.channels.shape[0]
    fill(batch, given, wide or (False,) * rows)
    return [avatar_frame.decode(batch.body(row, 7, row, 1000 + row, 5)) for row in range(rows)]


def test_each_row_is_its_own_frame() -> None:
    given = weights(3)
    given.shapes[:, SHAPE["jawOpen"]] = (0.2, 0.4, 0.6)
    found = frames(given)
    assert [frame.sequence for frame in found] == [0, 1, 2]
    assert [frame.time_nanos for frame in found] == [1000, 1001, 1002]
    assert {(frame.stream_id, frame.publish_delay_micros) for frame in found} == {(7, 5)}
    assert [float(frame.blendshape_weights()[SHAPE["jawOpen"]]) for frame in found] == pytest.approx([0.2, 0.4, 0.6], abs=0.002)


def test_every_part_lands_in_its_place() -> None:
    given = weights()
    given.shapes[0, SHAPE["tongueOut"]] = 1
    given.visemes[0, :] = 0
    given.visemes[0, VISEME["ou"]] = 1
    given.effects[0, 3] = 1
    given.bones[0, Bone.HEAD] = rotation.from_euler_deg(np.array((10.0, 20, -30)))
    given.head_shift_cm[0] = (5, -5, 0.01)
    (frame,) = frames(given)
    assert frame.blendshape_weights().nonzero()[0].tolist() == [SHAPE["tongueOut"]]
    assert frame.viseme_weights().nonzero()[0].tolist() == [VISEME["ou"]]
    assert frame.effect_weights().tolist() == [0, 0, 0, 1]
    assert rotation.to_euler_deg(frame.bone_quaternions()[Bone.HEAD]) == pytest.approx([10, 20, -30], abs=0.01)
    assert frame.bone_quaternions()[[0, 1, 2, 3, 5, 6, 7, 8]].tolist() == [list(IDENTITY)] * 8
    assert frame.head_translation_cm() == pytest.approx([5, -5, 0.01])


def test_a_sound_stands_behind_all_else_in_both_widths() -> None:
    batch = FrameBatch()
    fill(batch, weights(2), (False, True))
    for row in (0, 1):
        frame = avatar_frame.decode(batch.body(row, 1, 2, 3, 4, 48_000))
        assert frame.audio_sample == 48_000
        assert avatar_frame.encode(frame) == batch.body(row, 1, 2, 3, 4, 48_000)
        assert avatar_frame.decode(batch.body(row, 1, 2, 3, 4)).audio_sample is None


def test_only_those_who_asked_get_16_bit() -> None:
    given = weights(3)
    given.shapes[:, 0] = 0.123456
    given.visemes[:] = 1 / 15
    narrow, wide, other = frames(given, wide=(False, True, False))
    assert [len(frame.blendshapes or b"") for frame in (narrow, wide, other)] == [52, 104, 52]
    assert [len(frame.visemes or b"") for frame in (narrow, wide, other)] == [15, 30, 15]
    assert wide.blendshape_weights()[0] == pytest.approx(0.123456, abs=1e-5)
    assert wide.viseme_weights() == pytest.approx(np.full(15, 1 / 15), abs=1e-5)
    assert narrow.blendshape_weights()[0] == pytest.approx(0.123456, abs=0.5 / 255)
    assert wide.effect_weights().tolist() == [0, 0, 0, 0]


def test_a_wide_avatar_does_not_haunt_the_next_batch() -> None:
    batch = FrameBatch()
    fill(batch, weights(2), (True, True))
    fill(batch, weights(1), (False,))
    assert len(avatar_frame.decode(batch.body(0, 1, 2, 3, 4)).blendshapes or b"") == 52


def test_the_dominant_viseme_is_as_sure_as_its_weight_and_the_mouth() -> None:
    given = weights()
    given.visemes[0] = 0
    given.visemes[0, VISEME["PP"]], given.visemes[0, VISEME["aa"]] = 0.2, 0.8
    given.groups.confidence[0, Group.MOUTH] = 0.5
    (frame,) = frames(given)
    assert frame.dominant_viseme == bytes((VISEME["aa"], 102))


def test_quaternions_are_sent_with_w_that_is_not_negative() -> None:
    given = weights()
    given.bones[0, Bone.HEAD] = -rotation.from_euler_deg(np.array((0.0, 20, 0)))
    (frame,) = frames(given)
    assert frame.bones is not None
    raw = np.frombuffer(frame.bones, "<i2").reshape(9, 4)
    assert (raw[:, 3] >= 0).all()
    assert raw[Bone.HEAD].tolist() == [5690, 0, 0, 32269]


def test_a_value_that_is_no_number_becomes_rest() -> None:
    given = weights(2)
    given.shapes[0, :3] = (math.nan, math.inf, -1e9)
    given.head_shift_cm[0] = (math.nan, 1e9, -1e9)
    given.bones[0, Bone.NECK] = math.nan
    given.shapes[1, 0] = 0.5
    broken, whole = frames(given, wide=(True, False))
    assert broken.blendshape_weights()[:3].tolist() == [0, 1, 0]
    assert broken.head_translation_cm().tolist() == pytest.approx([0, 327.67, -327.67])
    assert broken.bone_quaternions()[Bone.NECK].tolist() == list(IDENTITY)
    assert whole.blendshape_weights()[0] == pytest.approx(0.5, abs=0.002)


def test_weights_beyond_their_range_are_clamped() -> None:
    given = weights()
    given.shapes[0, :2] = (1.5, -0.5)
    given.head_shift_cm[0] = (1000, -1000, 0)
    (frame,) = frames(given)
    assert frame.blendshape_weights()[:2].tolist() == [1, 0]
    assert frame.head_translation_cm() == pytest.approx([327.67, -327.67, 0])


OWN = Layout.of(1024, (("A", "Blink_L", "eyeBlinkRight"), registry.BONES, registry.VISEMES, registry.EFFECTS))


def own_frames(given: AvatarWeights, shapes: list[list[float]], wide: tuple[bool, ...]) -> list[AvatarFrame]:
    channels = np.concatenate((np.array(shapes, np.float32), given.channels[:, AFTER_SHAPES]), axis=1)
    batch = FrameBatch(OWN)
    batch.fill(channels, given.groups, np.array(wide))
    known = standard_layouts()
    known.learn(OWN)
    rows = range(channels.shape[0])
    found = [avatar_frame.decode(batch.body(row, 7, row, 1000 + row, 5, 48_000), known) for row in rows]
    assert [avatar_frame.encode(frame) for frame in found] == [batch.body(row, 7, row, 1000 + row, 5, 48_000) for row in rows]
    return found


def test_a_layout_of_ones_own_has_its_shapes_and_all_else_of_the_standard_one() -> None:
    given = weights(2)
    given.visemes[0, :] = 0
    given.visemes[0, VISEME["ou"]] = 1
    given.effects[0, 2] = 1
    given.bones[0, Bone.HEAD] = -rotation.from_euler_deg(np.array((10.0, 20, -30)))
    given.head_shift_cm[0] = (5, -5, 0.01)
    narrow, wide = own_frames(given, [[0.25, 1, 0], [0.123456, 0, 2]], (False, True))
    assert narrow.layout == OWN
    assert narrow.blendshape_weights() == pytest.approx([0.25, 1, 0], abs=0.002)
    assert wide.blendshape_weights() == pytest.approx([0.123456, 0, 1], abs=1e-5)
    assert narrow.viseme_weights().nonzero()[0].tolist() == [VISEME["ou"]]
    assert narrow.effect_weights().tolist() == [0, 0, 1, 0]
    assert rotation.to_euler_deg(narrow.bone_quaternions()[Bone.HEAD]) == pytest.approx([10, 20, -30], abs=0.01)
    assert narrow.head_translation_cm() == pytest.approx([5, -5, 0.01])
    assert wide.viseme_weights().nonzero()[0].tolist() == [VISEME["sil"]]


def test_shapes_that_readers_do_not_know_are_valid_with_any_part_of_the_face() -> None:
    given = weights(4)
    given.groups.valid[1, Group.EYES] = given.groups.valid[2, Group.HEAD] = given.groups.valid[3, Group.MOUTH] = True
    found = own_frames(given, [[0, 0, 0]] * 4, (False,) * 4)
    assert [frame.is_valid(Group.MOUTH) for frame in found] == [False, True, False, True]
    assert [frame.is_valid(Group.EYES) for frame in found] == [False, True, False, False]
    batch = FrameBatch(OWN)
    batch.fill(np.zeros((4, 3 + 58), np.float32), given.groups, np.zeros(4, np.bool_))
    assert [batch.groups(row)[4 * Group.MOUTH] & 1 for row in range(4)] == [0, 0, 0, 1]


def test_the_standard_layout_keeps_each_group_apart() -> None:
    given = weights()
    given.groups.valid[0, Group.EYES] = True
    (frame,) = frames(given)
    assert not frame.is_valid(Group.MOUTH)
