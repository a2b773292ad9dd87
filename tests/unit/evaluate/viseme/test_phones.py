from __future__ import annotations

import pytest

from affectia import registry
from affectia.evaluate.viseme.phones import SIL, spread, visemes_of_arpabet

pytestmark = pytest.mark.unit


def test_phones_are_known_in_any_case_with_stress_and_by_other_names() -> None:
    assert visemes_of_arpabet("M") == visemes_of_arpabet("em") == (registry.VISEMES.index("PP"),)
    assert visemes_of_arpabet("AA1") == visemes_of_arpabet("aa0")
    assert visemes_of_arpabet("sp") == visemes_of_arpabet("") == (SIL,)
    assert len(visemes_of_arpabet("AY1")) == 2
    with pytest.raises(KeyError):
        visemes_of_arpabet("spn")


def test_diphthong_is_longer_in_its_first_part() -> None:
    assert spread(1.0, 2.0, (3, 4)) == [(1.0, pytest.approx(1.6), 3), (pytest.approx(1.6), 2.0, 4)]
    assert spread(1.0, 2.0, (3,)) == [(1.0, 2.0, 3)]
    assert spread(1.0, 2.0, ()) == []
    assert [round(end, 6) for _start, end, _viseme in spread(0.0, 3.0, (1, 2, 3))] == [1.0, 2.0, 3.0]
