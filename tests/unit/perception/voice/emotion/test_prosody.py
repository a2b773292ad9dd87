from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest
from numpy.typing import NDArray

from affectia.perception.voice.emotion.prosody import prosody
from affectia.perception.voice.log_mel import HOP
from affectia.signals.audio_sample import VOICE_RATE_HZ
from affectia.signals.emotion_observations import Prosody
from tests.unit.perception.voice.emotion.made_speech import buzz
from tests.unit.perception.voice.made_voices import noise, silence, syllables

pytestmark = pytest.mark.unit


def of(pcm: NDArray[np.float32], is_speech: NDArray[np.bool_] | None = None) -> Prosody:
    return prosody(pcm, np.ones(pcm.size // HOP, np.bool_) if is_speech is None else is_speech)


def test_a_steady_voice() -> None:
    said = of(buzz(150, 3.0))
    assert said.pitch_hz == pytest.approx(150, rel=0.01)
    assert said.pitch_spread_semitones == pytest.approx(0, abs=0.05)
    assert said.level_db == pytest.approx(20 * math.log10(np.sqrt(np.mean(np.square(buzz(150, 3.0))))), abs=0.1)
    assert said.level_spread_db == pytest.approx(0, abs=0.5)
    assert (said.syllables_hz, said.voiced) == (0, 1)


def test_a_full_tone_is_3_db_below_full_scale() -> None:
    times = np.arange(VOICE_RATE_HZ) / VOICE_RATE_HZ
    assert of(np.asarray(np.sin(2 * np.pi * 200 * times), np.float32)).level_db == pytest.approx(-3.01, abs=0.05)


def test_a_sweep_of_an_octave_spreads_over_the_middle_of_it() -> None:
    hertz = 100 * 2 ** np.linspace(0, 1, 3 * VOICE_RATE_HZ)
    said = of(buzz(hertz, 3.0))
    assert said.pitch_hz == pytest.approx(100 * 2**0.5, rel=0.02)
    assert said.pitch_spread_semitones == pytest.approx(0.8 * 12 / 2, abs=0.2)


@pytest.mark.parametrize("rate_hz", [2.0, 4.0, 6.0])
def test_syllables_are_counted_a_second(rate_hz: float) -> None:
    said = of(syllables(3.0, rate_hz=rate_hz))
    assert said.syllables_hz == pytest.approx(rate_hz, abs=0.5)
    assert said.pitch_hz == pytest.approx(120, rel=0.02)


def test_louder_is_louder_and_nothing_else() -> None:
    quiet, loud = of(syllables(3.0, level_db=-40)), of(syllables(3.0, level_db=-20))
    assert loud.level_db - quiet.level_db == pytest.approx(20, abs=0.1)
    first, second = (np.array(dataclasses.astuple(dataclasses.replace(said, level_db=0.0))) for said in (quiet, loud))
    np.testing.assert_allclose(first, second, rtol=0.01, atol=0.01)


def test_only_speech_has_a_say() -> None:
    pcm = np.concatenate((buzz(300, 1.0) * 2, buzz(120, 1.0)))
    is_speech = np.arange(200) >= 100
    said = of(pcm, is_speech)
    assert said.pitch_hz == pytest.approx(120, rel=0.01)
    assert said.level_db == pytest.approx(of(buzz(120, 1.0)).level_db, abs=0.2)


def test_whispering_has_no_pitch_and_is_not_voiced() -> None:
    said = of(noise(2.0, level_db=-30))
    assert math.isnan(said.pitch_hz)
    assert math.isnan(said.pitch_spread_semitones)
    assert said.voiced < 0.05
    assert said.level_db == pytest.approx(-30, abs=0.3)


def test_half_of_it_voiced() -> None:
    said = of(np.concatenate((buzz(120, 1.0), noise(1.0, level_db=-30))))
    assert said.voiced == pytest.approx(0.5, abs=0.05)


def test_too_little_tells_nothing_or_only_a_level() -> None:
    nothing = of(buzz(120, 1.0), np.zeros(100, np.bool_))
    assert all(math.isnan(value) for value in dataclasses.astuple(nothing))
    short = of(buzz(120, 0.05))
    assert math.isnan(short.pitch_hz)
    assert math.isnan(short.syllables_hz)
    assert math.isnan(short.voiced)
    assert short.level_db < 0
    brief = of(buzz(120, 1.0), np.arange(100) < 20)
    assert math.isnan(brief.syllables_hz)
    assert brief.pitch_hz == pytest.approx(120, rel=0.01)


def test_silence_has_a_level_that_is_a_number() -> None:
    assert of(silence(1.0)).level_db == -90
