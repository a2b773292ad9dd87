from __future__ import annotations

import math
import tracemalloc
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from affectia.client.track_queue import TrackQueue
from affectia.errors import ConfigError
from affectia.wire.layout import TRACK
from affectia.wire.track_chunk import TrackChunk

pytestmark = pytest.mark.unit

RATE, FPS = 48000, 60
SIL = TRACK.parts[1].index("sil")


def chunk(sequence: int, start: int, *levels: int, end: bool = False, stream: int = 7) -> TrackChunk:
    """A chunk with every weight of a frame, visemes too, at its level of 255."""
    shapes, visemes = (b"".join(TRACK.count(part) * bytes([level]) for level in levels) for part in (0, 1))
    return TrackChunk(stream, sequence, start, RATE, FPS, shapes, visemes, end=end)


def filled(*chunks: TrackChunk, capacity_millis: int = 10_000) -> TrackQueue:
    queue = TrackQueue(capacity_millis=capacity_millis)
    assert all(queue.push(each) for each in chunks)
    return queue


def test_a_pose_has_the_names_of_the_layout() -> None:
    pose = filled(chunk(0, 0, 255)).sample(0)
    assert pose.blendshapes.tolist() == [1] * len(pose.layout.parts[0])
    assert pose.visemes.tolist() == [1] * len(pose.layout.parts[1])
    assert pose.is_valid


def test_an_empty_queue_is_shut_and_knows_no_track() -> None:
    queue = TrackQueue()
    pose = queue.sample(0)
    assert (pose.is_valid, pose.has_ended) == (False, False)
    assert not pose.blendshapes.any()
    assert pose.visemes.tolist() == [place == SIL for place in range(15)]
    assert (queue.stream_id, queue.sample_rate_hz, queue.frame_rate_hz, queue.frame_count) == (None, 0, 0, 0)


def test_the_track_is_known_from_its_first_chunk() -> None:
    queue = filled(chunk(0, 0, 255))
    assert (queue.stream_id, queue.sample_rate_hz, queue.frame_rate_hz) == (7, RATE, FPS)


@pytest.mark.parametrize("position", [math.nan, math.inf, -math.inf])
def test_a_position_that_is_no_number_is_shut_and_forgotten(position: float) -> None:
    queue = filled(chunk(0, 0, *[255] * 600))
    pose = queue.sample(position)
    assert not pose.is_valid
    assert not pose.blendshapes.any()
    assert not queue.push(chunk(1, 480_000, 255))  # it was no position: nothing was played
    assert queue.sample(0).is_valid


def test_the_pose_is_one_object_and_asking_costs_no_memory() -> None:
    queue = filled(*(chunk(number, number * RATE, *[255] * FPS) for number in range(10)))
    pose = queue.sample(0)
    arrays = (pose.blendshapes, pose.visemes)
    positions = [number * 479.0 for number in range(1000)]
    tracemalloc.start()
    try:
        for position in positions:
            queue.sample(position)
        before, _ = tracemalloc.get_traced_memory()
        for position in positions:
            assert queue.sample(position) is pose
        after, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert after - before < 1000
    assert pose.blendshapes is arrays[0]
    assert pose.visemes is arrays[1]


def test_what_is_kept_is_bounded_while_an_endless_line_is_played() -> None:
    queue = TrackQueue()
    for number in range(100):
        assert queue.push(chunk(number, number * RATE, *[255] * FPS))
        assert queue.sample((number + 0.5) * RATE).is_valid
        assert queue.frame_count <= 600
    assert queue.refused == 0


@pytest.mark.parametrize("levels", [(255,), ()])
def test_no_flood_of_chunks_is_kept(levels: tuple[int, ...]) -> None:
    queue = TrackQueue()
    for number in range(2000):
        queue.push(chunk(number, number * 800, *levels, end=not levels))
    assert queue.frame_count == (600 if levels else 606)
    assert queue.refused == 2000 - queue.frame_count


def test_a_capacity_that_is_none_is_refused() -> None:
    with pytest.raises(ConfigError, match="^capacity_millis is 0, expected 1 or more$"):
        TrackQueue(capacity_millis=0)


def test_rates_and_counters_are_those_of_the_track() -> None:
    queue = filled(chunk(0, 0, 255), chunk(3, 800, 255))
    assert not queue.push(replace(chunk(4, 1600, 255), frame_rate_hz=30))
    assert (queue.lost, queue.late, queue.refused) == (2, 0, 1)
    assert queue.push(chunk(9, 0, 255, stream=8))
    assert (queue.stream_id, queue.lost, queue.late, queue.refused) == (8, 0, 0, 0)
    assert not queue.push(chunk(5, 0, 255))
    assert queue.late == 1


class Naive:
    """The rule of protos/track.md, section 3, as a list of frames with exact positions; no limit, one track, nothing late."""

    def __init__(self) -> None:
        self.frames: list[tuple[Fraction, float | None]] = []  # position, and the level 0..1 or None for an end

    def push(self, start: int, levels: tuple[int, ...], *, end: bool) -> None:
        interval = Fraction(RATE, FPS)
        self.frames = [each for each in self.frames if each[0] < start]
        self.frames += [(start + k * interval, level / 255) for k, level in enumerate(levels)]
        if end:
            self.frames.append((start + len(levels) * interval, None))

    def sample(self, position: Fraction) -> tuple[float, bool, bool]:
        """The level, whether it is valid, and whether the track has ended."""
        before = [each for each in self.frames if each[0] <= position]
        behind = [each for each in self.frames if each[0] > position]
        if not before:
            return 0.0, False, False
        at, level = before[-1]
        t = min(1.0, max(0.0, (float(position - at) / RATE - 0.1) / 0.1))
        amount = 0.0 if level is None else 1 - t * t * (3 - 2 * t)
        shown, valid = (level or 0.0) * amount, amount > 0
        if behind:
            next_at, next_level = behind[0]
            span = min(Fraction(RATE, FPS), next_at - at)
            f = max(0.0, 1 - float((next_at - position) / span))
            shown += ((next_level or 0.0) - shown) * f
            valid |= next_level is not None and f > 0
        return shown, valid, level is None and not behind


pushes = st.tuples(st.integers(0, 40_000), st.lists(st.integers(0, 255), max_size=12).map(tuple), st.booleans())


@settings(max_examples=200, deadline=None, database=None)
@given(st.lists(pushes, min_size=1, max_size=8), st.lists(st.integers(0, 240_000), min_size=1, max_size=20))
def test_a_queue_shows_what_the_rule_says(given_pushes: list[tuple[int, tuple[int, ...], bool]], quarters: list[int]) -> None:
    queue, naive = TrackQueue(), Naive()
    for number, (start, levels, end) in enumerate(given_pushes):
        assert queue.push(chunk(number, start, *levels, end=end))
        naive.push(start, levels, end=end)
        for quarter in quarters:
            pose = queue.sample(quarter / 4)
            shown, valid, ended = naive.sample(Fraction(quarter, 4))
            assert pose.blendshapes == pytest.approx(np.full(33, shown), abs=1e-5)
            assert (pose.is_valid, pose.has_ended) == (valid, ended)
            assert bool(pose.blendshapes.any()) <= pose.is_valid  # what is not valid is shut
