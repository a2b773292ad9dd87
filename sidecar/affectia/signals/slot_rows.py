"""Some slots as an index that numpy reads in place where it can."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def slot_rows(slots: NDArray[np.intp]) -> slice | NDArray[np.intp]:
    """A run of one or more slots as a slice, of which numpy gives a view; others as they are, of which it gives a copy."""
    first = int(slots[0])
    if slots.size == 1 or (int(slots[-1]) - first == slots.size - 1 and bool((slots[1:] - slots[:-1] == 1).all())):
        return slice(first, first + slots.size)
    return slots
