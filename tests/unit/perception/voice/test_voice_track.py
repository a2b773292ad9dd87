from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from affectia.clock import NANOS_PER_MILLI, FakeClock
from affectia.perception.voice.heard_frames import HeardFrames
from affectia.perception.voice.voice_engine import VoiceEngine
from affectia.perception.voice.voice_perceiver import VoicePerceiver
from affectia.perception.voice.voice_track import FAILURES_TO_NOTICE, ROUND_SAMPLES, STALE_SECS, VoiceTrack
from affectia.signals.audio_sample import AudioSample
from affectia.signals.voice_observations import VoiceObservations
from tests.unit.fakes import wait_until
from tests.unit.perception.voice.made_voices import LevelDetector, syllables

pytestmark = pytest.mark.unit


class FakeListener:
    """Keeps the sound that it is given, and how often it was to forget."""

    def __init__(self) -> None:
        self.sound: list[tuple[int, int, int]] = []  # samples, the place behind them, when the newest frame is over
        self.frames = 0
        self.forgotten = 0

    def hear(self, pcm: NDArray[np.float32], heard: HeardFrames, *, end_sample: int, ends_at_nanos: int) -> None:
        self.sound.append((pcm.size, end_sample, ends_at_nanos))
        self.frames += heard.count

    def forget(self) -> None:
        self.forgotten += 1


class Stage:
    """A track with its inbox and engine, and a person who may say no."""

    def __init__(self, listener: FakeListener | None = None) -> None:
        self.blocks: deque[AudioSample] = deque()
        self.engine = VoiceEngine(LevelDetector(), None)
        self.clock = FakeClock()
        self.out: list[VoiceObservations] = []
        self.admits = True
        self.before_nothing: Callable[[], None] = lambda: None  # is done when no block waits
        self.perceiver = VoicePerceiver(self.engine)
        self.track = VoiceTrack(self, self.perceiver, admits=lambda: self.admits, sink=self.out.append, listener=listener, clock=self.clock)
        self._place = 0

    def take(self) -> AudioSample | None:
        if not self.blocks:
            self.before_nothing()
        return self.blocks.popleft() if self.blocks else None

    def put(self, *sizes: int, follows: bool = True) -> None:
        for size in sizes:
            self.blocks.append(AudioSample(self._place * 62_500, syllables(4)[:size], 16_000, self._place, follows))
            self._place += size

    def round(self) -> int | None:
        """Hear what waits; how many samples that were."""
        pcm = self.track.take()
        if pcm is None:
            return None
        self.track.deliver(self.engine.hear([self.track.stream], [pcm])[0])
        return pcm.size

    @property
    def frames(self) -> int:
        return sum(found.count for found in self.out)


@pytest.fixture
def stage() -> Stage:
    return Stage()


def test_sound_comes_out_as_observations(stage: Stage) -> None:
    stage.put(1600)
    assert stage.round() == 1600
    assert stage.round() is None
    assert stage.frames == 7
    assert stage.track.durations.added == 1


def test_blocks_that_wait_are_heard_together(stage: Stage) -> None:
    stage.put(160, 160, 320)
    assert stage.round() == 640
    assert stage.frames == 1


def test_a_voice_gets_no_more_than_its_share_of_a_round(stage: Stage) -> None:
    stage.put(160, 2 * ROUND_SAMPLES, 160)
    assert [stage.round() for _ in range(4)] == [ROUND_SAMPLES, ROUND_SAMPLES, 320, None]
    starts = [found.starts_at_nanos for found in stage.out]
    assert [found.ends_at_nanos + 10 * NANOS_PER_MILLI for found in stage.out[:-1]] == starts[1:]


def test_a_stream_that_begins_waits_for_the_next_round(stage: Stage) -> None:
    stage.put(1600)
    stage.put(1600, follows=False)
    stage.put(160)
    assert [stage.round() for _ in range(3)] == [1600, 1760, None]
    assert [found.source_samples[0] for found in stage.out] == [0, 1600]


