from __future__ import annotations

import numpy as np
import pytest

from affectia.capture.sound_watch import SoundWatch
from tests.unit.sounds import tone

pytestmark = pytest.mark.unit

RATE_HZ = 1000


def zeros(count: int) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    return np.zeros((count, 2), np.float32)


def test_only_zeros_for_long_are_silence() -> None:
    watch = SoundWatch(RATE_HZ, silent_secs=3)
    watch.look(zeros(2999))
    assert not watch.is_silent
    watch.look(zeros(1))
    assert watch.is_silent
    assert not watch.was_heard


def test_the_smallest_noise_is_no_silence() -> None:
    watch = SoundWatch(RATE_HZ, silent_secs=3)
    quiet = zeros(2000)
    quiet[1000, 1] = -(2.0**-31)
    for _ in range(5):
        watch.look(quiet)
        assert not watch.is_silent
    watch.look(zeros(3000))
    assert watch.is_silent
    assert watch.was_heard


def test_peaks_that_are_cut_off_are_told_a_second_long() -> None:
    watch = SoundWatch(RATE_HZ)
    watch.look(np.clip(tone(50, rate_hz=RATE_HZ, level=1.5), -1, 1))
    assert watch.is_overdriven
    watch.look(tone(50, rate_hz=RATE_HZ))
    assert not watch.is_overdriven
    assert watch.was_overdriven


def test_a_peak_that_only_touches_full_scale_is_none() -> None:
    watch = SoundWatch(RATE_HZ)
    loud = tone(50, rate_hz=RATE_HZ)
    loud[500] = 1.0
    watch.look(loud)
    assert not watch.is_overdriven


def test_the_second_that_a_stream_ends_in_counts_when_it_has_ended() -> None:
    watch = SoundWatch(RATE_HZ)
    watch.look(-np.ones(100, np.float32))
    assert not watch.was_overdriven
    watch.finish()
    assert watch.was_overdriven


def test_nothing_is_neither() -> None:
    watch = SoundWatch(RATE_HZ)
    watch.look(zeros(0))
    watch.finish()
    assert (watch.is_silent, watch.was_heard, watch.was_overdriven) == (False, False, False)
