from __future__ import annotations

import threading

import pytest

from affectia.evaluate.sound_time import SoundTime

pytestmark = pytest.mark.unit


def test_time_is_what_was_set_and_nothing_waits() -> None:
    time = SoundTime()
    assert time.now_nanos() == 0
    time.nanos = 5
    assert time.now_nanos() == 5
    with (condition := threading.Condition()):
        assert not time.wait(condition, 1000.0)
