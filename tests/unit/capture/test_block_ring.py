from __future__ import annotations

import numpy as np
import pytest

from affectia.capture.block_ring import BlockRing

pytestmark = pytest.mark.unit


def block(first: int, count: int) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    return np.arange(2 * first, 2 * (first + count), dtype=np.float32).reshape(-1, 2)


def test_blocks_come_out_as_they_went_in_all_the_way_round() -> None:
    ring = BlockRing(capacity=10, channels=2)
    first = 0
    for number in range(50):
        length = 1 + number % 4
        for _ in range(2):
            ring.put(block(first, length), heard_at_nanos=first, is_gap=False)
            first += length
        for begin in (first - 2 * length, first - length):
            taken = ring.take()
            assert taken is not None
            assert np.array_equal(taken.samples, block(begin, length))
            assert (taken.first_sample, taken.heard_at_nanos, taken.is_gap) == (begin, begin, False)
    assert ring.take() is None
    assert ring.lost_count == 0


def test_what_finds_no_room_is_lost_and_counted_and_told() -> None:
    ring = BlockRing(capacity=10, channels=2)
    for first in (0, 4, 8, 12):
        ring.put(block(first, 4), heard_at_nanos=0, is_gap=False)
    assert ring.lost_count == 8
    assert [ring.take() is not None for _ in range(3)] == [True, True, False]
    ring.put(block(16, 4), heard_at_nanos=0, is_gap=False)
    ring.put(block(20, 4), heard_at_nanos=0, is_gap=False)
    found = [ring.take(), ring.take()]
    assert [(each.first_sample, each.is_gap) for each in found if each is not None] == [(16, True), (20, False)]


def test_a_gap_of_the_driver_is_told() -> None:
    ring = BlockRing(capacity=10, channels=2)
    ring.put(block(0, 2), heard_at_nanos=0, is_gap=True)
    ring.put(block(2, 0), heard_at_nanos=0, is_gap=True)
    ring.put(block(2, 2), heard_at_nanos=0, is_gap=False)
    ring.put(block(4, 2), heard_at_nanos=0, is_gap=False)
    found = [ring.take() for _ in range(3)]
    assert [each.is_gap for each in found if each is not None] == [True, True, False]


def test_memory_is_the_takers_own_and_the_givers_is_only_lent() -> None:
    ring = BlockRing(capacity=4, channels=2)
    lent = block(0, 4)
    ring.put(lent, heard_at_nanos=0, is_gap=False)
    lent[:] = 0
    taken = ring.take()
    ring.put(block(9, 4), heard_at_nanos=0, is_gap=False)
    assert taken is not None
    assert np.array_equal(taken.samples, block(0, 4))


def test_a_block_that_is_longer_than_all_of_it_is_lost() -> None:
    ring = BlockRing(capacity=4, channels=2)
    ring.put(block(0, 5), heard_at_nanos=0, is_gap=False)
    assert (ring.lost_count, ring.take()) == (5, None)
