"""What acts on some avatars at an instant: idle life, a feeling, gestures, overrides; part of their weights."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class OverrideRows:
    """What is overridden now; row j here is row `rows[j]` of the weights.

    `share` (m, 101) 0..1: how far each channel is set, 0 where it is not; `value` (m, 101) to what; `added` (m, 101) what is added
    to it before. Channels as in `pose_layer`.
    """

    rows: NDArray[np.intp]
    share: NDArray[np.float32]
    value: NDArray[np.float32]
    added: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class ActingLayers:
    """Row = avatar of the weights, channels as in `pose_layer`; None where nobody has any of it. Memory that the next tick writes to.

    `idle` (n, 101): idle life, gaze that is directed and gestures, shares of what is captured taken off already; to be added. `feeling`
    (n, 101): what the emotion overlay wants shown; motion eases towards it. `talking` (n,) 0..1: how far somebody is taken to speak, so
    that the mouth belongs to visemes.
    """

    idle: NDArray[np.float32] | None = None
    feeling: NDArray[np.float32] | None = None
    talking: NDArray[np.float32] | None = None
    overrides: OverrideRows | None = None
