from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from affectia.capture.voice_resampler import VoiceResampler
from affectia.errors import ConfigError
from tests.unit.sounds import click, middle_secs, tone

pytestmark = pytest.mark.unit

RATES_HZ = (8000, 11025, 16000, 22050, 24000, 32000, 37800, 44100, 44099, 48000, 96000, 192000)


def through(samples: NDArray[np.float32], rate_hz: int, *, chunk: int = 0) -> NDArray[np.float32]:
    resampler = VoiceResampler(rate_hz)
    size = chunk or len(samples)
    parts = [resampler.push(samples[begin : begin + size]) for begin in range(0, len(samples), size)]
    return np.concatenate([*parts, resampler.flush()])


def level_db(samples: NDArray[np.float32]) -> float:
    """Of a sine against full scale, its first and last 50 ms apart: there the filter meets the sine's beginning and end."""
    inner = samples[800:-800].astype(np.float64)
    return float(20 * np.log10(np.sqrt(2 * np.mean(inner**2)) + 1e-12))


@pytest.mark.parametrize("rate_hz", RATES_HZ)
def test_a_tone_of_speech_keeps_its_level_and_its_place(rate_hz: int) -> None:
    out = through(tone(1000, rate_hz=rate_hz), rate_hz)
    assert len(out) == 16000
    wanted = tone(1000, rate_hz=16000)
    assert np.abs(out - wanted)[800:-800].max() < 1e-4


@pytest.mark.parametrize("rate_hz", [rate_hz for rate_hz in RATES_HZ if rate_hz > 16000])
@pytest.mark.parametrize("hz", [8050, 8500, 9000, 10500, 15000, 23000, 40000])
def test_what_16_khz_cannot_carry_vanishes(rate_hz: int, hz: int) -> None:
    if hz < rate_hz / 2:
        assert level_db(through(tone(hz, rate_hz=rate_hz, level=1), rate_hz)) < -60


@pytest.mark.parametrize("rate_hz", [22050, 44100, 48000])
def test_the_highest_band_of_speech_is_left(rate_hz: int) -> None:
    assert level_db(through(tone(7000, rate_hz=rate_hz, level=1), rate_hz)) > -0.3
    assert level_db(through(tone(7400, rate_hz=rate_hz, level=1), rate_hz)) > -4


@pytest.mark.parametrize("rate_hz", [8000, 11025])
def test_low_rates_get_no_mirror_image(rate_hz: int) -> None:
    spectrum = np.abs(np.fft.rfft(through(tone(3000, rate_hz=rate_hz), rate_hz)[:16000] * np.hanning(16000)))
    assert spectrum[rate_hz // 2 :].max() < 1e-3 * spectrum[3000]


@pytest.mark.parametrize("rate_hz", RATES_HZ)
def test_a_click_is_found_where_it_was(rate_hz: int) -> None:
    out = through(click(0.3, rate_hz=rate_hz), rate_hz)
    assert middle_secs(out) == pytest.approx(0.3, abs=0.5 / max(rate_hz, 16000))


@pytest.mark.parametrize("rate_hz", RATES_HZ)
@pytest.mark.parametrize("chunk", [1, 160, 317, 4801])
def test_however_it_is_cut_the_sound_is_the_same(rate_hz: int, chunk: int) -> None:
    sound = np.random.default_rng(7).uniform(-1, 1, 6000).astype(np.float32)
    whole, cut = through(sound, rate_hz), through(sound, rate_hz, chunk=chunk)
    assert len(whole) == len(cut)
    # At a rate that has nothing in common with 16 kHz FFmpeg interpolates between filters, and rounds a little otherwise.
    assert np.abs(whole - cut).max() <= (2e-6 if rate_hz == 44099 else 1e-6)


@pytest.mark.parametrize("rate_hz", RATES_HZ)
@pytest.mark.parametrize("count", [1, 2, 30, 100, 441, 4411])
def test_all_that_comes_out_is_as_long_as_what_went_in(rate_hz: int, count: int) -> None:
    assert len(through(np.ones(count, np.float32), rate_hz)) == -(-count * 16000 // rate_hz)


@pytest.mark.parametrize(("rate_hz", "held_millis"), [(8000, 4.1), (16000, 0), (22050, 2.2), (44100, 2.2), (48000, 2.2), (192000, 2.2)])
def test_no_more_than_this_is_held_back(rate_hz: int, held_millis: float) -> None:
    resampler = VoiceResampler(rate_hz)
    for _ in range(50):
        resampler.push(np.zeros(rate_hz // 100, np.float32))
        assert resampler.held_samples / rate_hz * 1000 <= held_millis
    assert resampler.taken_count - resampler.held_samples == resampler.source_sample


def test_positions_are_those_of_the_sound_that_comes_next() -> None:
    resampler = VoiceResampler(48000)
    assert resampler.source_sample == 0
    for _ in range(100):
        resampler.push(np.zeros(333, np.float32))
        assert resampler.source_sample == 3 * resampler.given_count


def test_sound_at_16_khz_passes_as_it_is() -> None:
    resampler = VoiceResampler(16000)
    sound = tone(440, rate_hz=16000)
    assert resampler.push(sound) is sound
    assert len(resampler.flush()) == 0


def test_channels_are_averaged() -> None:
    both = np.stack([tone(1000, rate_hz=48000), np.zeros(48000, np.float32)], axis=1)
    assert np.abs(through(both, 48000) - tone(1000, rate_hz=16000, level=0.25))[800:-800].max() < 1e-4


def test_after_a_flush_or_a_reset_nothing_of_before_is_left() -> None:
    resampler = VoiceResampler(44100)
    sound = tone(700, rate_hz=44100, secs=0.2)
    first = np.concatenate([resampler.push(sound), resampler.flush()])
    second = np.concatenate([resampler.push(sound), resampler.flush()])
    assert np.array_equal(first, second)
    resampler.push(np.ones(4410, np.float32))
    resampler.reset()
    assert (resampler.taken_count, resampler.given_count) == (0, 0)
    assert np.array_equal(np.concatenate([resampler.push(sound), resampler.flush()]), first)


def test_nothing_in_is_nothing_out() -> None:
    resampler = VoiceResampler(48000)
    assert len(resampler.push(np.zeros(0, np.float32))) == len(resampler.flush()) == 0


@pytest.mark.parametrize("rate_hz", [0, 7999, 192001])
def test_rates_that_are_not_taken(rate_hz: int) -> None:
    with pytest.raises(ConfigError, match="expected 8000 to 192000"):
        VoiceResampler(rate_hz)
