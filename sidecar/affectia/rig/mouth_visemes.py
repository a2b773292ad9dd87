"""Visemes guessed from the shape of a mouth that is only seen, for rigs that have nothing but visemes.

aa, oh and ou share how far the jaw is open, funnelled and puckered (VRM 1.0 expressions, the usual ARKit approximation); the rest
is silence. A voice replaces this guess as far as it drives the mouth.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from affectia import registry

_JAW_OPEN: Final = registry.BLENDSHAPES.index("jawOpen")
_FUNNEL: Final = registry.BLENDSHAPES.index("mouthFunnel")
_PUCKER: Final = registry.BLENDSHAPES.index("mouthPucker")
_SIL: Final = registry.VISEMES.index("sil")
_AA: Final = registry.VISEMES.index("aa")
_OH: Final = registry.VISEMES.index("oh")
_OU: Final = registry.VISEMES.index("ou")


def write_visemes(visemes: NDArray[np.float32], blendshapes: NDArray[np.float32]) -> None:
    """Write (n, 15) weights that sum to 1 out of (n, 52) shapes; `visemes` holds zeros before."""
    jaw, funnel, pucker = blendshapes[:, _JAW_OPEN], blendshapes[:, _FUNNEL], blendshapes[:, _PUCKER]
    aa = jaw * np.maximum(1 - funnel - pucker, 0)
    oh = jaw * funnel
    total = aa + oh + pucker
    share = 1 / np.maximum(total, 1)
    visemes[:, _AA] = aa * share
    visemes[:, _OH] = oh * share
    visemes[:, _OU] = pucker * share
    visemes[:, _SIL] = np.maximum(1 - total, 0)