def test_nothing_is_heard_without_consent(stage: Stage) -> None:
    stage.admits = False
    stage.put(1600, 1600)
    assert stage.round() is None
    assert stage.track.refused_count == 2
    assert stage.perceiver.stream.sound.end == 0
    stage.admits = True
    stage.put(1600)
    assert stage.round() == 1600
    assert stage.out[0].source_samples[0] == 3200
    assert stage.out[0].count == 7  # it begins a stream: nothing of what was refused is in it


def test_consent_taken_back_while_it_is_heard_keeps_it_in(stage: Stage) -> None:
    stage.put(1600)
    pcm = stage.track.take()
    assert pcm is not None
    stage.admits = False
    stage.track.deliver(stage.engine.hear([stage.track.stream], [pcm])[0])
    assert stage.out == []


def test_consent_taken_back_within_a_long_block_drops_the_rest(stage: Stage) -> None:
    stage.put(3 * ROUND_SAMPLES)
    stage.round()
    stage.admits = False
    assert stage.round() is None
    stage.admits = True
    assert stage.round() is None


def test_what_was_learned_is_forgotten_when_sound_stays_away(stage: Stage) -> None:
    assert stage.track.stale_in_secs is None
    stage.put(16_000)
    while stage.round():
        pass
    assert stage.track.stale_in_secs == pytest.approx(STALE_SECS)
    stage.clock.advance(secs=STALE_SECS / 2)
    assert stage.round() is None
    assert stage.perceiver.stream.sound.end
    stage.clock.advance(secs=STALE_SECS / 2)
    assert stage.track.stale_in_secs == 0
    assert stage.round() is None
    assert stage.perceiver.stream.sound.end == 0
    assert stage.track.stale_in_secs is None


def test_forget_drops_what_waits_in_the_track_too(stage: Stage) -> None:
    stage.put(2 * ROUND_SAMPLES)
    stage.round()
    stage.track.forget()
    assert stage.perceiver.stream.sound.end == 0
    assert stage.round() is None


def test_forget_during_a_round_is_done_at_its_end(stage: Stage) -> None:
    stage.put(1600)
    pcm = stage.track.take()
    assert pcm is not None
    stage.track.forget()  # gives up waiting after a moment
    frames = stage.engine.hear([stage.track.stream], [pcm])[0]
    assert stage.perceiver.stream.sound.end == 1600
    stage.track.deliver(frames)
    assert stage.perceiver.stream.sound.end == 0


def test_failures_begin_a_stream_and_are_noticed_when_they_go_on(stage: Stage) -> None:
    for number in range(FAILURES_TO_NOTICE):
        assert stage.track.notice == ""
        stage.put(160)
        assert stage.track.take() is not None, number
        stage.track.fail()
    assert "voice networks fail" in stage.track.notice
    stage.put(1600)
    assert stage.round() == 1600
    assert stage.frames == 7
    assert stage.track.notice == ""


def test_a_sink_that_raises_leaves_the_track_usable(stage: Stage) -> None:
    def broken(_found: VoiceObservations) -> None:
        raise RuntimeError("no")

    track = VoiceTrack(stage, stage.perceiver, admits=lambda: True, sink=broken, clock=stage.clock)
    for _ in range(2):
        stage.put(1600)
        pcm = track.take()
        assert pcm is not None
        with pytest.raises(RuntimeError):
            track.deliver(stage.engine.hear([track.stream], [pcm])[0])


def test_a_closed_track_hears_nothing_and_has_no_place(stage: Stage) -> None:
    stage.put(160)
    stage.track.close()
    assert stage.track.take() is None
    assert stage.engine.stream_count == 0
    stage.track.forget()
    assert len(stage.blocks) == 1


