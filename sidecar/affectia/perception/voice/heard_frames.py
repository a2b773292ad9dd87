"""What is heard of one voice: frames of 10 ms, counted from the beginning of its stream."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from affectia.perception.voice.log_mel import HOP
from affectia.signals.voice_observations import FRAME_NANOS, VISEMES

# A frame is known when the sound up to 40 ms behind its instant is there: the viseme network was trained to look so far, and its last
# row comes with the last of these four steps of 10 ms.
LOOK_AHEAD_FRAMES: Final = 4
LOOK_AHEAD_NANOS: Final = LOOK_AHEAD_FRAMES * FRAME_NANOS
LOOK_AHEAD_SAMPLES: Final = LOOK_AHEAD_FRAMES * HOP
ROWS_BEFORE: Final = LOOK_AHEAD_FRAMES - 1  # so many rows are made before the one of frame 0


@dataclass(frozen=True, slots=True)
class HeardFrames:
    """Consecutive frames of one stream; frame k shows the instant of the stream's sample k * HOP.

    `visemes` (k, 15) float32, each row sums to 1; `loudness` (k,) 0..1 as in VoiceObservations, 0 while nobody speaks; `speaking` (k,)
    0..1. There may be none.
    """

    first_frame: int
    visemes: NDArray[np.float32]
    loudness: NDArray[np.float32]
    speaking: NDArray[np.float32]

    @property
    def count(self) -> int:
        """How many frames there are."""
        return int(self.loudness.shape[0])

    @classmethod
    def none(cls, first_frame: int) -> HeardFrames:
        """No frame yet; the next will be `first_frame`."""
        return cls(first_frame, np.empty((0, VISEMES), np.float32), np.empty(0, np.float32), np.empty(0, np.float32))

    @classmethod
    def joined(cls, parts: list[HeardFrames]) -> HeardFrames:
        """Parts that follow one another, as one; at least one part."""
        if len(parts) == 1:
            return parts[0]
        return cls(
            parts[0].first_frame,
            np.concatenate([part.visemes for part in parts]),
            np.concatenate([part.loudness for part in parts]),
            np.concatenate([part.speaking for part in parts]),
        )
