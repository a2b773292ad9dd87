"""The end of one voice's sound: as much as the networks still need, and no more."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

KEPT: Final = 640  # samples: what is behind the newest that any window may still ask for
_FIRST_ROOM: Final = 2048


class VoiceSound:
    """Samples by their place in the stream, which begins with `KEPT` zeros before its sample 0; one thread at a time."""

    def __init__(self) -> None:
        self._samples = np.zeros(_FIRST_ROOM, np.float32)
        self._first = -KEPT  # the place of _samples[0]
        self.end = 0  # the place behind the newest sample

    def append(self, pcm: NDArray[np.float32]) -> None:
        """Add samples at the end; what is older than `KEPT` samples by now may go."""
        used = self.end - self._first
        if used + pcm.size > self._samples.size:
            samples = self._samples if KEPT + pcm.size <= self._samples.size else np.zeros(KEPT + pcm.size, np.float32)
            samples[:KEPT] = self._samples[used - KEPT : used]
            self._samples, self._first, used = samples, self.end - KEPT, KEPT
        self._samples[used : used + pcm.size] = pcm
        self.end += pcm.size

    def window(self, first: int, last: int) -> NDArray[np.float32]:
        """(last - first,) a view of the samples of these places: good until the next `append`.

        Places from `KEPT` samples before the last block on, up to `end`.
        """
        return self._samples[first - self._first : last - self._first]

    def reset(self) -> None:
        """Begin a new stream; nothing of the old one stays in memory."""
        self._samples.fill(0)
        self._first, self.end = -KEPT, 0
