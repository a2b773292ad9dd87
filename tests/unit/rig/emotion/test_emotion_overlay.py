from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from affectia import registry
from affectia.clock import NANOS_PER_SEC
from affectia.errors import ConfigError
from affectia.registry import Bone, Group
from affectia.rig.emotion.emotion_line import EmotionTimeCode, emotion_weights
from affectia.rig.emotion.emotion_overlay import EmotionOverlayOptions
from affectia.rig.emotion.emotion_styles import load_emotion_styles
from affectia.rig.emotion.preferred_emotion import preferred_emotion
from affectia.signals import pose_layer
from tests.unit.fakes import SHAPE
from tests.unit.feelings import EMOTION
from tests.unit.rig.emotion.feeling_stage import Scene, captured, crowd_of, felt, python_lines

pytestmark = pytest.mark.unit

STYLES = load_emotion_styles()
SMILE, FROWN, WIDE, LIDS = (SHAPE[name] for name in ("mouthSmileLeft", "mouthFrownLeft", "eyeWideLeft", "eyeBlinkLeft"))
GLOW = pose_layer.EFFECTS.start + registry.EFFECTS.index("glow_intensity")
HEAD_PITCH, SPINE_PITCH, CHEST_PITCH = (pose_layer.TURNS.start + 3 * bone for bone in (Bone.HEAD, Bone.SPINE, Bone.CHEST))


@pytest.mark.parametrize("emotion", registry.EMOTIONS)
def test_a_preferred_emotion_is_shown_as_its_style_says_with_its_strength(emotion: str) -> None:
    scene = Scene()
    scene.prefer({emotion: 1})
    style = STYLES.face[EMOTION[emotion]] + STYLES.body[EMOTION[emotion]]
    np.testing.assert_allclose(scene.run(2)[0], 0.6 * style, atol=1e-4)
    scene.prefer({emotion: 0.5}, emotion_strength=0.8)
    np.testing.assert_allclose(scene.run(2)[0], 0.4 * style, atol=1e-4)


@pytest.mark.parametrize("emotion", registry.EMOTIONS)
def test_an_inferred_emotion_is_shown_where_no_face_is_captured(emotion: str) -> None:
    style = STYLES.face[EMOTION[emotion]] + STYLES.body[EMOTION[emotion]]
    np.testing.assert_allclose(Scene().run(2, felt({emotion: 0.75}))[0], 0.6 * 0.75 * style, atol=1e-4)


def test_nobody_feels_anything_and_nothing_is_written() -> None:
    scene = Scene()
    assert np.isnan(scene.run(0.1)).all()
    assert not scene.told
    assert scene.mood() == {name: float(name == "neutral") for name in registry.EMOTIONS}
    scene.prefer({"happy": 1}, slot=3)
    assert np.isnan(scene.run(0.1, slots=(1,))).all()
    assert not scene.told
    assert np.isnan(scene.run(0.1, felt(), slots=())).all()


def test_a_neutral_share_weakens_and_uncertain_feelings_count_as_far_as_they_do() -> None:
    whole = Scene().run(2, felt({"happy": 1.0}))[0, SMILE]
    assert Scene().run(2, felt({"happy": 0.4}))[0, SMILE] == pytest.approx(0.4 * whole, abs=1e-4)
    assert Scene().run(2, felt({"happy": 1.0}), captured(feeling=0.5))[0, SMILE] == pytest.approx(0.5 * whole, abs=1e-4)
    assert not Scene().run(2, felt({"happy": 1.0}), captured(feeling=0))[0].any()


def test_what_is_inferred_is_left_alone_where_it_is_not_wanted() -> None:
    scene = Scene(auto=False)
    scene.run(1, felt({"happy": 1.0}))
    assert not scene.told
    scene.prefer({"sad": 1})
    assert scene.run(1, felt({"happy": 1.0}))[0, SMILE] == 0
    assert scene.told


