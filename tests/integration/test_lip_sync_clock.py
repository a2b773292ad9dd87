"""An hour of a microphone whose clock is off, in simulated time: what a frame says of its sound stays true to the end."""

from __future__ import annotations

import numpy as np
import pytest

from affectia.capture.block_ring import HeardBlock
from affectia.capture.microphone_voice import MicrophoneVoice
from affectia.clock import NANOS_PER_MILLI, NANOS_PER_SEC, FakeClock
from affectia.perception.voice.heard_frames import LOOK_AHEAD_FRAMES, HeardFrames
from affectia.perception.voice.log_mel import HOP
from affectia.perception.voice.voice_engine import VoiceEngine
from affectia.perception.voice.voice_perceiver import VoicePerceiver
from affectia.pipeline import Pipeline, PipelineOptions
from tests.unit.fakes import VISEME, FakeTransport
from tests.unit.perception.voice.made_voices import LevelDetector

pytestmark = [pytest.mark.integration, pytest.mark.slow]

RATE_HZ = 44_100
BLOCK = RATE_HZ // 10
HOUR_SECS = 3600
LISTENS_EVERY = 100  # blocks, of which three are shown: 60 frames a second for an hour would take minutes
LATEST_NANOS = 6 * NANOS_PER_MILLI  # of a callback: late by anything up to this, and never early
SETTLED_SECS = 60


def frames_of(first: int, count: int) -> HeardFrames:
    """As a network would have heard them: an a."""
    visemes = np.zeros((count, len(VISEME)), np.float32)
    visemes[:, VISEME["aa"]] = 1
    return HeardFrames(first, visemes, np.full(count, 0.7, np.float32), np.ones(count, np.float32))


@pytest.mark.parametrize("off_ppm", [100, -100])
def test_sample_of_a_frame_does_not_drift_from_its_instant(off_ppm: int) -> None:
    device_hz = RATE_HZ * (1 + off_ppm * 1e-6)
    clock, transport, dice = FakeClock(), FakeTransport(b"avatar/"), np.random.default_rng(5)
    pipeline = Pipeline(transport, clock, PipelineOptions(slots=1))
    pipeline.open_slot(0, "a", precision_bits=8, rate_hz=60, smoothing=1)
    microphone = MicrophoneVoice(RATE_HZ, silent_secs=1e9)
    perceiver = VoicePerceiver(VoiceEngine(LevelDetector(), None))
    silence = np.zeros((BLOCK, 1), np.float32)
    start_nanos = clock.now_nanos()
    heard_samples, known = 0, 0
    errors, spacings, indexes = [], [], []
    for number in range(HOUR_SECS * RATE_HZ // BLOCK):
        sounded_nanos = start_nanos + round(number * BLOCK / device_hz * NANOS_PER_SEC)
        arrives_nanos = sounded_nanos + round(BLOCK / device_hz * NANOS_PER_SEC) + LATEST_NANOS
        clock.advance(nanos=max(0, arrives_nanos - clock.now_nanos()))
        stamped_nanos = sounded_nanos + int(dice.integers(0, LATEST_NANOS))
        sample = microphone.convert(HeardBlock(silence, number * BLOCK, stamped_nanos, is_gap=False))
        assert sample is not None
        heard_samples += perceiver.accept(sample).size
        first, known = known, max(0, heard_samples // HOP - LOOK_AHEAD_FRAMES + 1)
        observations = perceiver.observations(frames_of(first, known - first))
        if observations is None or number % LISTENS_EVERY > 2:
            continue
        now = clock.now_nanos()
        pipeline.hear(0, observations, now)
        while (due := pipeline.voice_slots(now))[0].size:
            pipeline.tick(*due)
        if number % LISTENS_EVERY < 2:
            continue
        frames = transport.frames("a")
        transport.sent.clear()
        if number * BLOCK < SETTLED_SECS * RATE_HZ:
            continue
        for frame in frames:
            assert frame.audio_sample is not None
            errors.append(start_nanos + frame.audio_sample / device_hz * NANOS_PER_SEC - frame.time_nanos)
        spacings += np.diff([frame.time_nanos for frame in frames]).tolist()
        indexes += np.diff([frame.audio_sample or 0 for frame in frames]).tolist()
    millis = np.array(errors) / NANOS_PER_MILLI
    assert len(millis) > 4000
    ends = np.mean(millis[: len(millis) // 20]), np.mean(millis[-len(millis) // 20 :])
    assert abs(ends[1] - ends[0]) < 0.5, "no drift: 100 ppm of an hour would be 360 ms"
    assert np.abs(millis).max() < 2
    # From frame to frame the index of the sound rises as the time does.
    assert set(spacings) <= {16_666_667, 16_666_666}
    assert np.abs(np.array(indexes) - RATE_HZ / 60).max() < 0.02 * RATE_HZ
    assert np.mean(indexes) == pytest.approx(device_hz / 60, rel=2e-3)
