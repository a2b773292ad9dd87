"""ZeroMQ XPUB: one message of one frame, topic first; newest wins at the readers."""

from __future__ import annotations

import errno
from collections import Counter
from collections.abc import Callable

import zmq

from affectia.errors import AffectiaError, ConfigError, PortInUse

_LOOPBACK = ("127.0.0.1", "localhost", "::1")


class ZmqTransport:
    """An XPUB socket on loopback; bound by whoever makes it, afterwards used by the motion thread alone.

    Raises PortInUse when the port is taken. A subscriber that does not read loses frames after `queue_frames` of them; the sender
    never waits.
    """

    def __init__(self, *, port: int, host: str = "127.0.0.1", queue_frames: int = 64) -> None:
        if host not in _LOOPBACK:
            raise ConfigError(f"publish host is {host!r}, expected loopback: other addresses need encryption that is not there yet")
        self._context = zmq.Context()
        self._socket = self._context.socket(zmq.XPUB)
        self._socket.setsockopt(zmq.XPUB_VERBOSE, 1)  # tells repeated subscriptions too: each newcomer gets the layout
        self._socket.setsockopt(zmq.SNDHWM, queue_frames)
        self._socket.setsockopt(zmq.LINGER, 0)
        self._socket.setsockopt(zmq.MAXMSGSIZE, 4096)  # what comes in are subscriptions
        self._socket.setsockopt(zmq.HEARTBEAT_IVL, 5000)
        self._socket.setsockopt(zmq.HEARTBEAT_TIMEOUT, 15000)
        if ":" in host:
            self._socket.setsockopt(zmq.IPV6, 1)
        try:
            self._socket.bind(f"tcp://{f'[{host}]' if ':' in host else host}:{port}")
        except zmq.ZMQError as error:
            self._socket.close()
            self._context.term()
            if error.errno in (zmq.EADDRINUSE, errno.EADDRINUSE, errno.EACCES):
                raise PortInUse(
                    f"port {port} (frames) is in use by another program; stop it, or choose other ports with --port-base"
                ) from None
            raise AffectiaError(f"port {port} (frames) cannot be bound on {host}: {error.strerror.lower()}") from None
        self._prefixes: Counter[bytes] = Counter()
        self._wanted: dict[bytes, bool] = {}
        self._taps: tuple[Callable[[bytes, bytes], None], ...] = ()

    @property
    def subscription_count(self) -> int:
        """How many prefixes somebody listens to."""
        return len(self._prefixes)

    def wants(self, topic: bytes) -> bool:
        """Whether a subscriber's prefix, or a tap, asks for a topic."""
        if self._taps:
            return True
        wanted = self._wanted.get(topic)
        if wanted is None:
            wanted = self._wanted[topic] = any(topic.startswith(prefix) for prefix in self._prefixes)
        return wanted

    def forget(self, topic: bytes) -> None:
        """Keep nothing about a topic that has ended."""
        self._wanted.pop(topic, None)

    def send(self, topic: bytes, body: bytes) -> None:
        """Send to whoever listens; a full queue drops the message for that reader."""
        self._socket.send(topic + body, zmq.NOBLOCK)
        for tap in self._taps:
            tap(topic, body)

    def try_send(self, topic: bytes, body: bytes) -> bool:
        """Send to all who listen, or to nobody and say False where the queue of one of them is full; never waits."""
        self._socket.setsockopt(zmq.XPUB_NODROP, 1)
        try:
            self._socket.send(topic + body, zmq.NOBLOCK)
        except zmq.Again:
            return False
        finally:
            self._socket.setsockopt(zmq.XPUB_NODROP, 0)
        for tap in self._taps:
            tap(topic, body)
        return True

    def tap(self, receiver: Callable[[bytes, bytes], None]) -> Callable[[], None]:
        """Give every message to `receiver` too, on the motion thread, until the returned function is called; any thread."""
        self._taps = (*self._taps, receiver)

        def remove() -> None:
            self._taps = tuple(tap for tap in self._taps if tap is not receiver)

        return remove

    def take_subscriptions(self) -> bool:
        """Take in what subscribers asked for since the last call; True when one of them wants a layout."""
        layout_wanted = False
        while True:
            try:
                message = self._socket.recv(zmq.NOBLOCK)
            except zmq.Again:
                return layout_wanted
            if message[:1] not in (b"\0", b"\1"):
                continue  # an XPUB passes on anything that a peer sends; only subscriptions mean something
            prefix = message[1:]
            self._wanted.clear()
            if message[0]:
                self._prefixes[prefix] = 1  # verbose tells every subscribe but only the last unsubscribe
                layout_wanted |= b"layout/".startswith(prefix) or prefix.startswith(b"layout/")
            else:
                self._prefixes.pop(prefix, None)

    def close(self) -> None:
        """Close the socket; unsent frames are dropped."""
        self._socket.close(0)
        self._context.term()
