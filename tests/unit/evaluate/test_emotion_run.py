from __future__ import annotations

import math

import pytest

from affectia.evaluate.durations import Durations
from affectia.evaluate.emotion_run import View, coverage_of, tellable
from affectia.evaluate.labelled_set import LabelledItem, LabelledSet
from tests.unit.evaluate.trees import FEAR, HAPPY, SAD, answered

pytestmark = pytest.mark.unit


def test_emotions_that_a_network_does_not_tell_are_left_out_and_counted() -> None:
    items = tuple(LabelledItem(str(number), label) for number, label in enumerate((HAPPY, FEAR, SAD, FEAR)))
    kept, left_out = tellable(LabelledSet("made", "folders", items, {"boredom": 7}), 1 << HAPPY | 1 << SAD)
    assert [item.name for item in kept] == ["0", "2"]
    assert left_out == {"boredom": 7, "fear, which the network does not tell": 2}


def test_coverage_of_nothing_is_no_number() -> None:
    assert coverage_of([True, False, True, True]) == 0.75
    assert math.isnan(coverage_of([]))


def test_view_describes_all_its_figures() -> None:
    groups = [{"sex": "female"}, {"sex": "male"}]
    view = View("crops", answered([HAPPY, SAD], [HAPPY, HAPPY], groups=groups), Durations(), 0.5, "was not found")
    found = view.described(low_valence=("sad",))
    assert (found["view"], found["coverage"], found["accuracy"], found["uar"]) == ("crops", 0.5, 0.5, 0.5)
    assert found["affect"]["method"] == "projected"
    assert set(found["groups"]["sex"]["groups"]) == {"female", "male"}
    assert found["latency"]["count"] == 0
