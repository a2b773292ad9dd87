"""What face and voice last said of how each person feels, and how much that weighs while it is fresh."""

from __future__ import annotations

import dataclasses
from typing import Final

import numpy as np
from numpy.typing import NDArray

from affectia.signals.affect_states import PROSODY
from affectia.signals.emotion_observations import ALL_EMOTIONS, EMOTIONS, MODALITIES, AffectMethod, EmotionObservations, Modality

SCORES: Final = slice(0, EMOTIONS)
AFFECT: Final = slice(EMOTIONS, EMOTIONS + 3)
WEIGHT: Final = AFFECT.stop  # how much it counts while it is fresh: certainty above chance times quality
UNSURE: Final = WEIGHT + 1  # the same where nothing else is there: the quality alone
TRUST: Final = WEIGHT + 2  # how far what the scores say of their certainty holds
COLUMNS: Final = WEIGHT + 3

TALKING: Final = MODALITIES  # of `values`: the face, were it talking
SPEECH: Final = MODALITIES  # of `instants_nanos`: how something is said, and what else is heard
TOLD: Final = MODALITIES + 1  # of `instants_nanos`: when it was told last what is made of all this; whoever reads writes it
GOOD_QUALITY: Final = np.float32(0.5)  # a face or a voice that is told from less is less certain than its scores say
NEVER: Final = np.int64(-(1 << 61))

CAN_TELL: Final[NDArray[np.float32]] = (np.arange(ALL_EMOTIONS + 1)[:, None] >> np.arange(EMOTIONS) & 1).astype(np.float32)


