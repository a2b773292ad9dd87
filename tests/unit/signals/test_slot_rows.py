from __future__ import annotations

import numpy as np
import pytest

from affectia.signals.slot_rows import slot_rows
from tests.unit.fakes import slots

pytestmark = pytest.mark.unit


@pytest.mark.parametrize("numbers", [(0,), (7,), (3, 4, 5)])
def test_a_run_of_slots_is_read_in_place(numbers: tuple[int, ...]) -> None:
    state = np.arange(10.0)
    rows = state[slot_rows(slots(*numbers))]
    assert rows.tolist() == list(numbers)
    rows += 100
    assert state[list(numbers)].tolist() == [100 + number for number in numbers]


@pytest.mark.parametrize("numbers", [(0, 2), (2, 1), (0, 2, 1, 3), (1, 3, 2, 4)])
def test_slots_that_are_no_run_keep_their_order(numbers: tuple[int, ...]) -> None:
    assert np.arange(10)[slot_rows(slots(*numbers))].tolist() == list(numbers)
