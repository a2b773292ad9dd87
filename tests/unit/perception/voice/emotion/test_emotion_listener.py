from __future__ import annotations

import numpy as np
import pytest

from affectia.clock import NANOS_PER_MILLI, NANOS_PER_SEC, FakeClock
from affectia.perception.voice.emotion.emotion_listener import (
    FAILURE_NOTICE,
    FAILURES_TO_NOTICE,
    NEW_SPEECH_FRAMES,
    EmotionListener,
)
from affectia.perception.voice.emotion.speech_emotion_options import SpeechEmotionOptions
from affectia.signals.emotion_observations import ALL_EMOTIONS, AffectMethod, EmotionObservations, Modality
from tests.unit.perception.voice.emotion.made_speech import HAPPY, HOP, FakeNetwork, feeling, heard
from tests.unit.perception.voice.made_voices import syllables

pytestmark = pytest.mark.unit

FRAME_NANOS = 10 * NANOS_PER_MILLI
START = NANOS_PER_SEC


class Stage:
    """A voice whose clock goes with its sound."""

    def __init__(self, **options: float) -> None:
        self.clock = FakeClock(start_nanos=START)
        self.network = FakeNetwork()
        self.out: list[EmotionObservations] = []
        self.admits = True
        self.told = 0
        self.listener = EmotionListener(
            admits=lambda: self.admits,
            sink=self.out.append,
            clock=self.clock,
            options=SpeechEmotionOptions(**options),  # type: ignore[arg-type]
            on_due=self.note,
        )
        self.end = self.frames = 0
        self._sound = syllables(20.0)

    def note(self) -> None:
        self.told += 1

    def say(self, secs: float, speaking: float = 1.0, *, listens: bool = False, block: int = 1) -> None:
        """Sound in blocks of so many frames of 10 ms; `listens`: whenever it is this voice's turn, it is listened to."""
        for _ in range(round(secs * 100) // block):
            self.clock.advance(secs=0.01 * block)
            pcm = self._sound[self.end : self.end + block * HOP]
            self.end, self.frames = self.end + block * HOP, self.frames + block
            self.listener.hear(
                pcm,
                heard(self.frames - block, *[speaking] * block),
                end_sample=self.end,
                ends_at_nanos=START + self.frames * FRAME_NANOS,
            )
            if listens and self.is_due:
                self.turn()

    @property
    def is_due(self) -> bool:
        return self.listener.due_since_nanos is not None

    def turn(self) -> None:
        sound = self.listener.take(self.network)
        if sound is not None:
            self.listener.deliver(self.network.feel([sound])[0], self.network)


@pytest.fixture
def stage() -> Stage:
    return Stage()


def test_what_is_told_of_a_window(stage: Stage) -> None:
    stage.network.answer = lambda: feeling(unknown=0.2, events=0b1010, language="en")
    stage.say(2.0)
    stage.turn()
    (found,) = stage.out
    assert (found.modality, found.count, found.found.tolist()) == (Modality.VOICE, 1, [True])
    assert found.captured_at_nanos == START + 2 * NANOS_PER_SEC
    happy = 0.8 * 0.65 + 0.2 / 8  # doubt counts once, in the scores
    assert found.scores[0, HAPPY] == pytest.approx(happy)
    assert found.scores.sum() == pytest.approx(1)
    assert (found.support, found.affect_method) == (ALL_EMOTIONS, AffectMethod.PROJECTED)
    assert found.affect.tolist() == [pytest.approx([0.4, 0.24, 0.16])]
    assert found.confidence.tolist() == [pytest.approx(happy)]
    assert found.quality.tolist() == [pytest.approx(2 / 3)]
    assert (found.events, found.language) == (0b1010, "en")
    assert found.prosody is not None
    assert found.prosody.pitch_hz == pytest.approx(120, rel=0.02)
    assert found.prosody.syllables_hz == pytest.approx(4, abs=0.6)
    for values in (found.scores, found.affect, found.confidence, found.quality):
        assert values.dtype == np.float32
    assert stage.listener.durations.added == 1


def test_a_voice_is_told_against_its_usual_until_it_is_forgotten(stage: Stage) -> None:
    stage.network.usual = np.full(8, -4, np.float32)
    stage.network.usual[0] = -0.2  # people are neutral, mostly
    stage.say(15.0, listens=True)
    happiness = [float(found.scores[0, HAPPY]) for found in stage.out]
    assert happiness[0] > 0.3
    assert happiness[-1] < 0.5 * happiness[0]
    assert happiness == sorted(happiness, reverse=True)
    stage.listener.forget()
    stage.say(2.0, listens=True)
    assert stage.out[-1].scores[0, HAPPY] > 0.9 * happiness[0]


def test_the_first_result_comes_with_the_first_second_and_then_every_period(stage: Stage) -> None:
    stage.say(4.0, listens=True)
    times = [(found.captured_at_nanos - START) / NANOS_PER_SEC for found in stage.out]
    assert times[0] == pytest.approx(1.0, abs=0.11)
    assert np.diff(times) == pytest.approx([0.4] * (len(times) - 1), abs=0.015)
    qualities = [float(found.quality[0]) for found in stage.out]
    assert qualities == sorted(qualities)
    assert qualities[0] == pytest.approx(1 / 3, abs=0.04)
    assert qualities[-1] == 1


@pytest.mark.parametrize("block", [1, 7, 15])
@pytest.mark.parametrize("period_secs", [0.25, 0.5])
def test_the_rate_holds_whatever_the_blocks_are(period_secs: float, block: int) -> None:
    stage = Stage(period_secs=period_secs)
    stage.say(16.0, listens=True, block=block)
    assert len(stage.out) == pytest.approx(15.0 / period_secs, abs=2)


def test_speech_after_silence_is_told_from_a_little_of_it_on(stage: Stage) -> None:
    stage.say(2.0, 0.0)
    assert stage.told == 0
    stage.say(0.59)
    assert not stage.is_due
    stage.say(0.01)
    assert stage.is_due
    assert stage.told == 1
    stage.turn()
    assert stage.network.calls[0][0].size == 100 * HOP, "a second at least"
    assert stage.out[0].quality[0] == pytest.approx(0.2)


def test_nothing_is_told_of_silence_noise_or_a_word_too_short(stage: Stage) -> None:
    stage.say(3.0, 0.3)
    stage.say(0.3)
    stage.say(1.0, 0.1)
    assert stage.told == 0
    assert not stage.is_due


def test_nothing_more_is_told_when_nobody_speaks_any_more(stage: Stage) -> None:
    stage.say(2.0, listens=True)
    count = len(stage.out)
    stage.say(2.0, 0.0, listens=True)
    assert len(stage.out) in (count, count + 1)
    count = len(stage.out)
    stage.say(NEW_SPEECH_FRAMES / 100 - 0.01, listens=True)
    assert len(stage.out) == count


def test_a_window_is_never_longer_than_the_network_wants(stage: Stage) -> None:
    stage.network.window_secs = 1.5
    stage.say(4.0, listens=True)
    assert max(window.size for (window,) in stage.network.calls) == 150 * HOP


def test_the_first_result_of_somebody_is_fresh(stage: Stage) -> None:
    stage.say(2.0, listens=True)
    assert [bool(found.fresh[0]) for found in stage.out] == [True] + [False] * (len(stage.out) - 1)
    stage.listener.forget()
    count = len(stage.out)
    stage.say(1.5, listens=True)
    assert bool(stage.out[count].fresh[0])


def test_forgetting_empties_the_window_at_once(stage: Stage) -> None:
    stage.say(3.0)
    stage.listener.forget()
    assert not stage.is_due
    assert stage.listener.take(stage.network) is None
    stage.say(0.9)
    assert stage.listener.take(stage.network) is None, "nothing of what was before is in it"


def test_a_result_of_what_was_forgotten_meanwhile_goes_nowhere(stage: Stage) -> None:
    stage.say(3.0)
    sound = stage.listener.take(stage.network)
    assert sound is not None
    stage.listener.forget()
    stage.say(2.0)
    stage.listener.deliver(feeling(), stage.network)
    assert stage.out == []
    stage.turn()
    assert len(stage.out) == 1


def test_nothing_is_handed_out_or_told_without_consent(stage: Stage) -> None:
    stage.say(3.0)
    stage.admits = False
    assert stage.listener.take(stage.network) is None
    stage.admits = True
    stage.say(1.0)
    assert stage.listener.take(stage.network) is not None
    stage.admits = False
    stage.listener.deliver(feeling(), stage.network)
    assert stage.out == []


def test_failures_in_a_row_are_noticed_and_forgiven(stage: Stage) -> None:
    stage.say(1.0)
    for _ in range(FAILURES_TO_NOTICE):
        assert stage.listener.notice == ""
        stage.listener.fail()
    assert stage.listener.notice == FAILURE_NOTICE
    stage.turn()
    assert stage.listener.notice == ""


def test_what_failed_is_not_delivered_later(stage: Stage) -> None:
    stage.say(1.5)
    assert stage.listener.take(stage.network) is not None
    stage.listener.fail()
    stage.listener.deliver(feeling(), stage.network)
    assert stage.out == []


def test_a_closed_voice_is_not_heard(stage: Stage) -> None:
    stage.say(2.0)
    stage.listener.close()
    stage.say(2.0)
    assert not stage.is_due
    assert stage.listener.take(stage.network) is None
