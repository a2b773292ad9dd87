from __future__ import annotations

import numpy as np
import pytest

from affectia.perception.voice.energy_mouth import energy_mouth
from tests.unit.fakes import VISEME

pytestmark = pytest.mark.unit


def test_only_the_jaw_moves_and_rows_sum_to_one() -> None:
    visemes = energy_mouth(np.linspace(0, 1, 40, dtype=np.float32).reshape(2, 20))
    np.testing.assert_allclose(visemes.sum(axis=2), 1, atol=1e-6)
    others = np.delete(visemes, [VISEME["sil"], VISEME["aa"]], axis=2)
    assert not others.any()


def test_a_louder_voice_opens_the_mouth_further() -> None:
    opened = energy_mouth(np.linspace(0, 1, 101, dtype=np.float32)[None])[0, :, VISEME["aa"]]
    assert (np.diff(opened) >= 0).all()
    assert opened[30] == 0
    assert 0.6 < opened[70] < 0.9  # a usual level
    assert opened[90] == 1


def test_it_opens_without_corners() -> None:
    opened = energy_mouth(np.linspace(0, 1, 101, dtype=np.float32)[None])[0, :, VISEME["aa"]]
    assert np.abs(np.diff(opened, 2)).max() < 0.003
