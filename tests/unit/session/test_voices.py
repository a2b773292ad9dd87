from __future__ import annotations

import logging
import threading
from collections.abc import Iterator

import pytest

from affectia.capture.audio_queue import AudioQueue
from affectia.clock import SystemClock
from affectia.errors import SessionError
from affectia.perception.voice.emotion.emotion_thread import THREAD_NAME as EMOTION_THREAD
from affectia.perception.voice.emotion.speech_emotion_choice import SpeechEmotionChoice
from affectia.perception.voice.emotion.speech_emotion_options import SpeechEmotionOptions
from affectia.perception.voice.voice_engine import VoiceEngine
from affectia.perception.voice.voice_thread import THREAD_NAME
from affectia.perception.voice.voice_track import VoiceTrack
from affectia.session.voices import Voices
from affectia.signals.audio_sample import AudioSample
from affectia.signals.emotion_observations import EmotionObservations
from affectia.signals.voice_observations import VoiceObservations
from tests.unit.fakes import wait_until
from tests.unit.perception.voice.emotion.made_speech import FakeNetwork
from tests.unit.perception.voice.made_voices import LevelDetector, syllables

pytestmark = pytest.mark.unit


class Stage:
    """Voices whose networks are none; counts how often those were loaded."""

    def __init__(self, *, method: str = "off") -> None:
        self.loads = 0
        self.network = FakeNetwork()
        self.emotion_loads = 0
        options = SpeechEmotionOptions(method=method)
        self.voices = Voices(self.load, SystemClock(), load_emotion=self.load_emotion, emotion_options=options)
        self.heard: list[VoiceObservations] = []
        self.inbox = AudioQueue(on_put=self.voices.wake)

    def load(self) -> VoiceEngine:
        self.loads += 1
        return VoiceEngine(LevelDetector(), None, notice="the mouth moves by loudness alone")

    def load_emotion(self) -> SpeechEmotionChoice:
        self.emotion_loads += 1
        return SpeechEmotionChoice(self.network)

    def track(self, felt: list[EmotionObservations] | None = None) -> VoiceTrack:
        listener = None if felt is None else self.voices.listener(admits=lambda: True, sink=felt.append)
        return self.voices.track(self.inbox, admits=lambda: True, sink=self.heard.append, listener=listener)

    def speak(self, secs: float = 0.2) -> None:
        self.inbox.put(AudioSample(0, syllables(secs), 16_000, 0))


@pytest.fixture
def stage() -> Iterator[Stage]:
    made = Stage()
    yield made
    made.voices.stop()


def hears(name: str = THREAD_NAME) -> bool:
    return name in [thread.name for thread in threading.enumerate()]


def test_networks_and_thread_come_with_the_first_voice(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    stage.voices.wake()
    assert (stage.loads, stage.voices.engine, stage.voices.notice, hears()) == (0, None, "", False)
    with caplog.at_level(logging.WARNING):
        stage.track()
        stage.track()
    assert (stage.loads, hears()) == (1, True)
    assert stage.voices.notice == "the mouth moves by loudness alone"
    assert caplog.messages == ["hearing is degraded: the mouth moves by loudness alone"]


def test_track_that_was_added_is_heard_until_it_is_removed(stage: Stage) -> None:
    track = stage.track()
    assert not stage.voices.remove(track)
    stage.voices.add(track)
    stage.speak()
    assert wait_until(lambda: sum(heard.count for heard in stage.heard) >= 10)
    assert stage.voices.remove(track)
    before = len(stage.heard)
    stage.speak()
    assert len(stage.heard) == before
    assert not stage.voices.remove(track)


def test_nothing_is_loaded_after_the_end(stage: Stage) -> None:
    stage.voices.stop()
    with pytest.raises(SessionError, match="sidecar is stopping"):
        stage.track()
    assert stage.loads == 0


def test_end_takes_the_thread_with_it(stage: Stage) -> None:
    stage.voices.add(stage.track())
    stage.voices.stop()
    assert wait_until(lambda: not hears())


def test_how_a_voice_sounds_is_listened_to_until_it_is_removed() -> None:
    stage = Stage(method="auto")
    felt: list[EmotionObservations] = []
    track = stage.track(felt)
    assert stage.emotion_loads == 0
    assert wait_until(lambda: not hears(EMOTION_THREAD)), "it is not run yet; that of another test may just be ending"
    stage.voices.add(track)
    stage.speak(1.2)
    assert wait_until(lambda: len(felt) == 1)
    assert (stage.emotion_loads, hears(EMOTION_THREAD)) == (1, True)
    assert stage.voices.emotion is not None
    assert stage.voices.emotion.method == "edge"
    assert stage.voices.remove(track)
    assert not stage.voices.emotion._listeners
    stage.speak(1.2)
    stage.voices.stop()
    assert wait_until(lambda: not hears(EMOTION_THREAD))
    assert (len(felt), stage.network.is_closed) == (1, True)


def test_where_nobody_asks_how_voices_sound_nothing_is_loaded_for_it() -> None:
    for stage in (Stage(method="off"), Stage(method="auto")):
        felt: list[EmotionObservations] | None = [] if stage.voices.emotion is None else None
        track = stage.track(felt)
        stage.voices.add(track)
        stage.speak(1.2)
        assert wait_until(lambda stage=stage: sum(heard.count for heard in stage.heard) >= 100)  # type: ignore[misc]
        assert stage.emotion_loads == 0
        assert wait_until(lambda: not hears(EMOTION_THREAD))
        stage.voices.stop()
    assert Voices(Stage().load, SystemClock()).listener(admits=lambda: True, sink=lambda found: None) is None


def test_a_track_that_was_never_run_leaves_no_listener_behind() -> None:
    stage = Stage(method="auto")
    track = stage.track([])
    assert not stage.voices.remove(track)
    assert not stage.voices._listeners
    stage.voices.stop()
