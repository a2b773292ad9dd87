from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import Any

import pytest

from affectia.control.frame_feed import FrameFeed, Receiver, topic_filter
from affectia.errors import ConfigError
from affectia.wire import topic

pytestmark = pytest.mark.unit

ANNA, BERT = topic.avatar("anna"), topic.avatar("bert")


class FakeTransport:
    """Sends to its taps, on the caller's thread."""

    def __init__(self) -> None:
        self.taps: list[Receiver] = []

    def tap(self, receiver: Receiver) -> Callable[[], None]:
        self.taps.append(receiver)
        return lambda: self.taps.remove(receiver)

    def send(self, name: bytes, body: bytes) -> None:
        for tap in self.taps:
            tap(name, body)

    def send_each(self, names: list[bytes]) -> None:
        for name in names:
            self.send(name, b"")


def everything(name: bytes) -> bool:
    return True


def test_newest_wins_per_topic_and_topics_take_turns() -> None:
    async def scene() -> None:
        transport = FakeTransport()
        with FrameFeed(transport.tap, everything) as feed:
            for number in range(3):
                transport.send(ANNA, b"anna %d" % number)
                transport.send(BERT, b"bert %d" % number)
            assert await anext(feed) == (ANNA, b"anna 2")
            transport.send(ANNA, b"anna 3")
            assert await anext(feed) == (BERT, b"bert 2")
            assert await anext(feed) == (ANNA, b"anna 3")
            assert feed.superseded_count == 4

    asyncio.run(scene())


def test_reader_that_sleeps_is_woken_from_another_thread() -> None:
    async def scene() -> None:
        transport = FakeTransport()
        with FrameFeed(transport.tap, everything) as feed:
            for number in range(50):
                reading = asyncio.ensure_future(anext(feed))
                await asyncio.sleep(0)
                assert not reading.done()
                sender = threading.Thread(target=transport.send, args=(ANNA, b"%d" % number))
                sender.start()
                assert await asyncio.wait_for(reading, 10) == (ANNA, b"%d" % number)
                sender.join()

    asyncio.run(scene())


def test_nothing_is_lost_between_a_busy_sender_and_a_reader() -> None:
    async def scene() -> None:
        transport = FakeTransport()
        names = [topic.avatar(f"a{number}") for number in range(2000)]
        with FrameFeed(transport.tap, everything) as feed:
            sender = threading.Thread(target=transport.send_each, args=(names,))
            sender.start()
            got = [(await asyncio.wait_for(anext(feed), 10))[0] for _ in names]
            sender.join()
        assert got == names

    asyncio.run(scene())


def test_one_wake_for_many_messages() -> None:
    async def scene() -> None:
        transport = FakeTransport()
        wakes: list[int] = []
        loop = asyncio.get_running_loop()
        with FrameFeed(transport.tap, everything) as feed:
            reading = asyncio.ensure_future(anext(feed))
            await asyncio.sleep(0)
            wake = loop.call_soon_threadsafe

            def counted(*arguments: Any, **named: Any) -> asyncio.Handle:
                wakes.append(1)
                return wake(*arguments, **named)

            loop.call_soon_threadsafe = counted  # type: ignore[method-assign,assignment] # this loop lives as long as the test
            for _ in range(100):
                transport.send(ANNA, b"")
            await reading
        assert len(wakes) == 1

    asyncio.run(scene())


def test_what_nobody_reads_stays_bounded() -> None:
    async def scene() -> None:
        transport = FakeTransport()
        with FrameFeed(transport.tap, everything, max_topics=3) as feed:
            for number in range(10):
                transport.send(topic.avatar(f"a{number}"), b"")
            got = [(await anext(feed))[0] for _ in range(3)]
            assert got == [topic.avatar(f"a{number}") for number in (7, 8, 9)]
            assert feed.superseded_count == 7

    asyncio.run(scene())


def test_close_ends_the_iteration_and_leaving_removes_the_tap() -> None:
    async def scene() -> None:
        transport = FakeTransport()
        with FrameFeed(transport.tap, everything) as feed:
            reading = asyncio.ensure_future(_all_of(feed))
            await asyncio.sleep(0)
            feed.close()
            assert await asyncio.wait_for(reading, 10) == []
            transport.send(ANNA, b"late")
            assert await _all_of(feed) == []
        assert not transport.taps

    asyncio.run(scene())


def test_tap_is_removed_when_the_reader_is_cancelled() -> None:
    transport = FakeTransport()

    async def read() -> None:
        with FrameFeed(transport.tap, everything) as feed:
            await anext(feed)

    async def scene() -> None:
        reading = asyncio.ensure_future(read())
        await asyncio.sleep(0)
        assert len(transport.taps) == 1
        reading.cancel()
        with pytest.raises(asyncio.CancelledError):
            await reading
        assert not transport.taps

    asyncio.run(scene())


def test_sender_survives_a_loop_that_is_gone() -> None:
    transport = FakeTransport()
    feeds: list[FrameFeed] = []

    async def scene() -> None:
        feeds.append(FrameFeed(transport.tap, everything).__enter__())

    asyncio.run(scene())
    transport.send(ANNA, b"")
    transport.send(ANNA, b"")
    assert feeds[0].superseded_count == 0  # it was closed at the first


async def _all_of(feed: FrameFeed) -> list[tuple[bytes, bytes]]:
    return [item async for item in feed]


def test_filter_of_all_avatars() -> None:
    wants = topic_filter((), with_affect=False)
    assert wants(ANNA)
    assert not wants(topic.affect("anna"))
    assert not wants(topic.layout("anna"))
    assert topic_filter((), with_affect=True)(topic.affect("anna"))


def test_filter_of_some_avatars() -> None:
    wants = topic_filter(["anna"], with_affect=True)
    assert wants(ANNA)
    assert wants(topic.affect("anna"))
    assert not wants(BERT)
    assert not wants(topic.avatar("anna-2"))
    assert not topic_filter(["anna"], with_affect=False)(topic.affect("anna"))


@pytest.mark.parametrize("avatar_id", ["", "Anna", "a b", "x" * 33])
def test_filter_of_what_cannot_be_an_id_is_refused(avatar_id: str) -> None:
    with pytest.raises(ConfigError, match="avatar id is"):
        topic_filter(["anna", avatar_id], with_affect=False)
