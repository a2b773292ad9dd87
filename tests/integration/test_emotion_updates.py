"""Feelings through fusion and publishing to the bytes of emotion_update, on a clock that the test moves."""

from __future__ import annotations

import numpy as np
import pytest

from affectia.clock import NANOS_PER_SEC
from affectia.registry import Emotion, Group, Source, VoiceEvent
from affectia.signals.emotion_observations import ALL_EMOTIONS, AffectMethod, EmotionObservations, Modality, Prosody
from affectia.signals.face_observations import FaceObservations
from affectia.wire.emotion_update import EmotionUpdate
from tests.unit.fakes import face, slots
from tests.unit.pipeline_stage import Stage

pytestmark = pytest.mark.integration

SAID = Prosody(182.5, 3.1, -26.5, 6.2, float("nan"), 0.62)


def felt(
    at_nanos: int, emotion: Emotion, *, modality: Modality = Modality.VOICE, share: float = 0.93, events: int = 0
) -> EmotionObservations:
    """One person of whom one modality shows one emotion clearly."""
    scores = np.full((1, 8), (1 - share) / 7, np.float32)
    scores[0, emotion] = share
    return EmotionObservations(
        modality=modality,
        captured_at_nanos=at_nanos,
        found=np.ones(1, np.bool_),
        scores=scores,
        support=ALL_EMOTIONS,
        affect=np.array([[0.8, 0.5, 0.25]], np.float32) * (1 if emotion is Emotion.HAPPY else -1),
        affect_method=AffectMethod.PROJECTED,
        confidence=np.array([share], np.float32),
        quality=np.ones(1, np.float32),
        fresh=np.zeros(1, np.bool_),
        prosody=SAID if modality is Modality.VOICE else None,
        events=events,
    )


def run(
    stage: Stage, secs: float, emotion: Emotion | None, *, modality: Modality = Modality.VOICE, picture_hz: float = 0
) -> list[EmotionUpdate]:
    """Two results a second, the timer 60 times a second, and pictures of nobody; what came out meanwhile."""
    before = len(stage.transport.updates("a"))
    steps = round(60 * secs)
    for step in range(steps):
        stage.clock.advance(nanos=NANOS_PER_SEC // 60)
        now = stage.clock.now_nanos()
        if emotion is not None and step % 30 == 0:
            stage.pipeline.feel(slots(0), felt(now, emotion, modality=modality, events=1 << VoiceEvent.LAUGHTER))
        if picture_hz and step % round(60 / picture_hz) == 0:
            stage.observe(FaceObservations.nobody(now))
        stage.timer()
    return stage.transport.updates("a")[before:]


@pytest.mark.parametrize("picture_hz", [0, 5, 15])
def test_feelings_reach_readers_ten_times_a_second_without_a_face(picture_hz: float) -> None:
    stage = Stage()
    stage.open()
    run(stage, 1.0, Emotion.HAPPY, picture_hz=picture_hz)
    told = run(stage, 2.0, Emotion.SAD, picture_hz=picture_hz)
    assert len(told) >= 20
    assert all(update.is_valid(Group.EMOTION) and update.emotions is not None for update in told)
    assert np.diff([update.time_nanos for update in told]).max() <= 0.12 * NANOS_PER_SEC
    valences = [update.affect[0] for update in told if update.affect is not None]
    assert len(set(valences)) > 10, "valence moves between two results"
    assert valences[0] > 0 > valences[-1]


def test_bytes_say_what_is_felt_by_whom_and_how_it_is_said() -> None:
    stage = Stage()
    stage.open()
    last = run(stage, 2.0, Emotion.HAPPY)[-1]
    assert last.label() == "happy"
    assert sum(last.emotions or b"") == 255
    assert last.emotion_support == ALL_EMOTIONS
    assert last.affect_method == AffectMethod.PROJECTED
    assert last.emotion_shares == b"\x00\xff"
    assert last.prosody == (1825, 310, 2650, 620, 65535, 158)
    assert last.heard() == ("laughter",)
    assert last.groups is not None
    assert last.groups[4 * Group.EMOTION] == 1 | Source.VOICE << 1


def test_a_face_alone_says_nothing_of_a_voice() -> None:
    stage = Stage()
    stage.open()
    stage.observe(face(stage.clock.now_nanos()))
    last = run(stage, 2.0, Emotion.SAD, modality=Modality.FACE)[-1]
    assert (last.label(), last.emotion_shares) == ("sad", b"\xff\x00")
    assert (last.prosody, last.voice_events) == (None, None)


@pytest.mark.parametrize("modality", list(Modality))
def test_nothing_is_told_once_it_is_forgotten(modality: Modality) -> None:
    stage = Stage()
    stage.open()
    assert run(stage, 1.0, Emotion.HAPPY, modality=modality)[-1].emotions is not None
    (stage.pipeline.forget_faces if modality is Modality.FACE else stage.pipeline.forget_voices)(slots(0))
    for update in run(stage, 0.5, None):
        assert not update.is_valid(Group.EMOTION)
        names = ("emotion_support", "emotions", "affect", "affect_method", "emotion_shares", "emotion_label", "prosody", "voice_events")
        assert [getattr(update, name) for name in names] == [None] * 8


def test_what_is_old_is_told_no_more() -> None:
    stage = Stage()
    stage.open()
    run(stage, 1.0, Emotion.HAPPY)
    ages = [(update.groups or bytes(24))[4 * Group.EMOTION + 2] for update in run(stage, 1.0, None)]
    assert ages == sorted(ages)
    assert ages[-1] - ages[0] == pytest.approx(100, abs=5)
    last = run(stage, 9.0, None)[-1]
    assert (last.emotions, last.prosody) == (None, None)
