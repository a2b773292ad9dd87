"""Messages as an engine gets them: a thread drains the socket, into one slot per topic where newest wins, tracks into a queue."""

from __future__ import annotations

import logging
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import TypeVar

import zmq

from affectia import registry
from affectia.client.received import Received, ReceivedChunk, ReceivedFrame, ReceivedUpdate
from affectia.client.track_inbox import TrackInbox
from affectia.clock import Clock, SystemClock
from affectia.registry import DecodeStatus
from affectia.wire import avatar_frame, emotion_update, layout, topic, track_chunk
from affectia.wire.layout import standard_layouts

log = logging.getLogger(__name__)

DEFAULT_ENDPOINT = f"tcp://127.0.0.1:{registry.PORT_BASE + registry.PORT_PUBLISH}"
_U32 = 1 << 32


_Message = TypeVar("_Message", ReceivedFrame, ReceivedUpdate, ReceivedChunk)


@dataclass(slots=True)
class SubscriberStats:
    """What came in since the start: frames (`received`), updates and chunks; `lost`, `lost_updates` and `lost_chunks` count the gaps in
    their sequences, `restarts` the new stream ids of frames, `refused_chunks` the chunks for which `chunks` had no room.
    """

    received: int = 0
    updates: int = 0
    chunks: int = 0
    lost: int = 0
    lost_updates: int = 0
    lost_chunks: int = 0
    refused_chunks: int = 0
    restarts: int = 0
    refused: Counter[DecodeStatus] = field(default_factory=Counter)


