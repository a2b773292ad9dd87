from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from affectia import registry
from affectia.clock import NANOS_PER_SEC
from affectia.errors import ConfigError
from affectia.motion import bone_turns
from affectia.motion.layer_motion import LayerMotion, LayerMotionOptions
from affectia.motion.speech_motion import SpeechMotion
from affectia.motion.spring import SpringOptions
from affectia.registry import Bone
from affectia.rig.lip_gap import lip_gap
from affectia.rig.viseme_shapes import load_viseme_shapes
from affectia.signals.acting_layers import ActingLayers, OverrideRows
from affectia.signals.avatar_weights import AvatarWeights
from affectia.signals.groups import GroupStates
from affectia.signals.pose_layer import CHANNELS, EFFECTS, SHIFT, TURNS, VISEMES
from affectia.signals.speech_weights import SpeechWeights
from affectia.wire import rotation
from tests.unit.fakes import SHAPE, VISEME, nanos, slots

pytestmark = pytest.mark.unit

Floats = npt.NDArray[np.float32]
RATE_HZ = 60
QUICK = SpringOptions(1e-3, 1e-3)
AT_ONCE = LayerMotionOptions(QUICK, QUICK, QUICK, QUICK, QUICK)
GLOW = EFFECTS.start
NOD = TURNS.start + 3 * Bone.HEAD  # pitch of the head
SURPRISE = {"jawOpen": 1.0, "mouthFunnel": 0.6, "mouthLowerDownLeft": 0.8, "mouthLowerDownRight": 0.8, "mouthSmileLeft": 1.0}


def layer(channels: Mapping[Any, float], *, count: int = 1, row: int = 0) -> Floats:
    made = np.zeros((count, CHANNELS), np.float32)
    for channel, value in channels.items():
        made[row, SHAPE[channel] if isinstance(channel, str) else channel] = value
    return made


def overrides(
    row: int = 0, *, value: Mapping[int, float] | None = None, share: float = 1.0, added: Mapping[int, float] | None = None
) -> OverrideRows:
    shares = layer(dict.fromkeys(value or {}, share))
    return OverrideRows(slots(row), shares, layer(value or {}), layer(added or {}))


def resting(count: int = 1, acting: ActingLayers | None = None, **shapes: float) -> AvatarWeights:
    weights = AvatarWeights.at_rest(GroupStates.unknown(count), None, acting)
    weights.visemes[:, VISEME["sil"]] = 1
    for name, value in shapes.items():
        weights.shapes[:, SHAPE[name]] = value
    return weights


def shape(weights: AvatarWeights, name: str, row: int = 0) -> float:
    return float(weights.shapes[row, SHAPE[name]])


def run(
    target: LayerMotion, acting: ActingLayers | None, *, frames: int = 2, begins: int = 0, rate_hz: int = RATE_HZ, **face: float
) -> Floats:
    """(frames, channels) of one avatar with a face that stands still, `begins` frames after the start."""
    rows = []
    for number in range(begins, begins + frames):
        weights = resting(1, acting, **face)
        time = NANOS_PER_SEC + number * NANOS_PER_SEC // rate_hz
        rows.append(target.layered(slots(0), nanos(time), weights).channels[0].copy())
    return np.array(rows)


def shown(acting: ActingLayers | None, **face: float) -> AvatarWeights:
    """What is shown when all feelings are there."""
    target, weights = LayerMotion(1, AT_ONCE), resting(1, acting, **face)
    for second in range(2):
        weights = resting(1, acting, **face)
        target.layered(slots(0), nanos((second + 1) * NANOS_PER_SEC), weights)
    return weights


def test_without_layers_a_face_passes() -> None:
    weights = shown(None, jawOpen=0.4, eyeLookDownLeft=1.0)
    np.testing.assert_array_equal(weights.channels, resting(1, None, jawOpen=0.4, eyeLookDownLeft=1.0).channels)


def test_idle_life_is_added() -> None:
    idle = layer({SHAPE["eyeBlinkLeft"]: 0.5, GLOW: 0.2, NOD: 0.1, SHIFT.start + 1: 0.4})
    weights = shown(ActingLayers(idle=idle), eyeBlinkLeft=0.25)
    assert shape(weights, "eyeBlinkLeft") == 0.75
    assert weights.visemes[0].tolist() == resting().visemes[0].tolist()
    assert weights.effects[0, 0] == pytest.approx(0.2)
    np.testing.assert_allclose(rotation.to_euler_deg(weights.bones[0, Bone.HEAD]), [0, math.degrees(0.1), 0], atol=1e-4)
    assert weights.head_shift_cm[0].tolist() == [0, pytest.approx(0.4), 0]


