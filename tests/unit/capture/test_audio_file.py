from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from affectia.capture.audio_file import BLOCK, AudioFileOptions, AudioFileSource
from affectia.capture.source import SourceState
from affectia.clock import NANOS_PER_MILLI, NANOS_PER_SEC, FakeClock, SystemClock
from affectia.errors import CaptureError
from affectia.signals.audio_sample import AudioSample
from tests.unit.fakes import wait_until
from tests.unit.sounds import FakeAudioSink, joined, tone, write_sound, write_video_with_sound

pytestmark = pytest.mark.unit

FREE = AudioFileOptions(real_time=False)


def played(path: Path, options: AudioFileOptions = FREE, *, most: int | None = None) -> FakeAudioSink:
    sink = FakeAudioSink(most)
    source = AudioFileSource(path, sink, FakeClock(start_nanos=9), options)
    source.start(name="capture-file")
    if most is None:
        assert wait_until(lambda: source.state is SourceState.ENDED)
        assert source.detail == f"file:{path.name} came to its end"
    else:
        assert sink.enough.wait(10)
        source.stop()
    return sink


@pytest.mark.parametrize("rate_hz", [8000, 16000, 44100, 48000])
def test_a_file_comes_out_in_blocks_of_ten_milliseconds(tmp_path: Path, rate_hz: int) -> None:
    samples = played(write_sound(tmp_path / "a.wav", tone(440, rate_hz=rate_hz, secs=0.255), rate_hz=rate_hz)).samples
    assert [len(sample.pcm) for sample in samples[:-1]] == [BLOCK] * 25
    assert len(samples[-1].pcm) == pytest.approx(80, abs=1)
    for number, sample in enumerate(samples):
        assert sample.starts_at_nanos == 9 + number * 10 * NANOS_PER_MILLI
        assert sample.source_sample == pytest.approx(number * rate_hz / 100, abs=0.5)
        assert sample.source_rate_hz == rate_hz
        assert sample.follows is (number > 0)
    assert np.abs(joined(samples)[200:4000] - tone(440, rate_hz=16000)[200:4000]).max() < 1e-3


def test_it_needs_nobodys_consent(tmp_path: Path) -> None:
    source = AudioFileSource(write_sound(tmp_path / "a.wav", tone(440, rate_hz=48000), rate_hz=48000), FakeAudioSink(), FakeClock())
    assert (source.modality, source.description) == (None, "file:a.wav")
    assert (source.source_rate_hz, source.channels, source.frame_rate_hz) == (48000, 1, 100)


def test_a_loop_counts_on(tmp_path: Path) -> None:
    path = write_sound(tmp_path / "a.wav", tone(440, rate_hz=44100, secs=0.1), rate_hz=44100)
    samples = played(path, AudioFileOptions(loop=True, real_time=False), most=35).samples
    for number, sample in enumerate(samples):
        assert sample.source_sample == 441 * number
        assert sample.starts_at_nanos == 9 + number * 10 * NANOS_PER_MILLI
        assert sample.follows is (number > 0)
    assert np.array_equal(joined(samples[10:20]), joined(samples[20:30]))


@pytest.mark.parametrize("sound_secs", [0.5, 1.7])
def test_a_video_that_loops_has_rounds_as_long_as_its_pictures(tmp_path: Path, sound_secs: float) -> None:
    path = write_video_with_sound(tmp_path / "a.mkv", tone(440, rate_hz=16000, secs=sound_secs), rate_hz=16000, pictures=25)
    samples = played(path, AudioFileOptions(loop=True, real_time=False), most=200).samples
    rounds = joined(samples).reshape(2, 16000)
    assert np.array_equal(rounds[0], rounds[1])
    sounds = np.abs(rounds[0]) > 0
    assert int(np.flatnonzero(sounds)[-1]) == pytest.approx(min(1.0, sound_secs) * 16000, abs=20)


