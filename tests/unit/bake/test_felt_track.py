from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from affectia import registry
from affectia.bake.felt_track import felt_shapes, lay_over
from affectia.motion.layer_motion import LayerMotionOptions
from affectia.rig.emotion.emotion_line import EmotionTimeCode, emotion_weights
from affectia.rig.emotion.emotion_styles import load_emotion_styles
from affectia.rig.lip_gap import lip_gap
from tests.unit.fakes import SHAPE, VISEME
from tests.unit.feelings import EMOTION

pytestmark = pytest.mark.unit

Floats = npt.NDArray[np.float32]

FACE = load_emotion_styles().face[:, :52]
SMILE, CHEEK, BROW, LID, JAW = (SHAPE[name] for name in ("mouthSmileLeft", "cheekSquintLeft", "browInnerUp", "eyeWideLeft", "jawOpen"))


def code(at_secs: float, **emotions: float) -> EmotionTimeCode:
    return EmotionTimeCode(at_secs, emotion_weights(emotions))


def said(*runs: tuple[str, int]) -> Floats:
    return np.eye(15, dtype=np.float32)[[VISEME[name] for name, count in runs for _ in range(count)]]


def laid(felt: Floats, visemes: Floats, shapes: Floats | None = None, rate_hz: int = 60) -> Floats:
    shapes = np.zeros_like(felt) if shapes is None else shapes.copy()
    lay_over(shapes, felt, visemes, frame_rate_hz=rate_hz)
    return shapes


@pytest.mark.parametrize("rate_hz", [24, 60, 240])
def test_a_line_shows_its_emotions_where_they_are(rate_hz: int) -> None:
    found = felt_shapes([code(1, surprise=1), code(2, surprise=1), code(3, surprise=0.5)], frames=4 * rate_hz, frame_rate_hz=rate_hz)
    assert found.shape == (4 * rate_hz, 52)
    assert found.dtype == np.float32
    whole = 0.6 * FACE[EMOTION["surprise"]]
    assert not found[: round(0.8 * rate_hz)].any()
    np.testing.assert_allclose(found[round(1.5 * rate_hz)], whole, atol=1e-5)
    np.testing.assert_allclose(found[round(2.5 * rate_hz)], 0.75 * whole, atol=1e-3)
    np.testing.assert_allclose(found[round(3.5 * rate_hz)], 0.5 * whole, atol=1e-5)
    # A step is smooth, and its middle is where it stands.
    assert found[rate_hz, BROW] == pytest.approx(0.5 * whole[BROW], abs=0.1)
    assert np.abs(np.diff(found, axis=0)).max() < 10 / rate_hz


def test_a_line_begins_and_ends_at_rest() -> None:
    found = felt_shapes([code(0, happy=1)], frames=120, frame_rate_hz=60)
    assert not found[0].any()
    assert found[-1].max() < 0.01
    assert found[60, CHEEK] == pytest.approx(0.6 * FACE[EMOTION["happy"], CHEEK], abs=1e-5)


def test_at_most_three_emotions_are_shown_and_neutral_is_none() -> None:
    all_but_three = dict.fromkeys(("angry", "disgust", "contempt"), 0.1)
    told = felt_shapes([code(0, neutral=1, happy=0.4, sad=0.3, fear=0.2, **all_but_three)], frames=120, frame_rate_hz=60)
    three = felt_shapes([code(0, happy=0.4, sad=0.3, fear=0.2)], frames=120, frame_rate_hz=60)
    np.testing.assert_array_equal(told, three)


@pytest.mark.parametrize("frames", [1, 2, 5])
def test_the_shortest_line_has_its_frames(frames: int) -> None:
    assert felt_shapes([code(0, sad=1)], frames=frames, frame_rate_hz=1).shape == (frames, 52)


def test_speech_leaves_cheeks_and_brows_whole_and_corners_their_share() -> None:
    felt = np.tile(0.6 * (FACE[EMOTION["happy"]] + FACE[EMOTION["surprise"]]), (120, 1)).astype(np.float32)
    found = laid(felt, said(("aa", 120)))
    assert LayerMotionOptions().corner_share < 1
    np.testing.assert_allclose(found[:, SMILE], LayerMotionOptions().corner_share * felt[:, SMILE], atol=1e-6)
    for place in (CHEEK, BROW, LID):
        np.testing.assert_array_equal(found[:, place], felt[:, place])
    assert not found[:, JAW].any()


def test_a_pause_gives_the_mouth_back_but_a_short_one_does_not() -> None:
    felt = np.tile(0.6 * FACE[EMOTION["surprise"]], (240, 1)).astype(np.float32)
    found = laid(felt, said(("aa", 60), ("sil", 12), ("aa", 48), ("sil", 120)))
    assert not found[:120, JAW].any()
    np.testing.assert_allclose(found[170:, JAW], felt[170:, JAW], atol=1e-6)
    assert np.abs(np.diff(found[:, JAW])).max() < 0.02


@pytest.mark.parametrize("emotion", registry.EMOTIONS)
def test_no_emotion_opens_lips_that_shut_for_a_sound(emotion: str) -> None:
    visemes = said(("aa", 30), ("PP", 6), ("aa", 30), ("sil", 6), ("PP", 4), ("oh", 30))
    mouth = np.zeros((len(visemes), 52), np.float32)
    mouth[visemes[:, VISEME["aa"]] + visemes[:, VISEME["oh"]] > 0, JAW] = 0.5
    felt = np.tile(0.6 * FACE[EMOTION[emotion]], (len(visemes), 1)).astype(np.float32)
    np.testing.assert_allclose(lip_gap(laid(felt, visemes, mouth)), lip_gap(mouth), atol=1e-6)


def test_a_feeling_takes_of_what_a_shape_lacks() -> None:
    felt = np.full((60, 52), 0.5, np.float32)
    found = laid(felt, said(("sil", 60)), np.full((60, 52), 0.6, np.float32))
    np.testing.assert_allclose(found, 0.8, atol=1e-6)