class ModalityEvidence:
    """The newest of each modality of every slot; one thread. What holds of each is kept as arrays that may be read and not written.

    `values` (slots, 3, COLUMNS): face, voice, and the face for when it is talking. `support` (slots, 2) bits, `method` (slots, 2).
    `captured_nanos` (slots, 3): of face, of voice, and of `prosody` (slots, 6) and `events` (slots,); NEVER where there is none. It is
    the beginning of `instants_nanos` (slots, 4), so that all ages are one step.

    `least_confidence` is how far above chance (0 = as good as guessing, 1 = certain) something must be to count, and at twice that it
    counts in full. `mouth_weight`: what a talking face keeps of its weight where it cannot be read without its mouth.
    """

    def __init__(self, slots: int, *, least_confidence: float, mouth_weight: float) -> None:
        self._least = np.float32(max(least_confidence, 1e-6))
        self._mouth_weight = np.float32(mouth_weight)
        self.is_known = np.zeros(slots, np.bool_)
        self.known_count = 0
        self.values = np.zeros((slots, MODALITIES + 1, COLUMNS), np.float32)
        self.support = np.zeros((slots, MODALITIES), np.uint8)
        self.method = np.full((slots, MODALITIES), AffectMethod.PROJECTED, np.uint8)
        self.instants_nanos = np.full((slots, TOLD + 1), NEVER, np.int64)
        self.captured_nanos: NDArray[np.int64] = self.instants_nanos[:, :TOLD]
        self.prosody = np.full((slots, PROSODY), np.nan, np.float32)
        self.events = np.zeros(slots, np.uint8)
        self.knows_speech = False  # of anybody

    def observe(self, slots: NDArray[np.intp], seen: EmotionObservations, talking_affect: NDArray[np.float32] | None) -> None:
        """Take in what one modality shows; row i belongs to slots[i].

        `talking_affect` (n, 3) is what goes with `seen.mouthless`. Rows that hold NaN or infinity, or no score, count as not found.
        """
        modality = seen.modality
        if modality is Modality.VOICE:
            self._note_speech(slots, seen)
        if not seen.found.any():
            return
        values = self._values(seen.scores, seen.affect, seen.confidence, seen.quality, seen.support)
        rows = np.flatnonzero(seen.found & np.isfinite(values).all(axis=1))
        if not rows.size:
            return
        told, values = slots[rows], values[rows]
        self.values[told, modality] = values
        self.support[told, modality] = seen.support
        self.method[told, modality] = seen.affect_method
        self.captured_nanos[told, modality] = seen.captured_at_nanos
        self._know(told)
        if modality is Modality.FACE:
            self.values[told, TALKING] = self._talking(rows, values, seen, talking_affect)

    def forget(self, slots: NDArray[np.intp], modality: Modality | None = None) -> None:
        """Drop what a modality has said of some slots, or both; values that nobody may read any more are written over."""
        if modality is not Modality.VOICE:
            self.values[slots, Modality.FACE] = self.values[slots, TALKING] = 0
            self.captured_nanos[slots, Modality.FACE] = NEVER
        if modality is not Modality.FACE:
            self.values[slots, Modality.VOICE] = 0
            self.captured_nanos[slots, Modality.VOICE] = NEVER
            self.forget_speech(slots)
        self.is_known[slots] = (self.captured_nanos[slots] > NEVER).any(axis=1)
        self.known_count = int(np.count_nonzero(self.is_known))

    def forget_speech(self, slots: NDArray[np.intp]) -> None:
        """Drop how something was said and what else was heard."""
        if self.captured_nanos[slots, SPEECH].max(initial=NEVER) > NEVER:
            self.captured_nanos[slots, SPEECH] = NEVER
            self.knows_speech = bool((self.captured_nanos[:, SPEECH] > NEVER).any())
            self.prosody[slots] = np.nan
            self.events[slots] = 0

    def _know(self, slots: NDArray[np.intp]) -> None:
        self.is_known[slots] = True
        self.known_count = int(np.count_nonzero(self.is_known))

    def _note_speech(self, slots: NDArray[np.intp], heard: EmotionObservations) -> None:
        """How something is said, and what else is heard, is told of music and laughter too, where no emotion is."""
        self.prosody[slots] = np.nan if heard.prosody is None else dataclasses.astuple(heard.prosody)
        self.events[slots] = heard.events
        if heard.prosody is not None or heard.events:
            self.captured_nanos[slots, SPEECH] = heard.captured_at_nanos
            self.knows_speech = True
            self._know(slots)

    def _values(
        self,
        scores: NDArray[np.float32],
        affect: NDArray[np.float32],
        confidence: NDArray[np.float32],
        quality: NDArray[np.float32],
        support: int,
    ) -> NDArray[np.float32]:
        """(n, COLUMNS), NaN where there is no score."""
        values = np.empty((scores.shape[0], COLUMNS), np.float32)
        told = np.maximum(scores * CAN_TELL[support], 0)
        total = told.sum(axis=1, keepdims=True)
        told = np.divide(told, total, out=np.full_like(told, np.nan), where=total > 0)
        values[:, SCORES] = told
        values[:, AFFECT] = affect
        quality = np.minimum(np.maximum(quality, 0), 1)
        top = told.max(axis=1)
        certain = np.minimum(np.maximum(confidence, 0), top)
        chance = 1 / max(support.bit_count(), 2)
        above = np.maximum(certain - chance, 0) / (1 - chance)
        values[:, WEIGHT] = above * np.minimum(np.maximum(above / self._least - 1, 0), 1) * quality
        values[:, UNSURE] = quality
        values[:, TRUST] = certain / top * np.minimum(quality / GOOD_QUALITY, 1)
        return values

    def _talking(
        self, rows: NDArray[np.intp], values: NDArray[np.float32], seen: EmotionObservations, affect: NDArray[np.float32] | None
    ) -> NDArray[np.float32]:
        """What is to be held of these faces while they talk."""
        talking = values.copy()
        talking[:, WEIGHT] *= self._mouth_weight
        if seen.mouthless is not None:
            scores = seen.mouthless[rows]
            calm = (seen.affect if affect is None else affect)[rows]
            without = self._values(scores, calm, scores.max(axis=1), seen.quality[rows], seen.support)
            read = np.isfinite(without).all(axis=1)
            talking[read] = without[read]
        return talking
