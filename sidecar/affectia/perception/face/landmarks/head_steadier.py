"""Steadies the turn of a head that shows its profile: the network sees half a face there, and its turn trembles from picture to picture.

Measured on rendered faces with a noisy sensor (standard deviation 5 of 255): 0.1 degrees from picture to picture seen frontally, 0.4 at
30 degrees, 1.5 at 55. Filters that follow a frontal head without lag let that through, so it is taken out here, where the angle is known.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

from affectia.clock import NANOS_PER_SEC
from affectia.perception.face.landmarks.head_pose import HeadPose

FREE_DEG: Final = 35.0
"""Up to this angle between the face and the line of sight nothing is done."""
FULL_DEG: Final = 55.0
"""From this angle on the time constant is `SLOWEST_SECS`; between the two it grows evenly."""
SLOWEST_SECS: Final = 0.08
LONGEST_GAP_SECS: Final = 0.25  # after a longer one the head begins anew


class HeadSteadier:
    """One head's turn over time; one thread at a time."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Somebody else is there from now on."""
        self._turn: tuple[float, float, float, float] | None = None
        self._time_nanos = 0

    def step(self, pose: HeadPose, time_nanos: int) -> NDArray[np.float64]:
        """(4,) x y z w, the pose's rotation, steadied as far as the face is turned away; times rise from call to call."""
        x, y, z, w = pose.rotation.tolist()
        before, elapsed_secs = self._turn, (time_nanos - self._time_nanos) / NANOS_PER_SEC
        self._time_nanos = time_nanos
        slowness_secs = _slowness_secs(pose)
        if before is not None and slowness_secs > 0 and 0 <= elapsed_secs <= LONGEST_GAP_SECS:
            share = 1 - math.exp(-elapsed_secs / slowness_secs)
            # A quaternion and its negative are one rotation: the short way.
            kept = math.copysign(1 - share, before[0] * x + before[1] * y + before[2] * z + before[3] * w)
            x, y, z, w = (share * new + kept * old for new, old in zip((x, y, z, w), before, strict=True))
            length = math.sqrt(x * x + y * y + z * z + w * w)
            x, y, z, w = x / length, y / length, z / length, w / length
        self._turn = (x, y, z, w)
        return np.array(self._turn)


def _slowness_secs(pose: HeadPose) -> float:
    """The time constant for a face that is turned so far from the line of sight."""
    away_deg = math.degrees(math.acos(min(max(float(pose.axes[:, 2] @ pose.to_camera), -1.0), 1.0)))
    return SLOWEST_SECS * min(max((away_deg - FREE_DEG) / (FULL_DEG - FREE_DEG), 0.0), 1.0)
