"""How people feel, as their emotion_updates tell it: quantized in one pass."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from affectia import registry
from affectia.signals.affect_states import NO_LABEL, PROSODY, AffectStates
from affectia.signals.emotion_observations import Modality
from affectia.wire import quantize
from affectia.wire.emotion_update import EmotionUpdate

_EMOTIONS: Final = len(registry.EMOTIONS)
_BITS: Final = np.arange(_EMOTIONS, dtype=np.uint8)
_AFFECT: Final = slice(0, 3)
_SPOKEN: Final = slice(3, 3 + PROSODY)
_FACE_SHARE: Final = 3 + PROSODY

# Scale, smallest and largest integer of valence, arousal and dominance, of the six of prosody, and of the face's share.
_COLUMNS: Final = (
    *((registry.UNIT_AFFECT_I8, -registry.UNIT_AFFECT_I8, registry.UNIT_AFFECT_I8),) * 3,
    (registry.UNIT_PITCH_U16_PER_HZ, 0, registry.WIRE_PROSODY_UNKNOWN - 1),
    (registry.UNIT_PITCH_SPREAD_U16_PER_SEMITONE, 0, registry.WIRE_PROSODY_UNKNOWN - 1),
    (-registry.UNIT_LEVEL_U16_PER_DB, 0, registry.WIRE_PROSODY_UNKNOWN - 1),  # counts downwards from full scale
    (registry.UNIT_LEVEL_U16_PER_DB, 0, registry.WIRE_PROSODY_UNKNOWN - 1),
    (registry.UNIT_SYLLABLES_U16_PER_HZ, 0, registry.WIRE_PROSODY_UNKNOWN - 1),
    (registry.UNIT_WEIGHT_U8, 0, registry.UNIT_WEIGHT_U8),
    (registry.UNIT_WEIGHT_U8, 0, registry.UNIT_WEIGHT_U8),
)
_SCALES, _SMALLEST, _LARGEST = np.array(_COLUMNS, np.float32).T.copy()


class FeelingBatch:
    """The emotion keys of those avatars of a state of whom something is known.

    `valid` (n,) bool is the validity of the emotion group of every avatar of the state: where it is not, nothing is told of how somebody
    feels; how somebody speaks, and what else is heard, needs no emotion to be told.
    """

    def __init__(self, affects: AffectStates, valid: NDArray[np.bool_]) -> None:
        rows, shares = affects.rows, affects.shares
        levels = np.empty((rows.size, _FACE_SHARE + 1), np.float32)
        levels[:, _AFFECT] = affects.affect
        levels[:, _SPOKEN] = affects.prosody
        totals = shares.sum(axis=1)
        # Of two parts that are 255 together, the face's is rounded half up and the voice's is the rest.
        with np.errstate(invalid="ignore"):
            levels[:, _FACE_SHARE] = shares[:, Modality.FACE] / np.maximum(totals, np.float32(1e-6))
        known = np.isfinite(levels)
        levels[~known] = np.nan  # which becomes 0
        whole = quantize.scaled(levels, _SCALES, _SMALLEST, _LARGEST)
        spoken = known[:, _SPOKEN]
        whole[:, _SPOKEN][~spoken] = registry.WIRE_PROSODY_UNKNOWN
        self._places = dict(zip(rows.tolist(), range(rows.size), strict=True))
        self._valid: list[bool] = valid[rows].tolist()
        self._levels = whole.astype(np.int32).tolist()
        self._scores = quantize.parts_u8(affects.scores * (affects.support[:, None] >> _BITS & 1)).tobytes()
        self._support = affects.support.tolist()
        self._method = affects.method.tolist()
        self._label = affects.label.tolist()
        self._counts = (totals > 0).tolist()
        self._is_said = spoken.max(axis=1).tolist()
        self._events = affects.events.tolist()

    def fill(self, update: EmotionUpdate, row: int) -> None:
        """Write what is known of one avatar into its update."""
        place = self._places.get(row)
        if place is None:
            return
        valence, arousal, dominance, pitch, pitch_spread, level, level_spread, syllables, voiced, by_face = self._levels[place]
        if self._valid[place]:
            label = self._label[place]
            update.emotion_support = self._support[place]
            update.emotions = self._scores[_EMOTIONS * place : _EMOTIONS * (place + 1)]
            update.affect = (valence, arousal, dominance)
            update.affect_method = self._method[place]
            update.emotion_shares = bytes((by_face, registry.UNIT_WEIGHT_U8 - by_face)) if self._counts[place] else bytes(2)
            update.emotion_label = None if label == NO_LABEL else label
        if self._is_said[place]:
            update.prosody = (pitch, pitch_spread, level, level_spread, syllables, voiced)
        # Not every method tells such events apart: a mask of 0 would say that none is heard.
        update.voice_events = self._events[place] or None
