"""What tests of how face and voice are joined have in common: people in slots, and what is told of them."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import numpy.typing as npt

from affectia.clock import NANOS_PER_MILLI, NANOS_PER_SEC
from affectia.fusion.affect_fusion import AffectFusion
from affectia.fusion.affect_fusion_options import AffectFusionOptions
from affectia.fusion.face_fusion import FaceFusion
from affectia.registry import Group
from affectia.signals.affect_states import AffectStates
from affectia.signals.avatar_state import AvatarState
from affectia.signals.emotion_observations import EmotionObservations, Modality
from affectia.signals.voice_states import VoiceStates
from tests.unit.fakes import nanos, slots
from tests.unit.feelings import EMOTION

START = 10 * NANOS_PER_SEC
MILLI = NANOS_PER_MILLI
FACE, VOICE = Modality.FACE, Modality.VOICE
SOON = AffectFusionOptions(scores_secs=0, affect_secs=0)


def scored(scores: npt.NDArray[np.float32], support: int) -> npt.NDArray[np.float32]:
    """Stands in for the projection: valence is happy, arousal surprise, dominance neutral."""
    return np.stack([scores[:, EMOTION[name]] for name in ("happy", "surprise", "neutral")], axis=1)


def voices(*speaking: float) -> VoiceStates:
    """The voices of the first rows of a state, with these probabilities of speech."""
    count = len(speaking)
    nothing, visemes = np.zeros(count, np.float32), np.zeros((count, 15), np.float32)
    rows = np.arange(count)
    return VoiceStates(rows, visemes, visemes, nothing, np.array(speaking, np.float32), nothing, nothing, np.full(count, -1, np.int64))


class Stage:
    """How the people of three slots feel."""

    def __init__(self, options: AffectFusionOptions | None = SOON, count: int = 3) -> None:
        self.faces = FaceFusion(count)
        self.affects = AffectFusion(count, options, projected=scored)

    def observe(self, seen: EmotionObservations, *numbers: int) -> None:
        self.affects.observe(slots(*(numbers or (0,))), seen)

    def state(self, millis: float, *numbers: int, speaking: float | None = None) -> AvatarState:
        rows = slots(*(numbers or (0,)))
        times = nanos(*[START + round(millis * MILLI)] * rows.size)
        state = self.faces.state(rows, times)
        if speaking is not None:
            state = dataclasses.replace(state, voices=voices(speaking))
        return self.affects.joined(state, rows, times)

    def told(self, millis: float, *numbers: int, speaking: float | None = None) -> AffectStates:
        affects = self.state(millis, *numbers, speaking=speaking).affects
        assert affects is not None
        return affects


def emotion(state: AvatarState, row: int = 0) -> tuple[bool, int, float, float, float]:
    """Valid, source, confidence, age in milliseconds (-1: never), weight."""
    place = (row, Group.EMOTION)
    confidence, age_secs, weight = state.groups.levels[place].tolist()
    age = -1 if math.isinf(age_secs) else round(age_secs * 1000)
    return bool(state.groups.valid[place]), int(state.groups.source[place]), round(confidence, 2), age, round(weight, 2)


def score(affects: AffectStates, name: str, row: int = 0) -> float:
    return round(float(affects.scores[row, EMOTION[name]]), 3)


def shares(affects: AffectStates, row: int = 0) -> list[float]:
    return [round(share, 3) for share in affects.shares[row].tolist()]
