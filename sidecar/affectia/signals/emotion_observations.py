"""Observations: how people seem to feel, by what one modality shows at one instant, a row per person."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from affectia import registry

EMOTIONS: Final = len(registry.EMOTIONS)
ALL_EMOTIONS: Final = (1 << EMOTIONS) - 1


class Modality(enum.IntEnum):
    """What an observation was read off; the order of the shares that a state tells."""

    FACE = 0
    VOICE = 1


MODALITIES: Final = len(Modality)


class AffectMethod(enum.IntEnum):
    """How valence, arousal and dominance came about, as on the wire (key 11 of emotion_update)."""

    REGRESSED = 0  # by a network that was trained on them
    PROJECTED = 1  # out of the probabilities of the emotions


@dataclass(frozen=True, slots=True)
class Prosody:
    """How something is said, over one window of speech; NaN where it cannot be told.

    `pitch_hz`: median of the voiced frames; `pitch_spread_semitones`: half the distance of its 10th and 90th percentile; `level_db`: mean
    level of the speech against full scale, 0 or less; `level_spread_db`: likewise; `syllables_hz`: syllables a second of speech;
    `voiced`: share of voiced frames, 0..1.
    """

    pitch_hz: float
    pitch_spread_semitones: float
    level_db: float
    level_spread_db: float
    syllables_hz: float
    voiced: float


@dataclass(frozen=True, slots=True)
class EmotionObservations:
    """What one modality shows of some people; row = face, in the order of the session's avatars, or the session's one voice.

    `captured_at_nanos`: the picture's instant, or the end of the window of sound. `found` (n,) bool: false = nothing to be told, the
    row's other values mean nothing. `scores` (n, 8) float32 in registry order: calibrated probabilities, sum 1 over the supported, 0
    elsewhere. `support`: bit n = emotion n can be told by this method. `affect` (n, 3) float32 -1..1: valence, arousal, dominance.
    `confidence` (n,) 0..1: the calibrated probability that the strongest emotion is right. `quality` (n,) 0..1: how well the face is seen
    (size, turn, blur, light, cover), or how much of the window is speech. `mouthless` (n, 8): the scores with the mouth left out of
    account, for when it is talking; None where that is not known. `fresh` (n,) bool: another person begins in this row.
    `prosody`, `events` (bits of registry.VOICE_EVENTS) and `language` (ISO 639, empty = not told) are of a voice.
    """

    modality: Modality
    captured_at_nanos: int
    found: NDArray[np.bool_]
    scores: NDArray[np.float32]
    support: int
    affect: NDArray[np.float32]
    affect_method: AffectMethod
    confidence: NDArray[np.float32]
    quality: NDArray[np.float32]
    fresh: NDArray[np.bool_]
    mouthless: NDArray[np.float32] | None = None
    prosody: Prosody | None = None
    events: int = 0
    language: str = ""

    @property
    def count(self) -> int:
        """How many rows there are."""
        return int(self.found.shape[0])
