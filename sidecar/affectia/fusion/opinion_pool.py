"""One distribution over the emotions out of two: what a face says and what a voice says, each as far as it counts.

A linear opinion pool (Stone 1961; Genest and Zidek 1986, "Combining probability distributions", Statistical Science 1, 114-135): a sum
weighted by shares. Of the rules that combine classifiers the sum suffers least from the errors of each (Kittler et al. 1998, "On combining
classifiers", IEEE PAMI 20, 226-239); a product would let one network that is wrong and certain veto the other. What an emotion gets from
each modality can also be read off a sum, so the shares explain it.

A pool of calibrated opinions is less sure than it should be when they agree (Ranjan and Gneiting 2010, "Combining probability forecasts",
JRSS B 72, 71-91), so it is sharpened by a power that rises with agreement. AGREEMENT_POWER lies half way between 1, as if both had said
the same thing once, and 2, as if they had nothing in common but the truth; there is no labelled data with both here to fit it to.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

AGREEMENT_POWER: Final = np.float32(1.5)
# Arrays, because numpy takes twice as long with a number that is none yet.
_AGREED: Final = np.array(0.5, np.float32)  # opinions that overlap by less do not agree at all
_SHARPER: Final = 2 * (AGREEMENT_POWER - 1) / (1 - _AGREED)  # of an overlap beyond that, by the smaller share
_LEAST: Final = np.array(1e-9, np.float32)
_NOTHING, _WHOLE = np.array(0, np.float32), np.array(1, np.float32)


def pooled(scores: NDArray[np.float32], can_tell: NDArray[np.float32], shares: NDArray[np.float32]) -> NDArray[np.float32]:
    """(m, 8), each row sums to 1. `scores` (m, 2, 8) of face and voice sum to 1 over what `can_tell` (m, 2, 8), 0 or 1, says that each of
    them can tell; `shares` (m, 2) sum to 1.
    """
    told = opinions = scores
    if np.count_nonzero(can_tell) < can_tell.size:
        opinions = _completed(scores, can_tell, shares)
        told = opinions * can_tell
    weighted = opinions * shares[..., None]
    pool: NDArray[np.float32] = weighted[:, 0] + weighted[:, 1]
    common = np.add.reduce(np.minimum(told[:, 0], told[:, 1]), axis=1)
    common -= _AGREED
    if np.count_nonzero(common > _NOTHING):
        evenness = np.minimum(shares[:, 0], shares[:, 1])
        pool **= (_WHOLE + _SHARPER * evenness * np.maximum(common, _NOTHING))[:, None]
        pool /= np.maximum(np.add.reduce(pool, axis=1, keepdims=True), _LEAST)
    return pool


def _completed(scores: NDArray[np.float32], can_tell: NDArray[np.float32], shares: NDArray[np.float32]) -> NDArray[np.float32]:
    """Opinions over all emotions that either can tell. What one cannot tell it leaves to the other, and shares out the rest: that it says
    nothing of fear does not speak against fear. A much weaker other is believed in this only as far as it counts against the one.
    """
    trust = np.minimum(shares[:, ::-1] / np.maximum(shares, _LEAST), _WHOLE)
    left = scores[:, ::-1] * (_WHOLE - can_tell)
    left *= trust[..., None]
    completed: NDArray[np.float32] = scores * (_WHOLE - np.add.reduce(left, axis=2, keepdims=True))
    completed += left
    return completed
