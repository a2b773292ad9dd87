"""The least total cost, against trying out everything."""

from __future__ import annotations

import itertools
import math
import random

import pytest

from affectia.perception.face.identity.face_matching import NEVER, margins, matched

pytestmark = pytest.mark.unit

ALONE = 6.0


def total(costs: list[list[float]], found: list[int | None]) -> float:
    return sum(ALONE if column is None else costs[row][column] for row, column in enumerate(found))


def all_answers(rows: int, columns: int) -> list[list[int | None]]:
    choices = itertools.product([None, *range(columns)], repeat=rows)
    return [list(found) for found in choices if len({c for c in found if c is not None}) == sum(c is not None for c in found)]


def made_costs(seed: int) -> list[list[float]]:
    source = random.Random(seed)
    rows, columns = source.randint(1, 4), source.randint(1, 4)
    return [[source.choice([source.uniform(0, 10), source.uniform(0, 10), NEVER]) for _ in range(columns)] for _ in range(rows)]


@pytest.mark.parametrize("seed", range(60))
def test_no_other_answer_costs_less_and_margins_are_those_to_the_best_other_one(seed: int) -> None:
    costs = made_costs(seed)
    found = matched(costs, alone=ALONE)
    answers = all_answers(len(costs), len(costs[0]))
    least = min(total(costs, answer) for answer in answers)
    assert total(costs, found) == pytest.approx(least)
    for row, (column, margin) in enumerate(zip(found, margins(costs, found, alone=ALONE), strict=True)):
        others = [total(costs, answer) for answer in answers if answer[row] != column]
        assert margin == (math.inf if column is None else pytest.approx(min(others) - least))


def test_the_nearest_pair_gives_way_to_the_least_sum() -> None:
    assert matched([[1.0, 2.0], [1.5, 9.0]], alone=100.0) == [1, 0]


def test_what_is_impossible_is_alone() -> None:
    assert matched([[NEVER, NEVER], [NEVER, 3.0]], alone=1e4) == [None, 1]


def test_nothing_to_match() -> None:
    assert matched([], alone=ALONE) == []
    assert matched([[], []], alone=ALONE) == [None, None]
    assert margins([[], []], [None, None], alone=ALONE) == [math.inf, math.inf]
