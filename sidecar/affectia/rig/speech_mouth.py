"""From visemes to the shapes of a mouth, all avatars in one pass."""

from __future__ import annotations

import math
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from affectia import registry
from affectia.rig.viseme_shapes import VisemeShapes, load_viseme_shapes
from affectia.signals.column import column

_VISEMES: Final = len(registry.VISEMES)
_SIL: Final = registry.VISEMES.index("sil")
_JAW_OPEN: Final = registry.BLENDSHAPES.index("jawOpen")
_LEAST: Final = np.array(1e-6, np.float32)  # without an axis numpy is twice as fast as with a scalar
_ONE: Final = np.array(1, np.float32)


class SpokenMouth(NamedTuple):
    """What a mouth does for the sound of an instant.

    `shapes` (n, 52) 0..1, zero for what is not of the mouth; `closure` (n, 2) 0..1: how strongly the touch of both lips (p, b, m) and of
    lip and teeth (f, v) is demanded.
    """

    shapes: NDArray[np.float32]
    closure: NDArray[np.float32]


class SpeechMouth:
    """Blends the rows of `viseme_shapes.toml` by viseme weights; remembers nothing from call to call.

    A shape is the sum of the rows, each by its weight and by what the loudness makes of its kind. The jaw is different: half an a and
    half a t are not half open, so there the wider viseme and the heavier one count more, which is a maximum without its corners; it never
    opens wider than the widest of them. Hissing sounds and closures cap it.
    """

    def __init__(self, *, table: VisemeShapes | None = None, tongue: bool = True) -> None:
        self.table = table or load_viseme_shapes()
        shapes = self.table.shapes if tongue else self.table.without_tongue()
        self._quiet, self._rise = self.table.quiet[None], (self.table.loud - self.table.quiet)[None]
        self._jaw_favour = np.exp(self.table.jaw_favour * shapes[:, _JAW_OPEN])
        self._jaw = self._jaw_favour * shapes[:, _JAW_OPEN]
        self._capped = np.flatnonzero(self.table.jaw_cap < 1)
        self._taken = (1 - self.table.jaw_cap[self._capped])[None]
        self._twice_taken = 2 * self._taken
        self._shapes = shapes.copy()
        self._shapes[:, _JAW_OPEN] = 0

    def shapes(
        self, visemes: NDArray[np.float32], loudness: NDArray[np.float32], *, peaks: NDArray[np.float32] | None = None
    ) -> SpokenMouth:
        """The mouths of (n, 15) viseme weights, rows that sum to 1, and (n,) loudness 0..1 (0.7 is usual).

        Closures are those of (n, 15) `peaks`, where there are some, else those of the visemes. A row that holds anything but finite
        numbers is silence, as is the loudness of one that is no number.
        """
        flat = visemes.reshape(-1)
        if not (math.isfinite(flat.dot(flat)) and math.isfinite(loudness.dot(loudness))):
            visemes, loudness = _mended(visemes, loudness)
        gained = column(loudness) * self._rise
        gained += self._quiet
        spoken = gained * visemes
        squared = visemes * visemes
        under = squared.dot(self._jaw_favour)
        squared *= gained
        over = squared.dot(self._jaw)
        over /= np.maximum(under, _LEAST, out=under)
        # From half of the weight on, the cap holds whole.
        taken = visemes.take(self._capped, axis=1)
        taken *= self._twice_taken
        np.minimum(taken, self._taken, out=taken)
        np.minimum(over, _ONE - np.maximum.reduce(taken, axis=1, initial=0), out=over)
        out = spoken.dot(self._shapes)
        out[:, _JAW_OPEN] = over
        return SpokenMouth(out, (visemes if peaks is None else peaks).dot(self.table.closure_strength))


def _mended(visemes: NDArray[np.float32], loudness: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    visemes = visemes.copy()
    visemes[~np.isfinite(visemes).all(axis=1)] = np.eye(_VISEMES, dtype=np.float32)[_SIL]
    return visemes, np.where(np.isfinite(loudness), loudness, np.float32(0))
