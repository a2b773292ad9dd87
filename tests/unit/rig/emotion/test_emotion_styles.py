from __future__ import annotations

import math
from importlib import resources

import numpy as np
import pytest

from affectia import registry
from affectia.errors import ConfigError
from affectia.registry import Bone
from affectia.rig.emotion.emotion_styles import TABLE, load_emotion_styles
from affectia.signals import pose_layer
from tests.unit.fakes import SHAPE
from tests.unit.feelings import EMOTION

pytestmark = pytest.mark.unit

TEXT = (resources.files("affectia.rig.emotion") / TABLE).read_text(encoding="utf-8")
STYLES = load_emotion_styles()
EFFECT = {name: pose_layer.EFFECTS.start + place for place, name in enumerate(registry.EFFECTS)}
PITCH, YAW, ROLL = range(3)


def turn(bone: Bone, axis: int) -> int:
    return pose_layer.TURNS.start + 3 * bone + axis


@pytest.mark.parametrize(
    ("emotion", "shapes"),
    [
        ("happy", ["mouthSmileLeft", "mouthSmileRight", "cheekSquintLeft", "eyeSquintRight"]),
        ("sad", ["browInnerUp", "browDownLeft", "mouthFrownLeft", "mouthFrownRight", "mouthShrugLower"]),
        ("angry", ["browDownLeft", "browDownRight", "eyeSquintLeft", "mouthPressLeft", "mouthPressRight"]),
        ("surprise", ["browInnerUp", "browOuterUpLeft", "eyeWideLeft", "eyeWideRight", "jawOpen"]),
        ("disgust", ["noseSneerLeft", "noseSneerRight", "mouthUpperUpLeft", "mouthFrownLeft"]),
        ("fear", ["browInnerUp", "browOuterUpLeft", "browDownLeft", "eyeWideLeft", "mouthStretchLeft", "jawOpen"]),
        ("contempt", ["mouthSmileRight", "mouthDimpleRight"]),
    ],
)
def test_each_emotion_has_the_action_units_of_its_prototype(emotion: str, shapes: list[str]) -> None:
    row = STYLES.face[EMOTION[emotion]]
    assert all(row[SHAPE[name]] >= 0.1 for name in shapes)


def test_neutral_is_rest() -> None:
    assert not STYLES.face[EMOTION["neutral"]].any()
    assert not STYLES.body[EMOTION["neutral"]].any()


def test_only_contempt_has_a_side() -> None:
    for emotion, place in EMOTION.items():
        left = [SHAPE[name] for name in SHAPE if name.endswith("Left") and name not in ("jawLeft", "mouthLeft")]
        right = [SHAPE[name[:-4] + "Right"] for name in SHAPE if name.endswith("Left") and name not in ("jawLeft", "mouthLeft")]
        same = bool((STYLES.face[place, left] == STYLES.face[place, right]).all())
        assert same == (emotion != "contempt")


def test_sad_heads_go_down_three_degrees_and_sad_backs_slouch() -> None:
    face, body = STYLES.face[EMOTION["sad"]], STYLES.body[EMOTION["sad"]]
    assert math.degrees(face[turn(Bone.HEAD, PITCH)]) == pytest.approx(3)
    assert body[turn(Bone.CHEST, PITCH)] > 0
    assert math.degrees(body[turn(Bone.CHEST, PITCH)]) == pytest.approx(0.3 * 10)
    # What a posture does with the head makes up for the back, so that who slouches looks ahead.
    spine = sum(float(body[turn(bone, PITCH)]) for bone in (Bone.SPINE, Bone.CHEST, Bone.UPPER_CHEST))
    head = sum(float(body[turn(bone, PITCH)]) for bone in (Bone.NECK, Bone.HEAD))
    assert 0 < math.degrees(spine + head) < 3


def test_angry_bodies_lean_forward_and_frightened_ones_back_with_their_shoulders_up() -> None:
    angry, fear = STYLES.body[EMOTION["angry"]], STYLES.body[EMOTION["fear"]]
    assert angry[turn(Bone.SPINE, PITCH)] > 0 > fear[turn(Bone.SPINE, PITCH)]
    # The left shoulder points to +X: turned about +Z it goes up; the right one the other way round.
    assert fear[turn(Bone.LEFT_SHOULDER, ROLL)] == -fear[turn(Bone.RIGHT_SHOULDER, ROLL)] > math.radians(3)


@pytest.mark.parametrize(
    ("emotion", "effect"),
    [("happy", "glow_intensity"), ("sad", "tear_intensity"), ("fear", "sweat_intensity"), ("angry", "blush_intensity")],
)
def test_feelings_have_effects(emotion: str, effect: str) -> None:
    assert STYLES.body[EMOTION[emotion], EFFECT[effect]] > 0
    assert STYLES.body[EMOTION["happy"], EFFECT["glow_intensity"]] == pytest.approx(0.2)


