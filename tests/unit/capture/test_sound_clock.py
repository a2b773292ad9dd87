from __future__ import annotations

import numpy as np
import pytest

from affectia.capture.sound_clock import SoundClock
from affectia.clock import NANOS_PER_MILLI, NANOS_PER_SEC

pytestmark = pytest.mark.unit

BLOCK = 480
RATE_HZ = 48_000


def test_a_steady_device_is_told_as_it_is() -> None:
    clock = SoundClock(RATE_HZ)
    for number in range(300):
        assert clock.observe(number * BLOCK, BLOCK, 5 + number * 10 * NANOS_PER_MILLI)
        assert clock.nanos_of(number * BLOCK) == 5 + number * 10 * NANOS_PER_MILLI


@pytest.mark.parametrize("parts_in_a_million", [-100, 0, 100])
def test_an_hour_of_late_callbacks_and_a_device_that_is_off_moves_nothing(parts_in_a_million: int) -> None:
    clock = SoundClock(RATE_HZ)
    late = np.random.default_rng(3).exponential(2 * NANOS_PER_MILLI, 360_000).astype(np.int64)
    late[0] = 30 * NANOS_PER_MILLI
    late[5::100] += 40 * NANOS_PER_MILLI
    before, worst = -(10**18), 0
    for number in range(360_000):
        true = number * 10 * (NANOS_PER_MILLI + parts_in_a_million)
        assert clock.observe(number * BLOCK, BLOCK, true + int(late[number]))
        told = clock.nanos_of(number * BLOCK)
        assert told > before
        before = told
        if number > 100:
            worst = max(worst, abs(told - true))
    assert worst < NANOS_PER_MILLI


def test_a_device_that_was_held_up_begins_anew() -> None:
    clock = SoundClock(RATE_HZ)
    clock.observe(0, BLOCK, 0)
    assert clock.observe(BLOCK, BLOCK, NANOS_PER_SEC // 2)
    assert not clock.observe(2 * BLOCK, BLOCK, 2 * NANOS_PER_SEC)
    assert clock.nanos_of(2 * BLOCK) == 2 * NANOS_PER_SEC
    assert clock.observe(3 * BLOCK, BLOCK, 2 * NANOS_PER_SEC + 10 * NANOS_PER_MILLI)
