from __future__ import annotations

import numpy as np
import pytest

from affectia.signals.column import column

pytestmark = pytest.mark.unit


@pytest.mark.parametrize("count", [1, 2, 5])
def test_each_row_is_multiplied_by_its_own_number(count: int) -> None:
    values, rows = np.arange(1, count + 1, dtype=np.float32), np.ones((count, 3), np.float32)
    rows *= column(values)
    assert rows.tolist() == [[value] * 3 for value in values.tolist()]


@pytest.mark.parametrize("count", [1, 3])
def test_it_is_a_view_of_a_column_of_a_table_too(count: int) -> None:
    table = np.zeros((count, 4), np.float32)
    factors = column(table[:, 2])
    table[:, 2] = 7
    assert (np.ones((count, 2), np.float32) * factors == 7).all()
