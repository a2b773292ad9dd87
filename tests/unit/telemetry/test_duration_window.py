from __future__ import annotations

import pytest

from affectia.clock import NANOS_PER_MILLI
from affectia.telemetry.duration_window import DurationWindow

pytestmark = pytest.mark.unit


def test_nothing_added_is_zero() -> None:
    assert DurationWindow().percentile_millis(95) == 0


def test_percentiles_are_those_of_what_was_added() -> None:
    window = DurationWindow(size=100)
    for millis in range(101, 0, -1):  # the first one falls out
        window.add(millis * NANOS_PER_MILLI)
    assert window.added == 101
    assert window.percentile_millis(100) == 100
    assert window.percentile_millis(50) == pytest.approx(50.5)
    assert window.percentile_millis(0) == 1


def test_a_window_that_is_not_full_counts_no_zeros() -> None:
    window = DurationWindow(size=1024)
    window.add(4 * NANOS_PER_MILLI)
    assert window.percentile_millis(0) == 4
