"""What tells how somebody feels by the sound of the voice: the interface of all networks that do, and their answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from affectia.signals.emotion_observations import EMOTIONS, AffectMethod

_BITS: Final = 1 << np.arange(EMOTIONS)


@dataclass(frozen=True, slots=True)
class Feeling:
    """How one window of speech sounds.

    `scores` (8,) float32 in registry order: calibrated, sum 1 over the supported emotions, 0 elsewhere. `affect` (3,) float32 -1..1:
    valence, arousal, dominance. Both hold for the case that it can be told; `unknown`: the probability that it cannot, 0..1. `events`:
    bits of registry.VOICE_EVENTS. `language`: ISO 639, empty where it is not told.
    """

    scores: NDArray[np.float32]
    affect: NDArray[np.float32]
    affect_method: AffectMethod
    events: int = 0
    language: str = ""
    unknown: float = 0.0

    def doubted(self, support: int) -> Feeling:
        """With the doubt in the values: what is unknown is any of the emotions of `support` alike, and no feeling at all."""
        told = (_BITS & support) > 0
        scores = np.float32(1 - self.unknown) * self.scores + np.float32(self.unknown) * (told / np.float32(max(1, told.sum())))
        return replace(self, scores=scores.astype(np.float32), affect=np.float32(1 - self.unknown) * self.affect, unknown=0.0)


class SpeechEmotion(Protocol):
    """A loaded network; one thread at a time."""

    @property
    def name(self) -> str:
        """Which one it is, as the status says: "sensevoice", "funasr", "edge"."""
        ...

    @property
    def support(self) -> int:
        """Bits of the emotions that it can tell."""
        ...

    @property
    def window_secs(self) -> float:
        """So much sound at most is given, the newest."""
        ...

    @property
    def least_secs(self) -> float:
        """Less sound than this is not given."""
        ...

    @property
    def provider(self) -> str:
        """What runs it, as the status says: "CPU", "CUDA"."""
        ...

    @property
    def notice(self) -> str:
        """Why something else runs it than was asked for, empty where all is as wanted."""
        ...

    @property
    def usual(self) -> NDArray[np.float32] | None:
        """(8,) the mean logarithm of its scores of people on the whole, where each voice is to be told against its usual (UsualFeeling)."""
        ...

    def feel(self, windows: Sequence[NDArray[np.float32]]) -> list[Feeling]:
        """How each window sounds: mono 16 kHz, float32 -1..1, of any lengths within the two above."""
        ...

    def close(self) -> None:
        """Let the network go; nothing may be asked afterwards."""
        ...
