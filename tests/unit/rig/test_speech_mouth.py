from __future__ import annotations

import itertools

import numpy as np
import numpy.typing as npt
import pytest

from affectia import registry
from affectia.rig.lip_gap import lip_gap
from affectia.rig.speech_mouth import SpeechMouth
from affectia.rig.viseme_shapes import load_viseme_shapes
from tests.unit.fakes import SHAPE, VISEME

pytestmark = pytest.mark.unit

Floats = npt.NDArray[np.float32]
JAW = SHAPE["jawOpen"]


def said(**weights: float) -> Floats:
    row = np.zeros((1, 15), np.float32)
    for name, weight in weights.items():
        row[0, VISEME[name]] = weight
    return row


def mouth(visemes: Floats, loudness: float = 0.75, *, tongue: bool = True) -> Floats:
    return SpeechMouth(tongue=tongue).shapes(visemes, np.full(len(visemes), loudness, np.float32)).shapes.copy()


def test_a_viseme_alone_at_usual_loudness_is_its_row() -> None:
    table = load_viseme_shapes()
    shapes = mouth(np.eye(15, dtype=np.float32))
    np.testing.assert_allclose(shapes, table.shapes, atol=0.025)
    assert not shapes[VISEME["sil"]].any()


def test_nothing_but_the_mouth_moves() -> None:
    rows = np.random.default_rng(1).dirichlet(np.ones(15), 200).astype(np.float32)
    shapes = mouth(rows)
    others = [place for place, group in enumerate(registry.BLENDSHAPE_GROUPS) if group != registry.Group.MOUTH]
    assert not shapes[:, others].any()
    assert shapes.min() >= 0
    assert shapes.max() <= 1


@pytest.mark.parametrize(("viseme", "low", "high"), [("aa", 0.55, 1.15), ("oh", 0.55, 1.15), ("DD", 0.92, 1.03)])
def test_loudness_opens_vowels_and_hardly_consonants(viseme: str, low: float, high: float) -> None:
    row = load_viseme_shapes().shapes[VISEME[viseme], JAW]
    assert mouth(said(**{viseme: 1}), 0.0)[0, JAW] == pytest.approx(low * row, rel=1e-3)
    assert mouth(said(**{viseme: 1}), 1.0)[0, JAW] == pytest.approx(high * row, rel=1e-3)


def test_a_jaw_between_visemes_is_above_their_mean_and_never_above_the_widest() -> None:
    table = load_viseme_shapes()
    free = [name for name in registry.VISEMES if table.jaw_cap[VISEME[name]] == 1 and name != "sil"]
    for first, second in itertools.combinations(free, 2):
        wide, narrow = sorted((table.shapes[VISEME[first], JAW], table.shapes[VISEME[second], JAW]), reverse=True)
        jaw = mouth(said(**{first: 0.5, second: 0.5}))[0, JAW]
        assert jaw >= (wide + narrow) / 2 - 0.02
        assert jaw <= wide + 0.02


def test_a_jaw_goes_from_viseme_to_viseme_without_a_step() -> None:
    shares = np.linspace(0, 1, 401, dtype=np.float32)[:, None]
    eye = np.eye(15, dtype=np.float32)
    for first, second in itertools.permutations(range(15), 2):
        shapes = mouth((1 - shares) * eye[first] + shares * eye[second])
        assert np.abs(np.diff(shapes, axis=0)).max() < 0.01


@pytest.mark.parametrize("hiss", ["SS", "CH"])
def test_hissing_sounds_cap_the_jaw_from_half_of_the_weight_on(hiss: str) -> None:
    assert mouth(said(**{hiss: 0.5, "aa": 0.5}), 1.0)[0, JAW] <= 0.35 + 1e-6
    assert mouth(said(sil=0.5, aa=0.5), 1.0)[0, JAW] > 0.4


def test_little_weights_in_silence_hardly_open_the_mouth() -> None:
    rows = np.concatenate([said(sil=0.9, **{name: 0.1}) for name in registry.VISEMES[1:]])
    assert lip_gap(mouth(rows, 0.2)).max() < 0.05


def test_closures_are_demanded_by_their_visemes_alone() -> None:
    found = SpeechMouth().shapes(np.concatenate([said(PP=0.6, aa=0.4), said(FF=1), said(aa=1)]), np.ones(3, np.float32))
    np.testing.assert_allclose(found.closure, np.array([[0.6, 0.0], [0.0, 0.8], [0.0, 0.0]]), atol=1e-6)


def test_a_head_without_tongue_opens_its_jaw_a_little_instead() -> None:
    with_tongue, without = mouth(said(TH=1)), mouth(said(TH=1), tongue=False)
    assert without[0, SHAPE["tongueOut"]] == 0
    assert without[0, JAW] > with_tongue[0, JAW] + 0.05


@pytest.mark.parametrize("broken", [np.nan, np.inf])
def test_what_is_no_number_is_silence_in_its_row_alone(broken: float) -> None:
    rows = np.concatenate([said(aa=1), said(aa=1)])
    rows[0, 3] = broken
    found = mouth(rows)
    assert not found[0].any()
    np.testing.assert_array_equal(found[1:], mouth(said(aa=1)))
    quiet = SpeechMouth().shapes(said(aa=1), np.array([broken], np.float32)).shapes
    np.testing.assert_allclose(quiet, mouth(said(aa=1), 0.0), atol=1e-6)


def test_fewer_rows_after_more_are_the_same_and_leave_what_was_told() -> None:
    target = SpeechMouth()
    rows = np.random.default_rng(2).dirichlet(np.ones(15), 500).astype(np.float32)
    crowd = target.shapes(rows, np.full(500, 0.7, np.float32)).shapes
    expected = crowd[:3].copy()
    few = target.shapes(rows[:3], np.full(3, 0.7, np.float32)).shapes
    np.testing.assert_allclose(few, expected, atol=1e-6)
    np.testing.assert_array_equal(crowd[:3], expected)
    assert target.shapes(rows[:0], np.zeros(0, np.float32)).shapes.shape == (0, 52)