class AskedWhileLooking(FakeClock):
    """Somebody else asks to forget while the track looks at the clock, and waits for the round."""

    def __init__(self, stage: Stage) -> None:
        super().__init__(start_nanos=stage.clock.now_nanos())
        self._track = stage.track
        self.asker = threading.Thread(target=stage.track.forget)
        self.is_armed = False

    def now_nanos(self) -> int:
        if self.is_armed:
            self.is_armed = False
            self.asker.start()
            assert wait_until(lambda: self._track._is_to_forget)
        return super().now_nanos()


def test_forget_that_is_asked_for_while_a_round_finds_nothing_is_not_lost(stage: Stage) -> None:
    stage.put(1600)
    stage.round()
    clock = stage.track._clock = AskedWhileLooking(stage)
    stage.before_nothing = lambda: setattr(clock, "is_armed", True)
    assert stage.round() is None
    clock.asker.join(10)
    assert stage.perceiver.stream.sound.end == 0
    assert stage.track.stale_in_secs is None


def test_an_inbox_that_raises_leaves_the_track_free_and_begins_a_stream(stage: Stage) -> None:
    def broken() -> None:
        raise RuntimeError("no")

    stage.put(1600)
    stage.round()
    stage.before_nothing = broken
    with pytest.raises(RuntimeError):
        stage.track.take()
    stage.before_nothing = lambda: None
    stage.put(1600)
    assert stage.round() == 1600
    assert stage.out[-1].source_samples[0] == 1600  # the first frame is the new block's first sample
    stage.track.close()


def test_a_listener_gets_the_sound_of_every_round_with_its_place_and_its_time() -> None:
    listener = FakeListener()
    stage = Stage(listener)
    stage.put(100, 1600, 160)
    while stage.round():
        pass
    stage.put(3200)
    stage.round()
    assert [sound[:2] for sound in listener.sound] == [(1860, 1860), (3200, 5060)]
    assert listener.frames == stage.frames
    assert [ends for *_, ends in listener.sound] == [found.ends_at_nanos + 10 * NANOS_PER_MILLI for found in stage.out]
    assert listener.forgotten == 0


def test_a_listener_is_told_where_a_stream_begins_anew() -> None:
    listener = FakeListener()
    stage = Stage(listener)
    stage.put(1600)
    stage.put(1600, follows=False)
    while stage.round():
        pass
    assert [sound[:2] for sound in listener.sound] == [(1600, 1600), (1600, 1600)]


def test_a_listener_gets_nothing_without_consent_and_forgets_what_it_has() -> None:
    listener = FakeListener()
    stage = Stage(listener)
    stage.put(1600)
    pcm = stage.track.take()
    assert pcm is not None
    stage.admits = False
    stage.track.deliver(stage.engine.hear([stage.track.stream], [pcm])[0])
    assert listener.sound == []
    stage.put(1600)
    assert stage.round() is None
    assert listener.forgotten == 1
    stage.admits = True
    stage.put(1600)
    stage.round()
    assert [sound[:2] for sound in listener.sound] == [(1600, 1600)]


def test_a_listener_forgets_at_once_and_gets_nothing_of_the_round_that_is_under_way() -> None:
    listener = FakeListener()
    stage = Stage(listener)
    stage.put(1600)
    pcm = stage.track.take()
    assert pcm is not None
    stage.track.forget()  # gives up waiting for the round after a moment
    assert listener.forgotten == 1
    stage.track.deliver(stage.engine.hear([stage.track.stream], [pcm])[0])
    assert (listener.sound, listener.forgotten) == ([], 2)


def test_a_listener_gets_nothing_of_what_could_not_be_heard() -> None:
    listener = FakeListener()
    stage = Stage(listener)
    stage.put(1600)
    stage.track.take()
    stage.track.fail()
    stage.put(160)
    stage.round()
    assert [sound[:2] for sound in listener.sound] == [(160, 160)]
    stage.track.close()
    assert listener.forgotten == 1
