from __future__ import annotations

import pytest

from affectia.perception.voice.loudness import EXPECTED_DB, USUAL, VoiceLevel

pytestmark = pytest.mark.unit


def power(level_db: float) -> float:
    return float(10 ** (level_db / 10))


def taught(level: VoiceLevel, *chunks: tuple[float, float], times: int = 1) -> VoiceLevel:
    for _ in range(times):
        for level_db, probability in chunks:
            level.learn(power(level_db), probability)
    return level


@pytest.mark.parametrize("usual_db", [-46, -26, -10])
def test_loudness_is_measured_against_the_usual_level(usual_db: float) -> None:
    level = taught(VoiceLevel(), (usual_db, 0.9), times=50)
    assert level.loudness(power(usual_db)) == pytest.approx(USUAL)
    assert level.loudness(power(usual_db - 21)) == pytest.approx(0, abs=1e-6)
    assert level.loudness(power(usual_db + 9)) == pytest.approx(1)


def test_loudness_stays_within_0_and_1() -> None:
    level = taught(VoiceLevel(), (-50, 0.9), times=50)
    assert level.loudness(0.0) == 0
    assert level.loudness(1.0) == 1


def test_what_is_noise_is_not_loud() -> None:
    level = taught(VoiceLevel(), (-32, 0.02), times=10)
    taught(level, (-25, 0.9), times=50)
    assert level.loudness(power(-32)) == 0
    assert level.loudness(power(-29)) == pytest.approx(USUAL - 7 / 30, abs=0.01)  # half of it is noise


@pytest.mark.parametrize("gain_db", [-20, 0, 20])
def test_the_usual_level_is_known_after_two_seconds(gain_db: float) -> None:
    level = taught(VoiceLevel(), (-26 + gain_db, 0.9), (-36 + gain_db, 0.8), times=31)
    assert level.usual_db == pytest.approx(-26 + gain_db - 2.6, abs=0.1)  # the mean power of the two


def test_before_anything_is_learned_a_usual_voice_is_expected() -> None:
    level = VoiceLevel()
    assert level.usual_db == EXPECTED_DB
    taught(level, (-56, 0.9))
    assert -30 < level.usual_db < -28  # one chunk is not believed much


def test_silence_and_noise_teach_no_level() -> None:
    level = taught(VoiceLevel(), (-30, 0.9), times=50)
    before_db = level.usual_db
    taught(level, (-80, 0.05), (-10, 0.2), (-50, 0.05), times=100)
    assert level.usual_db == before_db


def test_a_voice_that_grows_louder_is_followed() -> None:
    level = taught(VoiceLevel(), (-40, 0.9), times=200)
    taught(level, (-25, 0.9), times=300)
    assert level.usual_db == pytest.approx(-25, abs=0.5)


def test_noise_is_learned_while_nobody_speaks_and_sinks_quickly() -> None:
    level = taught(VoiceLevel(), (-50, 0.02), times=10)
    assert level.noise_power == pytest.approx(power(-50))
    taught(level, (-20, 0.9), times=100)
    assert level.noise_power == pytest.approx(power(-50))
    taught(level, (-90, 0.02), times=10)
    assert level.noise_power < power(-64)


def test_a_sound_stands_out_of_the_noise_and_near_the_voice() -> None:
    level = taught(VoiceLevel(), (-60, 0.02), times=10)
    taught(level, (-26, 0.9), times=20)
    assert level.stands_out(power(-45))
    assert not level.stands_out(power(-51))  # 25 dB below the voice
    taught(level, (-40, 0.02), times=100)
    assert not level.stands_out(power(-35))  # 5 dB above the noise
    assert not VoiceLevel().stands_out(0.0)


def test_reset_forgets_the_voice() -> None:
    level = taught(VoiceLevel(), (-50, 0.9), (-80, 0.0), times=50)
    level.reset()
    assert (level.usual_db, level.noise_power) == (EXPECTED_DB, 0)
