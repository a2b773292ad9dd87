from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Iterator

import pytest

from affectia.clock import FakeClock
from affectia.perception.voice.voice_engine import VoiceEngine
from affectia.perception.voice.voice_perceiver import VoicePerceiver
from affectia.perception.voice.voice_thread import THREAD_NAME, VoiceThread
from affectia.perception.voice.voice_track import FAILURES_TO_NOTICE, STALE_SECS, VoiceTrack
from affectia.signals.audio_sample import AudioSample
from affectia.signals.voice_observations import VoiceObservations
from tests.unit.fakes import wait_until
from tests.unit.perception.voice.made_voices import LevelDetector, syllables

pytestmark = pytest.mark.unit


class Stage:
    """A running thread and its engine."""

    def __init__(self) -> None:
        self.detector = LevelDetector()
        self.engine = VoiceEngine(self.detector, None)
        self.clock = FakeClock()
        self.thread = VoiceThread(self.engine, clock=self.clock)

    def voice(self) -> Voice:
        return Voice(self)


class Voice:
    """A track in the thread, and what came out of it."""

    def __init__(self, stage: Stage) -> None:
        self._thread = stage.thread
        self._blocks: deque[AudioSample] = deque()
        self.out: list[VoiceObservations] = []
        self.fails = self.is_broken = False
        self.perceiver = VoicePerceiver(stage.engine)
        self.track = VoiceTrack(self, self.perceiver, admits=lambda: True, sink=self.sink, clock=stage.clock)
        self._thread.add(self.track)

    def take(self) -> AudioSample | None:
        if self.is_broken:
            raise RuntimeError("nothing can be taken")
        return self._blocks.popleft() if self._blocks else None

    @property
    def waits(self) -> bool:
        return bool(self._blocks)

    def sink(self, found: VoiceObservations) -> None:
        if self.fails:
            raise RuntimeError("nobody takes it")
        self.out.append(found)

    def put(self, size: int = 1600, *, wake: bool = True) -> None:
        self._blocks.append(AudioSample(0, syllables(1)[:size], 16_000, 0))
        if wake:
            self._thread.wake()

    def heard(self, frames: int) -> bool:
        return wait_until(lambda: sum(found.count for found in self.out) >= frames)


@pytest.fixture
def stage() -> Iterator[Stage]:
    made = Stage()
    made.thread.start()
    yield made
    made.thread.stop()
    assert THREAD_NAME not in [thread.name for thread in threading.enumerate()]


def test_sound_is_heard_when_the_thread_is_woken(stage: Stage) -> None:
    voice = stage.voice()
    for number in range(3):
        voice.put()
        assert voice.heard(7 + 10 * number)


def test_voices_that_wait_are_heard_in_one_call() -> None:
    stage = Stage()
    for _ in range(5):
        stage.voice().put(512)
    stage.thread.start()
    assert wait_until(lambda: stage.detector.batches == [5])
    stage.thread.stop()


def test_a_voice_is_heard_to_its_end_without_more_wakes(stage: Stage) -> None:
    voice = stage.voice()
    voice.put(16_000)
    assert voice.heard(97)


def test_an_added_voice_that_has_sound_needs_no_wake(stage: Stage) -> None:
    voice = stage.voice()
    stage.thread.remove(voice.track)
    other = Voice.__new__(Voice)
    other.__dict__.update(voice.__dict__, perceiver=VoicePerceiver(stage.engine), out=[])
    other.put(1600, wake=False)
    other.track = VoiceTrack(other, other.perceiver, admits=lambda: True, sink=other.sink, clock=stage.clock)
    stage.thread.add(other.track)
    assert other.heard(7)


def test_a_removed_voice_is_closed_and_the_others_go_on(stage: Stage) -> None:
    voice, other = stage.voice(), stage.voice()
    assert stage.thread.remove(voice.track)
    assert not stage.thread.remove(voice.track)
    assert stage.engine.stream_count == 1
    other.put()
    assert other.heard(7)


def test_a_broken_network_takes_nobody_with_it(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    voice = stage.voice()
    stage.detector.is_broken = True
    with caplog.at_level(logging.ERROR):
        for number in range(FAILURES_TO_NOTICE):
            voice.put()
            assert wait_until(lambda: not voice.waits), number
        assert wait_until(lambda: voice.track.notice != "")
    assert [record.message for record in caplog.records] == ["hearing ended 1 times with RuntimeError"]
    stage.detector.is_broken = False
    voice.put()
    assert voice.heard(7)


def test_a_broken_sink_holds_up_no_other_voice(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    voice, other = stage.voice(), stage.voice()
    voice.fails = True
    with caplog.at_level(logging.ERROR):
        voice.put(wake=False)
        other.put()
        assert other.heard(7)
    assert "nobody takes it" not in caplog.text
    voice.fails = False
    voice.put()
    assert voice.heard(10)


def test_a_voice_is_forgotten_when_its_sound_stays_away(stage: Stage) -> None:
    voice = stage.voice()
    voice.put()
    assert voice.heard(7)
    stage.clock.advance(secs=STALE_SECS)
    stage.thread.wake()  # the fake clock does not move the thread's own wait
    assert wait_until(lambda: voice.perceiver.stream.sound.end == 0)


def test_stopping_closes_every_voice() -> None:
    stage = Stage()
    stage.voice()
    stage.thread.start()
    stage.thread.stop()
    assert stage.engine.stream_count == 0


def test_a_thread_that_was_never_started_can_be_stopped() -> None:
    stage = Stage()
    stage.voice()
    stage.thread.stop()
    assert stage.engine.stream_count == 0


def test_a_broken_inbox_takes_neither_the_thread_nor_another_voice_with_it(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    voice, other = stage.voice(), stage.voice()
    voice.is_broken = True
    with caplog.at_level(logging.ERROR):
        other.put()
        assert other.heard(7)
    assert "nothing can be taken" not in caplog.text
    voice.is_broken = False
    voice.put()
    assert voice.heard(7)
