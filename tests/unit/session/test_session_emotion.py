from __future__ import annotations

import pytest

from affectia.clock import NANOS_PER_MILLI, FakeClock
from affectia.perception.face.emotion.blendshape_emotion import BlendshapeEmotion
from affectia.perception.face.emotion.face_emotion import FaceEmotion
from affectia.perception.voice.emotion.emotion_listener import FAILURE_NOTICE, FAILURES_TO_NOTICE, EmotionListener
from affectia.perception.voice.emotion.emotion_thread import EmotionThread
from affectia.perception.voice.emotion.speech_emotion_choice import SpeechEmotionChoice
from affectia.perception.voice.emotion.speech_emotion_options import SpeechEmotionOptions
from affectia.session.session_emotion import SessionEmotion
from tests.unit.fakes import wait_until
from tests.unit.perception.voice.emotion.made_speech import FakeNetwork, felt

pytestmark = pytest.mark.unit


def listener(clock: FakeClock) -> EmotionListener:
    return EmotionListener(admits=lambda: True, sink=lambda found: None, clock=clock, options=SpeechEmotionOptions())


def test_a_session_without_faces_and_voice_is_off() -> None:
    emotion = SessionEmotion(FakeClock())
    assert not emotion.is_asked
    assert (emotion.face_method, emotion.voice_method, emotion.face_provider, emotion.voice_provider) == ("off", "off", "", "")
    assert (emotion.face_hz, emotion.voice_hz, emotion.face_p95_millis, emotion.voice_p95_millis) == (0, 0, 0, 0)
    assert (emotion.language, emotion.notices) == ("", ())


def test_methods_durations_and_notices_are_those_of_what_runs() -> None:
    clock = FakeClock()
    emotion = SessionEmotion(clock)
    emotion.face = FaceEmotion(BlendshapeEmotion(), notice="weights are not there: fer.onnx; blendshapes runs instead")
    emotion.face.durations.add(3 * NANOS_PER_MILLI)
    assert emotion.is_asked
    emotion.voice = EmotionThread(lambda: SpeechEmotionChoice(FakeNetwork(), "edge runs instead"), clock=clock)
    emotion.listener = listener(clock)
    assert emotion.voice_method == "loading"
    emotion.voice.add(emotion.listener)
    assert wait_until(lambda: emotion.voice_method == "edge")
    emotion.voice.stop()
    emotion.listener.durations.add(20 * NANOS_PER_MILLI)
    assert (emotion.face_method, emotion.face_provider, emotion.face_p95_millis) == ("blendshapes", "", 3)
    assert (emotion.voice_provider, emotion.voice_p95_millis) == ("CPUExecutionProvider", 20)
    assert list(emotion.notices) == [emotion.face.notice, "edge runs instead"]
    for _ in range(FAILURES_TO_NOTICE):
        emotion.listener.fail()
    assert FAILURE_NOTICE in emotion.notices


def test_faces_that_are_not_read_are_not_asked_for() -> None:
    emotion = SessionEmotion(FakeClock())
    emotion.face = FaceEmotion(None)
    assert not emotion.is_asked
    assert emotion.face_method == "off"


def test_results_are_counted_a_second_and_the_language_is_the_last_that_was_told() -> None:
    clock = FakeClock()
    emotion = SessionEmotion(clock)
    for number in range(30):
        clock.advance(secs=0.1)
        emotion.note_face()
        if number % 4 == 0:
            emotion.note_voice(felt(language="en" if number < 20 else "de"))
    assert emotion.face_hz == pytest.approx(10)
    assert emotion.voice_hz == pytest.approx(2.5)
    assert emotion.language == "de"
    emotion.forget_voice()
    assert emotion.language == ""
    clock.advance(secs=10)
    assert (emotion.face_hz, emotion.voice_hz) == (0, 0)
