from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from affectia.cli.variant_figures import Middle, figures, middle
from affectia.store.variant_record import VariantEntry

pytestmark = pytest.mark.unit

ENTRY = VariantEntry("0123abcd", "emotion", True, 1_700_000_000, 60, 3600, 2.0, 0.004, 0.3, 0.2)


def test_each_variant_has_a_row_in_its_own_order_and_unknown_ones_come_last() -> None:
    names = ["later", "blend", "shapes", "blend", "again"]
    rows = figures(dataclasses.replace(ENTRY, variant=name) for name in names)
    assert [(row.variant, row.sessions, row.minutes) for row in rows] == [
        ("shapes", 1, 1),
        ("blend", 2, 2),
        ("again", 1, 1),
        ("later", 1, 1),
    ]


def test_figures_are_medians_over_sessions() -> None:
    (row,) = figures(dataclasses.replace(ENTRY, jitter_percent=value, range=value / 10) for value in (1, 9, 2))
    assert row.jitter_percent.median == 2
    assert row.range.median == pytest.approx(0.2)
    assert row.expressive_share.median == 0.2


def test_median_of_an_even_count_is_between_two() -> None:
    assert middle([4, 1, 2, 9]) == Middle(3, None)


@pytest.mark.parametrize(
    # How far in from either end the 95 % interval of a median begins, as tables of the sign test give it.
    ("count", "place"),
    [(6, 1), (8, 1), (9, 2), (10, 2), (15, 4), (20, 6), (25, 8), (100, 40)],
)
def test_interval_is_that_of_the_order_statistics(count: int, place: int) -> None:
    assert middle([float(number) for number in range(1, count + 1)]).interval == (place, count + 1 - place)


def test_few_sessions_have_no_interval() -> None:
    assert middle([1, 2, 3, 4, 5]).interval is None
    assert middle([1]) == Middle(1, None)


def test_interval_holds_the_median_as_often_as_it_says() -> None:
    rng = np.random.default_rng(4)
    drawn = [middle(rng.exponential(size=25).tolist()).interval for _ in range(2000)]
    held = sum(interval is not None and interval[0] <= np.log(2) <= interval[1] for interval in drawn) / len(drawn)
    assert held > 0.94


def test_many_sessions_are_no_trouble() -> None:
    found = middle([float(number) for number in range(10_000)])
    assert found.median == 4999.5
    assert found.interval == pytest.approx((4901, 5098), abs=2)
