"""How far apart a person's lids are when the eyes are open: an upper quantile of what was seen lately, for each eye."""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

# Bins of aperture (gap / width of the eye). Narrow eyes are let down to LOWEST and no further, so that a blink stays a blink; wide ones
# up to HIGHEST. The prior is under the median of ten thousand faces (0.25 in FER+): at first sight a narrow eye should be an open one.
_LOWEST: Final = 0.13
_HIGHEST: Final = 0.32
_BIN: Final = 0.01
_BINS: Final = round((_HIGHEST - _LOWEST) / _BIN)
_PRIOR_GAP: Final = 0.22
_PRIOR_SPREAD: Final = 0.02
_PRIOR_SECS: Final = 1.0  # seconds of looking that the prior is worth

_QUANTILE: Final = 0.7
_MEMORY_SECS: Final = 15.0
_RISE: Final = 3.0  # more open than the level counts this often: up within seconds, down within tens of them
_SHUT_GAP: Final = 0.09  # closed or looking far down, whoever it is: nothing is learnt from that
_SEEN_AT_LEAST: Final = 0.9
_LONGEST_STEP_SECS: Final = 0.1

_CENTRES: Final = _LOWEST + _BIN * (np.arange(_BINS) + 0.5)


class EyelidLevel:
    """A histogram per eye that forgets. Not thread safe."""

    def __init__(self) -> None:
        prior = np.exp(-0.5 * ((_CENTRES - _PRIOR_GAP) / _PRIOR_SPREAD) ** 2)
        self._prior: NDArray[np.float64] = prior * (_PRIOR_SECS / prior.sum())
        self._seconds = np.empty((2, _BINS))
        self.open_gaps = [0.0, 0.0]  # left, right
        self.reset()

    def reset(self) -> None:
        """Back to what is known of people at large."""
        self._seconds[:] = self._prior
        self._find()

    def learn(self, apertures: list[float], seen: list[float], elapsed_secs: float) -> None:
        """Left and right aperture, how well each is seen (0..1), and the time since the last ones."""
        weight_secs = min(elapsed_secs, _LONGEST_STEP_SECS)
        if weight_secs <= 0:
            return
        has_learnt = False
        for eye in (0, 1):
            aperture = apertures[eye]
            if seen[eye] < _SEEN_AT_LEAST or not aperture >= _SHUT_GAP:
                continue
            has_learnt = True
            # An eye that is not seen or shut forgets nothing: its clock stands still.
            self._seconds[eye] *= math.exp(-weight_secs / _MEMORY_SECS)
            place = min(_BINS - 1, max(0, int((aperture - _LOWEST) / _BIN)))
            self._seconds[eye, place] += weight_secs * (_RISE if aperture > self.open_gaps[eye] else 1.0)
        if has_learnt:
            self._find()

    def _find(self) -> None:
        """The quantile, interpolated within its bin."""
        sums = self._seconds.cumsum(axis=1)
        for eye in (0, 1):
            row = sums[eye]
            wanted = _QUANTILE * float(row[-1])
            place = min(int(row.searchsorted(wanted)), _BINS - 1)
            before = float(row[place - 1]) if place else 0.0
            part = (wanted - before) / max(float(row[place]) - before, 1e-12)
            self.open_gaps[eye] = _LOWEST + _BIN * (place + part)
