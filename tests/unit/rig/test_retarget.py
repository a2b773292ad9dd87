from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from affectia import registry
from affectia.registry import Bone, Emotion
from affectia.rig.profile import Profile
from affectia.rig.profile_file import packaged_profile, parse_profile
from affectia.rig.retarget import Retarget
from affectia.signals.avatar_weights import AvatarWeights
from affectia.signals.groups import GroupStates
from affectia.signals.retargeted import AFTER_SHAPES
from affectia.wire import rotation
from affectia.wire.layout import STANDARD
from tests.unit.fakes import SHAPE, VISEME, slots

pytestmark = pytest.mark.unit

VRM1 = packaged_profile("vrm1")
ARKIT = packaged_profile("arkit52")


def weights(count: int = 1, **shapes: float) -> AvatarWeights:
    made = AvatarWeights.at_rest(GroupStates.unknown(count))
    for name, value in shapes.items():
        made.shapes[:, SHAPE[name]] = value
    return made


def mine(body: str) -> Profile:
    return parse_profile(f'name = "mine"\nlevel = "jaw"\n{body}', "mine.toml")


def moods(count: int, emotion: Emotion, weight: float = 1) -> npt.NDArray[np.float32]:
    made = np.zeros((count, 8), np.float32)
    made[:, emotion] = weight
    return made


def shown(profile: Profile, given: AvatarWeights, felt: npt.NDArray[np.float32] | None = None) -> dict[str, float]:
    target = Retarget(2)
    target.set(0, profile)
    (found,) = target.shown(slots(0), given, felt)
    return {name: round(float(weight), 5) for name, weight in zip(profile.shape_names, found.shapes[0], strict=True) if weight}


def test_standard_avatars_cost_nothing_and_get_nothing() -> None:
    target = Retarget(4)
    assert target.set(2, ARKIT) is STANDARD
    assert not target.active
    assert target.shown(slots(2), weights(), None) == ()


def test_vrm_speaks_by_visemes_and_blinks_by_sides() -> None:
    given = weights(eyeBlinkLeft=1, eyeBlinkRight=0.25, jawOpen=0.6)
    given.visemes[0, VISEME["aa"]], given.visemes[0, VISEME["E"]] = 0.75, 0.25
    assert shown(VRM1, given) == {"aa": 0.75, "ee": 0.25, "blinkLeft": 1, "blinkRight": 0.25}


def test_vrm_feels_by_moods_and_relaxes_into_a_smile_that_none_explains() -> None:
    smiling = weights(mouthSmileLeft=1, mouthSmileRight=1)
    assert shown(VRM1, smiling) == {"relaxed": 0.7}
    assert shown(VRM1, smiling, moods(1, Emotion.HAPPY)) == {"happy": 1}
    assert shown(VRM1, weights(), moods(1, Emotion.FEAR)) == {"sad": 0.4, "surprised": 0.5}


def test_both_lids_down_is_the_lesser_of_two() -> None:
    jaw_only = packaged_profile("jaw-only")
    assert shown(jaw_only, weights(eyeBlinkLeft=1)) == {}
    assert shown(jaw_only, weights(eyeBlinkLeft=1, eyeBlinkRight=0.75)) == {"blink": 0.75}


def test_lips_that_meet_close_a_jaw_that_is_all_there_is() -> None:
    jaw_only = packaged_profile("jaw-only")
    assert shown(jaw_only, weights(jawOpen=0.5)) == {"jawOpen": 0.5}
    assert shown(jaw_only, weights(jawOpen=0.5, mouthClose=0.5)) == {}


def test_all_else_that_a_frame_carries_comes_along() -> None:
    given = weights(2)
    given.channels[:, AFTER_SHAPES] = np.random.default_rng(1).random((2, 58))
    target = Retarget(4)
    target.set(3, VRM1)
    (found,) = target.shown(slots(1, 3), given, None)
    assert found.rows.tolist() == [1]
    assert found.channels.shape == (1, 17 + 58)
    assert found.channels[0, 17:].tolist() == given.channels[1, AFTER_SHAPES].tolist()


def test_avatars_are_grouped_by_profile_and_keep_their_rows() -> None:
    target = Retarget(8)
    for slot, name in ((0, "vrm1"), (1, "arkit52"), (2, "jaw-only"), (5, "vrm1"), (6, "jaw-only")):
        target.set(slot, packaged_profile(name))
    order = slots(6, 5, 1, 7, 0, 2)
    given = weights(6)
    given.shapes[:, SHAPE["jawOpen"]] = given.visemes[:, VISEME["aa"]] = np.arange(6) / 10
    felt = np.zeros((6, 8), np.float32)
    felt[:, Emotion.HAPPY] = np.arange(6) / 10
    before = given.channels.copy()
    found = {part.shapes.shape[1]: part for part in target.shown(order, given, felt)}
    assert found[17].rows.tolist() == [1, 4]
    assert found[17].shapes[:, VRM1.shape_names.index("aa")] == pytest.approx([0.1, 0.4])
    assert found[17].shapes[:, VRM1.shape_names.index("happy")] == pytest.approx([0.1, 0.4])
    assert found[2].rows.tolist() == [0, 5]
    assert found[2].shapes[:, 0] == pytest.approx([0, 0.5])
    assert (given.channels == before).all()
    assert target.shown(slots(1, 7), weights(2), None) == ()


