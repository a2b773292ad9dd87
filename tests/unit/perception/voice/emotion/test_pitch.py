from __future__ import annotations

import numpy as np
import pytest

from affectia.perception.voice.emotion.pitch import HOP, pitch
from affectia.signals.audio_sample import VOICE_RATE_HZ
from tests.unit.perception.voice.emotion.made_speech import buzz
from tests.unit.perception.voice.made_voices import noise, silence

pytestmark = pytest.mark.unit


@pytest.mark.parametrize("hertz", [65, 90, 120, 180, 250, 350, 480])
@pytest.mark.parametrize("harmonics", [1, 3, 12])
def test_a_steady_voice_has_its_pitch_in_every_frame(hertz: float, harmonics: int) -> None:
    found, _ = pitch(buzz(hertz, 1.0, harmonics=harmonics))
    np.testing.assert_allclose(found, hertz, rtol=0.01)


def test_a_missing_fundamental_is_still_the_pitch() -> None:
    low = buzz(120, 1.0) - buzz(120, 1.0, harmonics=1)
    np.testing.assert_allclose(pitch(low)[0], 120, rtol=0.01)


def test_a_sweep_is_followed_to_its_place() -> None:
    hertz = np.linspace(100, 200, 2 * VOICE_RATE_HZ)
    found, middles = pitch(buzz(hertz, 2.0))
    assert np.diff(middles).tolist() == [HOP] * (found.size - 1)
    np.testing.assert_allclose(found, hertz[middles], rtol=0.02)


def test_what_is_far_from_the_voice_is_not_its_pitch() -> None:
    found, middles = pitch(np.concatenate((buzz(120, 1.5), buzz(450, 0.3), buzz(120, 1.0))))
    assert np.nanmax(found) < 245
    inside = (middles < 1.4 * VOICE_RATE_HZ) | (middles > 1.9 * VOICE_RATE_HZ)
    np.testing.assert_allclose(found[inside], 120, rtol=0.01)


def test_some_noise_does_not_disturb_it() -> None:
    voice = buzz(150, 1.0)
    loud = 20 * np.log10(np.sqrt(np.mean(np.square(voice))))
    found, _ = pitch(voice + noise(1.0, level_db=loud - 15))
    assert np.mean(np.isnan(found)) < 0.05
    assert np.nanmedian(found) == pytest.approx(150, rel=0.01)


def test_noise_silence_and_a_constant_have_none() -> None:
    for sound in (noise(1.0, level_db=-20), silence(1.0), np.full(VOICE_RATE_HZ, 0.5, np.float32)):
        found, _ = pitch(sound)
        assert found.size > 40
        assert np.mean(np.isnan(found)) > 0.97


def test_loudness_changes_nothing() -> None:
    voice = buzz(150, 0.5)
    np.testing.assert_allclose(pitch(voice * 0.05)[0], pitch(voice)[0], rtol=1e-3)


def test_less_than_a_frame_has_no_pitch() -> None:
    found, middles = pitch(buzz(150, 0.05))
    assert (found.size, middles.size) == (0, 0)