def test_arousal_opens_and_leans_or_droops_and_slouches() -> None:
    (high, low), (alert, tired) = STYLES.arousal_face, STYLES.arousal_body
    assert high[SHAPE["eyeWideLeft"]] > 0 == low[SHAPE["eyeWideLeft"]]
    assert low[SHAPE["eyeBlinkLeft"]] > 0 == high[SHAPE["eyeBlinkLeft"]]
    assert alert[turn(Bone.SPINE, PITCH)] > 0
    assert alert[turn(Bone.LEFT_SHOULDER, ROLL)] > 0
    assert tired[turn(Bone.CHEST, PITCH)] > alert[turn(Bone.CHEST, PITCH)]
    assert STYLES.dead_zone == 0.15


def test_faces_and_bodies_share_no_channel_of_a_row_but_head_and_neck() -> None:
    shapes = pose_layer.SHAPES
    assert not STYLES.body[:, shapes].any()
    assert not STYLES.body[:, pose_layer.VISEMES].any()
    assert not STYLES.face[:, pose_layer.EFFECTS].any()
    heads = [turn(bone, axis) for bone in (Bone.NECK, Bone.HEAD) for axis in range(3)]
    others = np.setdiff1d(np.arange(pose_layer.TURNS.start, pose_layer.TURNS.stop), heads)
    assert not STYLES.face[:, others].any()
    eyes = [turn(bone, axis) for bone in (Bone.LEFT_EYE, Bone.RIGHT_EYE) for axis in range(3)]
    assert not STYLES.body[:, eyes].any()
    assert all(STYLES.sources)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("[emotions.happy]", "[emotions.hapy]", "emotion is 'hapy', expected one of neutral, .*, did you mean happy"),
        ("[arousal.low]", "[arousal.lower]", "key of arousal is 'lower', expected one of high, low, dead_zone, did you mean low"),
        ("dead_zone = 0.15", "dead_zone = 1", "dead_zone of arousal is 1, expected 0 to 0.9"),
        ("mouthSmile = 0.85", "mouthSmiles = 0.85", "shape 'mouthSmiles' of emotion 'happy' is unknown, expected a blendshape"),
        ("mouthSmile = 0.85", "mouthSmile = 1.85", "shape 'mouthSmile' of emotion 'happy' is 1.85, expected 0 to 1"),
        ("mouthSmile = 0.85", "mouthSmile = 0.85, mouthSmileLeft = 0.1", "'mouthSmileLeft' of emotion 'happy' stands there twice"),
        ("head = { pitch = 3 }", "left_eye = { pitch = 3 }", "bone of emotion 'sad' is 'left_eye', expected one of spine"),
        (
            "head = { pitch = 3 }",
            "head = { tilt = 3 }",
            "angle of bone 'head' of emotion 'sad' is 'tilt', expected one of pitch, yaw, roll",
        ),
        ("head = { pitch = 3 }", "head = { pitch = 90 }", "pitch of bone 'head' of emotion 'sad' is 90, expected -45 to 45"),
        ("slouch = 0.3 }", "slouching = 0.3 }", "posture of emotion 'sad' is 'slouching', expected one of slouch"),
        ("slouch = 0.3 }", "slouch = 2 }", "posture 'slouch' of emotion 'sad' is 2, expected -1 to 1"),
        ("tear_intensity", "tears", "effect of emotion 'sad' is 'tears', expected one of glow_intensity"),
        ("tear_intensity = 0.4", "tear_intensity = true", "effect 'tear_intensity' of emotion 'sad' is True, expected 0 to 1"),
        ("[emotions.neutral]\nshapes = {}", "[emotions.neutral]\nshapes = { jawOpen = 0.1 }", "emotion 'neutral' shows something"),
        ("[emotions.neutral]\nshapes = {}", "[emotions.neutral]", "shapes of emotion 'neutral' is missing, expected a table"),
        ('from = "rest: no shape, no bone, no effect"', "", "emotion 'neutral' does not say where it comes from"),
        (
            "[postures.slouch]",
            "[posture.slouch]",
            "section is 'posture', expected one of postures, emotions, arousal, did you mean postures",
        ),
        ("[arousal]", "[arousal", "is no TOML"),
    ],
)
def test_what_is_wrong_in_the_table_is_named(old: str, new: str, message: str) -> None:
    assert old in TEXT
    with pytest.raises(ConfigError, match=message) as caught:
        load_emotion_styles(TEXT.replace(old, new, 1))
    assert TABLE in str(caught.value)


def test_an_emotion_without_a_row_is_named() -> None:
    start, end = TEXT.index("[emotions.fear]"), TEXT.index("[emotions.contempt]")
    with pytest.raises(ConfigError, match="emotion 'fear' has no row, expected one"):
        load_emotion_styles(TEXT[:start] + TEXT[end:])
