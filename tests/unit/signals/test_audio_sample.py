from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from affectia.signals.audio_sample import VOICE_RATE_HZ, AudioSample

pytestmark = pytest.mark.unit


def test_a_sample_follows_the_one_before_unless_it_says_otherwise_and_cannot_be_changed() -> None:
    sample = AudioSample(5, np.zeros(VOICE_RATE_HZ // 100, np.float32), 44_100, 441)
    assert sample.follows
    with pytest.raises(dataclasses.FrozenInstanceError):
        sample.source_sample = 0  # type: ignore[misc]
