from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from affectia.perception.voice.energy_detector import EnergyDetector
from affectia.perception.voice.voice_activity import CHUNK, CONTEXT
from tests.unit.perception.voice.made_voices import noise, silence, syllables

pytestmark = pytest.mark.unit


def heard(pcm: NDArray[np.float32]) -> NDArray[np.float32]:
    detector = EnergyDetector()
    state = np.zeros((1, detector.state_width), np.float32)
    found = []
    for start in range(0, pcm.size - CHUNK - CONTEXT + 1, CHUNK):
        probability, state = detector.probabilities(pcm[None, start : start + CONTEXT + CHUNK], state)
        assert state.shape == (1, detector.state_width)
        found.append(probability[0])
    return np.array(found)


def test_speech_after_silence_is_found() -> None:
    found = heard(np.concatenate((silence(0.5), syllables(2))))
    assert not found[:14].any()
    assert (found[18:] > 0.5).mean() > 0.7


def test_speech_that_begins_at_once_is_found_after_its_first_pause() -> None:
    assert (heard(syllables(2))[16:] > 0.5).mean() > 0.7


@pytest.mark.parametrize("level_db", [-70, -45, -20])
def test_steady_noise_is_never_speech(level_db: float) -> None:
    assert heard(noise(4, level_db=level_db)).max() < 0.35


def test_noise_that_begins_is_noise_after_two_seconds() -> None:
    found = heard(np.concatenate((silence(1), noise(3, level_db=-30))))
    assert found[35] == 1
    assert found[31 + 50 :].max() < 0.35


def test_speech_over_noise_is_found() -> None:
    found = heard(np.concatenate((noise(1, level_db=-50), syllables(2) + noise(2, level_db=-50, seed=5))))
    assert (found[36:] > 0.5).mean() > 0.6


def test_a_constant_offset_is_silence() -> None:
    assert not heard(np.concatenate((silence(1), silence(1) + np.float32(0.3)))[1000:16000]).any()


def test_voices_do_not_hear_one_another() -> None:
    detector = EnergyDetector()
    both = np.stack((silence(0.036), syllables(0.036)))
    probabilities, _ = detector.probabilities(both, np.full((2, detector.state_width), -60, np.float32))
    assert probabilities.tolist() == [0, 1]
