"""How open a mouth is: the gap between the lips, out of ARKit shapes, for tests and evaluation."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from affectia import registry

# The middle of the lips comes apart by the open jaw, less what closes the lips over it (mouthClose is relative to jawOpen), by lips that
# are drawn apart and by lips that are turned outwards; pressing and rolling them in takes up that much of a gap.
_PARTS: Final = {"mouthLowerDown": 0.4, "mouthUpperUp": 0.3, "mouthFunnel": 0.25}
_SEALS: Final = {"mouthPress": 0.25, "mouthRollLower": 0.2, "mouthRollUpper": 0.2}
_JAW_OPEN: Final = registry.BLENDSHAPES.index("jawOpen")
_MOUTH_CLOSE: Final = registry.BLENDSHAPES.index("mouthClose")


def _weights() -> NDArray[np.float32]:
    """(52,) what each shape adds to the gap; the two sides of a pair share it."""
    weights = np.zeros(len(registry.BLENDSHAPES), np.float32)
    for names, sign in ((_PARTS, 1.0), (_SEALS, -1.0)):
        for name, amount in names.items():
            places = [place for place, shape in enumerate(registry.BLENDSHAPES) if shape in (name, name + "Left", name + "Right")]
            weights[places] = sign * amount / len(places)
    return weights


_WEIGHTS: Final = _weights()


def lip_gap(shapes: NDArray[np.float32]) -> NDArray[np.float32]:
    """(...,) of (..., 52) shapes: 0 lips together, about 0.65 for a spoken a, 1 as wide as a jaw opens.

    An engineering measure, linear in the shapes: good for comparing mouths of one rig, not centimetres.
    """
    parted = np.maximum(shapes[..., _JAW_OPEN] - shapes[..., _MOUTH_CLOSE], 0)
    return np.asarray(np.clip(parted + shapes @ _WEIGHTS, 0, 1), np.float32)
