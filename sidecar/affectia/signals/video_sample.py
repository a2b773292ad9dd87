"""A sample: one picture as a camera or a file delivered it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class VideoSample:
    """One unmirrored picture; nobody writes to `rgb` after the sample was made.

    `captured_at_nanos` is the clock's time at which the picture was there to take, `media_time_nanos` its place in the file or
    stream that it comes from (0 where there is none), `rgb` (height, width, 3) uint8.
    """

    captured_at_nanos: int
    media_time_nanos: int
    rgb: NDArray[np.uint8]
