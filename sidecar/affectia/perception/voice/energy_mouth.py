"""A mouth moved by loudness alone, for where there is no viseme network: the jaw opens with the voice, and that is all."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from affectia import registry
from affectia.signals.voice_observations import VISEMES

_SIL: Final = registry.VISEMES.index("sil")
_AA: Final = registry.VISEMES.index("aa")
_SHUT_BELOW: Final = np.float32(0.3)  # of loudness: 12 dB under the voice's usual level, where closures of lips and pauses lie
_OPEN_ABOVE: Final = np.float32(0.85)


def energy_mouth(loudness: NDArray[np.float32]) -> NDArray[np.float32]:
    """(voices, frames, VISEMES) of (voices, frames) loudness 0..1: only `aa` and `sil`, each row a sum of 1.

    Loudness is a mean over 32 ms around its frame's instant, known within the look-ahead of a frame, and 0 while nobody speaks: this
    adds no delay, and the mouth is shut in silence.
    """
    share = np.minimum(np.maximum((loudness - _SHUT_BELOW) / (_OPEN_ABOVE - _SHUT_BELOW), 0), 1)
    visemes = np.zeros((*loudness.shape, VISEMES), np.float32)
    visemes[..., _AA] = share * share * (3 - 2 * share)  # without corners
    visemes[..., _SIL] = 1 - visemes[..., _AA]
    return visemes
