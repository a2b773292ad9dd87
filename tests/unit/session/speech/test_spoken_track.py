from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from numpy.typing import NDArray

from affectia.session.speech.spoken_track import SpokenTrack
from affectia.session.speech.track_mouths import ROW, SHAPES
from affectia.wire.track_chunk import TrackChunk
from affectia.wire.track_file import check_track
from tests.unit.fakes import VISEME
from tests.unit.session.speech.made_lines import JAW_OPEN, jaw, queue_of

pytestmark = pytest.mark.unit

SIL = SHAPES + VISEME["sil"]
AA = SHAPES + VISEME["aa"]


def track(rate_hz: int = 24_000, frame_rate_hz: int = 60) -> SpokenTrack:
    return SpokenTrack(stream_id=9, rate_hz=rate_hz, frame_rate_hz=frame_rate_hz, look_ahead_millis=78, degraded=True)


def rows(count: int, opened: int = 200) -> NDArray[np.uint8]:
    """A jaw that is open, and says aa."""
    made = np.zeros((count, ROW), np.uint8)
    made[:, JAW_OPEN] = opened
    made[:, AA if opened else SIL] = 255
    return made


def swinging(count: int) -> NDArray[np.uint8]:
    made = rows(count)
    made[:, JAW_OPEN] = np.rint(120 + 100 * np.sin(np.arange(count) * 0.7))
    return made


def test_chunks_are_whole_until_the_rest_is_wanted() -> None:
    made = track()
    made.add(rows(29))
    first = made.chunks(all_of_them=False)
    assert [chunk.frame_count for chunk in first] == [12, 12]
    assert made.waiting == 5
    rest = made.chunks(all_of_them=True)
    assert [chunk.frame_count for chunk in rest] == [5]
    assert [chunk.start_sample for chunk in (*first, *rest)] == [0, 4800, 9600]
    assert [chunk.sequence for chunk in (*first, *rest)] == [0, 1, 2]
    assert {(chunk.stream_id, chunk.look_ahead_millis, chunk.degraded, chunk.end) for chunk in first} == {(9, 78, True, False)}


@pytest.mark.parametrize("frame_rate_hz", [24, 30, 60, 90])
@pytest.mark.parametrize("rate_hz", [22_050, 24_000, 44_100, 48_000])
def test_in_an_hour_no_frame_strays_by_a_sample(rate_hz: int, frame_rate_hz: int) -> None:
    made = track(rate_hz, frame_rate_hz)
    still, number, worst = rows(7), 0, Fraction(0)
    while number < 3600 * frame_rate_hz:
        made.add(still)
        for chunk in made.chunks(all_of_them=number % 3 == 0):
            for frame in (0, chunk.frame_count - 1):
                worst = max(worst, abs(chunk.frame_sample(frame) - Fraction((number + frame) * rate_hz, frame_rate_hz)))
            number += chunk.frame_count
    assert worst < 1
    assert len(made._rows) <= 12 * frame_rate_hz + made.chunk_frames + 7


def test_an_open_mouth_shuts_behind_the_end_within_a_tenth_of_a_second() -> None:
    made = track()
    made.add(rows(20))
    chunks = made.finish()
    check_track(chunks)
    openness = jaw(chunks)
    assert len(openness) == 25  # the 20, five closing ones, and the end
    assert (np.diff(openness[19:]) < 0).all()
    assert made.is_over
    assert made.over_at_sample == made.sample_of(20)
    queue = queue_of(chunks)
    assert queue.sample(25 * 400).blendshapes.max() == 0
    assert queue.sample(25 * 400).has_ended


@pytest.mark.parametrize("count", [0, 1, 12, 24])
def test_a_shut_mouth_just_ends(count: int) -> None:
    made = track()
    made.add(rows(count, opened=0))
    chunks = made.finish()
    check_track(chunks)
    assert sum(chunk.frame_count for chunk in chunks) == count


@pytest.mark.parametrize("frame_rate_hz", [10, 24, 60, 240])
@pytest.mark.parametrize("at_sample", [0, 1, 7000, 7200, 23_999])
def test_a_cut_goes_on_from_the_pose_there_and_is_shut_within_a_tenth_of_a_second(at_sample: int, frame_rate_hz: int) -> None:
    made = track(24_000, frame_rate_hz)
    made.add(swinging(frame_rate_hz + 1))
    before = made.chunks(all_of_them=True)
    queue = queue_of(before)
    pose = queue.sample(at_sample).blendshapes.copy()
    chunks, cut_sample, closed_by = made.cut(at_sample)
    assert (cut_sample, len(chunks)) == (at_sample, 1)
    assert closed_by - at_sample <= 2400
    assert queue.push(chunks[0])
    np.testing.assert_allclose(queue.sample(at_sample).blendshapes, pose, atol=0.5 / 255 + 1e-6)
    just_before = queue.sample(at_sample - 1e-3).blendshapes.copy() if at_sample else pose
    np.testing.assert_allclose(just_before, pose, atol=1 / 255)
    assert queue.sample(closed_by).blendshapes.max() == 0
    openness = jaw(chunks)
    assert (np.diff(openness) <= 0).all()


def test_a_cut_takes_back_what_waits_behind_it_and_sends_what_waits_before() -> None:
    made = track()
    made.add(rows(40))
    made.chunks(all_of_them=False)
    assert made.taken == 36
    chunks, _, _ = made.cut(38 * 400 + 100)
    assert [(chunk.frame_count, chunk.end) for chunk in chunks] == [(3, False), (6, True)]
    assert chunks[0].start_sample == 36 * 400


def test_a_cut_behind_the_last_frame_is_one_there() -> None:
    made = track()
    made.add(rows(12))
    made.chunks(all_of_them=True)
    chunks, at_sample, closed_by = made.cut(10**9)
    assert (at_sample, closed_by) == (4800, 7200)
    assert jaw(chunks)[0] == pytest.approx(200 / 255)


def test_a_cut_before_what_is_kept_is_one_at_the_first_that_is() -> None:
    made = track()
    for _ in range(200):
        made.add(rows(12))
        made.chunks(all_of_them=True)
    _, at_sample, _ = made.cut(5)
    assert at_sample == made.sample_of(200 * 12 - 12 - 12 * 60)


def test_a_track_that_is_cut_twice_ends_at_the_earlier_place() -> None:
    made = track()
    made.add(rows(60))
    sent: list[TrackChunk] = made.chunks(all_of_them=True)
    for at_sample in (20_000, 8000):
        chunks, _, _ = made.cut(at_sample)
        sent += chunks
    assert made.over_at_sample == 8000
    assert [chunk.sequence for chunk in sent] == list(range(len(sent)))
    assert queue_of(sent).sample(8000 + 2400).has_ended


def test_a_track_without_frames_is_cut_to_nothing() -> None:
    made = track()
    chunks, at_sample, closed_by = made.cut(500)
    assert [(chunk.frame_count, chunk.end) for chunk in chunks] == [(0, True)]
    assert (at_sample, closed_by) == (0, 0)


def test_what_is_dropped_never_was() -> None:
    made = track()
    made.add(rows(40))
    made.drop()
    assert (made.waiting, made.is_over) == (0, True)
