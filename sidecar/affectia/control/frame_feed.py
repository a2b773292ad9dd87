"""Published frames for one reader on the event loop: newest wins per topic."""

from __future__ import annotations

import asyncio
import threading
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable, Sequence
from types import TracebackType

from affectia import registry
from affectia.wire import topic

Receiver = Callable[[bytes, bytes], None]
Tap = Callable[[Receiver], Callable[[], None]]  # ZmqTransport.tap: gives every message to the receiver until the result is called
TopicFilter = Callable[[bytes], bool]

MAX_TOPICS = 2048


def topic_filter(avatar_ids: Sequence[str], *, with_affect: bool) -> TopicFilter:
    """Which topics a reader asked for; no ids stand for all avatars. Raises ConfigError for what cannot be an id."""
    if not avatar_ids:
        prefixes = (registry.TOPIC_AVATAR, registry.TOPIC_AFFECT) if with_affect else (registry.TOPIC_AVATAR,)
        return lambda name: name.startswith(prefixes)
    names = [topic.checked_id(avatar_id) for avatar_id in avatar_ids]
    wanted = frozenset(map(topic.avatar, names)) | (frozenset(map(topic.affect, names)) if with_affect else frozenset())
    return wanted.__contains__


class FrameFeed:
    """Holds the newest message of each topic until the reader takes it; topics take turns.

    `with` taps the transport and lets go of it; enter, iterate, close and leave on one event loop. The motion thread only stores a
    message and, when the reader sleeps, wakes its loop: it never waits for the reader. `superseded_count` is what a slow reader missed.
    """

    def __init__(self, tap: Tap, wants: TopicFilter, *, max_topics: int = MAX_TOPICS) -> None:
        self._tap = tap
        self._wants = wants
        self._max_topics = max_topics
        self._lock = threading.Lock()
        self._newest: OrderedDict[bytes, bytes] = OrderedDict()
        self._woken = False
        self._closed = False
        self._wake = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._remove: Callable[[], None] | None = None
        self.superseded_count = 0

    def __enter__(self) -> FrameFeed:
        self._loop = asyncio.get_running_loop()
        self._remove = self._tap(self._receive)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._remove is not None:
            self._remove()
        self.close()

    def close(self) -> None:
        """End the iteration; what was not taken is dropped."""
        with self._lock:
            self._closed = True
            self._newest.clear()
        self._wake.set()

    def __aiter__(self) -> AsyncIterator[tuple[bytes, bytes]]:
        return self

    async def __anext__(self) -> tuple[bytes, bytes]:
        """The next (topic, body); waits for one."""
        while True:
            with self._lock:
                if self._closed:
                    raise StopAsyncIteration
                if self._newest:
                    return self._newest.popitem(last=False)
                self._woken = False
                self._wake.clear()
            await self._wake.wait()

    def _receive(self, name: bytes, body: bytes) -> None:
        """Store a message; on the motion thread."""
        if not self._wants(name):
            return
        with self._lock:
            if self._closed or self._loop is None:
                return
            if name in self._newest:
                self.superseded_count += 1  # the new message takes the old one's turn
            elif len(self._newest) >= self._max_topics:
                self._newest.popitem(last=False)  # topics of avatars that are gone must not pile up behind a reader that stands still
                self.superseded_count += 1
            self._newest[name] = body
            if self._woken:
                return
            self._woken = True
        try:
            self._loop.call_soon_threadsafe(self._wake.set)
        except RuntimeError:  # the loop was closed without leaving the feed; the avatars go on
            self._closed = True
