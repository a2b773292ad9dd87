from __future__ import annotations

import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affectia.capture.mailbox import Mailbox

pytestmark = pytest.mark.unit


def test_the_newest_wins_and_what_it_replaces_is_counted() -> None:
    box: Mailbox[int] = Mailbox()
    assert box.take() is None
    for item in (1, 2, 3):
        box.put(item)
    assert box.is_full
    assert (box.take(), box.take()) == (3, None)
    assert not box.is_full
    assert (box.put_count, box.dropped_count) == (3, 2)


@given(st.lists(st.sampled_from(("put", "take")), max_size=60))
def test_every_item_is_taken_dropped_or_waiting(events: list[str]) -> None:
    box: Mailbox[int] = Mailbox()
    taken: list[int] = []
    for number, event in enumerate(events):
        if event == "put":
            box.put(number)
        elif (item := box.take()) is not None:
            taken.append(item)
    assert taken == sorted(taken)
    assert box.put_count == len(taken) + box.dropped_count + box.is_full == events.count("put")


def test_a_writer_in_lock_step_waits_for_the_reader() -> None:
    box: Mailbox[int] = Mailbox()
    assert box.put_when_empty(1, 0)
    assert not box.put_when_empty(2, 0.001)
    writer = threading.Thread(target=box.put_when_empty, args=(2, 10))
    writer.start()
    taken = [box.take()]
    writer.join(10)
    taken.append(box.take())
    assert taken == [1, 2]
    assert box.dropped_count == 0


def test_closing_ends_the_wait_of_a_writer() -> None:
    box: Mailbox[int] = Mailbox()
    box.put(1)
    done: list[bool] = []
    writer = threading.Thread(target=lambda: done.append(box.put_when_empty(2, 60)))
    writer.start()
    box.close()
    writer.join(10)
    assert done == [False]
    assert box.take() == 1
    assert not box.put_when_empty(3, 60)


def test_a_mailbox_does_not_grow() -> None:
    box: Mailbox[bytes] = Mailbox()
    for number in range(1000):
        box.put(bytes(number))
    kept = [value for value in vars(box).values() if isinstance(value, bytes | list | dict | set | tuple)]
    assert kept == [bytes(999)]
