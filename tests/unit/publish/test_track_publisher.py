from __future__ import annotations

import pytest

from affectia.clock import NANOS_PER_SEC, FakeClock
from affectia.publish.track_publisher import PATIENCE_NANOS, TrackPublisher

pytestmark = pytest.mark.unit

A, B = b"track/a\0", b"track/b\0"
BODIES = [b"1", b"2", b"3"]


class Reader:
    """A transport with one reader of each topic, who has room for so many messages."""

    def __init__(self) -> None:
        self.room = {A: 100, B: 100}
        self.sent: list[tuple[bytes, bytes]] = []
        self.lost: list[bytes] = []

    def try_send(self, topic: bytes, body: bytes) -> bool:
        if not self.room[topic]:
            return False
        self.send(topic, body)
        return True

    def send(self, topic: bytes, body: bytes) -> None:
        if self.room[topic]:
            self.room[topic] -= 1
            self.sent.append((topic, body))
        else:
            self.lost.append(body)


def test_chunks_go_out_in_order() -> None:
    reader = Reader()
    publisher = TrackPublisher(reader, FakeClock())
    assert publisher.send(A, BODIES) == 3
    assert [body for _, body in reader.sent] == BODIES
    assert (publisher.sent_count, publisher.forced_count) == (3, 0)


def test_a_reader_who_is_busy_for_a_moment_loses_nothing() -> None:
    reader, clock = Reader(), FakeClock()
    publisher = TrackPublisher(reader, clock)
    reader.room[A] = 1
    assert publisher.send(A, BODIES) == 1
    clock.advance(nanos=PATIENCE_NANOS - 1)
    assert publisher.send(A, BODIES[1:]) == 0
    reader.room[A] = 100
    assert publisher.send(A, BODIES[1:]) == 2
    assert [body for _, body in reader.sent] == BODIES
    assert not reader.lost


def test_a_reader_who_does_not_read_holds_nobody_up_for_long() -> None:
    reader, clock = Reader(), FakeClock()
    publisher = TrackPublisher(reader, clock)
    reader.room[A] = 0
    assert publisher.send(A, BODIES) == 0
    assert publisher.send(B, BODIES) == 3  # another topic is not held up
    clock.advance(nanos=PATIENCE_NANOS)
    assert publisher.send(A, BODIES) == 3
    assert publisher.send(A, [b"4"]) == 1  # nor is what follows
    assert reader.lost == [*BODIES, b"4"]
    assert publisher.forced_count == 4


def test_a_reader_who_reads_again_is_waited_for_again() -> None:
    reader, clock = Reader(), FakeClock()
    publisher = TrackPublisher(reader, clock)
    reader.room[A] = 0
    publisher.send(A, [b"1"])
    clock.advance(nanos=PATIENCE_NANOS)
    publisher.send(A, [b"1"])
    reader.room[A] = 1
    assert publisher.send(A, [b"2"]) == 1
    assert publisher.send(A, [b"3"]) == 0
    assert reader.lost == [b"1"]


def test_topics_that_are_gone_are_not_remembered_for_ever() -> None:
    reader = Reader()
    publisher = TrackPublisher(reader, FakeClock(start_nanos=NANOS_PER_SEC))
    for number in range(2000):
        topic = b"track/%d\0" % number
        reader.room[topic] = 0
        publisher.send(topic, [b"1"])
    assert len(publisher._full_since_nanos) <= 256
