from __future__ import annotations

import numpy as np
import pytest

from affectia.clock import NANOS_PER_MILLI, NANOS_PER_SEC
from affectia.perception.voice.loudness import EXPECTED_DB
from affectia.perception.voice.voice_engine import VoiceEngine
from affectia.perception.voice.voice_perceiver import VoicePerceiver
from affectia.signals.audio_sample import VOICE_RATE_HZ, AudioSample
from affectia.signals.voice_observations import FRAME_NANOS, VoiceObservations
from tests.unit.perception.voice.made_voices import LevelDetector, syllables

pytestmark = pytest.mark.unit

START_NANOS = 5 * NANOS_PER_SEC


@pytest.fixture
def perceiver() -> VoicePerceiver:
    return VoicePerceiver(VoiceEngine(LevelDetector(), None))


def block(place: int, size: int, *, starts_at_nanos: int | None = None, rate_hz: int = 48_000, follows: bool = True) -> AudioSample:
    """Samples `place`.. of a voice; in its source each is `rate_hz` / 16 kHz samples."""
    if starts_at_nanos is None:
        starts_at_nanos = START_NANOS + place * NANOS_PER_SEC // VOICE_RATE_HZ
    pcm = syllables(3)[place % 16_000 : place % 16_000 + size]
    return AudioSample(starts_at_nanos, pcm, rate_hz, round(place * rate_hz / VOICE_RATE_HZ), follows)


def seen(perceiver: VoicePerceiver, *blocks: AudioSample) -> list[VoiceObservations]:
    return [found for sample in blocks if (found := perceiver.perceive(sample)) is not None]


def test_a_frame_has_the_time_and_the_place_of_its_sound(perceiver: VoicePerceiver) -> None:
    found = seen(perceiver, *(block(place, 400) for place in range(0, 8000, 400)))
    assert found[0].starts_at_nanos == START_NANOS
    assert found[0].source_samples[0] == 0
    for before, after in zip(found, found[1:], strict=False):
        assert after.starts_at_nanos == before.ends_at_nanos + FRAME_NANOS
        assert after.source_samples[0] == before.source_samples[-1] + 480
    assert found[-1].source_rate_hz == 48_000
    assert found[-1].look_ahead_nanos == 40 * NANOS_PER_MILLI
    assert found[-1].source_samples.dtype == np.int64
    assert found[-1].degraded


def test_rates_that_do_not_divide_leave_no_drift(perceiver: VoicePerceiver) -> None:
    rate_hz = 44_100
    found = seen(perceiver, *(block(place, 160, rate_hz=rate_hz) for place in range(0, 60 * VOICE_RATE_HZ, 160)))
    assert abs(int(found[-1].source_samples[-1]) - (60 * 100 - 4) * rate_hz / 100) <= 1


def test_frames_of_a_source_that_did_not_begin_at_zero_keep_its_places(perceiver: VoicePerceiver) -> None:
    sample = block(0, 1600)
    moved = AudioSample(sample.starts_at_nanos, sample.pcm, 48_000, 1_000_000)
    assert seen(perceiver, moved)[0].source_samples[:3].tolist() == [1_000_000, 1_000_480, 1_000_960]


def test_stamps_that_tremble_make_no_frames_that_tremble(perceiver: VoicePerceiver) -> None:
    random = np.random.default_rng(1)
    blocks = []
    for place in range(0, 32_000, 160):
        jitter_nanos = int(random.uniform(-8, 8) * NANOS_PER_MILLI)
        blocks.append(block(place, 160, starts_at_nanos=START_NANOS + place * 62_500 + jitter_nanos))
    starts = np.array([found.starts_at_nanos for found in seen(perceiver, *blocks)])
    steps_millis = np.diff(starts) / NANOS_PER_MILLI
    assert np.abs(steps_millis - 10).max() < 0.6
    assert abs(starts[-1] - (START_NANOS + (starts.size - 1) * FRAME_NANOS)) < 5 * NANOS_PER_MILLI


def test_clocks_that_run_apart_are_followed(perceiver: VoicePerceiver) -> None:
    seconds, faster = 120, 300e-6  # the device's clock against ours
    last: VoiceObservations | None = None
    for place in range(0, seconds * VOICE_RATE_HZ, 1600):
        at_nanos = START_NANOS + round(place * 62_500 * (1 + faster))
        last = perceiver.perceive(block(place, 1600, starts_at_nanos=at_nanos)) or last
    assert last is not None
    truth_nanos = START_NANOS + round((seconds * NANOS_PER_SEC - 40 * NANOS_PER_MILLI) * (1 + faster))
    assert abs(last.ends_at_nanos - truth_nanos) < 2 * NANOS_PER_MILLI


def test_a_gap_begins_a_stream_and_keeps_the_voice(perceiver: VoicePerceiver) -> None:
    seen(perceiver, *(block(place, 1600) for place in range(0, 32_000, 1600)))
    usual_db = perceiver.stream.level.usual_db
    (found,) = seen(perceiver, block(48_000, 1600, follows=False))
    assert found.starts_at_nanos == START_NANOS + 3 * NANOS_PER_SEC
    assert found.source_samples[0] == 3 * 48_000
    assert found.count == 7  # nothing of the sound before the gap: 100 ms are seven frames
    perceiver.accept(block(100_000, 1600, follows=False))
    assert perceiver.stream.level.usual_db == pytest.approx(usual_db, abs=0.2) != EXPECTED_DB


def test_a_caller_who_left_something_out_says_so(perceiver: VoicePerceiver) -> None:
    perceiver.perceive(block(0, 1600))
    perceiver.accept(block(3200, 1600), follows=False)
    assert perceiver.stream.hops == 0


def test_another_source_rate_begins_a_stream(perceiver: VoicePerceiver) -> None:
    perceiver.perceive(block(0, 1600, rate_hz=48_000))
    found = perceiver.perceive(block(1600, 1600, rate_hz=8000))
    assert found is not None
    assert found.source_rate_hz == 8000
    assert found.source_samples[:2].tolist() == [800, 880]


def test_times_never_go_back(perceiver: VoicePerceiver) -> None:
    first = perceiver.perceive(block(0, 3200))
    back = perceiver.perceive(block(3200, 1600, starts_at_nanos=START_NANOS - NANOS_PER_SEC))
    assert first is not None
    assert back is not None
    assert back.starts_at_nanos > first.ends_at_nanos


def test_finish_gives_the_last_frames_and_a_new_stream(perceiver: VoicePerceiver) -> None:
    found = seen(perceiver, block(0, 1600))
    last = perceiver.finish()
    assert last is not None
    assert found[0].count + last.count == 11
    assert last.ends_at_nanos == START_NANOS + 100 * NANOS_PER_MILLI
    again = perceiver.perceive(block(16_000, 1600))
    assert again is not None
    assert again.starts_at_nanos == START_NANOS + NANOS_PER_SEC


def test_forget_leaves_nothing_of_the_voice(perceiver: VoicePerceiver) -> None:
    seen(perceiver, *(block(place, 1600) for place in range(0, 32_000, 1600)))
    perceiver.forget()
    fresh = VoicePerceiver(VoiceEngine(LevelDetector(), None))
    assert perceiver.stream.level.usual_db == fresh.stream.level.usual_db
    assert not perceiver.stream.sound.window(-100, 0).any()


def test_close_gives_the_place_back() -> None:
    engine = VoiceEngine(LevelDetector(), None)
    perceiver = VoicePerceiver(engine)
    perceiver.close()
    assert engine.stream_count == 0