def test_a_captured_face_is_not_doubled_by_what_it_shows_itself() -> None:
    affects = felt({"sad": 1.0}, arousal=0.9)
    shown, hidden = Scene().run(2, affects)[0], Scene().run(2, affects, captured(face=1))[0]
    assert shown[FROWN] > 0.3
    assert not hidden[pose_layer.SHAPES].any()
    body = 0.6 * (STYLES.body[EMOTION["sad"]] + (0.9 - 0.15) / 0.85 * STYLES.arousal_body[0])
    np.testing.assert_allclose(hidden, body, atol=1e-4)
    assert shown[HEAD_PITCH] - hidden[HEAD_PITCH] == pytest.approx(0.6 * math.radians(3), abs=1e-4)
    np.testing.assert_allclose(shown[pose_layer.EFFECTS], hidden[pose_layer.EFFECTS], atol=1e-6)


def test_each_group_of_a_face_counts_for_itself() -> None:
    presence = captured()
    presence[0, Group.MOUTH] = 1
    presence[0, Group.EYES] = 0.25
    whole, found = Scene().run(2, felt({"fear": 1.0}))[0], Scene().run(2, felt({"fear": 1.0}), presence)[0]
    assert found[SHAPE["mouthStretchLeft"]] == pytest.approx(0, abs=1e-6)
    assert found[WIDE] == pytest.approx(0.75 * whole[WIDE], abs=1e-4)
    assert found[SHAPE["browInnerUp"]] == pytest.approx(whole[SHAPE["browInnerUp"]], abs=1e-4)


def test_an_overlay_share_adds_to_a_captured_face() -> None:
    scene = Scene()
    whole = Scene().run(2, felt({"happy": 1.0}))[0, SMILE]
    scene.overlay.set_overlay_shares(np.array([0, 1]), np.array([0.5, 1], np.float32))
    found = scene.run(2, felt({"happy": 1.0}, {"happy": 1.0}, {"happy": 1.0}), captured(3, face=1), slots=(0, 1, 2))
    np.testing.assert_allclose(found[:, SMILE], [0.5 * whole, whole, 0], atol=1e-4)
    scene.overlay.set_overlay_shares(np.array([1]), 0)
    assert scene.run(0.1, felt({"happy": 1.0}), captured(face=1), slots=(1,))[0, SMILE] == pytest.approx(0, abs=1e-6)


def test_a_preferred_emotion_counts_whole_on_a_captured_face() -> None:
    free, face = Scene(), Scene()
    for scene in (free, face):
        scene.prefer({"happy": 1})
    np.testing.assert_allclose(free.run(1), face.run(1, None, captured(face=1)), atol=1e-6)


def test_preferred_and_inferred_are_mixed_by_the_strength() -> None:
    scene = Scene()
    scene.prefer({"sad": 1}, strength=0.25, emotion_strength=1.0)
    scene.run(2, felt({"happy": 0.8}))
    assert scene.mood()["happy"] == pytest.approx(0.75 * 0.8, abs=1e-4)
    assert scene.mood()["sad"] == pytest.approx(0.25, abs=1e-4)
    scene.prefer({"sad": 1})
    scene.run(2, felt({"happy": 0.8}, arousal=1.0))
    assert scene.mood()["happy"] == pytest.approx(0, abs=1e-4)
    assert scene.run(0.1, felt({}, arousal=1.0))[0, WIDE] == pytest.approx(0, abs=1e-4)
    scene.prefer({})
    assert abs(scene.run(2, felt({"happy": 0.8}))).max() < 1e-4


def test_at_most_so_many_emotions_are_shown_at_once() -> None:
    told = {"happy": 0.2, "sad": 0.15, "fear": 0.12, "angry": 0.1}  # neutral is the strongest, and takes no place
    scene = Scene(emotion_strength=1.0)
    scene.run(3, felt(told))
    assert {name for name, weight in scene.mood().items() if weight > 1e-3} == {"neutral", "happy", "sad", "fear"}
    assert scene.mood()["happy"] == pytest.approx(0.2, abs=1e-4)
    scene.prefer({"contempt": 1, "disgust": 0.5}, max_emotions=1)
    scene.run(3, felt(told))
    assert {name for name, weight in scene.mood().items() if weight > 1e-3} == {"contempt"}


def test_contrast_is_of_what_is_inferred_and_not_of_what_is_preferred() -> None:
    told = {"happy": 0.5, "sad": 0.4}
    scene = Scene(emotion_strength=1.0, emotion_contrast=2.0)
    scene.run(2, felt(told))
    assert scene.mood()["happy"] == pytest.approx(0.25 / 0.42, abs=1e-4)
    scene.prefer({"happy": 0.5, "sad": 0.4}, contrast=3.0)
    scene.run(2, felt(told))
    assert scene.mood()["sad"] == pytest.approx(0.4, abs=1e-4)


