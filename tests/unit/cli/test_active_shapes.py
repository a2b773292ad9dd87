from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from affectia.cli.active_shapes import ActiveShapes, ActiveShapesOptions, most_active
from affectia.clock import NANOS_PER_SEC

pytestmark = pytest.mark.unit

OPTIONS = ActiveShapesOptions(rows=3, window_secs=1.0, stay_secs=2.0)


def weights(**values: float) -> NDArray[np.float32]:
    row = np.zeros(8, np.float32)
    for name, value in values.items():
        row[int(name[1:])] = value
    return row


def test_first_rows_are_the_strongest_in_registry_order() -> None:
    assert ActiveShapes(OPTIONS).update(weights(s6=0.9, s2=0.5, s4=0.7, s1=0.1), 0) == (2, 4, 6)


def test_newcomer_takes_the_row_of_the_weakest_and_the_others_stay() -> None:
    shapes = ActiveShapes(OPTIONS)
    shapes.update(weights(s6=0.9, s2=0.5, s4=0.7), 0)
    later = weights(s6=0.9, s2=0.5, s4=0.7, s1=0.8)
    assert shapes.update(later, NANOS_PER_SEC // 10) == (1, 4, 6)


def test_newcomer_that_is_hardly_stronger_changes_nothing() -> None:
    shapes = ActiveShapes(OPTIONS)
    held = weights(s6=0.9, s2=0.5, s4=0.7)
    assert shapes.update(held, 0) == shapes.update(held + weights(s1=0.02), 1) == (2, 4, 6)


def test_shape_keeps_its_row_for_a_while_once_it_is_in() -> None:
    shapes = ActiveShapes(OPTIONS)
    shapes.update(weights(s6=0.3, s2=0.3, s4=0.3), 0)
    full = weights(s1=1, s3=1, s5=1)
    first = shapes.update(full, NANOS_PER_SEC)
    assert set(first) == {1, 3, 5}
    assert shapes.update(weights(s0=1, s6=1, s7=1) + full, 2 * NANOS_PER_SEC) == first  # they stay for 2 s
    for step in range(21, 45):
        last = shapes.update(weights(s0=step % 2, s6=step % 2, s7=step % 2), step * NANOS_PER_SEC // 10)
    assert set(last) == {0, 6, 7}


def test_movement_counts_more_than_a_shape_that_is_merely_up() -> None:
    shapes = ActiveShapes(OPTIONS)
    for step in range(60):
        up = weights(s0=0.9, s1=0.9, s2=0.9, s7=0.5 * (step % 2))
        shown = shapes.update(up, step * NANOS_PER_SEC // 10)
    assert 7 in shown


def test_most_active_is_stable_among_equals() -> None:
    assert most_active(np.array([0.1, 0.5, 0.5, 0.2]), 3) == [1, 2, 3]
