from __future__ import annotations

import logging
import threading
from collections.abc import Iterator

import pytest

from affectia.capture.audio_queue import AudioQueue
from affectia.clock import SystemClock
from affectia.errors import SessionError
from affectia.perception.voice.voice_engine import VoiceEngine
from affectia.perception.voice.voice_thread import THREAD_NAME
from affectia.perception.voice.voice_track import VoiceTrack
from affectia.session.voices import Voices
from affectia.signals.audio_sample import AudioSample
from affectia.signals.voice_observations import VoiceObservations
from tests.unit.fakes import wait_until
from tests.unit.perception.voice.made_voices import LevelDetector, syllables

pytestmark = pytest.mark.unit


class Stage:
    """Voices whose networks are none; counts how often those were loaded."""

    def __init__(self) -> None:
        self.loads = 0
        self.voices = Voices(self.load, SystemClock())
        self.heard: list[VoiceObservations] = []
        self.inbox = AudioQueue(on_put=self.voices.wake)

    def load(self) -> VoiceEngine:
        self.loads += 1
        return VoiceEngine(LevelDetector(), None, notice="the mouth moves by loudness alone")

    def track(self) -> VoiceTrack:
        return self.voices.track(self.inbox, admits=lambda: True, sink=self.heard.append)

    def speak(self) -> None:
        self.inbox.put(AudioSample(0, syllables(0.2), 16_000, 0))


@pytest.fixture
def stage() -> Iterator[Stage]:
    made = Stage()
    yield made
    made.voices.stop()


def hears() -> bool:
    return THREAD_NAME in [thread.name for thread in threading.enumerate()]


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
