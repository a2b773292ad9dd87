from __future__ import annotations

import asyncio
import threading

import pytest

from affectia.control.speech_replies import MOST_WAITING, SpeechReplies, reply
from affectia.errors import ConfigError
from affectia.session.speech.speech_events import ChunkSent, Ended, EndReason, Failed, Flushed, Progress, SpeechEvent
from affectia.v1 import speak_pb2

pytestmark = pytest.mark.unit


def test_events_of_another_thread_come_out_in_order() -> None:
    events: list[SpeechEvent] = [ChunkSent(b"1"), Flushed(2, 3), Ended(EndReason.FLUSHED, 3, 0, ())]

    async def run() -> None:
        replies = SpeechReplies(with_chunks=True)
        waiting = asyncio.ensure_future(replies.next())
        await asyncio.sleep(0)

        def tell() -> None:
            for event in events:
                replies.tell(event)

        teller = threading.Thread(target=tell)
        teller.start()
        assert [await asyncio.wait_for(waiting, 10), await replies.next(), await replies.next()] == events
        teller.join()

    asyncio.run(run())


def test_of_progress_only_the_newest_waits() -> None:
    async def run() -> None:
        replies = SpeechReplies(with_chunks=True)
        for event in (Progress(1, 1), Progress(2, 2), ChunkSent(b"1"), Progress(3, 3)):
            replies.tell(event)
        assert [await replies.next() for _ in range(3)] == [Progress(2, 2), ChunkSent(b"1"), Progress(3, 3)]

    asyncio.run(run())


def test_who_wants_no_chunks_gets_none() -> None:
    async def run() -> None:
        replies = SpeechReplies(with_chunks=False)
        for _ in range(MOST_WAITING + 1):
            replies.tell(ChunkSent(b"1"))
        assert replies.has_room
        replies.tell(Progress(1, 1))
        assert await replies.next() == Progress(1, 1)

    asyncio.run(run())


def test_a_caller_that_does_not_read_leaves_no_room() -> None:
    async def run() -> None:
        replies = SpeechReplies(with_chunks=True)
        for _ in range(MOST_WAITING):
            assert replies.has_room
            replies.tell(ChunkSent(b"1"))
        assert not replies.has_room
        await replies.next()
        assert replies.has_room

    asyncio.run(run())


def test_whoever_waits_for_room_is_woken() -> None:
    async def run() -> None:
        replies = SpeechReplies(with_chunks=True)
        room: list[bool] = []

        def has_room() -> bool:
            if not room:
                threading.Thread(target=replies.wake).start()  # just when it is asked
                room.append(True)
                return False
            return True

        await asyncio.wait_for(replies.room(has_room, 100), 10)

    asyncio.run(run())


def test_who_finds_room_does_not_wait() -> None:
    async def run() -> None:
        await asyncio.wait_for(SpeechReplies(with_chunks=True).room(lambda: True, 100), 10)

    asyncio.run(run())


def test_a_loop_that_is_closed_is_told_in_vain() -> None:
    async def make() -> SpeechReplies:
        return SpeechReplies(with_chunks=True)

    replies = asyncio.run(make())
    replies.tell(ChunkSent(b"1"))  # raises nothing
    replies.wake()


def test_every_event_has_its_message() -> None:
    assert reply(ChunkSent(b"body")).track_chunk == b"body"
    assert reply(Progress(5, 6)).progress == speak_pb2.SpeechProgress(heard_samples=5, queued_millis=6)
    assert reply(Flushed(7, 8)).flushed == speak_pb2.SpeechFlushed(at_sample=7, closed_by_sample=8)
    ended = reply(Ended(EndReason.INTERRUPTED, 9, 10, ("clipped",))).ended
    assert (ended.reason, ended.samples, ended.remaining_millis, list(ended.notices)) == (
        speak_pb2.SPEECH_END_REASON_INTERRUPTED,
        9,
        10,
        ["clipped"],
    )
    with pytest.raises(ConfigError, match="^so it was$"):
        reply(Failed(ConfigError("so it was")))


def test_what_a_caller_did_wrong_is_told_before_what_waits() -> None:
    async def run() -> None:
        replies = SpeechReplies(with_chunks=True)
        replies.tell(Ended(EndReason.FINISHED, 3, 0, ()))  # the line may end between the caller's end and its next request
        wrong = ConfigError("line has ended and gets more pcm")
        replies.fail(wrong)
        assert await asyncio.wait_for(replies.next(), 10) == Failed(wrong)

    asyncio.run(run())