@pytest.mark.parametrize(("arousal", "high", "low"), [(0.1, 0, 0), (-0.15, 0, 0), (1, 1, 0), (0.575, 0.5, 0), (-0.575, 0, 0.5), (-1, 0, 1)])
def test_arousal_moves_posture_and_lids_beyond_its_dead_zone(arousal: float, high: float, low: float) -> None:
    found = Scene(emotion_strength=1.0).run(2, felt({}, arousal=arousal))[0]
    rows = STYLES.arousal_face + STYLES.arousal_body
    np.testing.assert_allclose(found, high * rows[0] + low * rows[1], atol=1e-4)
    assert (found[WIDE] > 0.01, found[LIDS] > 0.01) == (high > 0, low > 0)


@pytest.mark.parametrize("rate_hz", [24, 30, 60, 144])
def test_a_blend_takes_the_same_time_at_any_frame_rate(rate_hz: float) -> None:
    scene = Scene(rate_hz=rate_hz, emotion_strength=1.0)
    scene.prefer({"happy": 1})
    scene.run(1 / 6)
    assert scene.mood()["happy"] == pytest.approx(1 - 0.7**5, abs=1e-4)
    scene.prefer({"happy": 1}, live_blend_coef=0.95)
    scene.overlay.clear(0, scene.now_nanos)
    scene.prefer({}, live_blend_coef=0.95)
    before = scene.mood()["happy"]
    scene.run(0.5)
    assert scene.mood()["happy"] == pytest.approx(before * 0.95**15, abs=1e-4)


def test_a_line_is_shown_alike_at_any_frame_rate() -> None:
    codes = [EmotionTimeCode(0.25, emotion_weights({})), EmotionTimeCode(0.75, emotion_weights({"happy": 1}))]
    found = []
    for rate_hz in (24, 48, 240):
        scene = Scene(rate_hz=rate_hz, emotion_strength=1.0)
        scene.prefer({}, time_codes=codes)
        shown = []
        for _ in range(4):
            scene.run(0.25)
            shown.append(scene.mood()["happy"])
        found.append(shown)
    np.testing.assert_allclose(found[:2], [found[2]] * 2, atol=0.01)
    assert found[2][0] < 0.01
    assert found[2][3] > 0.9


def test_a_wish_between_two_frames_counts_from_its_own_instant() -> None:
    late, early = Scene(rate_hz=10, emotion_strength=1.0), Scene(rate_hz=10, emotion_strength=1.0)
    for scene, share in ((late, 0.75), (early, 0.25)):
        scene.prefer({"sad": 1})
        scene.run(1)
        now_nanos = scene.now_nanos + round(share * scene.step_nanos)
        scene.overlay.prefer(0, preferred_emotion({"happy": 1}), now_nanos)
        scene.run(0.1)
        left_secs = (scene.now_nanos - now_nanos) / NANOS_PER_SEC
        assert scene.mood()["happy"] == pytest.approx(1 - 0.7 ** (30 * left_secs), abs=1e-4)


@pytest.mark.parametrize("rate_hz", [10, 30, 125])
def test_a_wish_ends_at_its_own_instant_at_any_frame_rate(rate_hz: float) -> None:
    scene = Scene(rate_hz=rate_hz, emotion_strength=1.0)
    scene.prefer({"happy": 1}, hold_secs=0.96)
    scene.run(1)
    assert scene.mood()["happy"] == pytest.approx(0.7 ** (30 * 0.04), abs=1e-4)


def test_a_wish_that_is_held_ends_by_itself_and_one_that_is_not_stays() -> None:
    scene = Scene()
    scene.prefer({"happy": 1}, hold_secs=1.0)
    scene.prefer({"happy": 1}, slot=1)
    scene.run(0.9, slots=(0, 1))
    assert scene.mood()["happy"] > 0.5
    scene.run(1.5, slots=(0, 1))
    assert scene.mood() == {name: float(name == "neutral") for name in registry.EMOTIONS}
    assert scene.mood(1)["happy"] > 0.5