def test_in_real_time_a_block_comes_when_it_has_sounded(tmp_path: Path) -> None:
    clock, sink = SystemClock(), FakeAudioSink()
    came: list[int] = []
    put = sink.put

    def note(sample: AudioSample) -> None:
        came.append(clock.now_nanos())
        put(sample)

    sink.put = note  # type: ignore[method-assign]
    begins = clock.now_nanos() + 50 * NANOS_PER_MILLI
    path = write_sound(tmp_path / "a.wav", tone(440, rate_hz=16000, secs=0.1), rate_hz=16000)
    source = AudioFileSource(path, sink, clock, AudioFileOptions(starts_at_nanos=begins))
    source.start(name="capture-file")
    assert wait_until(lambda: source.state is SourceState.ENDED)
    assert len(came) == 10
    for number, (there, sample) in enumerate(zip(came, sink.samples, strict=True)):
        assert sample.starts_at_nanos == begins + number * 10 * NANOS_PER_MILLI
        assert there >= sample.starts_at_nanos + 10 * NANOS_PER_MILLI
    assert source.captured_count == 10


@pytest.mark.parametrize("real_time", [True, False])
def test_it_can_be_stopped_at_any_time(tmp_path: Path, real_time: bool) -> None:
    path = write_sound(tmp_path / "a.wav", tone(440, rate_hz=16000), rate_hz=16000)
    sink, clock = FakeAudioSink(most=0), FakeClock()
    options = AudioFileOptions(loop=True, real_time=real_time, starts_at_nanos=clock.now_nanos() + 3600 * NANOS_PER_SEC)
    source = AudioFileSource(path, sink, clock, options)
    source.start(name="capture-file")
    source.stop()
    assert (source.state, sink.samples) == (SourceState.ENDED, [])


def test_a_file_that_changes_its_mind_ends_without_telling_its_folder(tmp_path: Path) -> None:
    path = write_sound(tmp_path / "a.wav", tone(440, rate_hz=16000), rate_hz=16000)
    source = AudioFileSource(path, FakeAudioSink(), FakeClock(), FREE)
    path.unlink()
    source.start(name="capture-file")
    assert wait_until(lambda: source.state is SourceState.ENDED)
    assert source.detail.startswith("sound file cannot be read (no such file or directory)")
    assert source.detail.endswith(": a.wav")


def test_what_is_wrong_with_the_sound_is_told(tmp_path: Path) -> None:
    path = write_sound(tmp_path / "a.wav", np.zeros(64000, np.float32), rate_hz=16000)
    source = AudioFileSource(path, FakeAudioSink(), FakeClock(), FREE)
    source.start(name="capture-file")
    assert wait_until(lambda: source.state is SourceState.ENDED)
    assert source.notice == "file:a.wav is silent so far"
    loud = np.clip(tone(440, rate_hz=16000, secs=2, level=5), -1, 1)
    source = AudioFileSource(write_sound(tmp_path / "b.wav", loud, rate_hz=16000), FakeAudioSink(), FakeClock(), FREE)
    source.start(name="capture-file")
    assert wait_until(lambda: source.state is SourceState.ENDED)
    assert source.notice == "file:b.wav is overdriven: its peaks are cut off"


def test_what_has_no_sound_is_refused_at_once(tmp_path: Path) -> None:
    with pytest.raises(CaptureError, match="does not exist"):
        AudioFileSource(tmp_path / "a.wav", FakeAudioSink(), FakeClock())


def test_a_file_of_a_moment_is_not_looped(tmp_path: Path) -> None:
    path = write_sound(tmp_path / "cut.wav", tone(440, rate_hz=16000, secs=0.001), rate_hz=16000)
    sink = FakeAudioSink()
    source = AudioFileSource(path, sink, FakeClock(), AudioFileOptions(loop=True, real_time=False))
    source.start(name="capture-file")
    assert wait_until(lambda: source.state is SourceState.ENDED)
    source.stop()
    assert source.detail == "sound is 1 ms long and is to be looped, expected 50 ms at least: cut.wav"
    assert len(sink.samples) == 1
