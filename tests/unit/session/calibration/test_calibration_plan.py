from __future__ import annotations

from typing import Any

import pytest

from affectia.errors import ConfigError
from affectia.session.calibration.calibration_plan import CalibrationPlan

pytestmark = pytest.mark.unit


def test_what_is_not_said_is_usual() -> None:
    plan = CalibrationPlan()
    assert (plan.name, plan.countdown_secs, plan.neutral_secs, plan.range_secs, plan.alpha) == ("default", 3, 3, 0, 1)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"name": "Me"}, "^name of a calibration is 'Me'"),
        ({"countdown_secs": -1.0}, "^countdown_secs is -1.0, expected 0 to 30$"),
        ({"neutral_secs": 0.5}, "^neutral_secs is 0.5, expected 1 to 30$"),
        ({"neutral_secs": float("nan")}, "^neutral_secs is nan"),
        ({"range_secs": 121.0}, "^range_secs is 121.0, expected 0 to 120$"),
        ({"alpha": 1.1}, "^alpha is 1.1, expected 0 to 1$"),
    ],
)
def test_what_cannot_be_is_refused(fields: dict[str, Any], words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        CalibrationPlan(**fields)
