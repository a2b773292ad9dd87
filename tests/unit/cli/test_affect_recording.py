from __future__ import annotations

import numpy as np
import pytest

from affectia.cli.action_units import LABELS
from affectia.cli.affect_recording import NONE_HELD, NOT_TOLD, AffectRecording
from affectia.client import Blinks
from tests.unit.cli.frames_by_hand import Feeling, updated

pytestmark = pytest.mark.unit

SMILE, JAW = LABELS.index("AU12 smile"), LABELS.index("AU26 jaw drop")


def test_curves_have_a_row_per_update() -> None:
    recording = AffectRecording()
    for number in range(10):
        units = {"au12_smile": number / 10, "au26_jaw_drop": None if number < 5 else 0.4}
        recording.add(updated(number, at_millis=10 * number, units=units, blinks=(number // 4, 0, number // 9, 200 - number)))
    curves = recording.curves()
    assert np.diff(curves.times_nanos).tolist() == [10_000_000] * 9
    np.testing.assert_allclose(curves.units[:, SMILE], np.arange(10) / 10, atol=0.002)
    assert np.isnan(curves.units[:, JAW]).tolist() == [True] * 5 + [False] * 5
    assert curves.blinks == Blinks(2, 0, 1, 191)
    assert np.isnan(curves.speaking).all()


def test_speech_is_a_number_from_where_somebody_is_listened_to() -> None:
    recording = AffectRecording()
    for number, speaking in enumerate((None, 0.0, 0.8)):
        recording.add(updated(number, at_millis=10 * number, speaking=speaking))
    np.testing.assert_allclose(recording.curves().speaking, (np.nan, 0.0, 0.8))


def test_feelings_are_kept_and_what_is_not_told_is_no_number() -> None:
    recording = AffectRecording()
    recording.add(updated(0))
    recording.add(updated(1, at_millis=10, feeling=Feeling(held=None)))
    recording.add(updated(2, at_millis=20, feeling=Feeling(held="sad", shares=(0.2, 0.8))))
    faded = updated(3, at_millis=30, feeling=Feeling())
    faded.update.groups = bytes(24)
    recording.add(faded)
    curves = recording.curves()
    assert curves.held.tolist() == [NOT_TOLD, NONE_HELD, 2, NOT_TOLD]
    np.testing.assert_allclose(curves.affect, [[np.nan] * 3, [0.5, -0.25, 0], [0.5, -0.25, 0], [np.nan] * 3], atol=0.005)
    np.testing.assert_allclose(curves.shares, [[np.nan] * 2, [0.6, 0.4], [0.2, 0.8], [np.nan] * 2], atol=0.002)


def test_strongest_come_first_and_one_slip_does_not_make_a_unit_strong() -> None:
    recording = AffectRecording()
    for number in range(200):
        units = {"au12_smile": 0.5, "au26_jaw_drop": 0.7 * (number % 10 == 0), "au04_brow_lower": 1.0 * (number == 50)}
        recording.add(updated(number, at_millis=number, units=units))
    strongest = recording.curves().strongest(5)
    assert [place for place, _strength in strongest] == [JAW, SMILE]
    assert [strength for _place, strength in strongest] == pytest.approx([0.7, 0.5], abs=0.002)
    assert recording.curves().strongest(1) == strongest[:1]


def test_strength_is_of_what_was_measured() -> None:
    recording = AffectRecording()
    for number in range(100):
        recording.add(updated(number, at_millis=number, units={"au12_smile": 0.6 if number < 5 else None}))
    assert recording.curves().strongest(3) == [(SMILE, float(np.float32(153 / 255)))]  # 0.6 as it travels


def test_other_avatars_and_times_that_do_not_rise_are_left_out() -> None:
    recording = AffectRecording()
    recording.add(updated(0, at_millis=5))
    recording.add(updated(0, at_millis=6, avatar_id="default-2"))
    recording.add(updated(1, at_millis=5))
    recording.add(updated(2, at_millis=7))
    assert np.diff(recording.curves().times_nanos).tolist() == [2_000_000]


def test_nothing_received_or_measured_is_no_error() -> None:
    empty = AffectRecording().curves()
    assert (empty.units.shape, empty.blinks, empty.strongest(5)) == ((0, 28), None, [])
    assert (empty.held.size, empty.affect.shape, empty.shares.shape) == (0, (0, 3), (0, 2))
    recording = AffectRecording()
    recording.add(updated(0, found=False))
    assert recording.curves().strongest(5) == []
