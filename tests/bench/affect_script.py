"""Scripted cases of a face and a voice that say how somebody feels, played through a real pipeline on a clock that is moved by hand.

A case is a row of phases; in each of them the face says one thing 15 times a second (or several in turn), the voice another every 0.4 s.
What comes out is read off the emotion_updates.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from affectia import registry
from affectia.clock import NANOS_PER_MILLI, NANOS_PER_SEC, FakeClock
from affectia.perception.affect_projection import projected
from affectia.pipeline import Pipeline, PipelineOptions
from affectia.registry import Group, Source
from affectia.signals.emotion_observations import ALL_EMOTIONS, AffectMethod, EmotionObservations, Modality
from affectia.signals.face_observations import FaceObservations
from affectia.signals.voice_observations import FRAME_NANOS, VoiceObservations
from affectia.wire import emotion_update

NAMES: Final = registry.EMOTIONS

_TICK_FRAMES: Final = 2  # 50 ticks a second: voices come in steps of 10 ms
_TICK_NANOS: Final = _TICK_FRAMES * FRAME_NANOS
_FACE_NANOS: Final = NANOS_PER_SEC // 15
_VOICE_NANOS: Final = 400 * NANOS_PER_MILLI
_VOICE_LATE_NANOS: Final = 100 * NANOS_PER_MILLI  # from the end of a window of sound to its result
_SLOTS: Final = np.array([0])


@dataclass(frozen=True)
class Says:
    """An emotion, how sure (what is left is shared out among the others that can be told), and how well it was seen or heard.

    `mouthless` is what the face says without its mouth; None where it was not read so.
    """

    emotion: str
    certainty: float
    quality: float = 1.0
    support: int = ALL_EMOTIONS
    mouthless: Says | None = None

    def __str__(self) -> str:
        quality = "" if self.quality == 1 else f", quality {self.quality:g}"
        mouthless = "" if self.mouthless is None else f" (no mouth: {self.mouthless})"
        four = "" if self.support == ALL_EMOTIONS else f" of {self.support.bit_count()}"
        return f"{self.emotion} {self.certainty:g}{four}{quality}{mouthless}"

    def scores(self) -> NDArray[np.float32]:
        """(1, 8) probabilities."""
        told = [bool(self.support >> place & 1) for place in range(len(NAMES))]
        scores = np.where(told, (1 - self.certainty) / (sum(told) - 1), 0)
        scores[NAMES.index(self.emotion)] = self.certainty
        return scores[None].astype(np.float32)

    def observations(self, modality: Modality, captured_at_nanos: int, *, is_fresh: bool = False) -> EmotionObservations:
        """What perception would hand on."""
        scores, quality = self.scores(), np.array([self.quality], np.float32)
        return EmotionObservations(
            modality,
            captured_at_nanos,
            np.array([True]),
            scores,
            self.support,
            projected(scores, self.support),
            AffectMethod.PROJECTED,
            scores.max(axis=1),
            quality,
            np.array([is_fresh]),
            mouthless=None if self.mouthless is None else self.mouthless.scores(),
        )


@dataclass(frozen=True)
class Phase:
    """`secs` in which face and voice say this, None = nothing comes; `faces` in turn, where there are several.

    `speaking`: the probability that somebody speaks. `is_fresh`: another person begins; `no_camera`: its consent is withdrawn.
    """

    secs: float
    face: Says | None = None
    voice: Says | None = None
    speaking: float = 0.0
    turns: tuple[Says, ...] = ()
    is_fresh: bool = False
    no_camera: bool = False


@dataclass(frozen=True)
class Case:
    """A case and what must come of it: the label, and the range of the face's share (the voice has the rest; None = nobody counts)."""

    name: str
    phases: tuple[Phase, ...]
    label: str | None
    face_share: tuple[float, float] | None
    confidence: tuple[float, float] = (0.0, 1.0)
    is_valid: bool = True


@dataclass(frozen=True)
class Moment:
    """What one emotion_update says; shares (face, voice) are 0 where nothing counts."""

    secs: float
    label: str | None
    scores: dict[str, float]
    shares: tuple[float, float]
    confidence: float
    age_secs: float
    weight: float
    source: Source | None
    affect: tuple[float, float, float] | None