def test_a_turn_is_put_on_a_head_that_is_turned_already() -> None:
    turned = rotation.from_euler_deg(np.array([40.0, 0, 0])).astype(np.float32)
    weights = resting(1, ActingLayers(idle=layer({NOD: 0.2}), feeling=layer({NOD: 0.1})))
    target = LayerMotion(1, AT_ONCE)
    for second in range(2):
        weights.bones[0, Bone.HEAD] = turned
        target.layered(slots(0), nanos((second + 1) * NANOS_PER_SEC), weights)
    nod = bone_turns.quaternions(np.array([[[0.3, 0, 0]]], np.float32))[0, 0]
    np.testing.assert_allclose(weights.bones[0, Bone.HEAD], rotation.multiplied(turned, nod), atol=1e-5)
    np.testing.assert_array_equal(weights.bones[0, Bone.NECK], [0, 0, 0, 1])


def test_a_feeling_fills_what_a_shape_lacks_and_takes_of_what_it_has() -> None:
    feeling = layer({"browInnerUp": 0.5, "browDownLeft": -0.5, "browDownRight": -0.5, "cheekPuff": 1.0})
    weights = shown(ActingLayers(feeling=feeling), browInnerUp=0.6, browDownLeft=0.6, cheekPuff=0.9)
    assert shape(weights, "browInnerUp") == pytest.approx(0.8)
    assert shape(weights, "browDownLeft") == pytest.approx(0.3)
    assert shape(weights, "browDownRight") == 0
    assert shape(weights, "cheekPuff") == pytest.approx(1)


def test_effects_of_a_feeling_do_not_add_up() -> None:
    weights = shown(ActingLayers(idle=layer({GLOW: 0.3}), feeling=layer({GLOW: 0.2, GLOW + 1: 0.6})))
    assert weights.effects[0].tolist() == [pytest.approx(0.3), pytest.approx(0.6), 0, 0]


def test_a_feeling_comes_softly_and_goes_more_slowly() -> None:
    target = LayerMotion(1)
    brows = LayerMotionOptions().brows
    come = run(target, ActingLayers(feeling=layer({"browInnerUp": 1.0})), frames=60)[:, SHAPE["browInnerUp"]]
    go = run(target, None, frames=90, begins=60)[:, SHAPE["browInnerUp"]]
    assert come[0] == 0, "the first frame that wants it is where it starts"
    assert np.diff(come).max() < 0.2
    assert np.diff(go).min() > -0.1
    arrives, leaves = np.flatnonzero(come >= 0.98)[0] / RATE_HZ, (np.flatnonzero(go <= 0.02)[0] + 1) / RATE_HZ
    assert arrives == pytest.approx(brows.attack_secs, abs=2 / RATE_HZ)
    assert leaves == pytest.approx(brows.release_secs, abs=2 / RATE_HZ)
    assert go[-1] == 0, "and then there is nothing of it"


