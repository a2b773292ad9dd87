from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from affectia.capture.audio_clip import read_audio_clip
from affectia.errors import CaptureError
from tests.unit.sounds import tone, write_sound

pytestmark = pytest.mark.unit


def test_a_line_is_read_whole(tmp_path: Path) -> None:
    sound = np.stack([tone(440, rate_hz=44100, secs=0.51)] * 2, axis=1)
    clip = read_audio_clip(write_sound(tmp_path / "a.wav", sound, rate_hz=44100))
    assert (clip.source_rate_hz, clip.source_sample_count, clip.channels, clip.notices) == (44100, 22491, 2, ())
    assert clip.duration_secs == pytest.approx(0.51)
    assert clip.pcm.dtype == np.float32
    assert clip.pcm.shape == (8160,)
    assert np.abs(clip.pcm - tone(440, rate_hz=16000, secs=0.51))[100:-100].max() < 1e-3


def test_silence_and_cut_peaks_are_told(tmp_path: Path) -> None:
    silent = read_audio_clip(write_sound(tmp_path / "a.wav", np.zeros(16000, np.float32), rate_hz=16000))
    assert silent.notices == ("silent",)
    assert not silent.pcm.any()
    loud = np.clip(tone(440, rate_hz=48000, secs=0.5, level=3), -1, 1)
    clipped = read_audio_clip(write_sound(tmp_path / "b.wav", loud, rate_hz=48000))
    assert clipped.notices == ("clipped",)
    assert np.abs(clipped.pcm).max() <= 1


def test_a_file_that_was_cut_off_is_used_and_told(tmp_path: Path) -> None:
    whole = write_sound(
        tmp_path / "a.flac", np.random.default_rng(1).uniform(-0.5, 0.5, 80000).astype(np.float32), rate_hz=16000, codec="flac"
    )
    cut = tmp_path / "cut.flac"
    cut.write_bytes(whole.read_bytes()[: whole.stat().st_size * 3 // 5])
    clip = read_audio_clip(cut)
    assert clip.notices[0] == f"truncated: decoded {clip.duration_secs:.1f} of 5.0 s"
    assert 2.8 < clip.duration_secs < 3.1
    assert len(clip.pcm) == clip.source_sample_count


def test_samples_that_are_no_numbers_are_silent_and_told(tmp_path: Path) -> None:
    path = write_sound(tmp_path / "a.wav", tone(440, rate_hz=16000), rate_hz=16000, codec="pcm_f32le")
    data = bytearray(path.read_bytes())
    data[-400:] = np.full(100, np.nan, "<f4").tobytes()
    path.write_bytes(data)
    clip = read_audio_clip(path)
    assert clip.notices == ("100 samples are no numbers",)
    assert np.isfinite(clip.pcm).all()


def test_what_is_too_long_is_refused_by_what_it_says_or_by_what_it_is(tmp_path: Path) -> None:
    path = write_sound(tmp_path / "a.wav", tone(440, rate_hz=16000, secs=3), rate_hz=16000)
    with pytest.raises(CaptureError, match=r"^sound is 0\.1 min long, expected at most 0 min: .*a\.wav$"):
        read_audio_clip(path, longest_secs=2)
    assert read_audio_clip(path, longest_secs=3).duration_secs == 3
    # Raw AAC does not say how long it is.
    raw = write_sound(tmp_path / "a.aac", tone(440, rate_hz=16000, secs=3), rate_hz=16000, codec="aac")
    with pytest.raises(CaptureError, match="expected at most"):
        read_audio_clip(raw, longest_secs=1)


def test_a_file_with_nothing_behind_its_head_is_refused(tmp_path: Path) -> None:
    path = write_sound(tmp_path / "a.wav", tone(440, rate_hz=16000), rate_hz=16000)
    path.write_bytes(path.read_bytes()[:-32000])
    with pytest.raises(CaptureError, match=r"^file has no sound that can be decoded, expected some: .*a\.wav$"):
        read_audio_clip(path)