def test_what_is_cleared_fades_and_then_costs_nothing() -> None:
    scene = Scene()
    scene.prefer({"happy": 1})
    whole = scene.run(1)[0, SMILE]
    scene.overlay.clear(0, scene.now_nanos)
    assert 0.1 * whole < scene.run(0.05)[0, SMILE] < 0.9 * whole
    steps = [scene.run(1 / 60)[0, SMILE] for _ in range(120)]
    assert np.isnan(steps[-1])  # nothing is written any more
    assert not scene.told
    seen = [step for step in steps if not np.isnan(step)]
    assert max(np.diff([*seen, 0])) <= 0
    assert seen[-1] < 2e-3
    scene.overlay.clear(0, scene.now_nanos)
    assert not scene.told


def test_a_feeling_that_is_no_longer_known_fades() -> None:
    scene = Scene()
    scene.run(1, felt({"happy": 1.0}))
    assert scene.run(0.05)[0, SMILE] > 0.1
    scene.run(2)
    assert not scene.told


def test_what_was_inferred_comes_back_when_a_wish_is_cleared() -> None:
    scene = Scene()
    alone = scene.run(2, felt({"happy": 1.0}))
    scene.prefer({"sad": 1}, emotion_strength=1.0, contrast=2.0, max_emotions=1, live_blend_coef=0.3)
    scene.run(2, felt({"happy": 1.0}))
    scene.overlay.clear(0, scene.now_nanos)
    np.testing.assert_allclose(scene.run(2, felt({"happy": 1.0})), alone, atol=1e-4)


def test_a_slot_that_is_forgotten_shows_nothing_at_once() -> None:
    scene = Scene()
    scene.prefer({"happy": 1})
    scene.prefer({"sad": 1}, slot=1)
    scene.run(1, slots=(0, 1))
    scene.overlay.forget(np.array([0]))
    found = scene.run(1 / 60, slots=(0, 1))
    assert not found[0].any()
    assert found[1, FROWN] > 0.3
    assert scene.overlay.aggregate(0)[:2] == (None, None)
    scene.overlay.forget(np.array([0, 1]))
    scene.run(1 / 60, slots=(0, 1))
    assert not scene.told


def test_an_overlay_share_outlives_what_is_forgotten() -> None:
    scene = Scene()
    scene.overlay.set_overlay_shares(np.array([0]), 1)
    scene.overlay.forget(np.array([0]))
    assert scene.run(2, felt({"happy": 1.0}), captured(face=1))[0, SMILE] > 0.4


def test_a_long_absence_does_not_make_a_feeling_jump_in() -> None:
    scene = Scene()
    scene.run(1, felt({"happy": 1.0}))
    scene.run(2)
    scene.now_nanos += 100 * NANOS_PER_SEC
    assert scene.run(1 / 60, felt({"happy": 1.0}))[0, SMILE] < 0.2


def test_the_aggregate_tells_what_is_inferred_preferred_and_shown() -> None:
    scene = Scene()
    inferred, preferred, shown = scene.overlay.aggregate(0)
    assert inferred is None
    assert preferred is None
    assert shown.tolist() == [1] + [0] * 7
    scene.prefer({"fear": 0.5}, strength=0.5)
    scene.run(2, felt({"happy": 0.7}))
    inferred, preferred, shown = scene.overlay.aggregate(0)
    assert inferred is not None
    assert preferred is not None
    assert inferred[EMOTION["happy"]] == pytest.approx(0.7)
    assert preferred[EMOTION["fear"]] == 0.5
    assert shown[EMOTION["happy"]] == pytest.approx(0.6 * 0.35, abs=1e-4)
    assert shown[EMOTION["fear"]] == pytest.approx(0.6 * 0.25, abs=1e-4)
    assert shown.sum() == pytest.approx(1)
    scene.run(0.1, felt({"happy": 0.7}, rows=(1,)), captured(2), slots=(0, 1))
    assert scene.overlay.aggregate(0)[0] is None
    assert scene.overlay.aggregate(1)[0] is not None
    scene.run(0.1, slots=(0, 1))
    assert scene.overlay.aggregate(1)[0] is None


