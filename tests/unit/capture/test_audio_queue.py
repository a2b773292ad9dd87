from __future__ import annotations

import threading

import numpy as np
import pytest

from affectia.capture.audio_queue import AudioQueue
from affectia.errors import ConfigError
from affectia.signals.audio_sample import AudioSample

pytestmark = pytest.mark.unit


def block(number: int, *, length: int = 160) -> AudioSample:
    return AudioSample(number, np.full(length, number, np.float32), 16000, number * length)


def taken(queue: AudioQueue) -> list[tuple[int, bool]]:
    found = []
    while (sample := queue.take()) is not None:
        found.append((sample.starts_at_nanos, sample.follows))
    return found


def test_samples_come_out_in_their_order() -> None:
    queue = AudioQueue()
    assert queue.take() is None
    for number in range(3):
        queue.put(block(number))
    assert queue.waiting_secs == pytest.approx(0.03)
    assert taken(queue) == [(0, True), (1, True), (2, True)]
    assert (queue.put_count, queue.dropped_count, queue.waiting_secs) == (3, 0, 0)


def test_half_a_second_fits_and_then_the_oldest_is_lost_and_told() -> None:
    queue = AudioQueue()
    for number in range(50):
        queue.put(block(number))
    assert queue.dropped_count == 0
    queue.put(block(50))
    queue.put(block(51))
    assert queue.dropped_count == 2
    assert queue.waiting_secs == pytest.approx(0.5)
    found = taken(queue)
    assert found[:2] == [(2, False), (3, True)]
    assert len(found) == 50
    assert all(follows for _, follows in found[1:])


def test_a_sample_that_is_longer_than_the_queue_is_not_lost() -> None:
    queue = AudioQueue(longest_secs=0.02)
    queue.put(block(1))
    queue.put(block(2, length=1000))
    assert taken(queue) == [(2, False)]


def test_each_put_wakes_who_listens() -> None:
    woken: list[int] = []
    queue = AudioQueue(on_put=lambda: woken.append(queue.put_count))
    queue.put(block(1))
    assert queue.put_when_room(block(2), 0)
    assert woken == [1, 2]


def test_the_callback_may_take() -> None:
    found: list[tuple[int, bool]] = []
    queue = AudioQueue(on_put=lambda: found.extend(taken(queue)))
    queue.put(block(1))
    assert found == [(1, True)]


def test_who_is_in_no_hurry_waits_for_room() -> None:
    queue = AudioQueue(longest_secs=0.01)
    assert queue.put_when_room(block(1), 0)
    assert not queue.put_when_room(block(2), 0)
    waits = threading.Thread(target=lambda: queue.put_when_room(block(3), 10))
    waits.start()
    assert taken(queue)[0] == (1, True)
    waits.join(10)
    assert not waits.is_alive()
    assert taken(queue) in ([(3, True)], [])
    assert queue.dropped_count == 0


def test_what_is_cleared_is_gone_and_the_next_one_begins_anew() -> None:
    queue = AudioQueue()
    queue.put(block(1))
    queue.clear()
    assert queue.take() is None
    queue.put(block(2))
    queue.put(block(3))
    assert taken(queue) == [(2, False), (3, True)]


def test_a_closed_queue_takes_nothing_and_lets_nobody_wait() -> None:
    queue = AudioQueue(longest_secs=0.01)
    queue.put(block(1))
    answers: list[bool] = []
    waits = threading.Thread(target=lambda: answers.append(queue.put_when_room(block(2), 60)))
    waits.start()
    queue.close()
    waits.join(10)
    assert answers in ([False], [True])
    queue.put(block(3))
    assert not queue.put_when_room(block(4), 60)


@pytest.mark.parametrize("secs", [0, -1, 61, float("nan")])
def test_lengths_that_cannot_be(secs: float) -> None:
    with pytest.raises(ConfigError, match="expected 0.01 to 60"):
        AudioQueue(longest_secs=secs)
