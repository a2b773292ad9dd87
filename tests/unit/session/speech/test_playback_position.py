from __future__ import annotations

import pytest

from affectia.clock import NANOS_PER_MILLI, NANOS_PER_SEC
from affectia.session.speech.playback_position import PlaybackPosition

pytestmark = pytest.mark.unit

SEC = NANOS_PER_SEC


def test_time_runs_from_the_first_frames_on_and_no_further_than_there_are_frames() -> None:
    position = PlaybackPosition(1000)
    assert position.likely_sample(5 * SEC) == position.played_sample(5 * SEC) == 0
    position.note_out(2000, 10 * SEC)
    assert position.played_sample(11 * SEC) == 1000
    assert position.remaining_millis(11 * SEC) == 1000
    assert position.played_sample(99 * SEC) == 2000
    assert position.remaining_nanos(99 * SEC) == 0


def test_playback_that_ran_dry_goes_on_with_the_next_frames() -> None:
    position = PlaybackPosition(1000)
    position.note_out(1000, 0)
    position.note_out(2000, 7 * SEC)  # six seconds late
    assert position.played_sample(7 * SEC) == 1000
    assert position.played_sample(7 * SEC + 500 * NANOS_PER_MILLI) == 1500


@pytest.mark.parametrize("rate_hz", [22_050, 24_000, 44_100, 48_000])
def test_an_hour_of_frames_loses_no_sample(rate_hz: int) -> None:
    position = PlaybackPosition(rate_hz)
    for step in range(5 * 3600):  # a chunk of 200 ms each, 400 ms ahead
        position.note_out((step + 2) * rate_hz // 5, step * SEC // 5 + 12_345)
    assert position.likely_sample(3600 * SEC + 12_345) == 3600 * rate_hz


def test_a_report_counts_more_than_the_clock() -> None:
    position = PlaybackPosition(1000)
    position.note_out(9000, 0)
    position.report(500, 3 * SEC)
    assert position.played_sample(3 * SEC) == 500
    assert position.played_sample(4 * SEC) == 500
    assert position.likely_sample(4 * SEC) == 1500
    position.report(400, 4 * SEC)  # overtaken
    assert position.reported_sample == 500


def test_a_report_beyond_what_is_out_is_worth_what_is_out() -> None:
    position = PlaybackPosition(1000)
    position.note_out(2000, 0)
    position.report(5000, 0)
    assert position.played_sample(0) == 2000


def test_an_old_report_is_overtaken_by_time_and_one_of_a_pause_is_not() -> None:
    position = PlaybackPosition(1000)
    position.note_out(9000, 0)
    position.report(1000, 0)
    assert position.played_sample(5 * SEC) == 4000  # 2 s behind where it likely is
    for second in range(6):  # playback stands still
        position.report(1000, second * SEC)
    assert position.played_sample(5 * SEC) == position.likely_sample(5 * SEC) == 1000


def test_a_cut_takes_back_what_is_out() -> None:
    position = PlaybackPosition(1000)
    position.note_out(9000, 0)
    position.note_out(2100, 2 * SEC)
    assert position.remaining_millis(2 * SEC) == 100
    assert position.played_sample(10 * SEC) == 2100
