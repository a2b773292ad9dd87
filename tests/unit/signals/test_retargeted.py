from __future__ import annotations

import numpy as np
import pytest

from affectia.signals.avatar_weights import EFFECTS, QUATERNIONS, SHIFT, SHOWN, VISEMES
from affectia.signals.retargeted import AFTER_SHAPES, Retargeted

pytestmark = pytest.mark.unit


def test_what_follows_the_shapes_is_all_else_that_a_frame_carries() -> None:
    assert (AFTER_SHAPES.start, AFTER_SHAPES.stop) == (VISEMES.start, SHOWN.stop)
    assert VISEMES.stop == EFFECTS.start
    assert EFFECTS.stop == QUATERNIONS.start
    assert QUATERNIONS.stop == SHIFT.start
    assert SHIFT.stop == SHOWN.stop


def test_shapes_are_a_view_of_the_first_channels() -> None:
    found = Retargeted(np.array([3, 7]), np.zeros((2, 17 + 58), np.float32))
    found.shapes[:] = 1
    assert found.shapes.shape == (2, 17)
    assert found.channels.sum() == 34
    assert (found.channels[:, 17:] == 0).all()
