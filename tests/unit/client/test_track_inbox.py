from __future__ import annotations

import pytest

from affectia.client.received import ReceivedChunk
from affectia.client.track_inbox import TrackInbox
from affectia.wire.track_chunk import TrackChunk

pytestmark = pytest.mark.unit


def came(sequence: int, start_secs: float, frames: int = 60, *, name: str = "a", end: bool = False, stream: int = 7) -> ReceivedChunk:
    chunk = TrackChunk(stream, sequence, int(start_secs * 48000), 48000, 60, bytes(33 * frames), bytes(15 * frames), end=end)
    return ReceivedChunk(name, chunk, 5000)


def taken(inbox: TrackInbox) -> list[tuple[str, int]]:
    found = [inbox.take() for _ in range(len(inbox))]
    return [(each.avatar_id, each.chunk.sequence) for each in found]


def test_chunks_come_out_as_they_came_in() -> None:
    inbox = TrackInbox()
    for received in (came(0, 0), came(0, 0, name="b"), came(1, 1), came(2, 0.5), came(1, 1, name="b")):
        assert inbox.offer(received)
    assert taken(inbox) == [("a", 0), ("b", 0), ("a", 1), ("a", 2), ("b", 1)]
    assert len(inbox) == 0


def test_ten_seconds_of_each_avatar_are_kept() -> None:
    inbox = TrackInbox()
    for number in range(10):
        assert inbox.offer(came(number, number))
    assert not inbox.offer(came(10, 10, frames=1))
    assert inbox.offer(came(0, 0, name="b"))
    assert inbox.take().chunk.sequence == 0
    assert inbox.offer(came(11, 11))
    assert not inbox.offer(came(12, 12))
    assert taken(inbox) == [*(("a", number) for number in range(1, 10)), ("b", 0), ("a", 11)]


def test_chunks_without_frames_are_bounded_too() -> None:
    inbox = TrackInbox()
    assert [inbox.offer(came(number, number, frames=0)) for number in range(601)] == [True] * 600 + [False]


def test_a_flush_finds_room() -> None:
    inbox = TrackInbox()
    for number in range(10):
        inbox.offer(came(number, number))
    assert not inbox.offer(came(10, 9.5, frames=6))
    assert inbox.offer(came(11, 9.5, frames=6, end=True))  # it replaces no chunk whole
    assert not inbox.offer(came(12, 9.6, frames=1, end=True))
    assert len(inbox) == 11


def test_what_a_chunk_replaces_whole_makes_room_when_it_is_needed() -> None:
    inbox = TrackInbox()
    for number in range(9):
        inbox.offer(came(number, number))
    inbox.offer(came(0, 0, name="b"))
    assert inbox.offer(came(9, 5))
    assert len(inbox) == 11  # there was room: a reader gets every chunk
    assert inbox.offer(came(10, 4.5, frames=120))
    assert taken(inbox) == [*(("a", number) for number in range(5)), ("b", 0), ("a", 10)]


def test_a_new_track_makes_room() -> None:
    inbox = TrackInbox()
    for number in range(10):
        inbox.offer(came(number, number))
    assert inbox.offer(came(0, 100, stream=8))
    assert taken(inbox) == [("a", 0)]


def test_a_chunk_that_does_not_fit_at_all_changes_nothing() -> None:
    inbox = TrackInbox()
    for number in range(10):
        inbox.offer(came(number, number))
    assert not inbox.offer(came(10, 0, frames=601))
    assert len(inbox) == 10
