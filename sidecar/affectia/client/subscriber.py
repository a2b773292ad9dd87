"""Frames as an engine gets them: a thread drains the socket into one slot per topic, newest wins."""

from __future__ import annotations

import logging
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from types import TracebackType

import zmq

from affectia import registry
from affectia.clock import Clock, SystemClock
from affectia.registry import DecodeStatus
from affectia.wire import avatar_frame, emotion_update, layout, topic
from affectia.wire.avatar_frame import AvatarFrame
from affectia.wire.emotion_update import EmotionUpdate
from affectia.wire.layout import standard_layouts

log = logging.getLogger(__name__)

DEFAULT_ENDPOINT = f"tcp://127.0.0.1:{registry.PORT_BASE + registry.PORT_PUBLISH}"
_U32 = 1 << 32


@dataclass(frozen=True, slots=True)
class ReceivedFrame:
    """One avatar_frame and when it came in, on this machine's clock."""

    avatar_id: str
    frame: AvatarFrame
    received_at_nanos: int

    @property
    def latency_nanos(self) -> int:
        """From the instant that the pose shows to here; means something on the sidecar's own machine only."""
        return self.received_at_nanos - self.frame.time_nanos


@dataclass(slots=True)
class SubscriberStats:
    """What came in since the start; `lost` counts the gaps in the sequences, `restarts` the new stream ids."""

    received: int = 0
    lost: int = 0
    restarts: int = 0
    refused: Counter[DecodeStatus] = field(default_factory=Counter)


class Subscriber:
    """Receives the frames of some avatars, or of all; reconnects by itself when the sidecar is restarted.

    `listener`, where given, is called on the receiving thread with every frame and must return at once. `close` ends the thread;
    a Subscriber is also a context manager. Nothing here raises for what comes in: bad messages are counted in `stats.refused`.
    """

    def __init__(
        self,
        endpoint: str = DEFAULT_ENDPOINT,
        *,
        avatars: Sequence[str] | None = None,
        affect: bool = False,
        listener: Callable[[ReceivedFrame], None] | None = None,
        clock: Clock | None = None,
    ) -> None:
        names = [topic.checked_id(name) for name in avatars] if avatars is not None else []
        self._topics = [topic.avatar(name) for name in names] or [registry.TOPIC_AVATAR]
        self._topics += ([topic.affect(name) for name in names] or [registry.TOPIC_AFFECT]) if affect else []
        self._topics += [topic.layout(name) for name in names] or [registry.TOPIC_LAYOUT]
        self._endpoint = endpoint
        self._listener = listener
        self._clock = clock or SystemClock()
        self._layouts = standard_layouts()
        self._changed = threading.Condition()
        self._newest: dict[str, ReceivedFrame] = {}
        self._newest_affect: dict[str, EmotionUpdate] = {}
        self._fresh: dict[str, ReceivedFrame] = {}
        self._streams: dict[str, tuple[int, int]] = {}
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

    def latest_affect(self, avatar_id: str) -> EmotionUpdate | None:
        """The newest emotion_update of an avatar, None while there is none."""
        return self._newest_affect.get(avatar_id)

    def frames(self, *, timeout_secs: float | None = None) -> Iterator[ReceivedFrame]:
        """Frames of all avatars as they come; a slow caller misses frames, never gets old ones. Ends after `timeout_secs` of silence."""
        while True:
            with self._changed:
                if not self._changed.wait_for(lambda: bool(self._fresh) or self._stopping, timeout_secs) or self._stopping:
                    return
                fresh, self._fresh = list(self._fresh.values()), {}
            yield from fresh

    def _run(self) -> None:
        socket = self._context.socket(zmq.SUB)
        socket.setsockopt(zmq.LINGER, 0)
        socket.setsockopt(zmq.MAXMSGSIZE, registry.WIRE_MAX_LAYOUT_BYTES + 64)
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
                self._keep(ReceivedFrame(avatar_id, frame, now_nanos))
        elif prefix == registry.TOPIC_AFFECT:
            status, update = emotion_update.try_decode(body, self._layouts)
            if update is not None:
                self._newest_affect[avatar_id] = update
        elif prefix == registry.TOPIC_LAYOUT:
            status, announced = layout.try_decode(body)
            if announced is not None:
                self._layouts.learn(announced.layout)
        else:
            return
        if status is not DecodeStatus.OK:
            self.stats.refused[status] += 1

    def _keep(self, received: ReceivedFrame) -> None:
        frame = received.frame
        stream_id, awaited = self._streams.get(received.avatar_id, (frame.stream_id, frame.sequence))
        gap = (frame.sequence - awaited) % _U32
        if stream_id != frame.stream_id:
            self.stats.restarts += 1
        elif gap >= _U32 // 2:
            return  # one that came before, or an older one: newest wins
        else:
            self.stats.lost += gap
        self._streams[received.avatar_id] = (frame.stream_id, (frame.sequence + 1) % _U32)
        self.stats.received += 1
        if self._listener is not None:
            try:
                self._listener(received)
            except Exception:
                log.exception("the listener of a subscriber raised, the frames go on")
        with self._changed:
            self._newest[received.avatar_id] = received
            self._fresh[received.avatar_id] = received
            self._changed.notify_all()


def wait_for_frame(subscriber: Subscriber, timeout_secs: float) -> ReceivedFrame | None:
    """The next frame of any avatar, None when none comes in time."""
    return next(subscriber.frames(timeout_secs=timeout_secs), None)
