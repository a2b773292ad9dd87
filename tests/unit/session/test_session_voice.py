from __future__ import annotations

import pytest

from affectia.capture.audio_queue import AudioQueue
from affectia.capture.source import Source
from affectia.clock import NANOS_PER_MILLI, FakeClock
from affectia.perception.voice.voice_engine import VoiceEngine
from affectia.perception.voice.voice_perceiver import VoicePerceiver
from affectia.perception.voice.voice_track import VoiceTrack
from affectia.session.session_voice import SessionVoice
from tests.unit.fakes import voice
from tests.unit.perception.voice.made_voices import LevelDetector

pytestmark = pytest.mark.unit


class NoSource(Source):
    def _run(self) -> None:
        raise AssertionError("nobody starts it")


def made(missing: str = "") -> SessionVoice:
    inbox = AudioQueue()
    track = VoiceTrack(inbox, VoicePerceiver(VoiceEngine(LevelDetector(), None)), admits=lambda: True, sink=lambda heard: None)
    return SessionVoice(NoSource(FakeClock()), inbox, track, missing)


def test_what_was_heard_is_counted() -> None:
    heard = made()
    heard.mouth_lag_nanos = 21 * NANOS_PER_MILLI
    heard.note(voice(0, "aa", "ou", rate_hz=44_100))
    heard.note(voice(0, "aa", rate_hz=44_100))
    assert (heard.frames_heard, heard.source_rate_hz, heard.look_ahead_nanos) == (3, 44_100, 61 * NANOS_PER_MILLI)


def test_notices_are_those_of_the_source_and_of_what_is_missing() -> None:
    assert made().notices == ()
    heard = made("the mouth moves by loudness alone")
    heard.source.notice = "microphone is overdriven"
    assert heard.notices == ("microphone is overdriven", "the mouth moves by loudness alone")
