"""How each person feels, by face and voice together: attention-weighted late fusion. Read `joined` first.

A modality's score is log certainty + log quality + log freshness + log activity, and the shares are the softmax of the scores, as
attention over modalities has it (Hori et al. 2017, "Attention-based multimodal fusion for video description", ICCV); written out, a share
is a product over the sum of the products. There a network learns the scores from labelled sound and pictures. Here they are fixed: there
is no such data to show that a learned gate is better. `opinion_pool.py` makes one distribution of the two by these shares.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from affectia.clock import NANOS_PER_SEC
from affectia.fusion.affect_fusion_options import AffectFusionOptions
from affectia.fusion.emotion_label import EmotionLabel
from affectia.fusion.modality_evidence import AFFECT, CAN_TELL, NEVER, SCORES, SPEECH, TALKING, TRUST, UNSURE, WEIGHT, ModalityEvidence
from affectia.fusion.opinion_pool import pooled
from affectia.registry import Group, Source
from affectia.signals.affect_states import NO_LABEL, AffectStates
from affectia.signals.avatar_state import AvatarState
from affectia.signals.emotion_observations import EMOTIONS, AffectMethod, EmotionObservations, Modality

SPEECH_FROM: Final = np.float32(0.5)  # from this probability of speech on the mouth counts less as an expression,
SPEECH_WHOLE: Final = np.float32(0.7)  # and from this on not at all
TOLD_SECS: Final = 1.5  # so long it is told how something was said, and what else was heard

# How much face and voice count for valence, arousal and dominance, beside their shares. That faces show valence better and voices arousal
# is what is found again and again, not what was measured here; of dominance nothing of the kind is known.
DIMENSIONS: Final = np.array(((0.65, 0.35, 0.5), (0.35, 0.65, 0.5)), np.float32)

_FACE, _VOICE = int(Modality.FACE), int(Modality.VOICE)  # numpy takes twice as long with an enum's member
_BOTH: Final = slice(_FACE, _VOICE + 1)
_FEELING: Final = slice(SCORES.start, AFFECT.stop)
_SOURCES: Final = np.array((Source.FACE, Source.VOICE), np.uint8)
_FOREVER: Final = np.float32(np.inf)
_LEAST: Final = np.float32(1e-9)  # weights are small where both modalities are bad

Projection = Callable[[NDArray[np.float32], int], NDArray[np.float32]]  # scores (n, 8) and their support to valence, arousal, dominance


class AffectFusion:
    """How the people of all slots feel; one thread.

    `projected` makes valence, arousal and dominance out of scores: for faces that are talking, whose own have the mouth in them.
    """

    def __init__(self, slots: int, options: AffectFusionOptions | None = None, *, projected: Projection | None = None) -> None:
        self._options = options = options or AffectFusionOptions()
        self._projected = projected
        self._evidence = ModalityEvidence(slots, least_confidence=options.least_confidence, mouth_weight=options.mouth_weight)
        self._labels = EmotionLabel(slots, options.label)
        self._hold_secs = np.array((options.face_hold_secs, options.voice_hold_secs), np.float32)
        self._fall = -1 / np.array((options.face_half_life_secs, options.voice_half_life_secs), np.float32)  # halvings a second
        gone_secs = np.array((options.face_gone_secs, options.voice_gone_secs), np.float32)
        # What is left of a modality when it is taken for gone is to be nothing, and what it begins with still 1.
        self._gain = 1 / (1 - np.exp2((gone_secs - self._hold_secs) * self._fall))
        self._sunk = 1 - self._gain
        secs = np.array((options.scores_secs,) * EMOTIONS + (options.affect_secs,) * 3)
        self._pace = (-1 / np.maximum(secs, 1e-6)).astype(np.float32)
        self._release_secs = np.float32(max(options.speech_release_secs, 1e-6))
        # The canonical state: scores and affect of each slot, as they were told at their last instant.
        self._feeling = np.zeros((slots, _FEELING.stop), np.float32)
        self._told_nanos = np.full(slots, NEVER, np.int64)
        self._speech = np.zeros(slots, np.float32)

    def observe(self, slots: NDArray[np.intp], seen: EmotionObservations) -> None:
        """Take in what one modality shows of some people; row i belongs to slots[i]."""
        if seen.fresh.any():
            begun = slots[seen.fresh]
            if seen.modality is Modality.FACE:
                self.forget(begun)  # what was heard until now is the former one's
            else:
                self._evidence.forget(begun, Modality.VOICE)
                self._begin(begun[~self._evidence.is_known[begun]])  # where a face goes on, so does what is told of it
        affect = None
        if seen.mouthless is not None and self._projected is not None and seen.affect_method is AffectMethod.PROJECTED:
            affect = self._projected(seen.mouthless, seen.support)
        self._evidence.observe(slots, seen, affect)

    def forget(self, slots: NDArray[np.intp], modality: Modality | None = None) -> None:
        """Drop what was seen or heard of some slots, or both, and what was made of it: what is left begins anew."""
        self._evidence.forget(slots, modality)
        self._begin(slots)

    def joined(self, state: AvatarState, slots: NDArray[np.intp], times_nanos: NDArray[np.int64]) -> AvatarState:
        """The state of some slots, each at its own time, with how they feel; the emotion group of `state` is written to.

        To be asked after the voices have joined: whether somebody speaks decides how far a mouth is an expression.
        """
        evidence = self._evidence
        (rows,) = evidence.is_known[slots].nonzero()
        if not rows.size:
            return state
        held, now_nanos = slots[rows], times_nanos[rows]
        captured_nanos = evidence.captured_nanos[held]
        age_secs = ((now_nanos[:, None] - captured_nanos) / NANOS_PER_SEC).astype(np.float32)
        presence = self._presence(age_secs[:, _BOTH])
        told = age_secs[:, SPEECH] <= TOLD_SECS
        old = (captured_nanos[:, SPEECH] > NEVER) & ~told
        if old.any():
            evidence.forget_speech(held[old])
        kept = told | (_sum(presence) > 0)
        if not kept.all():
            self.forget(held[~kept])
            return self.joined(state, slots, times_nanos)
        step_secs = ((now_nanos - self._told_nanos[held]) / NANOS_PER_SEC).astype(np.float32)
        self._told_nanos[held] = now_nanos
        speech = self._speech_at(state, rows, held, step_secs)
        values = evidence.values[held]
        if speech.any():
            values[:, _FACE] += speech[:, None] * (values[:, TALKING] - values[:, _FACE])
        values = values[:, _BOTH]
        parts, counts = self._parts(values, presence, speech)
        has_part = parts > 0
        by_modality = evidence.support[held] * has_part
        support = by_modality[:, _FACE] | by_modality[:, _VOICE]
        feeling = self._eased(held, step_secs, _target(values, CAN_TELL[by_modality], parts))
        scores = feeling[:, SCORES] * CAN_TELL[support]
        scores /= np.maximum(scores.sum(axis=1, keepdims=True), _LEAST)
        fresh = parts * presence
        levels = np.empty((rows.size, 3), np.float32)
        levels[:, 0] = scores.max(axis=1) * _sum(fresh * values[..., TRUST])
        label = self._labels.held(held, now_nanos, scores, levels[:, 0])
        main = (parts[:, _VOICE] > parts[:, _FACE]).view(np.uint8)  # the modality that counts more; of equals the face
        levels[:, 1] = np.maximum(_smaller(np.where(has_part, age_secs[:, _BOTH], _FOREVER)), 0)
        levels[:, 2] = np.maximum(fresh[:, _FACE], fresh[:, _VOICE]) * counts
        there = support > 0
        if not there.all():  # of these it is only told how they speak, or what else is heard
            self._begin(held[~there])
            label[~there] = NO_LABEL
        groups = state.groups
        groups.levels[rows, Group.EMOTION] = levels
        groups.valid[rows, Group.EMOTION] = there
        groups.source[rows, Group.EMOTION] = _SOURCES[main] * there
        affects = AffectStates(
            rows,
            scores,
            support,
            feeling[:, AFFECT] * _sum(fresh)[:, None],
            evidence.method[held, main],
            label,
            parts * counts[:, None],
            evidence.prosody[held],
            evidence.events[held],
        )
        return AvatarState(state.values, state.measured, groups, state.voices, affects)

    def _presence(self, age_secs: NDArray[np.float32]) -> NDArray[np.float32]:
        """(m, 2) 1 while a modality is held, 0 when it is gone, halving between."""
        presence: NDArray[np.float32] = age_secs - self._hold_secs
        np.maximum(presence, 0, out=presence)
        presence *= self._fall
        np.exp2(presence, out=presence)
        presence *= self._gain
        presence += self._sunk
        return np.maximum(presence, 0, out=presence)

    def _speech_at(
        self, state: AvatarState, rows: NDArray[np.intp], held: NDArray[np.intp], step_secs: NDArray[np.float32]
    ) -> NDArray[np.float32]:
        """(m,) 0..1: how far somebody is taken to speak. It comes at once and goes slowly: a mouth moves on between two words."""
        speech = self._speech[held] - step_secs / self._release_secs
        if state.voices is not None:
            speaking = np.zeros(state.measured.size, np.float32)
            speaking[state.voices.rows] = state.voices.speaking
            np.maximum(speech, (speaking[rows] - SPEECH_FROM) / (SPEECH_WHOLE - SPEECH_FROM), out=speech)
            np.minimum(speech, 1, out=speech)
        np.maximum(speech, 0, out=speech)
        self._speech[held] = speech
        return speech

    def _parts(
        self, values: NDArray[np.float32], presence: NDArray[np.float32], speech: NDArray[np.float32]
    ) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
        """(m, 2) how much of the result is each modality's, sum 1 or 0; (m,) whether any of them is sure enough to count."""
        active = presence.copy()
        active[:, _VOICE] *= self._options.pause_weight + (1 - self._options.pause_weight) * speech
        weights: NDArray[np.float32] = values[..., WEIGHT] * active
        total = _sum(weights)
        counts = total > _LEAST
        if not counts.all():  # nothing is better than guessing: what it guesses is told, and that it does not count
            weights = np.where(counts[:, None], weights, values[..., UNSURE] * active)
            total = _sum(weights)
            weights *= (total > _LEAST)[:, None]
        weights /= np.maximum(total, _LEAST)[:, None]
        return weights, counts

    def _eased(self, held: NDArray[np.intp], step_secs: NDArray[np.float32], target: NDArray[np.float32]) -> NDArray[np.float32]:
        """(m, 11) the canonical state, moved towards what is told now by the time that went by; at once where it begins."""
        feeling = self._feeling[held]
        feeling -= np.expm1(step_secs[:, None] * self._pace) * (target - feeling)
        self._feeling[held] = feeling
        return feeling

    def _begin(self, slots: NDArray[np.intp]) -> None:
        self._feeling[slots] = self._speech[slots] = 0
        self._told_nanos[slots] = NEVER
        self._labels.forget(slots)


def _target(values: NDArray[np.float32], can_tell: NDArray[np.float32], parts: NDArray[np.float32]) -> NDArray[np.float32]:
    """(m, 11) scores and affect as they are told now."""
    if not _smaller(parts).any():  # of each person one counts alone
        return _sum(values[..., _FEELING] * parts[..., None])
    target = np.empty((parts.shape[0], _FEELING.stop), np.float32)
    target[:, SCORES] = pooled(values[..., SCORES], can_tell, parts)
    by_dimension = parts[..., None] * DIMENSIONS
    target[:, AFFECT] = _sum(values[..., AFFECT] * by_dimension) / np.maximum(_sum(by_dimension), _LEAST)
    return target


# Two rows added are several times as quick as a reduction of an axis of two.
def _sum(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """Of (m, 2, ...), face and voice."""
    total: NDArray[np.float32] = values[:, _FACE] + values[:, _VOICE]
    return total


def _smaller(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """Of (m, 2, ...), face and voice."""
    return np.minimum(values[:, _FACE], values[:, _VOICE])
