"""How much face and voice each count at one instant, and what they say together.

A modality's weight is certainty times quality times freshness times activity; the shares are the weights over their sum.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from affectia.fusion.modality_evidence import AFFECT, CAN_TELL, SCORES, TRUST, UNSURE, WEIGHT
from affectia.fusion.opinion_pool import pooled
from affectia.registry import Source
from affectia.signals.emotion_observations import Modality

# How much face and voice count for valence, arousal and dominance, beside their shares. That faces show valence better and voices arousal
# is what is found again and again, not what was measured here; of dominance nothing of the kind is known.
DIMENSIONS: Final = np.array(((0.65, 0.35, 0.5), (0.35, 0.65, 0.5)), np.float32)
FEELING: Final = slice(SCORES.start, AFFECT.stop)

# numpy takes twice as long with an enum's member, and with a number that is no array yet.
_FACE, _VOICE = int(Modality.FACE), int(Modality.VOICE)
_SOURCES: Final = np.array((Source.FACE, Source.VOICE), np.uint8)
_FOREVER, _NOTHING = np.array(np.inf, np.float32), np.array(0, np.float32)
_LEAST: Final = np.array(1e-9, np.float32)  # weights are small where both modalities are bad


class Weighed(NamedTuple):
    """Row = person. `shares` (m, 2) sum 1, or 0 where neither is sure enough to count. `support` (m,) bits of the emotions that can be
    told, 0 where nothing is. `feeling` (m, 11): scores and affect. `fresh` (m,) 0..1: how present what is told is; `trust` (m,) 0..1: how
    far its certainty holds; `weight` (m,) 0..1: how present what counts more is. `age_secs` (m,) of the newest that counts; `source`
    (m,) and `method` (m,) of the one that counts more.
    """

    shares: NDArray[np.float32]
    support: NDArray[np.uint8]
    feeling: NDArray[np.float32]
    fresh: NDArray[np.float32]
    trust: NDArray[np.float32]
    weight: NDArray[np.float32]
    age_secs: NDArray[np.float32]
    source: NDArray[np.uint8]
    method: NDArray[np.uint8]


class AffectWeighing:
    """Weighs evidence; `pause_weight` is what a voice keeps of its weight while nobody speaks."""

    def __init__(self, *, pause_weight: float) -> None:
        self._pause_weight = np.array(pause_weight, np.float32)
        self._speech_weight = np.array(1 - pause_weight, np.float32)

    def weighed(
        self,
        values: NDArray[np.float32],
        support: NDArray[np.uint8],
        method: NDArray[np.uint8],
        *,
        presence: NDArray[np.float32],
        age_secs: NDArray[np.float32],
        speech: NDArray[np.float32],
    ) -> Weighed:
        """What face and voice say of m people: `values` (m, 2, COLUMNS), `support` and `method` (m, 2) as `ModalityEvidence` keeps them,
        `presence` (m, 2) 0..1, `age_secs` (m, 2), `speech` (m,) 0..1: how far somebody is taken to speak. Nothing of it is written to.
        """
        for modality, other in ((_FACE, _VOICE), (_VOICE, _FACE)):
            if not np.count_nonzero(presence[:, other]):
                weights = values[:, modality, WEIGHT] * presence[:, modality]
                if modality == _VOICE:
                    weights *= self._voiced(speech)
                if np.count_nonzero(weights > _LEAST) == weights.size:
                    return _alone(values, support, method, presence, age_secs, modality)
        return self._together(values, support, method, presence, age_secs, speech)

    def _voiced(self, speech: NDArray[np.float32]) -> NDArray[np.float32]:
        voiced: NDArray[np.float32] = self._pause_weight + self._speech_weight * speech
        return voiced

    def _together(
        self,
        values: NDArray[np.float32],
        support: NDArray[np.uint8],
        method: NDArray[np.uint8],
        presence: NDArray[np.float32],
        age_secs: NDArray[np.float32],
        speech: NDArray[np.float32],
    ) -> Weighed:
        voiced = self._voiced(speech)
        parts: NDArray[np.float32] = values[..., WEIGHT] * presence
        parts[:, _VOICE] *= voiced
        total = _sum(parts)
        counts = total > _LEAST
        everybody = np.count_nonzero(counts) == counts.size
        if not everybody:  # nothing is better than guessing: what it guesses is told, and that it does not count
            unsure = values[..., UNSURE] * presence
            unsure[:, _VOICE] *= voiced
            parts = np.where(counts[:, None], parts, unsure)
            total = _sum(parts)
            parts *= (total > _LEAST)[:, None]
            total = np.maximum(total, _LEAST)
        parts /= total[:, None]
        has_part = parts > _NOTHING
        if np.count_nonzero(has_part) < has_part.size:
            support = support * has_part.view(np.uint8)
            age_secs = np.where(has_part, age_secs, _FOREVER)
        fresh = parts * presence
        trust = fresh * values[..., TRUST]
        weight = np.maximum(fresh[:, _FACE], fresh[:, _VOICE])
        by_voice = parts[:, _VOICE] > parts[:, _FACE]  # of equals the face
        feeling = _feeling(values, support, parts, has_part)
        if not everybody:
            parts *= counts[:, None]
            weight *= counts
        return Weighed(
            parts,
            support[:, _FACE] | support[:, _VOICE],
            feeling,
            _sum(fresh),
            _sum(trust),
            weight,
            np.minimum(age_secs[:, _FACE], age_secs[:, _VOICE]),
            _SOURCES.take(by_voice.view(np.uint8)),
            np.where(by_voice, method[:, _VOICE], method[:, _FACE]),
        )


def _alone(
    values: NDArray[np.float32],
    support: NDArray[np.uint8],
    method: NDArray[np.uint8],
    presence: NDArray[np.float32],
    age_secs: NDArray[np.float32],
    modality: int,
) -> Weighed:
    """What is nearly always so: of nobody there is more than this one, and of everybody it counts."""
    shares = np.zeros_like(presence)
    shares[:, modality] = 1
    fresh = presence[:, modality]
    return Weighed(
        shares,
        support[:, modality].copy(),
        values[:, modality, FEELING],
        fresh,
        fresh * values[:, modality, TRUST],
        fresh,
        age_secs[:, modality],
        _SOURCES[modality : modality + 1],
        method[:, modality].copy(),
    )


def _feeling(
    values: NDArray[np.float32], support: NDArray[np.uint8], parts: NDArray[np.float32], has_part: NDArray[np.bool_]
) -> NDArray[np.float32]:
    """(m, 11) scores and affect by their parts; `support` (m, 2) as far as it counts."""
    if not np.count_nonzero(has_part[:, _FACE] & has_part[:, _VOICE]):  # of each person one counts alone
        return _sum(values[..., FEELING] * parts[..., None])
    feeling = np.empty((parts.shape[0], FEELING.stop), np.float32)
    feeling[:, SCORES] = pooled(values[..., SCORES], CAN_TELL.take(support, 0), parts)
    by_dimension = parts[..., None] * DIMENSIONS
    affect = _sum(values[..., AFFECT] * by_dimension)
    feeling[:, AFFECT] = affect / np.maximum(_sum(by_dimension), _LEAST)
    return feeling


def _sum(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """Of (m, 2, ...), face and voice: two rows added are several times as quick as a reduction of an axis of two."""
    total: NDArray[np.float32] = values[:, _FACE] + values[:, _VOICE]
    return total
