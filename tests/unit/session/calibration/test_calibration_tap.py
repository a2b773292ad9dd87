from __future__ import annotations

import pytest

from affectia.clock import FakeClock
from affectia.errors import ConsentMissing, SessionError
from affectia.session.calibration.calibration_plan import CalibrationPlan
from affectia.session.calibration.calibration_run import CalibrationRun
from affectia.session.calibration.calibration_tap import CalibrationTap
from tests.unit.session.calibration.made_faces import FRAME_NANOS, seen

pytestmark = pytest.mark.unit

PLAN = CalibrationPlan(countdown_secs=0, neutral_secs=1)


def begun(tap: CalibrationTap, clock: FakeClock) -> CalibrationRun:
    return tap.begin(PLAN, clock, obstacle=lambda: None)


def watch(tap: CalibrationTap, clock: FakeClock, count: int = 40) -> None:
    for _ in range(count):
        tap.offer(seen(clock.advance(nanos=FRAME_NANOS)))


def test_nothing_is_kept_while_no_run_is_on() -> None:
    tap, clock = CalibrationTap(), FakeClock()
    watch(tap, clock)
    tap.forget()
    assert not tap.is_on
    run = begun(tap, clock)
    clock.advance(secs=2)
    with pytest.raises(SessionError, match="^no picture was looked at"):  # of what was offered before it began, it knows nothing
        run.progress()


def test_a_run_gets_what_is_offered() -> None:
    tap, clock = CalibrationTap(), FakeClock()
    run = begun(tap, clock)
    assert tap.is_on
    watch(tap, clock)
    found = run.progress().calibration
    assert found is not None
    assert found.neutral_frames == 30  # of 40: the others came when its time was over


def test_there_is_one_at_a_time() -> None:
    tap, clock = CalibrationTap(), FakeClock()
    first = begun(tap, clock)
    with pytest.raises(SessionError, match="^a calibration of this session is on already, expected one at a time"):
        begun(tap, clock)
    tap.end(first)
    assert not tap.is_on
    begun(tap, clock)


def test_the_end_of_an_old_run_leaves_the_new_one() -> None:
    tap, clock = CalibrationTap(), FakeClock()
    first = begun(tap, clock)
    tap.end(first)
    second = begun(tap, clock)
    tap.end(first)
    assert tap.is_on
    watch(tap, clock)
    assert second.progress().calibration is not None


def test_a_run_that_was_ended_tells_so() -> None:
    tap, clock = CalibrationTap(), FakeClock()
    run = begun(tap, clock)
    tap.end(run)
    with pytest.raises(SessionError, match="^calibration was ended, nothing was changed$"):
        run.progress()


def test_revoked_consent_drops_what_was_seen() -> None:
    tap, clock = CalibrationTap(), FakeClock()
    run = begun(tap, clock)
    watch(tap, clock, 20)
    tap.forget()
    watch(tap, clock, 20)
    with pytest.raises(ConsentMissing, match="^calibration ended, consent for the pictures was taken back"):
        run.progress()
    tap.end(run)
