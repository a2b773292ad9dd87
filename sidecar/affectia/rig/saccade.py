"""How long a saccade takes."""

from __future__ import annotations

from typing import Final, TypeVar

import numpy as np
from numpy.typing import NDArray

T = TypeVar("T", float, NDArray[np.float64])

# The main sequence, Carpenter, "Movements of the Eyes", 1988: 2.2 ms for each degree, and 21 ms.
BASE_SECS: Final = 0.021
SECS_PER_DEG: Final = 0.0022


def lasts_secs(size_deg: T) -> T:
    """How long saccades of so many degrees take, 0 or more: a number or an array of them."""
    return BASE_SECS + SECS_PER_DEG * size_deg
