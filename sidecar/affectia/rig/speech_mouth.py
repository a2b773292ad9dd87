"""From visemes to the shapes of a mouth, all avatars in one pass."""

from __future__ import annotations

import math
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from affectia import registry
from affectia.rig.viseme_shapes import CLOSURES, VisemeShapes, load_viseme_shapes

_VISEMES: Final = len(registry.VISEMES)
_SIL: Final = registry.VISEMES.index("sil")
_JAW_OPEN: Final = registry.BLENDSHAPES.index("jawOpen")
_LEAST: Final = np.float32(1e-6)


class SpokenMouth(NamedTuple):
    """What a mouth does for the sound of an instant: views of memory that the next call writes to.

    `shapes` (n, 52) 0..1, zero for what is not of the mouth; `closure` (n, 2) 0..1: how strongly the touch of both lips (p, b, m) and of
    lip and teeth (f, v) is demanded.
    """

    shapes: NDArray[np.float32]
    closure: NDArray[np.float32]


class SpeechMouth:
    """Blends the rows of `viseme_shapes.toml` by viseme weights; remembers nothing from call to call but its memory; one thread.

    A shape is the sum of the rows, each by its weight and by what the loudness makes of its kind. The jaw is different: half an a and
    half a t are not half open, so there the wider viseme and the heavier one count more, which is a maximum without its corners; it never
    opens wider than the widest of them. Hissing sounds and closures cap it.
    """

    def __init__(self, *, table: VisemeShapes | None = None, tongue: bool = True) -> None:
        self.table = table or load_viseme_shapes()
        shapes = self.table.shapes if tongue else self.table.without_tongue()
        self._quiet, self._rise = self.table.quiet, self.table.loud - self.table.quiet
        favour = np.exp(self.table.jaw_favour * shapes[:, _JAW_OPEN])
        self._jaw_favour = favour[:, None]
        self._jaw = (favour * shapes[:, _JAW_OPEN])[:, None]
        self._capped = np.flatnonzero(self.table.jaw_cap < 1)
        self._taken = 1 - self.table.jaw_cap[self._capped]
        self._shapes = shapes.copy()
        self._shapes[:, _JAW_OPEN] = 0
        self._room = 0

    def shapes(self, visemes: NDArray[np.float32], loudness: NDArray[np.float32]) -> SpokenMouth:
        """The mouths of (n, 15) viseme weights, rows that sum to 1, and (n,) loudness 0..1 (0.7 is usual).

        A row that holds anything but finite numbers is silence, as is the loudness of one that is no number.
        """
        count = visemes.shape[0]
        if count > self._room:
            self._make_room(count)
        gained, squared, out = self._gained[:count], self._squared[:count], self._out[:count]
        closure, over, under = self._closure[:count], self._over[:count], self._under[:count]
        flat = visemes.reshape(-1)
        if not (math.isfinite(np.dot(flat, flat)) and math.isfinite(np.dot(loudness, loudness))):
            visemes, loudness = _mended(visemes, loudness)
        np.multiply(loudness[:, None], self._rise, out=gained)
        gained += self._quiet
        np.multiply(visemes, visemes, out=squared)
        np.matmul(squared, self._jaw_favour, out=under)
        squared *= gained
        np.matmul(squared, self._jaw, out=over)
        over /= np.maximum(under, _LEAST)
        # From half of the weight on, the cap holds whole.
        taken = np.minimum(2 * visemes[:, self._capped], 1)
        taken *= self._taken
        np.minimum(over, 1 - taken.max(axis=1, keepdims=True, initial=0), out=over)
        gained *= visemes
        np.matmul(gained, self._shapes, out=out)
        out[:, _JAW_OPEN] = over[:, 0]
        np.matmul(visemes, self.table.closure_strength, out=closure)
        return SpokenMouth(out, closure)

    def _make_room(self, count: int) -> None:
        self._room = count
        self._gained, self._squared = (np.empty((count, _VISEMES), np.float32) for _ in range(2))
        self._over, self._under = (np.empty((count, 1), np.float32) for _ in range(2))
        self._out = np.empty((count, len(registry.BLENDSHAPES)), np.float32)
        self._closure = np.empty((count, len(CLOSURES)), np.float32)


def _mended(visemes: NDArray[np.float32], loudness: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    visemes = visemes.copy()
    visemes[~np.isfinite(visemes).all(axis=1)] = np.eye(_VISEMES, dtype=np.float32)[_SIL]
    return visemes, np.where(np.isfinite(loudness), loudness, np.float32(0))
