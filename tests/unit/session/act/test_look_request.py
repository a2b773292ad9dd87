from __future__ import annotations

import math
from typing import Any

import pytest

from affectia.errors import ConfigError
from affectia.session.act.look_request import LookRequest, direction_deg

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("point", "yaw_deg", "pitch_deg"),
    [
        ((0, 0, 100), 0, 0),
        ((100, 0, 100), 45, 0),
        ((-100, 0, 0), -90, 0),
        ((0, -100, 100), 0, 45),
        ((0, 50, 0), 0, -90),
        ((3, 5, 4), math.degrees(math.atan2(3, 4)), -45),
        ((0, 0, -10), 180, 0),
    ],
)
def test_a_place_is_a_direction_left_and_down(point: tuple[float, float, float], yaw_deg: float, pitch_deg: float) -> None:
    assert direction_deg(*point) == pytest.approx((yaw_deg, pitch_deg))


@pytest.mark.parametrize(
    ("point", "message"),
    [
        ((0, 0, 0), "^point_cm is between the eyes, expected a place at least 1 cm away$"),
        ((0.5, 0.5, 0.5), "^point_cm is between the eyes"),
        ((math.nan, 0, 1), "^x of point_cm is nan, expected -1e\\+06 to 1e\\+06$"),
        ((0, math.inf, 1), "^y of point_cm is inf"),
        ((0, 0, -2e6), "^z of point_cm is -2e\\+06"),
    ],
)
def test_places_that_cannot_be_looked_at(point: tuple[float, float, float], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        direction_deg(*point)


@pytest.mark.parametrize(
    ("wish", "message"),
    [
        ({"yaw_deg": 180.5}, "^yaw_deg is 180.5, expected -180 to 180$"),
        ({"pitch_deg": 90.5}, "^pitch_deg is 90.5, expected -90 to 90$"),
        ({"weight": 1.5}, "^weight is 1.5, expected 0 to 1$"),
        ({"head_share": -0.5}, "^head_share is -0.5, expected 0 to 1$"),
        ({"yaw_deg": math.nan}, "^yaw_deg is nan"),
    ],
)
def test_numbers_out_of_range_are_told(wish: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        LookRequest(**{"yaw_deg": 0.0, "pitch_deg": 0.0, **wish})


def test_what_is_not_said_is_as_usual() -> None:
    assert (LookRequest(10, 5).weight, LookRequest(10, 5).head_share, LookRequest(10, 5).hold) == (1.0, 0.4, False)
