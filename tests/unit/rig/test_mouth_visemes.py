from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from affectia import registry
from affectia.rig.mouth_visemes import write_visemes
from tests.unit.fakes import VISEME, shape_row

pytestmark = pytest.mark.unit

weights = st.floats(0, 1, width=32)


def visemes(**shapes: float) -> dict[str, float]:
    made = np.zeros((1, len(registry.VISEMES)), np.float32)
    write_visemes(made, shape_row(shapes))
    return {name: float(made[0, place]) for name, place in VISEME.items() if made[0, place]}


def test_a_closed_mouth_is_silence() -> None:
    assert visemes(mouthSmileLeft=1) == {"sil": 1}


def test_an_open_jaw_is_aa() -> None:
    assert visemes(jawOpen=0.7) == {"sil": pytest.approx(0.3), "aa": pytest.approx(0.7)}


def test_a_funnel_is_oh() -> None:
    assert visemes(jawOpen=1, mouthFunnel=1) == {"oh": 1}


def test_a_pucker_is_ou() -> None:
    assert visemes(mouthPucker=0.5) == {"sil": 0.5, "ou": 0.5}


@given(weights, weights, weights)
def test_weights_are_shares_of_one(jaw: float, funnel: float, pucker: float) -> None:
    found = visemes(jawOpen=jaw, mouthFunnel=funnel, mouthPucker=pucker)
    assert sum(found.values()) == pytest.approx(1, abs=1e-5)
    assert all(0 <= weight <= 1 + 1e-6 for weight in found.values())
    assert set(found) <= {"sil", "aa", "oh", "ou"}
