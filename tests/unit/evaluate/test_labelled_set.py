from __future__ import annotations

from pathlib import Path

import pytest

from affectia.errors import CaptureError
from affectia.evaluate.labelled_set import LabelledItem, LabelledSet, SetBuilder, age_band, known_groups, sex_of, table_text

pytestmark = pytest.mark.unit

DATA = LabelledSet("made", "folders", tuple(LabelledItem(str(number), 0) for number in range(100)))


def test_sample_is_the_same_for_a_seed_and_keeps_the_order() -> None:
    names = [int(item.name) for item in DATA.sample(10, seed=3).items]
    assert names == [int(item.name) for item in DATA.sample(10, seed=3).items]
    assert names == sorted(set(names))
    assert len(names) == 10
    assert names != [int(item.name) for item in DATA.sample(10, seed=4).items]


@pytest.mark.parametrize("limit", [None, 100, 1000])
def test_sample_of_all_is_all(limit: int | None) -> None:
    assert DATA.sample(limit, seed=1) is DATA


def test_builder_counts_what_it_leaves_out() -> None:
    built = SetBuilder()
    built.leave_out("boredom")
    built.leave_out("boredom")
    built.add(LabelledItem("a", 1))
    found = built.built("EmoDB", "emodb")
    assert (len(found.items), found.left_out, found.corpus, found.layout) == (1, {"boredom": 2}, "EmoDB", "emodb")


@pytest.mark.parametrize(("years", "band"), [("17", "0 to 17"), ("18", "18 to 29"), ("44", "30 to 44"), ("60", "60 and more"), ("?", "")])
def test_ages_are_told_in_bands(years: str, band: str) -> None:
    assert age_band(years) == band


def test_groups_that_are_not_known_are_not_there() -> None:
    assert dict(known_groups(sex=sex_of("F"), age=age_band(""), actor="03")) == {"sex": "female", "actor": "03"}
    assert sex_of("unsure") == ""


def test_table_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(CaptureError, match=r"table of a data set cannot be read .*a\.csv"):
        table_text(tmp_path / "a.csv")
