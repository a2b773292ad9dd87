"""What is known of people, apart from what their avatars act."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from affectia.signals.groups import GroupStates


@dataclass(frozen=True, slots=True)
class KnownPeople:
    """Row = avatar of the weights.

    `groups` are those that are captured, seen or heard; `turns` (n, 2, 4) float32: neck and head as captured, smoothed, x y z w.
    """

    groups: GroupStates
    turns: NDArray[np.float32]
