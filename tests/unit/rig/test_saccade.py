from __future__ import annotations

import numpy as np
import pytest

from affectia.rig import saccade

pytestmark = pytest.mark.unit


def test_durations_follow_the_main_sequence() -> None:
    assert saccade.lasts_secs(0.0) == pytest.approx(0.021)
    assert saccade.lasts_secs(np.array([5.0, 20.0])) == pytest.approx((0.032, 0.065))
