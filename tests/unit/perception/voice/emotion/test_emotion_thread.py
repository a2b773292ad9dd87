from __future__ import annotations

import logging
import threading
from collections.abc import Iterator

import pytest

from affectia.clock import NANOS_PER_SEC, FakeClock
from affectia.perception.voice.emotion.emotion_listener import EmotionListener
from affectia.perception.voice.emotion.emotion_thread import MOST_AT_ONCE, THREAD_NAME, EmotionThread
from affectia.perception.voice.emotion.speech_emotion_choice import SpeechEmotionChoice
from affectia.perception.voice.emotion.speech_emotion_options import SpeechEmotionOptions
from affectia.signals.emotion_observations import EmotionObservations
from tests.unit.fakes import wait_until
from tests.unit.perception.voice.emotion.made_speech import HOP, FakeNetwork, feeling, heard
from tests.unit.perception.voice.made_voices import syllables

pytestmark = pytest.mark.unit

SOUND = syllables(1.0)


class Stage:
    """A thread that runs, and how its network is loaded."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.network = FakeNetwork()
        self.choice = SpeechEmotionChoice(self.network)
        self.loads: list[str] = []
        self.is_unloadable = False
        self.may_load = threading.Event()
        self.may_load.set()
        self.thread = EmotionThread(self.load, clock=self.clock)

    def load(self) -> SpeechEmotionChoice:
        self.loads.append(threading.current_thread().name)
        assert self.may_load.wait(10)
        if self.is_unloadable:
            raise ValueError("a path of somebody")
        return self.choice

    def voice(self) -> Voice:
        return Voice(self)


class Voice:
    """A listener in the thread, and what came out of it."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self.out: list[EmotionObservations] = []
        self.is_broken = False
        self.seconds = 0
        options = SpeechEmotionOptions()
        self.listener = EmotionListener(admits=lambda: True, sink=self.sink, clock=stage.clock, options=options, on_due=stage.thread.wake)
        stage.thread.add(self.listener)

    def sink(self, found: EmotionObservations) -> None:
        if self.is_broken:
            raise RuntimeError("nobody takes it")
        self.out.append(found)

    def say(self) -> None:
        """A second of speech at once, a second later."""
        self._stage.clock.advance(secs=1)
        self.seconds += 1
        frames = heard(100 * (self.seconds - 1), *[1.0] * 100)
        self.listener.hear(SOUND, frames, end_sample=self.seconds * 100 * HOP, ends_at_nanos=self._stage.clock.now_nanos())

    def felt(self, count: int) -> bool:
        return wait_until(lambda: len(self.out) >= count)


@pytest.fixture
def stage() -> Iterator[Stage]:
    made = Stage()
    yield made
    made.network.go_on.set()
    made.may_load.set()
    made.thread.stop()
    assert wait_until(lambda: THREAD_NAME not in [thread.name for thread in threading.enumerate()])


def test_nobody_pays_before_there_is_a_voice(stage: Stage) -> None:
    assert stage.loads == []
    assert (stage.thread.method, stage.thread.provider, stage.thread.notice) == ("loading", "", "")
    assert wait_until(lambda: THREAD_NAME not in [thread.name for thread in threading.enumerate()]), "that of another test may be ending"


def test_the_network_is_loaded_on_the_thread_and_whoever_adds_a_voice_does_not_wait(stage: Stage) -> None:
    stage.may_load.clear()
    first, second = stage.voice(), stage.voice()
    assert stage.thread.method == "loading"
    first.say()
    stage.may_load.set()
    assert first.felt(1), "what came while it was loaded is listened to"
    assert stage.loads == [THREAD_NAME]
    assert (stage.thread.method, stage.thread.provider) == ("edge", "CPUExecutionProvider")
    second.say()
    assert second.felt(1)
    assert stage.loads == [THREAD_NAME]


def test_a_voice_is_felt_again_and_again(stage: Stage) -> None:
    voice = stage.voice()
    for count in range(1, 5):
        voice.say()
        assert voice.felt(count)
    assert [window.size for (window,) in stage.network.calls] == [100 * HOP, 200 * HOP, 300 * HOP, 300 * HOP]


def test_voices_that_wait_are_felt_in_few_calls_and_nobody_is_left_out(stage: Stage) -> None:
    stage.may_load.clear()
    voices = [stage.voice() for _ in range(2 * MOST_AT_ONCE + 1)]
    for voice in voices:
        voice.say()
    stage.may_load.set()
    assert all(voice.felt(1) for voice in voices)
    assert stage.network.batches == [MOST_AT_ONCE, MOST_AT_ONCE, 1]


