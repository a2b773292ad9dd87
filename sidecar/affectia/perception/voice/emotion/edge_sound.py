"""What of a window of sound is listened to, and at which level: a microphone's gain must not decide how somebody feels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

STEP: Final = 320  # samples: 20 ms, a frame of the encoder
_LOUD_PERCENTILE: Final = 90.0  # of the levels of the steps: the voice, whatever pauses and clicks there are
_HEARD_DB: Final = 30.0  # under it: what is quieter is a pause or the room
_SILENT: Final = 10 ** (-70 / 20)  # against full scale: nobody who speaks into a microphone is so quiet


@dataclass(frozen=True, slots=True)
class EdgeSound:
    """`pcm` (frames * STEP,) float32: the sound without offset, loud steps at an RMS of 1; `heard` (frames,) bool: steps that count."""

    pcm: NDArray[np.float32]
    heard: NDArray[np.bool_]

    @classmethod
    def of(cls, window: NDArray[np.float32]) -> EdgeSound | None:
        """Of a window of mono 16 kHz; None where there is nothing to listen to: silence, no whole step, values that are no numbers.

        Values beyond -1..1 count as these.
        """
        frames = window.shape[0] // STEP
        if frames == 0 or not np.isfinite(window).all():
            return None
        pcm = np.clip(window[-frames * STEP :], -1, 1)
        pcm -= pcm.mean()
        levels = np.sqrt(np.mean(np.square(pcm.reshape(frames, STEP)), axis=1))
        loud = np.percentile(levels, _LOUD_PERCENTILE)
        if loud <= _SILENT:
            return None
        heard = levels > loud * 10 ** (-_HEARD_DB / 20)
        scale = np.sqrt(np.mean(np.square(levels[heard])))
        return cls(np.asarray(pcm / scale, np.float32), heard)
