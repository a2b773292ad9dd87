from __future__ import annotations

import math

import pytest

from affectia.evaluate.group_figures import LEAST_COUNT, group_gaps
from tests.unit.evaluate.trees import HAPPY, SAD, answered

pytestmark = pytest.mark.unit


def test_gap_is_between_the_best_and_the_worst_group_that_is_large_enough() -> None:
    truth = [HAPPY] * 40 + [HAPPY] * 3
    told = [HAPPY] * 20 + [HAPPY] * 10 + [SAD] * 10 + [SAD] * 3
    groups = [{"sex": "female", "actor": "1"}] * 20 + [{"sex": "male", "actor": "2"}] * 20 + [{"sex": "other", "actor": "2"}] * 3
    actor, sex = group_gaps(answered(truth, told, groups=groups))
    assert (actor.kind, sex.kind) == ("actor", "sex")
    assert [group.count for group in sex.groups] == [20, 20, 3]
    assert sex.gap == pytest.approx(0.5)  # the third is too small
    assert [group.value for group in sex.counted] == ["male", "female"]
    assert sex.described()["groups"]["female"] == {"count": 20, "accuracy": 1.0, "uar": 1.0}


def test_single_groups_and_unknown_people_have_no_gap() -> None:
    groups = [{"sex": "female"}] * LEAST_COUNT + [{}] * 5
    assert group_gaps(answered([HAPPY] * 25, [HAPPY] * 25, groups=groups)) == ()
    few = [{"sex": "female"}] * LEAST_COUNT + [{"sex": "male"}] * 5
    (gap,) = group_gaps(answered([HAPPY] * 25, [HAPPY] * 25, groups=few))
    assert math.isnan(gap.gap)
