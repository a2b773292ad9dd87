"""How many syllables there are: peaks of loudness in what is voiced.

After de Jong and Wempe 2009, "Praat script to detect syllable nuclei and measure speech rate automatically", Behavior Research Methods 41,
385-390: a peak counts where it stands no more than 25 dB below the loudest, at least 2 dB above the dip before it, and is voiced.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

FRAME_SECS: Final = 0.01
LEAST_DIP_DB: Final = 2.0
DEEPEST_DB: Final = 25.0  # below the loudest
_SMOOTHED: Final = 5  # frames, 50 ms: a longer one hides quick syllables
_WEIGHTS: Final[NDArray[np.float32]] = (np.hanning(_SMOOTHED + 2)[1:-1] / np.hanning(_SMOOTHED + 2).sum()).astype(np.float32)
_LOUDEST_PERCENT: Final = 99  # of the frames: a click is not the loudest


def syllable_count(powers: NDArray[np.float32], *, is_voiced: NDArray[np.bool_]) -> int:
    """How many syllables there are in (n,) mean squares of frames of 10 ms; `is_voiced` (n,) tells which of them have a pitch."""
    if powers.size < _SMOOTHED:
        return 0
    smooth = np.convolve(np.pad(powers, _SMOOTHED // 2, mode="edge"), _WEIGHTS, mode="valid")
    level_db = 10 * np.log10(smooth + 1e-10)
    least_db = np.percentile(level_db, _LOUDEST_PERCENT) - DEEPEST_DB
    inner = level_db[1:-1]
    peaks = np.flatnonzero((inner > level_db[:-2]) & (inner >= level_db[2:]) & (inner > least_db)) + 1
    if not peaks.size:
        return 0
    # The lowest before each peak, since the last one or the beginning: peaks are few, frames are not.
    dips_db = np.minimum.reduceat(level_db[: peaks[-1]], np.concatenate(([0], peaks[:-1])))
    return _counted(level_db[peaks].tolist(), dips_db.tolist(), is_voiced[peaks].tolist())


def _counted(heights_db: list[float], dips_db: list[float], voiced: list[bool]) -> int:
    """Peaks that stand out; of two with no dip between them the higher is the one peak. `dips_db` lie before their peaks."""
    count, dip_db, top_db, is_voiced = 0, dips_db[0], heights_db[0], voiced[0]
    for height, dip, has_pitch in zip(heights_db[1:], dips_db[1:], voiced[1:], strict=True):
        if top_db - dip < LEAST_DIP_DB:
            top_db, is_voiced = max(top_db, height), is_voiced or has_pitch
        else:
            count += is_voiced and top_db - dip_db >= LEAST_DIP_DB
            dip_db, top_db, is_voiced = dip, height, has_pitch
    return count + (is_voiced and top_db - dip_db >= LEAST_DIP_DB)