def test_the_aggregate_tells_what_a_line_prefers_now() -> None:
    scene = Scene()
    scene.prefer({"happy": 1}, time_codes=[EmotionTimeCode(0.5, emotion_weights({"sad": 1}))])
    scene.run(0.25)
    preferred = scene.overlay.aggregate(0)[1]
    assert preferred is not None
    assert preferred[EMOTION["happy"]] == 1
    scene.run(0.5)
    preferred = scene.overlay.aggregate(0)[1]
    assert preferred is not None
    assert preferred[EMOTION["sad"]] == 1


def test_effects_and_posture_are_multiplied() -> None:
    usual, other = Scene(), Scene(effects=2, posture=0)
    for scene in (usual, other):
        scene.prefer({"happy": 1})
    before, after = usual.run(2)[0], other.run(2)[0]
    assert after[GLOW] == pytest.approx(2 * before[GLOW])
    assert after[SMILE] == before[SMILE]
    assert before[CHEST_PITCH] != 0
    assert not after[pose_layer.TURNS].any()


def test_nothing_is_shown_beyond_the_whole() -> None:
    scene = Scene(effects=2)
    scene.prefer(dict.fromkeys(registry.EMOTIONS, 1.0), max_emotions=8, emotion_strength=1.0)
    found = scene.run(3)[0, pose_layer.UNITS]
    assert found.max() == 1
    assert found.min() == 0


def test_what_is_no_number_stays_in_its_row_and_goes_with_its_moment() -> None:
    scene = Scene()
    affects = felt({"happy": 1.0}, {"happy": 1.0})
    scene.run(2, affects, slots=(0, 1))
    affects.scores[0] = np.nan
    affects.affect[0] = np.inf
    found = scene.run(0.5, affects, slots=(0, 1))
    assert np.isfinite(found).all()
    assert found[1, SMILE] == pytest.approx(0.6 * 0.85, abs=1e-4)
    found = scene.run(2, felt({"happy": 1.0}, {"happy": 1.0}), slots=(0, 1))
    np.testing.assert_allclose(found[0], found[1], atol=1e-4)


def test_a_row_of_a_crowd_is_what_it_is_alone_in_whatever_order() -> None:
    slots = list(range(24))
    together = crowd_of(slots, [slots])
    np.testing.assert_allclose(crowd_of(slots, [[slot] for slot in slots]), together, atol=1e-5)
    mixed = np.random.default_rng(1).permutation(24).tolist()
    np.testing.assert_allclose(crowd_of(slots, [mixed]), together, atol=1e-5)
    np.testing.assert_allclose(crowd_of(slots, [mixed[:9], mixed[9:]]), together, atol=1e-5)
    assert np.count_nonzero(np.abs(together).max(axis=1) > 1e-3) > 15


def test_wishes_that_stay_are_shown_alike_by_any_slots() -> None:
    scene = Scene()
    for slot in (5, 2):
        scene.prefer({"happy": 1}, slot=slot)
    found = scene.run(2, slots=(5, 2))
    np.testing.assert_allclose(found[:, SMILE], 0.6 * STYLES.face[EMOTION["happy"], SMILE], atol=1e-4)
    scene.prefer({"sad": 1}, slot=5)
    assert scene.run(2, slots=(5, 2))[:, FROWN].tolist() == pytest.approx([0.36, 0], abs=1e-3)


def test_the_same_calls_have_the_same_bytes() -> None:
    slots = list(range(24))
    assert crowd_of(slots, [slots]).tobytes() == crowd_of(slots, [slots]).tobytes()


def test_a_crowd_takes_as_many_steps_of_python_as_two() -> None:
    assert python_lines(500) == python_lines(2) > 100


@pytest.mark.parametrize(
    ("chosen", "message"),
    [
        ({"emotion_strength": 2}, "emotion_overlay.emotion_strength is 2, expected 0 to 1"),
        ({"max_emotions": 9}, "emotion_overlay.max_emotions is 9, expected 1 to 8"),
        ({"emotion_contrast": 0}, "emotion_overlay.emotion_contrast is 0, expected 0.1 to 3"),
        ({"live_blend_coef": 1}, "emotion_overlay.live_blend_coef is 1, expected 0 to 0.99"),
        ({"effects": -1}, "emotion_overlay.effects is -1, expected 0 to 2"),
        ({"posture": 2.5}, "emotion_overlay.posture is 2.5, expected 0 to 2"),
    ],
)
def test_settings_out_of_range_are_said(chosen: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        EmotionOverlayOptions(**chosen)
    assert str(caught.value) == message
