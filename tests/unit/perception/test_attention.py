from __future__ import annotations

import pytest

from affectia.clock import NANOS_PER_MILLI, NANOS_PER_SEC
from affectia.errors import ConfigError
from affectia.perception.attention import Attention, AttentionOptions

pytestmark = pytest.mark.unit


def looked(attention: Attention, *, rate_hz: float, start_secs: float, secs: float, somebody: bool) -> int:
    """How many samples of a stretch were looked at."""
    count = 0
    for number in range(round(secs * rate_hz)):
        at_nanos = round((start_secs + number / rate_hz) * NANOS_PER_SEC)
        if attention.wants(at_nanos):
            attention.saw(at_nanos, somebody=somebody)
            count += 1
    return count


@pytest.mark.parametrize("rate_hz", [15, 29.97, 30, 60])
def test_an_empty_room_is_looked_at_five_times_a_second_after_a_second(rate_hz: float) -> None:
    attention = Attention()
    assert looked(attention, rate_hz=rate_hz, start_secs=0, secs=1, somebody=False) == round(rate_hz)
    assert looked(attention, rate_hz=rate_hz, start_secs=1, secs=10, somebody=False) in range(47, 58)


def test_somebody_is_looked_at_every_time() -> None:
    assert looked(Attention(), rate_hz=30, start_secs=0, secs=10, somebody=True) == 300


def test_the_first_face_brings_the_full_rate_back() -> None:
    attention = Attention()
    looked(attention, rate_hz=30, start_secs=0, secs=5, somebody=False)
    attention.saw(5 * NANOS_PER_SEC, somebody=True)
    assert looked(attention, rate_hz=30, start_secs=5, secs=1, somebody=True) == 30


def test_a_face_lost_for_a_moment_is_looked_for_at_the_full_rate() -> None:
    attention = Attention()
    attention.saw(0, somebody=True)
    assert looked(attention, rate_hz=30, start_secs=0.1, secs=0.9, somebody=False) == 27


def test_the_pause_is_an_option() -> None:
    attention = Attention(AttentionOptions(rest_after_secs=0, rest_rate_hz=1))
    attention.saw(0, somebody=False)
    assert not attention.wants(500 * NANOS_PER_MILLI)
    assert attention.wants(NANOS_PER_SEC)


@pytest.mark.parametrize(("name", "value"), [("rest_after_secs", -1), ("rest_rate_hz", 0), ("rest_rate_hz", float("nan"))])
def test_options_that_make_no_sense_are_refused(name: str, value: float) -> None:
    with pytest.raises(ConfigError, match=f"{name} is {value}"):
        AttentionOptions(**{name: value})
