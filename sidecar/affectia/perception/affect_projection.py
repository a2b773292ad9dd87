"""Valence, arousal and dominance out of the probabilities of the emotions: for models that were not trained on them.

Each emotion has a place: the mean ratings of pleasure, arousal and dominance, -1..1, of its term in Russell and Mehrabian 1977, "Evidence
for a three-factor theory of emotions", Journal of Research in Personality 11, 273-294. The state is the mean of the places, weighted by
probability. So it moves with every probability, inside one label too; what it cannot tell is how strong an emotion is that is certain.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from affectia import registry
from affectia.signals.emotion_observations import ALL_EMOTIONS, EMOTIONS

# Neutral is where nothing is felt; it is not a term of the table.
_PLACES: Final = {
    "neutral": (0.0, 0.0, 0.0),
    "happy": (0.81, 0.51, 0.46),
    "sad": (-0.63, -0.27, -0.33),
    "angry": (-0.51, 0.59, 0.25),
    "surprise": (0.40, 0.67, -0.13),
    "disgust": (-0.60, 0.35, 0.11),
    "fear": (-0.64, 0.60, -0.43),
    "contempt": (-0.23, 0.31, 0.18),
}
PLACES: Final[NDArray[np.float32]] = np.array([_PLACES[name] for name in registry.EMOTIONS], np.float32)
PLACES.flags.writeable = False
_BITS: Final = 1 << np.arange(EMOTIONS)


def projected(scores: NDArray[np.floating], support: int = ALL_EMOTIONS) -> NDArray[np.float32]:
    """(n, 3) float32 -1..1: valence, arousal, dominance of `scores` (n, 8), probabilities in registry order.

    `support`: bit n = emotion n can be told. The others have no say; what is left is brought to sum 1, and rows without any are 0.
    """
    told = np.where(_BITS & support, scores, 0.0).astype(np.float32)
    total = told.sum(axis=1, keepdims=True)
    shares = np.divide(told, total, out=np.zeros_like(told), where=total > 0)
    affect: NDArray[np.float32] = np.matmul(shares, PLACES)
    return affect
