"""A number of each row, to compute with whole rows."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def column(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """(n, 1) of (n,), a view; of one row without an axis, by which numpy computes twice as fast."""
    return values.reshape(()) if values.size == 1 else values[:, None]