def test_a_slow_network_gets_the_newest_sound_and_leaves_no_backlog(stage: Stage) -> None:
    voice = stage.voice()
    stage.network.go_on.clear()
    voice.say()
    assert stage.network.entered.wait(10)
    for _ in range(5):
        voice.say()
    stage.network.go_on.set()
    assert voice.felt(2)
    ends = [(found.captured_at_nanos - voice.out[0].captured_at_nanos) // NANOS_PER_SEC for found in voice.out]
    assert ends == [0, 5]
    assert len(stage.network.calls) == 2


def test_half_of_the_time_at_most_is_spent_on_it(stage: Stage) -> None:
    stage.network.clock, stage.network.takes_secs = stage.clock, 3.0
    began = stage.clock.now_nanos()
    voice = stage.voice()
    voice.say()
    assert voice.felt(1)
    voice.say()
    assert voice.felt(2)
    assert (stage.clock.now_nanos() - began) / NANOS_PER_SEC >= 1 + 3 + 3 + 3, "two calls, and a rest between them"


def test_a_broken_network_is_counted_and_told_once_without_what_was_heard(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    voice = stage.voice()
    stage.network.is_broken = True
    with caplog.at_level(logging.ERROR):
        for count in range(1, 4):
            voice.say()
            assert wait_until(lambda count=count: stage.thread.failed_count == count)  # type: ignore[misc]
    assert [record.message for record in caplog.records] == ["speech emotion ended 1 times with RuntimeError"]
    stage.network.is_broken = False
    voice.say()
    assert voice.felt(1)


def test_answers_that_are_no_numbers_go_nowhere(stage: Stage) -> None:
    voice = stage.voice()
    bad = feeling()
    bad.scores[0] = float("nan")
    stage.network.answer = lambda: bad
    voice.say()
    assert wait_until(lambda: stage.thread.failed_count == 1)
    stage.network.answer = feeling
    voice.say()
    assert voice.felt(1)
    assert len(voice.out) == 1


def test_a_broken_sink_holds_up_no_other_voice(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    stage.may_load.clear()
    voice, other = stage.voice(), stage.voice()
    voice.is_broken = True
    with caplog.at_level(logging.ERROR):
        voice.say()
        other.say()
        stage.may_load.set()
        assert other.felt(1)
    assert "nobody takes it" not in caplog.text


def test_without_a_network_it_is_off_says_why_and_keeps_no_sound(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    stage.choice = SpeechEmotionChoice(None, "model smart_turn is not in the cache")
    with caplog.at_level(logging.WARNING):
        voice = stage.voice()
        assert wait_until(lambda: stage.thread.method == "off")
        assert wait_until(lambda: THREAD_NAME not in [thread.name for thread in threading.enumerate()])
    assert (stage.thread.notice, stage.thread.provider) == ("model smart_turn is not in the cache", "")
    assert caplog.messages == ["speech emotion: model smart_turn is not in the cache"]
    later = stage.voice()
    for each in (voice, later):
        each.say()
        assert each.listener._window.held_frames == 0


def test_a_loader_that_breaks_is_off_and_told_without_its_words(stage: Stage) -> None:
    stage.is_unloadable = True
    stage.voice()
    assert wait_until(lambda: stage.thread.method == "off")
    assert stage.thread.notice == "speech emotion does not load (ValueError), how voices sound is not told"


def test_a_removed_voice_is_not_listened_to(stage: Stage) -> None:
    voice, other = stage.voice(), stage.voice()
    assert stage.thread.remove(voice.listener)
    assert not stage.thread.remove(voice.listener)
    voice.say()
    other.say()
    assert other.felt(1)
    assert voice.out == []


def test_stopping_does_not_wait_for_a_network_that_hangs_and_lets_it_go_when_it_is_done(stage: Stage) -> None:
    voice = stage.voice()
    stage.network.go_on.clear()
    voice.say()
    assert stage.network.entered.wait(10)
    stage.thread.stop(timeout_secs=0.01)
    assert not stage.network.is_closed
    stage.network.go_on.set()
    assert wait_until(lambda: stage.network.is_closed)
    assert voice.out == [], "nothing is told any more"


def test_stopping_closes_the_network_and_takes_no_more_voices(stage: Stage) -> None:
    voice = stage.voice()
    voice.say()
    assert voice.felt(1)
    stage.thread.stop()
    assert stage.network.is_closed
    late = stage.voice()
    late.say()
    assert late.listener._window.held_frames == 0


def test_stopping_before_anything_was_added_is_fine() -> None:
    made = Stage()
    made.thread.stop()
    made.voice()
    assert made.loads == []
