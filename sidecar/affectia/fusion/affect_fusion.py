"""How each person feels, by face and voice together: attention-weighted late fusion. Read `joined` first.

A modality's score is log certainty + log quality + log freshness + log activity, and the shares are the softmax of the scores, as
attention over modalities has it (Hori et al. 2017, "Attention-based multimodal fusion for video description", ICCV); written out, a share
is a product over the sum of the products. There a network learns the scores from labelled sound and pictures. Here they are fixed: there
is no such data to show that a learned gate is better. `affect_weighing.py` finds the shares, `opinion_pool.py` makes one distribution of
the two by them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from affectia.clock import NANOS_PER_SEC
from affectia.fusion.affect_fusion_options import AffectFusionOptions
from affectia.fusion.affect_weighing import FEELING, AffectWeighing
from affectia.fusion.emotion_label import EmotionLabel
from affectia.fusion.modality_evidence import AFFECT, CAN_TELL, NEVER, SCORES, SPEECH, TALKING, TOLD, ModalityEvidence
from affectia.registry import Group
from affectia.signals.affect_states import NO_LABEL, AffectStates
from affectia.signals.avatar_state import AvatarState
from affectia.signals.emotion_observations import ALL_EMOTIONS, EMOTIONS, AffectMethod, EmotionObservations, Modality
from affectia.signals.slot_rows import slot_rows

# numpy takes twice as long with a number that is no array yet, and with an enum's member.
SPEECH_FROM: Final = np.array(0.5, np.float32)  # from this probability of speech on the mouth counts less as an expression,
SPEECH_WHOLE: Final = np.array(0.7, np.float32)  # and from this on not at all
_SPEECH_SPAN: Final = SPEECH_WHOLE - SPEECH_FROM
TOLD_SECS: Final = 1.5  # so long it is told how something was said, and what else was heard

_FACE, _EMOTION = int(Modality.FACE), int(Group.EMOTION)
_BOTH: Final = slice(Modality.FACE, Modality.VOICE + 1)
_EVERYBODY: Final = slice(None)
_ALL_EMOTIONS: Final = np.array(ALL_EMOTIONS, np.uint8)
_NOTHING, _WHOLE, _LEAST = (np.array(number, np.float32) for number in (0, 1, 1e-9))

Projection = Callable[[NDArray[np.float32], int], NDArray[np.float32]]  # scores (n, 8) and their support to valence, arousal, dominance


class AffectFusion:
    """How the people of all slots feel; one thread.

    `projected` makes valence, arousal and dominance out of scores: for faces that are talking, whose own have the mouth in them.
    """

    def __init__(self, slots: int, options: AffectFusionOptions | None = None, *, projected: Projection | None = None) -> None:
        self._options = options = options or AffectFusionOptions()
        self._projected = projected
        self._evidence = ModalityEvidence(slots, least_confidence=options.least_confidence, mouth_weight=options.mouth_weight)
        self._weighing = AffectWeighing(pause_weight=options.pause_weight)
        self._labels = EmotionLabel(slots, options.label)
        self._hold_secs = np.array((options.face_hold_secs, options.voice_hold_secs), np.float32)
        self._fall = -1 / np.array((options.face_half_life_secs, options.voice_half_life_secs), np.float32)  # halvings a second
        # Of face, voice and speech; when something was told last does not get old.
        self._gone_secs = np.array((options.face_gone_secs, options.voice_gone_secs, TOLD_SECS, np.inf), np.float32)
        gone_secs = self._gone_secs[_BOTH]
        # What is left of a modality when it is taken for gone is to be nothing, and what it begins with still 1.
        self._gain = 1 / (1 - np.exp2((gone_secs - self._hold_secs) * self._fall))
        self._sunk = 1 - self._gain
        secs = np.array((options.scores_secs,) * EMOTIONS + (options.affect_secs,) * 3)
        self._pace = (-1 / np.maximum(secs, 1e-6)).astype(np.float32)
        self._release_secs = np.array(max(options.speech_release_secs, 1e-6), np.float32)
        # The canonical state: scores and affect of each slot, as they were told at their last instant.
        self._feeling = np.zeros((slots, FEELING.stop), np.float32)
        self._speech = np.zeros(slots, np.float32)
        self._rows = np.arange(slots)
        self._ones = np.ones(slots, np.float32)
        self._rows.flags.writeable = self._ones.flags.writeable = False  # they are given away

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
        evidence, asked = self._evidence, slots
        if not evidence.known_count:
            return state
        held = slot_rows(slots)
        count = np.count_nonzero(evidence.is_known[held])
        if not count:
            return state
        rows, now_nanos = self._rows[:count], times_nanos
        places: slice | NDArray[np.intp] = _EVERYBODY  # the rows, as an index
        if count < slots.size:
            places = rows = evidence.is_known[slots].nonzero()[0]
            held = slots = asked[rows]
            now_nanos = times_nanos[rows]
        age_secs = ((now_nanos[:, None] - evidence.instants_nanos[held]) / NANOS_PER_SEC).astype(np.float32)
        is_new = age_secs <= self._gone_secs
        if evidence.knows_speech and np.count_nonzero(is_new[:, SPEECH]) < count:
            old = (evidence.captured_nanos[held, SPEECH] > NEVER) & ~is_new[:, SPEECH]
            if np.count_nonzero(old):
                evidence.forget_speech(slots[old])
        presence = self._presence(age_secs[:, _BOTH], is_new[:, _BOTH])
        speech = self._speech_at(state, places, held, age_secs[:, TOLD])
        values = evidence.values.take(slots, 0)
        if np.count_nonzero(speech):
            face = values[:, _FACE]
            face += speech[:, None] * (values[:, TALKING] - face)
        weighed = self._weighing.weighed(
            values[:, _BOTH], evidence.support[held], evidence.method[held], presence=presence, age_secs=age_secs[:, _BOTH], speech=speech
        )
        everybody = np.count_nonzero(weighed.support) == count
        if not everybody:
            gone = ~(is_new[:, SPEECH] | (presence > _NOTHING).any(axis=1))
            if np.count_nonzero(gone):
                self.forget(slots[gone])
                return self.joined(state, asked, times_nanos)
        self._speech[held] = speech
        evidence.instants_nanos[held, TOLD] = now_nanos
        feeling = self._eased(held, age_secs[:, TOLD], weighed.feeling)
        scores = _told(feeling[:, SCORES], weighed.support)
        affect = feeling[:, AFFECT] * weighed.fresh[:, None]
        confidence = np.maximum.reduce(scores, axis=1)
        confidence *= weighed.trust
        label = self._labels.held(slots, now_nanos, scores, confidence)
        groups = state.groups
        groups.valid[places, _EMOTION] = True
        groups.source[places, _EMOTION] = weighed.source
        groups.levels[places, _EMOTION, 0] = confidence
        groups.levels[places, _EMOTION, 1] = np.maximum(weighed.age_secs, _NOTHING)
        groups.levels[places, _EMOTION, 2] = weighed.weight
        if not everybody:  # of some it is only told how they speak, or what else is heard
            nothing = weighed.support == 0
            self._begin(slots[nothing])
            label[nothing] = NO_LABEL
            groups.valid[rows[nothing], _EMOTION] = False
            groups.source[rows[nothing], _EMOTION] = 0
        prosody, events = evidence.prosody.take(slots, 0), evidence.events.take(slots)
        affects = AffectStates(rows, scores, weighed.support, affect, weighed.method, label, weighed.shares, prosody, events)
        return AvatarState(state.values, state.measured, groups, state.voices, affects)

    def _presence(self, age_secs: NDArray[np.float32], is_new: NDArray[np.bool_]) -> NDArray[np.float32]:
        """(m, 2) 1 while a modality is held, 0 when it is gone, halving between."""
        is_held = age_secs <= self._hold_secs
        if np.count_nonzero(is_held) == np.count_nonzero(is_new):  # nearly always: nothing fades
            return is_held.astype(np.float32)
        presence: NDArray[np.float32] = age_secs - self._hold_secs
        np.maximum(presence, _NOTHING, out=presence)
        presence *= self._fall
        np.exp2(presence, out=presence)
        presence *= self._gain
        presence += self._sunk
        return np.maximum(presence, _NOTHING, out=presence)

    def _speech_at(
        self, state: AvatarState, places: slice | NDArray[np.intp], held: slice | NDArray[np.intp], step_secs: NDArray[np.float32]
    ) -> NDArray[np.float32]:
        """(m,) 0..1: how far somebody is taken to speak. It comes at once and goes slowly: a mouth moves on between two words."""
        speech = self._speech[held]
        voices = state.voices
        if voices is None:
            return np.maximum(speech - step_secs / self._release_secs, _NOTHING) if np.count_nonzero(speech) else speech
        speaking = voices.speaking
        if speaking.size < state.measured.size:
            speaking = np.zeros(state.measured.size, np.float32)
            speaking[voices.rows] = voices.speaking
        speaking = speaking[places]
        if np.count_nonzero(speaking >= SPEECH_WHOLE) == speech.size:
            return self._ones[: speech.size]
        speaking = np.minimum((speaking - SPEECH_FROM) / _SPEECH_SPAN, _WHOLE)
        speech = np.maximum(speech - step_secs / self._release_secs, speaking)
        return np.maximum(speech, _NOTHING, out=speech)

    def _eased(self, held: slice | NDArray[np.intp], step_secs: NDArray[np.float32], target: NDArray[np.float32]) -> NDArray[np.float32]:
        """(m, 11) the canonical state, moved towards what is told now by the time that went by; at once where it begins."""
        feeling = self._feeling[held]
        step = target - feeling
        step *= np.expm1(step_secs[:, None] * self._pace)
        feeling = feeling - step
        self._feeling[held] = feeling
        return feeling

    def _begin(self, slots: NDArray[np.intp]) -> None:
        self._feeling[slots] = 0
        self._speech[slots] = 0
        self._evidence.instants_nanos[slots, TOLD] = NEVER
        self._labels.forget(slots)


def _told(scores: NDArray[np.float32], support: NDArray[np.uint8]) -> NDArray[np.float32]:
    """(m, 8) the scores of what can be told, sum 1."""
    if np.count_nonzero(support == _ALL_EMOTIONS) == support.size:  # they are a mean of distributions over all of them
        return scores
    scores = scores * CAN_TELL.take(support, 0)
    scores /= np.maximum(np.add.reduce(scores, axis=1, keepdims=True), _LEAST)
    return scores