def test_one_row_and_many_are_the_same() -> None:
    given = weights(64)
    rng = np.random.default_rng(3)
    given.channels[:] = rng.random(given.channels.shape)
    felt = rng.random((64, 8), np.float32)
    target = Retarget(64)
    for slot in range(64):
        target.set(slot, packaged_profile("mblab"))
    (found,) = target.shown(np.arange(64), given, felt)
    many = found.channels.copy()
    for row in range(64):
        one = AvatarWeights(given.channels[row : row + 1], GroupStates.unknown(1))
        (found,) = target.shown(slots(row), one, felt[row : row + 1])
        assert found.channels[0] == pytest.approx(many[row], abs=1e-5)


def test_a_profile_may_change_and_go() -> None:
    target = Retarget(2)
    layout = target.set(0, VRM1)
    target.set(0, packaged_profile("jaw-only"))
    (found,) = target.shown(slots(0), weights(), None)
    assert found.shapes.shape == (1, 2)
    target.forget(slots(0, 1))
    assert not target.active
    assert target.set(1, VRM1) == layout
    assert target.active


def test_a_layout_is_the_same_for_the_same_names_and_another_for_others() -> None:
    target = Retarget(4)
    first = target.set(0, VRM1)
    second = target.set(1, packaged_profile("jaw-only"))
    louder = target.set(2, mine('[shapes]\njawOpen = { from = "jawOpen", gain = 2 }\nblink = "eyesClosed"\n'))
    assert (first.layout_id, second.layout_id) == (1024, 1025)
    assert louder is second
    assert target.set(3, VRM1) is first
    assert first.parts == (VRM1.shape_names, registry.BONES, registry.VISEMES, registry.EFFECTS)
    assert len(target.shown(slots(0, 1, 2), weights(3), None)) == 3


def test_gains_of_the_52_stay_in_the_standard_layout() -> None:
    profile = parse_profile('name = "loud"\nextends = "arkit52"\n[shapes]\njawOpen = { gain = 1.5 }\n', "x")
    target = Retarget(1)
    assert target.set(0, profile) is STANDARD
    assert target.active
    (found,) = target.shown(slots(0), weights(jawOpen=0.4, mouthFunnel=0.5), None)
    assert found.shapes[0, [SHAPE["jawOpen"], SHAPE["mouthFunnel"]]] == pytest.approx([0.6, 0.5])


def test_a_mirrored_avatar_swaps_shapes_and_bones_and_leaves_the_weights() -> None:
    profile = parse_profile('name = "m"\nextends = "arkit52"\nmirror = true\n', "x")
    given = weights(eyeBlinkLeft=1, jawRight=0.5)
    given.bones[0, Bone.HEAD] = rotation.from_euler_deg(np.array((10.0, 5, 0)))
    target = Retarget(1)
    assert target.set(0, profile) is STANDARD
    (found,) = target.shown(slots(0), given, None)
    mirrored = AvatarWeights(np.pad(found.channels, ((0, 0), (0, 30))), given.groups)
    assert {name: float(mirrored.shapes[0, place]) for name, place in SHAPE.items() if mirrored.shapes[0, place]} == {
        "eyeBlinkRight": 1,
        "jawLeft": 0.5,
    }
    assert rotation.to_euler_deg(mirrored.bones[0, Bone.HEAD]) == pytest.approx([-10, 5, 0], abs=1e-3)
    assert rotation.to_euler_deg(given.bones[0, Bone.HEAD]) == pytest.approx([10, 5, 0], abs=1e-3)


def test_a_number_that_is_none_spoils_nothing_else() -> None:
    given = weights(jawOpen=0.5, eyeBlinkLeft=np.nan, mouthFunnel=np.inf)
    given.visemes[0, VISEME["aa"]] = 0.5
    assert shown(VRM1, given) == {"aa": 0.5}
    assert shown(packaged_profile("metahuman"), given) == {"JawOpen": 0.5, "MouthFunnel": 1}


def test_more_avatars_than_before_find_room() -> None:
    target = Retarget(16)
    for slot in range(16):
        target.set(slot, VRM1 if slot % 2 else packaged_profile("jaw-only"))
    for count in (1, 4, 2, 16):
        given = weights(count, eyeBlinkLeft=1, eyeBlinkRight=1)
        parts = target.shown(np.arange(count), given, None)
        assert sum(part.rows.size for part in parts) == count
        for part in parts:
            assert (part.shapes.sum(axis=1) == (2 if part.shapes.shape[1] == 17 else 1)).all()