@dataclass
class Played:
    """All that came of a case; rows are ticks."""

    moments: list[Moment] = field(default_factory=list)

    @property
    def last(self) -> Moment:
        """How it ended."""
        return self.moments[-1]

    @property
    def changes(self) -> list[float]:
        """When the label changed, in seconds; its first coming counts."""
        labels = [None, *(moment.label for moment in self.moments)]
        return [self.moments[place].secs for place in range(len(self.moments)) if labels[place] != labels[place + 1]]


class _Updates:
    """Stands in for the sockets: keeps the newest emotion_update."""

    def __init__(self) -> None:
        self.body = b""

    def send(self, topic: bytes, body: bytes) -> None:
        if topic.startswith(registry.TOPIC_AFFECT):
            self.body = body

    def wants(self, topic: bytes) -> bool:
        return topic.startswith(registry.TOPIC_AFFECT)

    def forget(self, topic: bytes) -> None:
        pass


def play(case: Case, options: PipelineOptions | None = None) -> Played:
    """Run a case from its start to its end."""
    clock, updates, played = FakeClock(), _Updates(), Played()
    pipeline = Pipeline(updates, clock, replace(options or PipelineOptions(), slots=1))
    pipeline.open_slot(0, "a", precision_bits=8, rate_hz=60, smoothing=0)
    began = face_due = voice_due = clock.now_nanos()
    turn = 0
    for phase in case.phases:
        if phase.no_camera:
            pipeline.forget_faces(_SLOTS)
        is_fresh = phase.is_fresh
        ends = clock.now_nanos() + round(phase.secs * NANOS_PER_SEC)
        while (now := clock.now_nanos()) < ends:
            if now >= face_due:
                face_due += _FACE_NANOS
                faces = phase.turns or ((phase.face,) if phase.face else ())
                if faces:
                    pipeline.feel(_SLOTS, faces[turn % len(faces)].observations(Modality.FACE, now, is_fresh=is_fresh))
                    turn, is_fresh = turn + 1, False
            if now >= voice_due:
                voice_due += _VOICE_NANOS
                if phase.voice:
                    pipeline.feel(_SLOTS, phase.voice.observations(Modality.VOICE, now - _VOICE_LATE_NANOS))
            pipeline.hear(0, _sound(now, phase.speaking), now)
            pipeline.observe(_SLOTS, FaceObservations.nobody(now))
            pipeline.tick(_SLOTS, np.array([now]))
            played.moments.append(_moment((now - began) / NANOS_PER_SEC, updates.body))
            clock.advance(nanos=_TICK_NANOS)
    return played


def _moment(secs: float, body: bytes) -> Moment:
    update = emotion_update.decode(body)
    is_valid = update.is_valid(Group.EMOTION)
    flags, confidence, age, weight = (update.groups or bytes(4 * len(registry.GROUPS)))[4 * Group.EMOTION : 4 * Group.EMOTION + 4]
    face, voice = update.shares().tolist() or (0.0, 0.0)
    affect = None
    if update.affect is not None:
        valence, arousal, dominance = (value / registry.UNIT_AFFECT_I8 for value in update.affect)
        affect = (valence, arousal, dominance)
    return Moment(
        secs,
        update.label(),
        update.emotion_scores(),
        (face, voice),
        confidence / registry.UNIT_WEIGHT_U8,
        age * registry.UNIT_AGE_MILLIS_PER_TICK / 1000,
        weight / registry.UNIT_WEIGHT_U8,
        Source(flags >> 1 & 7) if is_valid else None,
        affect,
    )


def _sound(now_nanos: int, speaking: float) -> VoiceObservations:
    visemes = np.zeros((_TICK_FRAMES, len(registry.VISEMES)), np.float32)
    visemes[:, 0] = 1
    level = np.full(_TICK_FRAMES, speaking, np.float32)
    first = now_nanos - (_TICK_FRAMES - 1) * FRAME_NANOS
    samples = (first + FRAME_NANOS * np.arange(_TICK_FRAMES)) * 16_000 // NANOS_PER_SEC
    return VoiceObservations(first, visemes, level, level, samples, 16_000, 40 * NANOS_PER_MILLI, degraded=False)
