"""A state: what fusion holds to be true of each person now."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from affectia.signals.groups import GroupStates


@dataclass(frozen=True, slots=True)
class AvatarState:
    """Row = avatar. `blendshapes` (n, 52) 0..1; `head_rotation` (n, 4) x y z w; `head_shift_cm` (n, 3) from the rest position."""

    blendshapes: NDArray[np.float32]
    head_rotation: NDArray[np.float32]
    head_shift_cm: NDArray[np.float32]
    groups: GroupStates