class Subscriber:
    """Receives the frames of some avatars, or of all; reconnects by itself when the sidecar is restarted.

    With `affect` it also receives their emotion_updates: action units, gaze, blinks; with `tracks` the chunks of their lip-sync tracks,
    which are kept in order until `chunks` hands them out, up to 10 s of each avatar. `listener`, `affect_listener` (which stands for
    `affect` too) and `track_listener` (which needs no `tracks`), where given, are called on the receiving thread with every frame, every
    update and every chunk, and must return at once. `close` ends the thread; a Subscriber is also a context manager. Nothing here raises
    for what comes in: bad messages are counted in `stats.refused`.
    """

    def __init__(
        self,
        endpoint: str = DEFAULT_ENDPOINT,
        *,
        avatars: Sequence[str] | None = None,
        affect: bool = False,
        tracks: bool = False,
        listener: Callable[[ReceivedFrame], None] | None = None,
        affect_listener: Callable[[ReceivedUpdate], None] | None = None,
        track_listener: Callable[[ReceivedChunk], None] | None = None,
        clock: Clock | None = None,
    ) -> None:
        names = [topic.checked_id(name) for name in avatars] if avatars is not None else []
        self._topics = [topic.avatar(name) for name in names] or [registry.TOPIC_AVATAR]
        self._topics += ([topic.affect(name) for name in names] or [registry.TOPIC_AFFECT]) if affect or affect_listener else []
        self._topics += ([topic.track(name) for name in names] or [registry.TOPIC_TRACK]) if tracks or track_listener else []
        self._topics += [topic.layout(name) for name in names] or [registry.TOPIC_LAYOUT]
        self._endpoint = endpoint
        self._listener = listener
        self._affect_listener = affect_listener
        self._track_listener = track_listener
        self._clock = clock or SystemClock()
        self._layouts = standard_layouts()
        self._changed = threading.Condition()
        self._newest: dict[str, ReceivedFrame] = {}
        self._newest_update: dict[str, ReceivedUpdate] = {}
        self._fresh: dict[tuple[bytes, str], Received] = {}  # by topic, in order of arrival: what no iterator has handed out yet
        self._inbox = TrackInbox() if tracks else None
        self._streams: dict[tuple[bytes, str], tuple[int, int]] = {}  # by topic: stream id and the sequence that comes next
        self._stopping = False
        self.stats = SubscriberStats()
        self._context = zmq.Context()
        self._thread = threading.Thread(target=self._run, name="affectia-subscriber", daemon=True)
        self._thread.start()

    def __enter__(self) -> Subscriber:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """End the receiving thread and the iterators that wait for frames."""
        with self._changed:
            self._stopping = True
            self._changed.notify_all()
        self._thread.join(2.0)
        self._context.term()

    def latest(self, avatar_id: str) -> ReceivedFrame | None:
        """The newest frame of an avatar, None while there is none."""
        return self._newest.get(avatar_id)

    def latest_update(self, avatar_id: str) -> ReceivedUpdate | None:
        """The newest emotion_update of an avatar, None while there is none."""
        return self._newest_update.get(avatar_id)

    def frames(self, *, timeout_secs: float | None = None) -> Iterator[ReceivedFrame]:
        """Frames of all avatars as they come; a slow caller misses frames, never gets old ones. Ends after `timeout_secs` of silence.

        A message is handed out once, by one of `frames`, `updates` and `messages`; frames and updates may be read on two threads.
        """
        for received in self._waited(registry.TOPIC_AVATAR, timeout_secs):
            assert isinstance(received, ReceivedFrame)
            yield received

    def updates(self, *, timeout_secs: float | None = None) -> Iterator[ReceivedUpdate]:
        """The same for emotion_updates; they come only where `affect` was asked for."""
        for received in self._waited(registry.TOPIC_AFFECT, timeout_secs):
            assert isinstance(received, ReceivedUpdate)
            yield received

    def messages(self, *, timeout_secs: float | None = None) -> Iterator[Received]:
        """Frames and updates in the order in which they came; newest wins for each of them as in `frames`."""
        return self._waited(b"", timeout_secs)

    def chunks(self, *, timeout_secs: float | None = None) -> Iterator[ReceivedChunk]:
        """Every chunk of every track in order, for a TrackQueue each; they come only where `tracks` was asked for.

        A caller that is more than 10 s of frames behind misses chunks, which `stats.refused_chunks` counts.
        """
        while True:
            with self._changed:
                if not self._changed.wait_for(lambda: self._stopping or self._inbox, timeout_secs) or self._stopping or not self._inbox:
                    return
                received = self._inbox.take()
            yield received

    def _waited(self, prefix: bytes, timeout_secs: float | None) -> Iterator[Received]:
        """Wait for messages whose topic begins with `prefix`, again and again."""

        def is_wanted() -> bool:
            return self._stopping or any(kind.startswith(prefix) for kind, _avatar_id in self._fresh)

        while True:
            with self._changed:
                if not self._changed.wait_for(is_wanted, timeout_secs) or self._stopping:
                    return
                wanted = [key for key in self._fresh if key[0].startswith(prefix)]
                fresh = [self._fresh.pop(key) for key in wanted]
            yield from fresh

    def _run(self) -> None:
        socket = self._context.socket(zmq.SUB)
        socket.setsockopt(zmq.LINGER, 0)
        socket.setsockopt(zmq.MAXMSGSIZE, max(registry.WIRE_MAX_LAYOUT_BYTES, registry.WIRE_MAX_TRACK_BYTES) + 64)
        # A sidecar that comes back is found within 0.25 s; one that vanished without a word is noticed by its silence.
        socket.setsockopt(zmq.RECONNECT_IVL, 50)
        socket.setsockopt(zmq.RECONNECT_IVL_MAX, 250)
        socket.setsockopt(zmq.HEARTBEAT_IVL, 1000)
        socket.setsockopt(zmq.HEARTBEAT_TIMEOUT, 3000)
        for prefix in self._topics:
            socket.setsockopt(zmq.SUBSCRIBE, prefix)
        socket.connect(self._endpoint)
        try:
            while not self._stopping:
                if socket.poll(100):
                    self._take(socket.recv(), self._clock.now_nanos())
        finally:
            socket.close(0)

    def _take(self, message: bytes, now_nanos: int) -> None:
        parts = topic.split(message)
        if parts is None:
            self.stats.refused[DecodeStatus.MALFORMED] += 1
            return
        prefix, avatar_id, body = parts
        if prefix == registry.TOPIC_AVATAR:
            status, frame = avatar_frame.try_decode(body, self._layouts)
            if frame is not None:
                self._take_frame(ReceivedFrame(avatar_id, frame, now_nanos))
        elif prefix == registry.TOPIC_AFFECT:
            status, update = emotion_update.try_decode(body, self._layouts)
            if update is not None:
                self._take_update(ReceivedUpdate(avatar_id, update, now_nanos))
        elif prefix == registry.TOPIC_TRACK:
            status, chunk = track_chunk.try_decode(body, self._layouts)
            if chunk is not None:
                self._take_chunk(ReceivedChunk(avatar_id, chunk, now_nanos))
        elif prefix == registry.TOPIC_LAYOUT:
            status, announced = layout.try_decode(body)
            if announced is not None:
                self._layouts.learn(announced.layout)
        else:
            return
        if status is not DecodeStatus.OK:
            self.stats.refused[status] += 1

    def _take_frame(self, received: ReceivedFrame) -> None:
        frame, stats = received.frame, self.stats
        key = (registry.TOPIC_AVATAR, received.avatar_id)
        gap = self._gap(key, frame.stream_id, frame.sequence)
        if gap is None:
            stats.restarts += 1
        elif gap < 0:
            return
        stats.lost += gap or 0
        stats.received += 1
        _tell(self._listener, received)
        self._newest[received.avatar_id] = received
        self._offer(key, received)

    def _take_update(self, received: ReceivedUpdate) -> None:
        update, stats = received.update, self.stats
        key = (registry.TOPIC_AFFECT, received.avatar_id)
        gap = self._gap(key, update.stream_id, update.sequence) or 0
        if gap < 0:
            return
        stats.lost_updates += gap
        stats.updates += 1
        _tell(self._affect_listener, received)
        self._newest_update[received.avatar_id] = received
        self._offer(key, received)

    def _take_chunk(self, received: ReceivedChunk) -> None:
        chunk, stats = received.chunk, self.stats
        gap = self._gap((registry.TOPIC_TRACK, received.avatar_id), chunk.stream_id, chunk.sequence) or 0
        if gap < 0:
            return
        stats.lost_chunks += gap
        stats.chunks += 1
        _tell(self._track_listener, received)
        if self._inbox is not None:
            with self._changed:
                stats.refused_chunks += not self._inbox.offer(received)
                self._changed.notify_all()

    def _gap(self, key: tuple[bytes, str], stream_id: int, sequence: int) -> int | None:
        """How many messages of a topic are missing before this one; -1: it came before, or is older; None: another stream begins."""
        known, awaited = self._streams.get(key, (stream_id, sequence))
        gap = (sequence - awaited) % _U32
        if stream_id == known and gap >= _U32 // 2:
            return -1
        self._streams[key] = (stream_id, (sequence + 1) % _U32)
        return gap if stream_id == known else None

    def _offer(self, key: tuple[bytes, str], received: Received) -> None:
        """Let the iterators have it, behind all that came before."""
        with self._changed:
            self._fresh.pop(key, None)
            self._fresh[key] = received
            self._changed.notify_all()


def _tell(listener: Callable[[_Message], None] | None, received: _Message) -> None:
    if listener is not None:
        try:
            listener(received)
        except Exception:
            log.exception("the listener of a subscriber raised, the messages go on")


def wait_for_frame(subscriber: Subscriber, timeout_secs: float) -> ReceivedFrame | None:
    """The next frame of any avatar, None when none comes in time."""
    return next(subscriber.frames(timeout_secs=timeout_secs), None)
