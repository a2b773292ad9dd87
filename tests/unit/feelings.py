"""What face or voice say of how somebody feels, made by hand."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from affectia import registry
from affectia.signals.emotion_observations import ALL_EMOTIONS, AffectMethod, EmotionObservations, Modality, Prosody

EMOTION = {name: place for place, name in enumerate(registry.EMOTIONS)}
PROSODY = Prosody(180.0, 2.5, -22.0, 6.0, 4.2, 0.6)


def mask(*names: str) -> int:
    """The bits of these emotions."""
    return sum(1 << EMOTION[name] for name in names)


def scores(told: Mapping[str, float], support: int = ALL_EMOTIONS) -> npt.NDArray[np.float32]:
    """(1, 8) by name; what is left is shared out among the others that can be told."""
    names = [name for name, place in EMOTION.items() if support >> place & 1]
    left = (1 - sum(told.values())) / max(1, len(names) - len(told))
    row = np.zeros((1, len(EMOTION)), np.float32)
    for name in names:
        row[0, EMOTION[name]] = told.get(name, left)
    return row


def feeling(
    modality: Modality,
    captured_at_nanos: int,
    *,
    support: int = ALL_EMOTIONS,
    affect: tuple[float, float, float] = (0.0, 0.0, 0.0),
    method: AffectMethod = AffectMethod.PROJECTED,
    confidence: float | None = None,
    quality: float = 1.0,
    found: bool = True,
    fresh: bool = False,
    mouthless: Mapping[str, float] | None = None,
    prosody: Prosody | None = None,
    events: int = 0,
    named: Mapping[str, float] | None = None,
    **told: float,
) -> EmotionObservations:
    """One row; scores by name, as words or `named`."""
    row = scores(told if named is None else named, support)
    return EmotionObservations(
        modality,
        captured_at_nanos,
        np.array([found]),
        row,
        support,
        np.array([affect], np.float32),
        method,
        row.max(axis=1) if confidence is None else np.array([confidence], np.float32),
        np.array([quality], np.float32),
        np.array([fresh]),
        mouthless=None if mouthless is None else scores(mouthless, support),
        prosody=prosody,
        events=events,
    )


def rows_of(*seen: EmotionObservations) -> EmotionObservations:
    """Observations of one row each as those of several people; what is not of a row is the first one's."""
    first = seen[0]
    mouthless = [one.mouthless for one in seen if one.mouthless is not None]
    return EmotionObservations(
        first.modality,
        first.captured_at_nanos,
        np.concatenate([one.found for one in seen]),
        np.concatenate([one.scores for one in seen]),
        first.support,
        np.concatenate([one.affect for one in seen]),
        first.affect_method,
        np.concatenate([one.confidence for one in seen]),
        np.concatenate([one.quality for one in seen]),
        np.concatenate([one.fresh for one in seen]),
        mouthless=np.concatenate(mouthless) if len(mouthless) == len(seen) else None,
    )
