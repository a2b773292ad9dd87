from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from numpy.typing import NDArray

from affectia.perception.voice.heard_frames import HeardFrames
from affectia.session.speech.track_grid import GridLeads, TrackGrid, grid_frames
from affectia.signals.voice_observations import VISEMES
from tests.unit.fakes import VISEME

pytestmark = pytest.mark.unit

LEADS = GridLeads(mouth_secs=0.021, closure_secs=0.025)
STRENGTH = np.zeros((VISEMES, 2), np.float32)
STRENGTH[VISEME["PP"], 0] = 1.0
_HEARD, _LOUD, _CLOSURE, _SHOWN = slice(0, 15), 15, 16, slice(18, 33)


def heard(count: int, *, seed: int = 1) -> HeardFrames:
    random = np.random.default_rng(seed)
    visemes = random.random((count, VISEMES), np.float32)
    visemes /= visemes.sum(axis=1, keepdims=True)
    return HeardFrames(0, visemes, random.random(count, np.float32), np.ones(count, np.float32))


def part(frames: HeardFrames, first: int, last: int) -> HeardFrames:
    return HeardFrames(first, frames.visemes[first:last], frames.loudness[first:last], frames.speaking[first:last])


def taken(grids: list[TrackGrid], leads: GridLeads = LEADS) -> list[NDArray[np.float32]]:
    """The next frames of each grid that are shown: heard, loudness, closures and visemes side by side."""
    found = grid_frames(grids, leads=leads, closure_strength=STRENGTH)
    rows = np.concatenate((found.heard, found.loudness[:, None], found.closure, found.visemes), axis=1)
    ends = np.cumsum(found.counts)
    starts = ends - found.counts + found.unshown
    return [rows[start:end] for start, end in zip(starts.tolist(), ends.tolist(), strict=True)]


def whole(frames: HeardFrames, frame_rate_hz: int, count: int) -> NDArray[np.float32]:
    made = TrackGrid(frame_rate_hz, LEADS)
    made.add(frames)
    made.finish(count)
    return taken([made])[0]


@pytest.mark.parametrize("frame_rate_hz", [10, 24, 30, 60, 100, 144, 240])
def test_it_does_not_matter_how_the_sound_was_cut(frame_rate_hz: int) -> None:
    frames, random = heard(200), np.random.default_rng(3)
    cuts = [0, *sorted(random.integers(0, 200, 70).tolist()), 200]
    made, rows = TrackGrid(frame_rate_hz, LEADS), []
    for first, last in pairwise(cuts):
        made.add(part(frames, first, last))
        rows += taken([made])
    made.finish(frame_rate_hz * 2)
    rows += taken([made])
    again = np.concatenate(rows)
    assert len(again) == frame_rate_hz * 2
    np.testing.assert_allclose(again, whole(frames, frame_rate_hz, frame_rate_hz * 2), atol=1e-6)


def test_many_lines_at_once_are_as_each_alone() -> None:
    plan = [(60, 40, 1), (24, 90, 2), (240, 13, 3), (60, 0, 4)]
    grids, alone = [], []
    for rate, count, seed in plan:
        made = TrackGrid(rate, LEADS)
        made.add(heard(count, seed=seed))
        grids.append(made)
        single = TrackGrid(rate, LEADS)
        single.add(heard(count, seed=seed))
        alone += taken([single])
    for mine, expected in zip(taken(grids), alone, strict=True):
        np.testing.assert_array_equal(mine, expected)


def test_a_frame_shows_its_own_visemes_and_moves_by_those_of_a_little_later() -> None:
    leads = GridLeads(mouth_secs=0.02, closure_secs=0.03)
    frames, made = heard(100), TrackGrid(50, leads)
    made.add(frames)
    [rows] = taken([made], leads)
    count = len(rows)
    assert count == 49
    np.testing.assert_allclose(rows[:, _SHOWN], frames.visemes[: 2 * count : 2], atol=1e-6)
    np.testing.assert_allclose(rows[:-1, _HEARD], frames.visemes[2 : 2 * count : 2], atol=1e-6)
    np.testing.assert_allclose(rows[:-1, _LOUD], frames.loudness[2 : 2 * count : 2], atol=1e-6)


def test_a_frame_is_known_as_soon_as_its_last_heard_frame_is() -> None:
    frames, made = heard(100), TrackGrid(60, LEADS)
    shown = 0
    for number in range(100):
        made.add(part(frames, number, number + 1))
        [rows] = taken([made])
        shown += len(rows)
        assert shown == (int((number / 100 - LEADS.closure_secs) * 60 + 1e-6) + 1 if number >= 3 else 0)


def test_a_closure_of_one_heard_frame_is_demanded_of_a_track_of_ten() -> None:
    frames = heard(100)
    frames.visemes[:] = 0
    frames.visemes[:, VISEME["aa"]] = 1
    frames.visemes[47] = 0
    frames.visemes[47, VISEME["PP"]] = 1
    closures = whole(frames, 10, 10)[:, _CLOSURE]
    assert closures.max() == pytest.approx(1.0)
    assert np.count_nonzero(closures > 0.5) == 1


def test_behind_the_sound_there_is_silence() -> None:
    rows = whole(heard(10), 60, 60)
    np.testing.assert_allclose(rows[-30:, _SHOWN][:, VISEME["sil"]], 1)
    assert not rows[-30:, _LOUD].any()


def test_after_an_hour_a_frame_is_still_made_of_its_own_instant() -> None:
    made, block, count = TrackGrid(60, LEADS), 1000, 0
    rows = np.empty((0, 33), np.float32)
    for start in range(0, 360_000, block):
        frames = heard(block, seed=4)
        frames.loudness[:] = np.arange(start, start + block) % 997 / 997
        made.add(HeardFrames(start, frames.visemes, frames.loudness, frames.speaking))
        [rows] = taken([made])
        count += len(rows)
    assert count == 3600 * 60 - 2  # the last ones wait for 25 ms more
    places = (np.arange(count - len(rows), count) / 60 + LEADS.mouth_secs) * 100
    first = np.floor(places)
    expected = first % 997 / 997 + (places - first) * ((first + 1) % 997 / 997 - first % 997 / 997)
    np.testing.assert_allclose(rows[:, _LOUD], expected, atol=1e-5)


def test_no_more_is_kept_than_is_needed() -> None:
    made = TrackGrid(60, LEADS)
    for _ in range(300):
        made.add(heard(20))
        taken([made])
    assert len(made.kept) < 40


def test_nothing_heard_is_no_frame() -> None:
    made = TrackGrid(60, LEADS)
    made.add(HeardFrames.none(0))
    assert [len(rows) for rows in taken([made])] == [0]
    made.finish(0)
    assert [len(rows) for rows in taken([made])] == [0]
    assert taken([]) == []
