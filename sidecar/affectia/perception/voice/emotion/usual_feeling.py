"""What one voice sounds like most of the time, against which its windows are told.

A network that knows few voices takes a bright one for a happy one and a low one for a sad one, always and with certainty. Over minutes
people are neither: what a voice sounds like on the whole is its own, and what departs from that is how it feels.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from affectia.perception.affect_projection import projected
from affectia.perception.voice.emotion.speech_emotion import Feeling
from affectia.signals.emotion_observations import EMOTIONS

_MEMORY_SECS: Final = 120.0  # of speech, after which what was heard counts for 1 / e
_SLOW_SECS: Final = 10.0  # of speech, after which half of the difference is taken away: who has just begun has no usual yet
_STRANGER: Final = 0.5  # the doubt in what is told of a voice whose usual is not known at all; it goes as that becomes known
_FLOOR: Final = 1e-4  # of a probability: one that is nothing must not outweigh all others
_BITS: Final = 1 << np.arange(EMOTIONS)


class UsualFeeling:
    """Of one voice; one thread at a time.

    `expected` (EMOTIONS,): the mean logarithm of the probabilities that the network gives to people on the whole; its entries outside of
    `support` do not matter. Probabilities of a voice are multiplied by so much that its mean logarithms come to be these.
    """

    def __init__(self, expected: NDArray[np.float32], support: int) -> None:
        self._support = support
        self._told = (_BITS & support) > 0
        self._expected = np.asarray(expected, np.float64)[self._told]
        self._sum = np.zeros(self._expected.shape)
        self._secs = 0.0

    def told(self, feeling: Feeling, *, new_secs: float) -> Feeling:
        """The feeling against the voice's usual; `new_secs` of its window are speech that no window before had.

        What is unknown counts for less. The less is known of the voice, the more its feeling is doubted.
        """
        logs = np.log(np.maximum(feeling.scores[self._told].astype(np.float64), _FLOOR))
        new = max(new_secs, 0.0) * (1 - feeling.unknown)
        keep = math.exp(-new / _MEMORY_SECS)
        self._sum = keep * self._sum + new * logs
        self._secs = keep * self._secs + new
        share = self._secs / (self._secs + _SLOW_SECS)
        unknown = 1 - (1 - feeling.unknown) * (1 - _STRANGER * (1 - share))
        if self._secs == 0:
            return replace(feeling, unknown=unknown)
        logs -= share * (self._sum / self._secs - self._expected)
        powers = np.exp(logs - logs.max())
        scores = np.zeros(EMOTIONS, np.float32)
        scores[self._told] = powers / powers.sum()
        return replace(feeling, scores=scores, affect=projected(scores[None], self._support)[0], unknown=unknown)

    def clear(self) -> None:
        """Somebody else may speak from now on."""
        self._sum[:] = 0
        self._secs = 0.0
