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
_ZERO: Final = np.array(0, np.float32)  # without an axis numpy is twice as fast as with a scalar
_ONE: Final = np.array(1, np.float32)


def write_visemes(visemes: NDArray[np.float32], blendshapes: NDArray[np.float32]) -> None:
    """Write (n, 15) weights that sum to 1 out of (n, 52) shapes; `visemes` holds zeros before."""
    jaw, funnel, pucker = blendshapes[:, _JAW_OPEN], blendshapes[:, _FUNNEL], blendshapes[:, _PUCKER]
    open_only = _ONE - funnel
    open_only -= pucker
    np.maximum(open_only, _ZERO, out=open_only)
    aa = np.multiply(jaw, open_only, out=visemes[:, _AA])
    oh = np.multiply(jaw, funnel, out=visemes[:, _OH])
    visemes[:, _OU] = pucker
    total = aa + oh
    total += pucker
    left = np.subtract(_ONE, total, out=open_only)
    np.maximum(left, _ZERO, out=visemes[:, _SIL])
    if np.count_nonzero(left < _ZERO):  # seldom: more than a whole mouth
        visemes[:, (_AA, _OH, _OU)] /= np.maximum(total, _ONE)[:, None]
