from __future__ import annotations

import math

import pytest

from affectia.evaluate.durations import Durations

pytestmark = pytest.mark.unit


def test_percentiles_are_in_milliseconds() -> None:
    durations = Durations()
    for millis in range(1, 102):
        durations.add(millis * 1_000_000)
    assert (durations.percentile_ms(50), durations.percentile_ms(95)) == (51, 96)
    assert durations.described() == {"count": 101, "p50_ms": 51.0, "p95_ms": 96.0}


def test_none_is_no_number() -> None:
    assert math.isnan(Durations().percentile_ms(50))