@pytest.mark.parametrize("rate_hz", [15, 30, 120])
def test_a_feeling_is_where_it_is_at_any_frame_rate(rate_hz: int) -> None:
    acting = ActingLayers(feeling=layer({"browInnerUp": 1.0, NOD: 0.2, GLOW: 1.0}))
    ends = [run(LayerMotion(1), acting, frames=rate // 5 + 1, rate_hz=rate)[-1] for rate in (60, rate_hz)]
    assert 0.5 < ends[0][SHAPE["browInnerUp"]] < 1
    np.testing.assert_allclose(ends[0], ends[1], atol=2e-4)


def test_a_feeling_that_comes_after_a_long_time_without_starts_as_softly() -> None:
    target = LayerMotion(1)
    run(target, None, frames=1)
    late = run(target, ActingLayers(feeling=layer({"browInnerUp": 1.0})), frames=5, begins=6000)
    np.testing.assert_allclose(late, run(LayerMotion(1), ActingLayers(feeling=layer({"browInnerUp": 1.0})), frames=5), atol=1e-5)


def test_talking_leaves_eyes_brows_cheeks_and_a_share_of_the_corners() -> None:
    feeling = layer(dict.fromkeys(registry.BLENDSHAPES, 0.5))
    talking = np.ones(1, np.float32)
    weights = shown(ActingLayers(feeling=feeling, talking=talking))
    for name, group in zip(registry.BLENDSHAPES, registry.BLENDSHAPE_GROUPS, strict=True):
        if name.startswith(("eyeLook", "eyeBlink", "eyeWide")):
            continue  # of opposites nothing is left, and wide eyes narrow
        keeps = 1.0 if group != registry.Group.MOUTH or name.startswith(("cheekSquint", "noseSneer")) else 0.0
        keeps = 0.4 if name.startswith(("mouthSmile", "mouthFrown", "mouthDimple")) else keeps
        assert shape(weights, name) == pytest.approx(0.5 * keeps, abs=1e-3), name
    half = shown(ActingLayers(feeling=feeling, talking=talking * np.float32(0.5)))
    assert shape(half, "jawOpen") == pytest.approx(0.25, abs=1e-3)


@pytest.mark.parametrize("talking", [None, 0.0, 0.5, 1.0])
@pytest.mark.parametrize("smiles", ["feeling", "idle"])
def test_lips_that_a_sound_shuts_stay_shut_under_any_feeling_or_gesture(talking: float | None, smiles: str) -> None:
    table = load_viseme_shapes()
    speaks = SpeechMotion(1, floors=table.closure_floors, jaw_caps=table.closure_jaw_caps)
    layers = LayerMotion(1)
    gaps, apart, press = [], [], []
    for number in range(90):
        viseme = "PP" if number % 15 in (9, 10, 11, 12) else "aa"
        visemes = np.zeros((1, 15), np.float32)
        visemes[0, VISEME[viseme]] = 1
        spoken = visemes @ table.shapes
        speech = SpeechWeights(slots(0), spoken, visemes @ table.closure_strength, visemes, np.ones(1, np.float32))
        heard = None if talking is None else np.array([talking], np.float32)
        wanted = layer(SURPRISE)
        acting = ActingLayers(wanted, None, heard) if smiles == "idle" else ActingLayers(None, wanted, heard)
        weights = AvatarWeights.at_rest(GroupStates.unknown(1), speech, acting)
        time = nanos(NANOS_PER_SEC + number * NANOS_PER_SEC // RATE_HZ)
        weights = layers.layered(slots(0), time, speaks.spoken(slots(0), time, weights))
        gaps.append(float(lip_gap(weights.shapes[0])))
        apart.append(shape(weights, "jawOpen") - shape(weights, "mouthClose"))
        press.append(shape(weights, "mouthPressLeft"))
    closings = np.array(gaps).reshape(6, 15).min(axis=1)
    assert closings.max() <= 0.02
    assert np.array(apart).reshape(6, 15).min(axis=1).max() <= 0.05
    assert np.array(press).reshape(6, 15).max(axis=1).min() >= 0.9 * 0.5
    assert max(gaps) > 0.4, "between them it is open"


def test_an_override_is_added_then_set_by_its_share() -> None:
    jaw, brow = SHAPE["jawOpen"], SHAPE["browInnerUp"]
    weights = shown(
        ActingLayers(overrides=overrides(value={jaw: 1.0}, share=0.5, added={jaw: 0.2, brow: 0.3})), jawOpen=0.2, browInnerUp=0.9
    )
    assert shape(weights, "jawOpen") == pytest.approx(0.7)
    assert shape(weights, "browInnerUp") == 1


def test_an_override_wins_over_all_other_layers() -> None:
    jaw = SHAPE["jawOpen"]
    acting = ActingLayers(idle=layer({jaw: 0.3}), feeling=layer({jaw: 1.0}), overrides=overrides(value={jaw: 0.0}))
    assert shape(shown(acting, jawOpen=0.4), "jawOpen") == 0


def test_overridden_bones_go_the_short_way_by_the_share() -> None:
    acting = ActingLayers(overrides=overrides(value=dict.fromkeys((NOD, NOD + 1, NOD + 2), 0.6), share=0.5))
    weights = shown(acting)
    expected = bone_turns.quaternions(np.full((1, 1, 3), 0.3, np.float32))[0, 0]
    np.testing.assert_allclose(weights.bones[0, Bone.HEAD], expected, atol=1e-5)
    np.testing.assert_allclose(weights.bones[0, Bone.NECK], [0, 0, 0, 1], atol=1e-6)
    added = shown(ActingLayers(overrides=overrides(added={NOD: 0.3, SHIFT.start: 2.0})))
    np.testing.assert_allclose(rotation.to_euler_deg(added.bones[0, Bone.HEAD]), [0, math.degrees(0.3), 0], atol=1e-4)
    assert added.head_shift_cm[0].tolist() == [2, 0, 0]


@pytest.mark.parametrize("given_visemes", [{"aa": 1.0}, {"aa": 0.0, "sil": 0.0}, {"PP": 1.0, "ou": 0.5}])
def test_visemes_that_are_overridden_still_sum_to_1(given_visemes: dict[str, float]) -> None:
    value = {VISEMES.start + VISEME[name]: weight for name, weight in given_visemes.items()}
    visemes = shown(ActingLayers(overrides=overrides(value=value))).visemes[0]
    assert visemes.sum() == pytest.approx(1)
    assert visemes.min() >= 0
    if not any(given_visemes.values()):
        assert visemes[VISEME["sil"]] == 1


def test_an_override_touches_no_other_row() -> None:
    weights = resting(3, ActingLayers(overrides=overrides(1, value={SHAPE["jawOpen"]: 1.0, VISEMES.start + 10: 1.0, NOD: 0.3})))
    LayerMotion(3).layered(slots(0, 1, 2), nanos(1, 2, 3), weights)
    np.testing.assert_array_equal(weights.channels[[0, 2]], resting(2).channels)
    assert shape(weights, "jawOpen", 1) == 1


def test_lids_follow_eyes_that_a_layer_turns_down_but_not_those_of_a_captured_face() -> None:
    down = SHAPE["eyeLookDownLeft"]
    assert shape(shown(ActingLayers(idle=layer({down: 0.5})), eyeLookDownRight=1.0), "eyeBlinkLeft") == pytest.approx(0.15)
    assert shape(shown(ActingLayers(idle=layer({down: 0.5})), eyeLookDownRight=1.0), "eyeBlinkRight") == 0
    assert shape(shown(ActingLayers(overrides=overrides(value={down: 1.0}))), "eyeBlinkLeft") == pytest.approx(0.3)
    forced = shown(ActingLayers(overrides=overrides(value={down: 1.0, SHAPE["eyeBlinkLeft"]: 0.0})))
    assert shape(forced, "eyeBlinkLeft") == 0, "a lid that is set is where it was set"


def test_layers_that_are_too_much_are_cut() -> None:
    weights = shown(ActingLayers(idle=layer({"browInnerUp": 0.7, "jawOpen": -0.5})), browInnerUp=0.6, jawOpen=0.2)
    assert shape(weights, "browInnerUp") == 1
    assert shape(weights, "jawOpen") == 0


def crowd(order: list[int]) -> Floats:
    """(6, channels) by slot after some frames in which slots 1 and 4 feel something, rows in this order."""
    target, dice = LayerMotion(6), np.random.default_rng(3)
    rows = np.array(order)
    found = np.zeros((6, resting().channels.shape[1]), np.float32)
    for number in range(8):
        feeling, shapes = np.zeros((6, CHANNELS), np.float32), dice.uniform(0, 0.5, (6, 52)).astype(np.float32)
        feeling[[1, 4], : VISEMES.start] = 0.7
        weights = resting(rows.size, ActingLayers(feeling=feeling[rows]) if number < 6 else None)
        weights.shapes[:] = shapes[rows]
        target.layered(rows, np.full(rows.size, NANOS_PER_SEC + number * 30_000_000), weights)
        found[rows] = weights.channels
    return found


def test_an_avatar_is_the_same_in_any_crowd() -> None:
    whole = crowd([0, 1, 2, 3, 4, 5])
    np.testing.assert_array_equal(crowd([5, 3, 1, 0, 4, 2]), whole)
    np.testing.assert_array_equal(crowd([1])[1], whole[1])
    np.testing.assert_array_equal(crowd([4, 0])[[0, 4]], whole[[0, 4]])


def test_a_reset_slot_shows_nothing_of_its_feeling() -> None:
    target = LayerMotion(1)
    run(target, ActingLayers(feeling=layer({"browInnerUp": 1.0})), frames=30)
    target.reset(slots(0))
    np.testing.assert_array_equal(run(target, None, frames=1, begins=30)[0], resting().channels[0])


def test_a_feeling_that_is_no_number_does_no_harm_beyond_its_channel() -> None:
    target = LayerMotion(1)
    run(target, ActingLayers(feeling=layer({"browInnerUp": 0.5})), frames=30)
    broken = run(target, ActingLayers(feeling=layer({"browInnerUp": math.nan, "cheekPuff": 0.5})), frames=30, begins=30)
    assert np.isfinite(broken).all()
    assert broken[-1, SHAPE["browInnerUp"]] == pytest.approx(0.5, abs=0.01)
    assert broken[-1, SHAPE["cheekPuff"]] == pytest.approx(0.5, abs=0.02)


def test_nobody_is_no_work() -> None:
    weights = resting(0, ActingLayers())
    assert LayerMotion(1).layered(slots(), nanos(), weights) is weights


@pytest.mark.parametrize("share", [-0.1, 1.1, math.nan])
def test_options_that_cannot_work_are_refused(share: float) -> None:
    with pytest.raises(ConfigError, match="corner_share is "):
        LayerMotionOptions(corner_share=share)
