from __future__ import annotations

import numpy as np
import pytest

from affectia.perception.voice.log_mel import HOP, MELS, OVERLAP, WINDOW, log_mel
from affectia.signals.audio_sample import VOICE_RATE_HZ
from tests.unit.perception.voice.made_voices import noise

pytestmark = pytest.mark.unit


def tone(hz: float, *, samples: int = OVERLAP + 20 * HOP, amplitude: float = 0.5) -> np.ndarray:
    return (amplitude * np.sin(2 * np.pi * hz * np.arange(samples) / VOICE_RATE_HZ)).astype(np.float32)[None]


def test_a_frame_comes_with_each_whole_hop() -> None:
    for samples, frames in ((WINDOW, 1), (WINDOW + HOP - 1, 1), (WINDOW + HOP, 2)):
        assert log_mel(np.zeros((3, samples), np.float32)).shape == (3, frames, MELS)


def test_a_frame_knows_nothing_of_what_comes_later() -> None:
    heard = noise(0.5, level_db=-20)[None]
    changed = heard.copy()
    changed[:, OVERLAP + 10 * HOP :] = 0.9
    before, after = log_mel(heard), log_mel(changed)
    np.testing.assert_array_equal(before[:, :10], after[:, :10])
    assert np.abs(before[:, 10] - after[:, 10]).max() > 0.1


def test_higher_tones_lie_in_higher_bands() -> None:
    bands = [int(log_mel(tone(hz)).mean(axis=1).argmax()) for hz in (100, 200, 400, 800, 1600, 3200, 6400)]
    assert bands == sorted(set(bands))


def test_every_tone_of_speech_is_heard() -> None:
    for hz in range(80, 7000, 40):
        assert log_mel(tone(hz)).mean(axis=1).max() > 0.5, hz


def test_twice_the_amplitude_is_four_times_the_power() -> None:
    quiet, loud = (log_mel(tone(440, amplitude=amplitude)).max() for amplitude in (0.2, 0.4))
    assert (loud - quiet) * 5 == pytest.approx(np.log(4), abs=1e-3)


def test_silence_is_the_floor_and_nothing_is_infinite() -> None:
    frames = log_mel(np.zeros((1, 4000), np.float32))
    assert np.isfinite(frames).all()
    assert frames.max() == frames.min() < -1.5


def test_voices_do_not_hear_one_another() -> None:
    voices = np.stack([tone(300)[0], noise(0.215, level_db=-30)[: OVERLAP + 20 * HOP], np.zeros(OVERLAP + 20 * HOP, np.float32)])
    together = log_mel(voices)
    for place in range(3):
        np.testing.assert_allclose(together[place], log_mel(voices[place : place + 1])[0], atol=1e-5)
