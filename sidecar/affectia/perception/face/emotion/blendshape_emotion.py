"""What a face seems to feel by its action units alone: the last resort, where no network can be used.

The prototypes are those of EMFACS (Friesen and Ekman 1983; Ekman, Friesen and Hager 2002, Investigator's Guide, table 10-1): 6+12 happy,
1+4+15 sad, 4+5+7+23 angry, 1+2+5+26 surprise, 9 or 10 disgust, 1+2+4+5+20 fear, 14 on one side contempt. People show them whole far less
often than actors do, so the probabilities are kept soft. The two numbers that make probabilities of evidence were fitted to the votes on
2875 single pictures of FER+'s training split; on 3441 of its validation split it is right in 62 %, nearly all of it neutral, happy and
surprise, and says 46 %.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from affectia import registry
from affectia.perception.affect_projection import projected
from affectia.perception.face.emotion.seen_face import FaceFeelings, SeenFace, probabilities
from affectia.signals.emotion_observations import ALL_EMOTIONS, EMOTIONS, AffectMethod
from affectia.signals.face_channels import ACTION_UNITS, SHAPES

GAIN: Final = 6.7
NEUTRAL_LEAD: Final = 1.7  # what evidence times gain has to make up for

# FACS numbers, and what a unit at full intensity counts for. What is below 0 speaks against.
_PROTOTYPES: Final[Mapping[str, Mapping[int, float]]] = {
    "happy": {6: 0.4, 12: 0.6},
    "sad": {1: 0.35, 4: 0.25, 15: 0.4, 17: 0.1, 12: -0.5},
    "angry": {4: 0.45, 5: 0.1, 7: 0.15, 23: 0.2, 24: 0.1, 10: 0.1, 1: -0.3, 12: -0.5},
    "surprise": {1: 0.2, 2: 0.25, 5: 0.2, 26: 0.3, 27: 0.1, 4: -0.3, 12: -0.3, 20: -0.3},
    "disgust": {9: 0.6, 10: 0.4, 16: 0.1, 12: -0.5},
    "fear": {1: 0.25, 2: 0.1, 4: 0.2, 5: 0.25, 20: 0.3, 25: 0.1, 12: -0.5},
    "contempt": {14: 0.8, 12: -0.6},
}
_ABOVE_MOUTH: Final = (1, 2, 4, 5, 6, 7, 9)
_DIMPLER: Final = registry.ACTION_UNIT_FACS.index(14)
_NEUTRAL: Final = registry.EMOTIONS.index("neutral")
_CORNERS: Final = [[registry.BLENDSHAPES.index(f"mouth{what}{side}") for what in ("Dimple", "Smile")] for side in ("Left", "Right")]
_BOTH_SIDES: Final = 0.2  # what a dimpler on both sides still says of contempt


def _weights(units: Sequence[int]) -> NDArray[np.float32]:
    """(8, 28): what each unit counts for, of those in `units`."""
    weights = np.zeros((EMOTIONS, len(registry.ACTION_UNITS)), np.float32)
    for name, prototype in _PROTOTYPES.items():
        for unit, weight in prototype.items():
            if unit in units:
                weights[registry.EMOTIONS.index(name), registry.ACTION_UNIT_FACS.index(unit)] = weight
    return weights


_WHOLE: Final = _weights(registry.ACTION_UNIT_FACS)
_MOUTHLESS: Final = _weights(_ABOVE_MOUTH)


class BlendshapeEmotion:
    """Reads what `face_channels` says of faces; needs no picture and no model."""

    name: Final = "blendshapes"
    support: Final = ALL_EMOTIONS
    provider: Final = ""

    def read(self, faces: Sequence[SeenFace], *, with_mouthless: bool = False) -> FaceFeelings:
        """How these people seem to feel."""
        values = np.stack([face.values for face in faces])
        units = values[:, ACTION_UNITS].copy()
        left, right = (values[:, SHAPES][:, corner].sum(axis=1) for corner in _CORNERS)
        one_sided = np.abs(left - right) / np.maximum(left + right, 0.05)
        units[:, _DIMPLER] *= _BOTH_SIDES + (1 - _BOTH_SIDES) * one_sided
        scores = _scores(units, _WHOLE)
        mouthless = _scores(units, _MOUTHLESS) if with_mouthless else None
        return FaceFeelings(scores, self.support, projected(scores), AffectMethod.PROJECTED, mouthless)


def _scores(units: NDArray[np.float32], weights: NDArray[np.float32]) -> NDArray[np.float32]:
    logits = GAIN * np.clip(units @ weights.T, 0, 1)
    logits[:, _NEUTRAL] += NEUTRAL_LEAD
    return probabilities(logits, 1.0)
