from __future__ import annotations

import numpy as np
import pytest

from affectia.capture.block_ring import HeardBlock
from affectia.capture.microphone_voice import MicrophoneVoice, silence_step
from affectia.clock import NANOS_PER_MILLI, NANOS_PER_SEC
from affectia.signals.audio_sample import AudioSample
from tests.unit.sounds import joined, tone

pytestmark = pytest.mark.unit


def heard(voice: MicrophoneVoice, sound: np.ndarray[tuple[int, ...], np.dtype[np.float32]], *, rate_hz: int) -> list[AudioSample]:
    size = rate_hz // 100
    found = []
    for begin in range(0, len(sound), size):
        block = sound[begin : begin + size].reshape(-1, 1)
        found.append(voice.convert(HeardBlock(block, begin, 5 + begin * NANOS_PER_SEC // rate_hz, False)))
    return [sample for sample in found if sample is not None]


@pytest.mark.parametrize("rate_hz", [8000, 16000, 44100, 48000])
def test_sound_comes_out_at_16_khz_with_its_place_and_time(rate_hz: int) -> None:
    voice = MicrophoneVoice(rate_hz, silent_secs=3)
    samples = heard(voice, tone(440, rate_hz=rate_hz), rate_hz=rate_hz)
    place = 0
    for number, sample in enumerate(samples):
        assert sample.source_sample == pytest.approx(place * rate_hz / 16000, abs=0.5)
        assert sample.starts_at_nanos == pytest.approx(5 + place * NANOS_PER_SEC // 16000, abs=1)
        assert sample.follows is (number > 0)
        place += len(sample.pcm)
    assert np.abs(joined(samples) - tone(440, rate_hz=16000)[:place])[200:].max() < 1e-4
    assert place >= 16000 - 0.005 * 16000


def test_after_a_gap_it_begins_anew_where_the_device_is() -> None:
    voice = MicrophoneVoice(16000, silent_secs=3)
    block = np.full((160, 1), 0.1, np.float32)
    voice.convert(HeardBlock(block, 0, 0, False))
    later = voice.convert(HeardBlock(block, 1600, 140 * NANOS_PER_MILLI, True))
    after = voice.convert(HeardBlock(block, 1760, 150 * NANOS_PER_MILLI, False))
    assert later is not None
    assert after is not None
    assert (later.source_sample, later.starts_at_nanos, later.follows) == (1600, 140 * NANOS_PER_MILLI, False)
    assert (after.source_sample, after.starts_at_nanos, after.follows) == (1760, 150 * NANOS_PER_MILLI, True)


def test_a_device_that_was_held_up_begins_anew_too() -> None:
    voice = MicrophoneVoice(16000, silent_secs=3)
    block = np.full((160, 1), 0.1, np.float32)
    voice.convert(HeardBlock(block, 0, 0, False))
    later = voice.convert(HeardBlock(block, 160, 5 * NANOS_PER_SEC, False))
    assert later is not None
    assert (later.source_sample, later.starts_at_nanos, later.follows) == (160, 5 * NANOS_PER_SEC, False)


def test_times_never_go_back() -> None:
    voice = MicrophoneVoice(16000, silent_secs=3)
    block = np.full((160, 1), 0.1, np.float32)
    first = voice.convert(HeardBlock(block, 0, 900 * NANOS_PER_MILLI, False))
    second = voice.convert(HeardBlock(block, 160, 0, True))
    assert first is not None
    assert second is not None
    assert second.starts_at_nanos > first.starts_at_nanos


def test_what_is_no_number_is_silence_and_counted() -> None:
    voice = MicrophoneVoice(16000, silent_secs=3)
    sample = voice.convert(HeardBlock(np.array([[np.nan], [9.0], [np.inf]], np.float32), 0, 0, False))
    assert sample is not None
    assert sample.pcm.tolist() == [0, 1, 0]
    assert voice.wrong_count == 2


def test_silence_and_cut_peaks_are_found() -> None:
    voice = MicrophoneVoice(16000, silent_secs=0.5)
    heard(voice, np.zeros(7840, np.float32), rate_hz=16000)
    assert voice.finding == ""
    heard(voice, np.zeros(160, np.float32), rate_hz=16000)
    assert voice.finding.startswith("delivers only silence: turn it on or up")
    heard(voice, np.clip(tone(300, rate_hz=16000, level=4), -1, 1), rate_hz=16000)
    assert voice.finding == "is overdriven: turn its level down"
    heard(voice, tone(300, rate_hz=16000, secs=2), rate_hz=16000)
    assert voice.finding == ""


def test_where_silence_may_mean_no_permission_that_is_said() -> None:
    assert silence_step("linux") == "turn it on or up"
    assert silence_step("darwin") == "turn it on or up, or allow it in System Settings, Privacy & Security, Microphone"
