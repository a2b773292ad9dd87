from __future__ import annotations

import pytest

from affectia.cli import gauges

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("value", "expected"),
    [(0.0, "········"), (0.5, "████····"), (0.53125, "████▎···"), (1.0, "████████"), (2.0, "████████"), (-1.0, "········")],
)
def test_bar_is_fine_to_an_eighth_of_a_cell(value: float, expected: str) -> None:
    assert gauges.bar(value, 8).plain == expected


def test_bar_in_ascii() -> None:
    assert gauges.bar(0.5, 8, ascii_only=True).plain == "####...."


@pytest.mark.parametrize(
    ("trail", "unicode", "plain"),
    [(0.0, "████····", "####...."), (0.5, "████····", "####...."), (0.75, "████░░··", "####--.."), (2.0, "████░░░░", "####----")],
)
def test_trail_reaches_beyond_the_bar_and_never_shortens_it(trail: float, unicode: str, plain: str) -> None:
    assert gauges.bar(0.5, 8, trail=trail).plain == unicode
    assert gauges.bar(0.5, 8, trail=trail, ascii_only=True).plain == plain


@pytest.mark.parametrize(
    ("value", "expected"),
    [(0.0, "────●────"), (45.0, "────┼━━━●"), (-45.0, "●━━━┼────"), (22.5, "────┼━●──"), (-90.0, "●━━━┼────")],
)
def test_swing_goes_from_the_centre_to_the_value(value: float, expected: str) -> None:
    assert gauges.swing(value, 45.0, 9).plain == expected


def test_swing_in_ascii() -> None:
    assert gauges.swing(22.5, 45.0, 9, ascii_only=True).plain == "----|=o--"
