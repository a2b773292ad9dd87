from __future__ import annotations

import numpy as np
import pytest

from affectia.rig.lip_gap import lip_gap
from affectia.rig.viseme_shapes import load_viseme_shapes
from tests.unit.fakes import SHAPE, VISEME

pytestmark = pytest.mark.unit


def gap(**amounts: float) -> float:
    shapes = np.zeros(52, np.float32)
    for name, amount in amounts.items():
        shapes[[place for shape, place in SHAPE.items() if shape in (name, name + "Left", name + "Right")]] = amount
    return float(lip_gap(shapes))


def test_a_face_at_rest_is_shut_and_a_jaw_opens_it() -> None:
    assert gap() == 0
    assert gap(jawOpen=0.4) == pytest.approx(0.4)
    assert gap(jawOpen=1, mouthLowerDown=1) == 1
    assert gap(eyeBlink=1, mouthSmile=1, tongueOut=1) == 0


def test_lips_that_close_over_an_open_jaw_are_shut() -> None:
    assert gap(jawOpen=0.3, mouthClose=0.3) == 0
    assert gap(jawOpen=0.3, mouthClose=0.9) == 0
    assert gap(jawOpen=0.3, mouthClose=0.1) == pytest.approx(0.2)


def test_both_sides_of_a_pair_make_the_whole() -> None:
    assert gap(mouthLowerDown=0.5) == pytest.approx(2 * gap(mouthLowerDownLeft=0.5))


@pytest.mark.parametrize("seal", ["mouthPress", "mouthRollLower", "mouthRollUpper"])
def test_pressing_and_rolling_take_up_a_gap(seal: str) -> None:
    assert gap(jawOpen=0.3, **{seal: 0.5}) < gap(jawOpen=0.3) - 0.05


def test_visemes_are_as_open_as_they_look() -> None:
    gaps = lip_gap(load_viseme_shapes().shapes)
    assert gaps.dtype == np.float32
    assert gaps[VISEME["sil"]] == gaps[VISEME["PP"]] == 0
    assert gaps[VISEME["FF"]] < 0.12
    assert gaps.argmax() == VISEME["aa"]
    assert gaps[VISEME["E"]] > gaps[VISEME["ih"]] > gaps[VISEME["FF"]]
