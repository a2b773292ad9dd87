from __future__ import annotations

import math

import pytest

from affectia.errors import ConfigError
from affectia.session.act.number import checked_number

pytestmark = pytest.mark.unit


@pytest.mark.parametrize("value", [-1.0, 0.0, 0.25, 2.0])
def test_a_number_within_its_range_is_taken(value: float) -> None:
    assert checked_number("weight", value, -1, 2) == value


@pytest.mark.parametrize(
    ("value", "told"), [(-1.01, "-1.01"), (2.5, "2.5"), (math.inf, "inf"), (-math.inf, "-inf"), (math.nan, "nan"), (1e300, "1e+300")]
)
def test_any_other_is_told_with_its_range(value: float, told: str) -> None:
    with pytest.raises(ConfigError) as caught:
        checked_number("weight of jawOpen", value, -1, 2)
    assert str(caught.value) == f"weight of jawOpen is {told}, expected -1 to 2"
