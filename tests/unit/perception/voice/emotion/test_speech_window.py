from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from affectia.clock import NANOS_PER_MILLI
from affectia.perception.voice.emotion.speech_window import MARGIN_FRAMES, HeardSpeech, SpeechWindow
from tests.unit.perception.voice.emotion.made_speech import HOP

pytestmark = pytest.mark.unit

FRAME_NANOS = 10 * NANOS_PER_MILLI


class Tape:
    """A stream of samples that count themselves, whose frames are known some later, as an engine knows them."""

    def __init__(self, window: SpeechWindow, *, behind: int = 0, begins_nanos: int = 0) -> None:
        self.window = window
        self.behind = behind
        self.begins_nanos = begins_nanos
        self.end = self.frames = 0
        self.speaking: list[float] = []

    def say(self, frames: int, speaking: float = 1.0, *, block: int = 1) -> None:
        """So many frames of speech or not, in blocks of `block` frames."""
        for _ in range(frames // block):
            self.speaking += [speaking] * block
            pcm = samples(self.end, self.end + block * HOP)
            known = max(self.frames, len(self.speaking) - self.behind)
            self.window.add(
                pcm,
                first_sample=self.end,
                speaking=np.array(self.speaking[self.frames : known], np.float32),
                first_frame=self.frames,
                ends_at_nanos=self.begins_nanos + known * FRAME_NANOS,
            )
            self.end, self.frames = self.end + pcm.size, known


def samples(first: int, last: int) -> NDArray[np.float32]:
    return np.arange(first, last, dtype=np.float32)


def newest(window: SpeechWindow, *, window_secs: float = 3.0, least_secs: float = 1.0) -> HeardSpeech:
    heard = window.newest(window_secs=window_secs, least_secs=least_secs)
    assert heard is not None
    return heard


@pytest.mark.parametrize("behind", [0, 5, 12])
@pytest.mark.parametrize("block", [1, 4, 20])
def test_the_newest_three_seconds_are_kept_however_the_blocks_come(block: int, behind: int) -> None:
    window = SpeechWindow()
    tape = Tape(window, behind=behind, begins_nanos=77)
    tape.say(1000, block=block)
    heard = newest(window)
    end = tape.frames
    assert end == 1000 - behind
    np.testing.assert_array_equal(heard.pcm, samples((end - 300) * HOP, end * HOP))
    assert heard.is_speech.all()
    assert (heard.share, heard.ends_at_nanos) == (1.0, 77 + end * FRAME_NANOS)
    assert (window.held_frames, window.speech_frames) == (300, 300)


def test_a_shorter_window_is_the_end_of_it() -> None:
    window = SpeechWindow()
    Tape(window).say(400)
    np.testing.assert_array_equal(newest(window, window_secs=1.5).pcm, samples(250 * HOP, 400 * HOP))


def test_silence_around_speech_is_left_out_and_counts_against_its_share() -> None:
    window = SpeechWindow()
    tape = Tape(window)
    tape.say(200, 0.1)
    tape.say(120)
    tape.say(80, 0.1)
    heard = newest(window)
    first, last = 200 - MARGIN_FRAMES, 320 + MARGIN_FRAMES
    np.testing.assert_array_equal(heard.pcm, samples(first * HOP, last * HOP))
    assert np.flatnonzero(heard.is_speech).tolist() == list(range(MARGIN_FRAMES, MARGIN_FRAMES + 120))
    assert heard.share == pytest.approx(120 / 300)
    assert heard.ends_at_nanos == last * FRAME_NANOS


def test_little_speech_takes_what_was_before_it_along() -> None:
    window = SpeechWindow()
    tape = Tape(window)
    tape.say(200, 0.0)
    tape.say(60)
    heard = newest(window)
    np.testing.assert_array_equal(heard.pcm, samples(160 * HOP, 260 * HOP))
    assert np.count_nonzero(heard.is_speech) == 60
    assert heard.share == pytest.approx(0.2)


def test_little_speech_at_the_beginning_of_what_is_held_takes_what_came_after_it() -> None:
    window = SpeechWindow()
    tape = Tape(window)
    tape.say(20)
    tape.say(100, 0.0)
    np.testing.assert_array_equal(newest(window).pcm, samples(0, 100 * HOP))


def test_less_sound_than_is_wanted_is_nothing_and_so_is_sound_without_speech() -> None:
    window = SpeechWindow()
    assert window.newest(window_secs=3, least_secs=0) is None
    tape = Tape(window)
    tape.say(99)
    assert window.newest(window_secs=3, least_secs=1) is None
    tape.say(1)
    assert window.newest(window_secs=3, least_secs=1) is not None
    silent = SpeechWindow()
    Tape(silent).say(300, 0.49)
    assert silent.newest(window_secs=3, least_secs=1) is None


def test_speech_since_the_last_look_is_counted() -> None:
    window = SpeechWindow()
    tape = Tape(window)
    tape.say(30)
    tape.say(30, 0.2)
    assert window.new_speech_frames == 30
    window.newest(window_secs=3, least_secs=1)
    assert (window.new_speech_frames, window.speech_frames) == (0, 30)
    tape.say(5)
    assert window.new_speech_frames == 5


def test_a_stream_that_begins_anew_throws_away_what_was_before() -> None:
    window = SpeechWindow()
    Tape(window).say(250)
    before = newest(window)
    again = Tape(window)
    again.say(100)
    np.testing.assert_array_equal(newest(window).pcm, samples(0, 100 * HOP))
    assert window.held_frames == 100
    assert not window.is_still(before)


def test_sound_that_begins_in_the_middle_of_a_stream_is_told_by_its_own_places() -> None:
    window = SpeechWindow()
    tape = Tape(window)
    tape.end, tape.frames, tape.speaking = 1000 * HOP, 1000, [0.0] * 1000
    tape.say(150)
    np.testing.assert_array_equal(newest(window).pcm, samples(1000 * HOP, 1150 * HOP))
    assert window.held_frames == 150


def test_nothing_stays_in_memory_when_it_is_cleared() -> None:
    window = SpeechWindow()
    Tape(window).say(300)
    heard = newest(window)
    assert window.is_still(heard)
    window.clear()
    assert not window.is_still(heard)
    assert not window._pcm.any()
    assert not window._is_speech.any()
    assert (window.held_frames, window.speech_frames, window.new_speech_frames) == (0, 0, 0)
    assert window.newest(window_secs=3, least_secs=0) is None


def test_it_does_not_grow() -> None:
    window = SpeechWindow()
    arrays = window._pcm, window._is_speech
    Tape(window).say(2000, block=20)
    assert window._pcm is arrays[0]
    assert window._is_speech is arrays[1]
    assert window._pcm.nbytes < 256 * 1024
