from __future__ import annotations

import pytest

from affectia.bake.bake_options import BakeOptions
from affectia.errors import ConfigError

pytestmark = pytest.mark.unit


@pytest.mark.parametrize("rate_hz", [1, 24, 60, 240])
def test_frame_rates_of_the_wire_are_taken(rate_hz: int) -> None:
    assert BakeOptions(frame_rate_hz=rate_hz).frame_rate_hz == rate_hz


@pytest.mark.parametrize("rate_hz", [0, -1, 241])
def test_others_are_refused_with_their_value(rate_hz: int) -> None:
    with pytest.raises(ConfigError, match=rf"frame rate is {rate_hz}, expected 1 to 240"):
        BakeOptions(frame_rate_hz=rate_hz)
