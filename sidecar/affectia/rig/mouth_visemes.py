"""Visemes guessed from the shape of a mouth that is only seen, for rigs that have nothing but visemes.

aa, oh and ou share how far the jaw is open, funnelled and puckered (VRM 1.0 expressions, the usual ARKit approximation); the rest
is silence. A voice replaces this guess wherever there is one.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from affectia import registry

_SHAPE: Final = {name: place for place, name in enumerate(registry.BLENDSHAPES)}
_VISEME: Final = {name: place for place, name in enumerate(registry.VISEMES)}


def visemes(blendshapes: NDArray[np.float32]) -> NDArray[np.float32]:
    """(n, 52) shapes to (n, 15) weights that sum to 1."""
    jaw = blendshapes[:, _SHAPE["jawOpen"]]
    funnel = blendshapes[:, _SHAPE["mouthFunnel"]]
    pucker = blendshapes[:, _SHAPE["mouthPucker"]]
    weights = np.zeros((blendshapes.shape[0], len(registry.VISEMES)), np.float32)
    weights[:, _VISEME["aa"]] = jaw * np.maximum(1 - funnel - pucker, 0)
    weights[:, _VISEME["oh"]] = jaw * funnel
    weights[:, _VISEME["ou"]] = pucker
    total = weights.sum(axis=1)
    weights /= np.maximum(total, 1)[:, None]
    weights[:, _VISEME["sil"]] = np.maximum(1 - total, 0)
    return weights
