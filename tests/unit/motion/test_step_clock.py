from __future__ import annotations

import pytest

from affectia.clock import NANOS_PER_MILLI, NANOS_PER_SEC
from affectia.motion.step_clock import StepClock
from tests.unit.fakes import nanos, slots

pytestmark = pytest.mark.unit


def test_each_slot_has_its_own_step_whoever_is_asked_for_beside_it() -> None:
    clock = StepClock(4)
    clock.start(slots(0, 3), nanos(NANOS_PER_SEC, 2 * NANOS_PER_SEC))
    assert clock.passed(slots(0), nanos(3 * NANOS_PER_SEC)).tolist() == [2]
    assert clock.passed(slots(3, 0), nanos(4 * NANOS_PER_SEC, 4 * NANOS_PER_SEC)).tolist() == [2, 1]
    assert clock.passed(slots(3), nanos(4 * NANOS_PER_SEC + NANOS_PER_SEC // 2)).tolist() == [0.5]


@pytest.mark.parametrize("beside", [(), (2,)])
def test_no_step_is_longer_than_the_longest_or_shorter_than_none(beside: tuple[int, ...]) -> None:
    clock, mine = StepClock(4, longest_nanos=100 * NANOS_PER_MILLI), slots(1, *beside)
    found = [clock.passed(mine, nanos(*[time * NANOS_PER_MILLI] * mine.size))[0].item() for time in (5000, 5050, 5040, 5060, 9000)]
    assert found == pytest.approx([0.1, 0.05, 0, 0.02, 0.1])


def test_who_is_forgotten_has_the_longest_step() -> None:
    clock = StepClock(2, longest_nanos=NANOS_PER_SEC)
    clock.start(slots(0, 1), nanos(*[5 * NANOS_PER_SEC] * 2))
    clock.forget(slots(1))
    times = nanos(*[5 * NANOS_PER_SEC + NANOS_PER_MILLI] * 2)
    assert clock.passed(slots(0, 1), times).tolist() == pytest.approx([0.001, 1])
