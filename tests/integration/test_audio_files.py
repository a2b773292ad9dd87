"""Sound files of every kind that people have, written by real encoders: the sound is whole, and where it was."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from affectia.capture.audio_clip import AudioClip, read_audio_clip
from affectia.capture.audio_file import AudioFileOptions, AudioFileSource
from affectia.capture.source import SourceState
from affectia.clock import FakeClock
from affectia.errors import CaptureError
from tests.unit.fakes import wait_until
from tests.unit.sounds import FakeAudioSink, click, joined, middle_secs, tone, write_sound

pytestmark = pytest.mark.integration

# (name, codec, bit rate, by how much the middle of a click may be off in ms, whether the codec keeps samples as they are)
KINDS = (
    ("a.wav", "pcm_s16le", 0, 0.04, True),
    ("a.w64", "pcm_s24le", 0, 0.04, True),
    ("a.aiff", "pcm_s16be", 0, 0.04, True),
    ("a.au", "pcm_s16be", 0, 0.04, True),
    ("a.caf", "pcm_s32le", 0, 0.04, True),
    ("a.flac", "flac", 0, 0.04, True),
    ("a.mka", "flac", 0, 0.04, True),
    ("a.wv", "wavpack", 0, 0.04, False),
    ("alac.m4a", "alac", 0, 0.04, True),
    ("a.ogg", "vorbis", 0, 0.3, False),
    ("a.opus", "libopus", 64_000, 0.5, False),
    ("a.webm", "libopus", 64_000, 0.5, False),
    ("a.mp3", "libmp3lame", 128_000, 0.3, False),
    ("a.m4a", "aac", 128_000, 0.3, False),
    ("a.mp4", "aac", 128_000, 0.3, False),
    ("a.mov", "aac", 128_000, 0.3, False),
)
OF_CODECS = {"libopus": (8000, 16000, 24000, 48000), "libmp3lame": (16000, 22050, 44100, 48000)}
AT_SECS = 0.7


def rates_of(codec: str) -> tuple[int, ...]:
    return OF_CODECS.get(codec, (8000, 22050, 44100, 48000, 96000))


def case(rate_hz: int, name: str, codec: str, bit_rate: int, off_millis: float) -> object:
    return pytest.param(rate_hz, name, codec, bit_rate, off_millis, id=f"{name}-{codec}-{rate_hz}")


@pytest.mark.parametrize(
    ("rate_hz", "name", "codec", "bit_rate", "off_millis"),
    [case(rate_hz, *kind[:4]) for kind in KINDS for rate_hz in rates_of(kind[1])],
)
def test_a_click_is_where_it_was_in_every_format(
    tmp_path: Path, rate_hz: int, name: str, codec: str, bit_rate: int, off_millis: float
) -> None:
    sound = np.stack([click(AT_SECS, rate_hz=rate_hz, secs=1.5)] * 2, axis=1)
    # Low rates carry fewer bits.
    clip = read_audio_clip(write_sound(tmp_path / name, sound, rate_hz=rate_hz, codec=codec, bit_rate=min(bit_rate, 4 * rate_hz)))
    assert clip.notices == ()
    off = (around_the_click(clip) - AT_SECS) * 1000
    assert abs(off) <= off_millis
    assert clip.duration_secs == pytest.approx(1.5, abs=0.06)
    assert len(clip.pcm) == -(-clip.source_sample_count * 16000 // clip.source_rate_hz)


def around_the_click(clip: AudioClip) -> float:
    """The middle of the energy around the highest peak: codecs spread a little noise over all of it."""
    peak = int(np.abs(clip.pcm).argmax())
    begin = max(0, peak - 64)
    return begin / 16000 + middle_secs(clip.pcm[begin : peak + 65])


@pytest.mark.parametrize(("name", "codec"), [(name, codec) for name, codec, _rate, _off, exact in KINDS if exact])
def test_formats_that_lose_nothing_lose_nothing(tmp_path: Path, name: str, codec: str) -> None:
    sound = tone(440, rate_hz=16000, secs=0.7)
    clip = read_audio_clip(write_sound(tmp_path / name, sound, rate_hz=16000, codec=codec))
    assert len(clip.pcm) == len(sound)
    assert np.abs(clip.pcm - sound).max() < 1e-4


def test_raw_aac_comes_late_by_what_its_encoder_does_not_say(tmp_path: Path) -> None:
    clip = read_audio_clip(
        write_sound(tmp_path / "a.aac", click(AT_SECS, rate_hz=48000, secs=1.5), rate_hz=48000, codec="aac", bit_rate=96_000)
    )
    assert (around_the_click(clip) - AT_SECS) * 1000 == pytest.approx(1024 / 48, abs=0.3)


@pytest.mark.parametrize(("name", "codec"), [("a.mp3", "libmp3lame"), ("a.ogg", "vorbis"), ("a.flac", "flac"), ("a.m4a", "aac")])
@pytest.mark.parametrize("part", [0.1, 0.5, 0.9])
def test_a_file_that_was_cut_off_is_an_error_or_told(tmp_path: Path, name: str, codec: str, part: float) -> None:
    noise = np.random.default_rng(5).uniform(-0.5, 0.5, (80_000, 2)).astype(np.float32)
    whole = write_sound(tmp_path / name, noise, rate_hz=16000, codec=codec, options={"movflags": "faststart"} if name == "a.m4a" else None)
    whole.write_bytes(whole.read_bytes()[: round(part * whole.stat().st_size)])
    try:
        clip = read_audio_clip(whole)
    except CaptureError:
        return  # test_audio_decoder and test_audio_clip look at the words
    assert np.isfinite(clip.pcm).all()
    assert clip.duration_secs < 5.1
    # Ogg says how long it is at its end, which is what is missing.
    assert (
        name == "a.ogg"
        or any(notice.startswith(("truncated", "damaged")) for notice in clip.notices)
        or part * 5 - 0.2 < clip.duration_secs
    )


@pytest.mark.parametrize(("name", "codec"), [("a.mp3", "libmp3lame"), ("a.ogg", "vorbis"), ("a.flac", "flac"), ("a.m4a", "aac")])
def test_damage_anywhere_brings_nobody_down(tmp_path: Path, name: str, codec: str) -> None:
    random = np.random.default_rng(11)
    noise = random.uniform(-0.5, 0.5, (32_000, 2)).astype(np.float32)
    whole = write_sound(tmp_path / name, noise, rate_hz=16000, codec=codec, bit_rate=32_000).read_bytes()
    for number in range(40):
        damaged = bytearray(whole)
        for place in random.integers(0, len(whole), 1 + number):
            damaged[place] = random.integers(256)
        path = tmp_path / f"{number}-{name}"
        path.write_bytes(damaged)
        try:
            clip = read_audio_clip(path, longest_secs=60)
        except CaptureError:
            continue
        assert np.isfinite(clip.pcm).all()
        assert np.abs(clip.pcm).max(initial=0) <= 1


def test_a_played_file_sounds_like_the_clip(tmp_path: Path) -> None:
    path = write_sound(tmp_path / "a.mp3", click(AT_SECS, rate_hz=44100, secs=1.5), rate_hz=44100, codec="libmp3lame", bit_rate=128_000)
    sink = FakeAudioSink()
    source = AudioFileSource(path, sink, FakeClock(), AudioFileOptions(real_time=False))
    source.start(name="capture-file")
    assert wait_until(lambda: source.state is SourceState.ENDED)
    assert np.array_equal(joined(sink.samples), read_audio_clip(path).pcm)
