"""Whether somebody speaks: from probabilities of chunks to a yes that does not flicker."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from affectia.errors import ConfigError
from affectia.signals.audio_sample import VOICE_RATE_HZ

CHUNK: Final = 512  # samples, 32 ms: what the detector of speech takes at a time, less than the look-ahead of a frame
CONTEXT: Final = 64  # samples before a chunk that it wants to hear again


class SpeechDetector(Protocol):
    """A loaded detector without state; it may serve many voices."""

    @property
    def state_width(self) -> int:
        """How many numbers the state of a voice has."""
        ...

    def probabilities(self, chunks: NDArray[np.float32], state: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """(voices,) 0..1 that somebody speaks in (voices, CONTEXT + CHUNK) samples, and the next of the (voices, state_width) states.

        The state of a voice begins with zeros.
        """
        ...


@dataclass(frozen=True)
class VoiceActivityOptions:
    """Speech begins at a probability of `start`, held for `min_speech_secs`; it ends below `stop`, held for `min_silence_secs`.

    `min_speech_secs` is 0 because a mouth that opens late is worse than one that moves for a click.
    """

    start: float = 0.5
    stop: float = 0.35
    min_speech_secs: float = 0.0
    min_silence_secs: float = 0.1

    def __post_init__(self) -> None:
        if not 0 < self.start < 1:
            raise ConfigError(f"voice.start is {self.start}, expected more than 0 and less than 1")
        if not 0 < self.stop <= self.start:
            raise ConfigError(f"voice.stop is {self.stop}, expected more than 0 and at most voice.start, {self.start}")
        for name, secs in (("min_speech_secs", self.min_speech_secs), ("min_silence_secs", self.min_silence_secs)):
            if not 0 <= secs <= 5:
                raise ConfigError(f"voice.{name} is {secs}, expected 0 to 5")


class VoiceActivity:
    """One voice's yes or no, chunk by chunk."""

    def __init__(self, options: VoiceActivityOptions) -> None:
        self._start, self._stop = options.start, options.stop
        self._speech_chunks = _chunks(options.min_speech_secs)
        self._silence_chunks = _chunks(options.min_silence_secs)
        self.reset()

    def reset(self) -> None:
        """Nobody speaks, and nothing was heard before."""
        self.is_speaking = False
        self._in_row = 0  # chunks that say the other thing

    def step(self, probability: float) -> bool:
        """Whether somebody speaks in the next chunk."""
        says_other = probability < self._stop if self.is_speaking else probability >= self._start
        self._in_row = self._in_row + 1 if says_other else 0
        if self._in_row >= (self._silence_chunks if self.is_speaking else self._speech_chunks):
            self.is_speaking = not self.is_speaking
            self._in_row = 0
        return self.is_speaking


def _chunks(secs: float) -> int:
    """At least one, and as many as cover the time."""
    return max(1, math.ceil(secs * VOICE_RATE_HZ / CHUNK - 1e-9))
