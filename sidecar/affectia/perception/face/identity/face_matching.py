"""Who is who at the least total cost, and by how much any other answer would be worse."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

NEVER: Final = 1e6
"""A cost that no sum of true costs reaches: this pair is impossible."""


def matched(costs: Sequence[Sequence[float]], *, alone: float) -> list[int | None]:
    """For each row of `costs` its column, none twice, so that the sum is least; None where being `alone` costs less than any column left.

    Shortest augmenting paths (Kuhn 1955, Munkres 1957; in the form of Jonker and Volgenant 1987), cubic in the number of rows.
    """
    columns = len(costs[0]) if costs else 0
    # A column of its own for each row's being alone makes a complete answer always possible.
    wide = [[*row, *(alone if place == number else NEVER for place in range(len(costs)))] for number, row in enumerate(costs)]
    owner = _augmented(wide)
    found: list[int | None] = [None] * len(costs)
    for column, row in enumerate(owner[:columns]):
        if row >= 0 and costs[row][column] < NEVER:
            found[row] = column
    return found


def margins(costs: Sequence[Sequence[float]], found: Sequence[int | None], *, alone: float) -> list[float]:
    """For each row that has a column: how much worse the best answer is in which the row has another column or none; else infinity."""
    least = _sum(costs, found, alone)
    apart = []
    for number, column in enumerate(found):
        if column is None:
            apart.append(math.inf)
            continue
        others = [list(row) for row in costs]
        others[number][column] = NEVER
        apart.append(_sum(others, matched(others, alone=alone), alone) - least)
    return apart


def _sum(costs: Sequence[Sequence[float]], found: Sequence[int | None], alone: float) -> float:
    return sum(alone if column is None else costs[number][column] for number, column in enumerate(found))


def _augmented(costs: Sequence[Sequence[float]]) -> list[int]:
    """For each column the row that has it, or -1; there are at least as many columns as rows."""
    width = len(costs[0]) if costs else 0
    owner = [-1] * width
    row_price = [0.0] * len(costs)
    column_price = [0.0] * width
    for start in range(len(costs)):
        distance = [math.inf] * width
        before = [-1] * width  # the column from which the shortest path comes
        done = [False] * width
        row, last, reached = start, -1, 0.0
        while True:
            for column in range(width):
                if not done[column]:
                    way = reached + costs[row][column] - row_price[row] - column_price[column]
                    if way < distance[column]:
                        distance[column], before[column] = way, last
            last = min((column for column in range(width) if not done[column]), key=distance.__getitem__)
            reached, done[last] = distance[last], True
            if owner[last] < 0:
                break
            row = owner[last]
        row_price[start] += reached
        for column in range(width):
            if done[column] and column != last:
                row_price[owner[column]] += reached - distance[column]
                column_price[column] -= reached - distance[column]
        while last >= 0:  # hand each column on the path to the row before
            owner[last] = owner[before[last]] if before[last] >= 0 else start
            last = before[last]
    return owner
