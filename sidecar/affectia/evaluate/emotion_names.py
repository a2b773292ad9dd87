"""What data sets call emotions, and which of the registry each one is. One table for all of them."""

from __future__ import annotations

import re
from typing import Final

from affectia import registry

_NAMES: Final = {
    "neutral": ("neutral", "neutrality", "neu", "n", "ne"),
    "happy": ("happy", "happiness", "happily", "hap", "joy", "joyful", "excited", "excitement", "exc", "freude"),
    "sad": ("sad", "sadness", "sorrow", "trauer"),
    "angry": ("angry", "anger", "ang", "wut", "aerger", "rage"),
    "surprise": ("surprise", "surprised", "sur", "pleasant_surprise", "pleasant_surprised", "ps", "sup"),
    "disgust": ("disgust", "disgusted", "dis", "ekel"),
    "fear": ("fear", "fearful", "fea", "afraid", "scared", "angst"),
    "contempt": ("contempt", "contemptuous"),
}
_PLACES: Final = {name: registry.EMOTIONS.index(emotion) for emotion, names in _NAMES.items() for name in names}
_NUMBERED: Final = re.compile(r"^\d+[\s._-]+(?=[a-z])")


def emotion_of(label: str) -> int | None:
    """The place in registry.EMOTIONS of a data set's name for an emotion, case and a number before it aside.

    None for what has no counterpart: boredom, calm, frustration, and what is no emotion at all.
    """
    name = label.strip().casefold().replace(" ", "_").replace("-", "_")
    return _PLACES.get(_NUMBERED.sub("", name))
