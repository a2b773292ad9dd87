from __future__ import annotations

import pytest

from affectia.cli.affect_monitor import AffectMonitor, AffectReading
from affectia.cli.feeling import FeelingReading
from affectia.client import Blinks
from affectia.clock import NANOS_PER_SEC
from tests.unit.cli.frames_by_hand import Feeling, updated

pytestmark = pytest.mark.unit

TENTH = NANOS_PER_SEC // 10


def test_nothing_received_is_an_empty_reading() -> None:
    assert AffectMonitor(rows=3).reading(0, silent=True) == AffectReading()


def test_strongest_units_gaze_lids_and_blinks() -> None:
    monitor = AffectMonitor(rows=3)
    monitor.add(updated(0, blinks=(4, 0, 0, 0)))
    units = {"au45_blink": 0.8, "au12_smile": 0.6, "au26_jaw_drop": 0.4, "au02_outer_brow_raise": 0.2}
    monitor.add(updated(1, units=units, gaze_deg=(-8.0, 5.0), lids=(0.8, 0.2), blinks=(6, 1, 0, 180)))
    reading = monitor.reading(0, silent=False)
    assert [name for name, _value in reading.units] == ["AU12 smile", "AU26 jaw drop", "AU45 blink"]
    assert [value for _name, value in reading.units] == pytest.approx([0.6, 0.4, 0.8], abs=0.002)
    assert reading.gaze_deg == pytest.approx((-8.0, 5.0), abs=0.02)
    assert reading.lids == pytest.approx((0.8, 0.2), abs=0.002)
    assert reading.blinks == Blinks(2, 1, 0, 180)


def test_unit_that_is_strong_but_still_is_shown() -> None:
    monitor = AffectMonitor(rows=1)
    for step in range(30):
        monitor.add(updated(step, units={"au12_smile": 0.7, "au45_blink": 0.3 * (step % 2)}))
        reading = monitor.reading(step * TENTH, silent=False)
    assert reading.units[0][0] == "AU12 smile"


def test_unit_that_is_covered_keeps_its_row() -> None:
    monitor = AffectMonitor(rows=2)
    monitor.add(updated(0, units={"au12_smile": 0.7, "au04_brow_lower": 0.5}))
    assert [value for _name, value in monitor.reading(0, silent=False).units] == pytest.approx([0.5, 0.7], abs=0.002)
    monitor.add(updated(1, units={"au12_smile": None, "au04_brow_lower": 0.5}))
    brow, smile = monitor.reading(TENTH, silent=False).units
    assert brow[0] == "AU4 brow lower"
    assert brow[1] == pytest.approx(0.5, abs=0.002)
    assert smile == ("AU12 smile", None)


def test_no_face_and_a_silent_sidecar_tell_nothing_but_what_was_counted() -> None:
    monitor = AffectMonitor(rows=1)
    monitor.add(updated(0, units={"au12_smile": 0.7}))
    monitor.add(updated(1, units={"au12_smile": 0.7}, blinks=(1, 0, 0, 150)))
    nothing = AffectReading(units=(("AU12 smile", None),), blinks=Blinks(1, 0, 0, 150))
    assert monitor.reading(0, silent=False).gaze_deg is not None
    assert monitor.reading(TENTH, silent=True) == nothing
    monitor.add(updated(2, found=False))
    assert monitor.reading(2 * TENTH, silent=False) == nothing


def test_parts_that_a_sidecar_does_not_measure_are_none() -> None:
    monitor = AffectMonitor(rows=2)
    monitor.add(updated(0, gaze_deg=None, lids=None, blinks=None))
    reading = monitor.reading(0, silent=False)
    assert (reading.gaze_deg, reading.lids, reading.blinks) == (None, None, None)


def test_feelings_are_there_from_the_first_on_and_empty_where_nothing_is_told() -> None:
    monitor = AffectMonitor(rows=1)
    monitor.add(updated(0))
    assert monitor.reading(0, silent=False).feeling is None
    monitor.add(updated(1, found=False, feeling=Feeling()))
    felt = monitor.reading(0, silent=False).feeling
    assert felt is not None
    assert felt.held == "happy"
    assert monitor.reading(0, silent=True).feeling == FeelingReading()
    monitor.add(updated(2))
    assert monitor.reading(0, silent=False).feeling == FeelingReading()


def test_whether_somebody_speaks_needs_no_face() -> None:
    monitor = AffectMonitor(rows=1)
    monitor.add(updated(0, found=False, speaking=0.4))
    assert monitor.reading(0, silent=False).speaking == pytest.approx(0.4, abs=0.002)
    assert monitor.reading(0, silent=True).speaking is None
    monitor.add(updated(1))
    assert monitor.reading(0, silent=False).speaking is None
