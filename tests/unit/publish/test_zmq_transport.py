from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator

import pytest
import zmq

from affectia.errors import ConfigError, PortInUse
from affectia.publish.zmq_transport import ZmqTransport
from tests.unit.fakes import free_port, wait_until

pytestmark = pytest.mark.unit


class Link:
    """A transport and the sockets that listen to it."""

    def __init__(self) -> None:
        self.port = free_port()
        self.transport = ZmqTransport(port=self.port, queue_frames=8)
        self._context = zmq.Context()
        self._sockets: list[zmq.Socket[bytes]] = []

    def subscriber(self, *prefixes: bytes, kind: int = zmq.SUB) -> zmq.Socket[bytes]:
        made = self._context.socket(kind)
        made.setsockopt(zmq.LINGER, 0)
        made.setsockopt(zmq.RCVTIMEO, 5000)
        for prefix in prefixes:
            made.setsockopt(zmq.SUBSCRIBE, prefix)
        made.connect(f"tcp://127.0.0.1:{self.port}")
        self._sockets.append(made)
        return made

    def take_until(self, condition: Callable[[], bool]) -> list[bool]:
        """Take in subscriptions until something holds; returns what each call that had news said."""
        said: list[bool] = []

        def poll() -> bool:
            said.append(self.transport.take_subscriptions())
            return condition()

        assert wait_until(poll)
        return said

    def close(self) -> None:
        self.transport.close()
        for made in self._sockets:
            made.close(0)
        self._context.term()


@pytest.fixture
def link() -> Iterator[Link]:
    made = Link()
    yield made
    made.close()


def test_a_port_that_is_taken_is_named_with_the_next_step() -> None:
    port = free_port()
    first = ZmqTransport(port=port)
    with pytest.raises(PortInUse) as caught:
        ZmqTransport(port=port)
    assert str(caught.value) == f"port {port} (frames) is in use by another program; stop it, or choose other ports with --port-base"
    first.close()
    ZmqTransport(port=port).close()  # and is free again at once


@pytest.mark.parametrize("host", ["0.0.0.0", "*", "192.168.1.5", "example.org", "", "::"])
def test_no_address_but_loopback_is_bound(host: str) -> None:
    with pytest.raises(ConfigError, match=r"^publish host is '.*', expected loopback: "):
        ZmqTransport(port=free_port(), host=host)


def has_ipv6() -> bool:
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(("::1", 0))
    except OSError:
        return False
    return True


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", pytest.param("::1", marks=pytest.mark.skipif(not has_ipv6(), reason="no IPv6 on this machine"))]
)
def test_loopback_is_bound(host: str) -> None:
    ZmqTransport(port=free_port(), host=host).close()


def test_a_message_is_topic_and_body_in_one_frame(link: Link) -> None:
    reader = link.subscriber(b"avatar/a\0")
    link.take_until(lambda: link.transport.wants(b"avatar/a\0"))
    link.transport.send(b"avatar/a\0", b"body")
    link.transport.send(b"avatar/b\0", b"other")
    link.transport.send(b"avatar/a\0", b"\0more")
    assert [reader.recv_multipart(), reader.recv_multipart()] == [[b"avatar/a\0body"], [b"avatar/a\0\0more"]]


def test_wants_follows_the_subscriptions(link: Link) -> None:
    assert not link.transport.wants(b"avatar/a\0")
    one = link.subscriber(b"avatar/")
    link.take_until(lambda: link.transport.subscription_count == 1)
    assert link.transport.wants(b"avatar/a\0")
    assert link.transport.wants(b"avatar/b\0")
    assert not link.transport.wants(b"affect/a\0")
    other = link.subscriber(b"avatar/", b"affect/a\0")
    link.take_until(lambda: link.transport.subscription_count == 2)
    assert link.transport.wants(b"affect/a\0")
    other.close()
    link.take_until(lambda: link.transport.subscription_count == 1)
    assert not link.transport.wants(b"affect/a\0")
    assert link.transport.wants(b"avatar/a\0")  # the first one still listens to the prefix that both had
    one.setsockopt(zmq.UNSUBSCRIBE, b"avatar/")
    link.take_until(lambda: link.transport.subscription_count == 0)
    assert not link.transport.wants(b"avatar/a\0")


@pytest.mark.parametrize(
    ("prefix", "wanted"), [(b"layout/", True), (b"layout/a\0", True), (b"", True), (b"lay", True), (b"avatar/", False)]
)
def test_a_newcomer_that_wants_a_layout_is_told(link: Link, prefix: bytes, wanted: bool) -> None:
    link.subscriber(prefix)
    assert any(link.take_until(lambda: link.transport.subscription_count == 1)) == wanted
    assert not link.transport.take_subscriptions()


def test_the_second_one_to_want_a_layout_is_told_too(link: Link) -> None:
    link.subscriber(b"layout/")
    link.take_until(lambda: link.transport.subscription_count == 1)
    link.subscriber(b"layout/")
    assert wait_until(link.transport.take_subscriptions)
    assert link.transport.subscription_count == 1


def test_what_a_peer_sends_besides_subscriptions_is_passed_over(link: Link) -> None:
    peer = link.subscriber(kind=zmq.XSUB)
    for message in (b"", b"\x07junk", b"avatar/", b"\1avatar/"):
        peer.send(message)
    link.take_until(lambda: link.transport.wants(b"avatar/a\0"))
    assert link.transport.subscription_count == 1


def test_a_reader_that_does_not_read_never_holds_up_the_sender(link: Link) -> None:
    link.subscriber(b"")
    link.take_until(lambda: link.transport.subscription_count == 1)
    done = threading.Event()

    def send() -> None:
        for _ in range(3000):
            link.transport.send(b"avatar/a\0", bytes(4000))
        done.set()

    sender = threading.Thread(target=send)
    sender.start()
    assert done.wait(10)
    sender.join(10)


def test_a_message_that_must_not_be_lost_waits_for_the_reader_who_is_behind(link: Link) -> None:
    slow, other = link.subscriber(b"track/a\0"), link.subscriber(b"track/b\0")
    link.take_until(lambda: link.transport.wants(b"track/a\0") and link.transport.wants(b"track/b\0"))
    sent = 0
    while link.transport.try_send(b"track/a\0", bytes([sent % 256]) * 4000):
        sent += 1
        assert sent < 100_000
    assert link.transport.try_send(b"track/b\0", b"1")  # who listens to something else is not held up
    assert other.recv() == b"track/b\x001"
    got = 0
    while got < sent:
        assert slow.recv()[8:9] == bytes([got % 256])  # every one of them, in order
        got += 1
    assert wait_until(lambda: link.transport.try_send(b"track/a\0", b"last"))
    assert slow.recv() == b"track/a\0last"


def test_a_message_that_nobody_listens_to_is_sent_at_once(link: Link) -> None:
    assert link.transport.try_send(b"track/a\0", b"1")


def test_a_frame_is_dropped_as_ever_after_a_message_that_must_not_be_lost(link: Link) -> None:
    link.subscriber(b"")
    link.take_until(lambda: link.transport.subscription_count == 1)
    while link.transport.try_send(b"track/a\0", bytes(4000)):
        pass
    link.transport.send(b"avatar/a\0", bytes(4000))  # raises nothing


def test_a_tap_gets_everything_until_it_is_removed(link: Link) -> None:
    got: list[tuple[bytes, bytes]] = []

    def receive(topic: bytes, body: bytes) -> None:
        got.append((topic, body))

    remove = link.transport.tap(receive)
    assert link.transport.wants(b"avatar/a\0")
    link.transport.send(b"avatar/a\0", b"1")
    remove()
    remove()
    assert not link.transport.wants(b"avatar/a\0")
    link.transport.send(b"avatar/a\0", b"2")
    assert got == [(b"avatar/a\0", b"1")]


def test_a_tap_gets_what_must_not_be_lost(link: Link) -> None:
    got: list[tuple[bytes, bytes]] = []
    link.transport.tap(lambda topic, body: got.append((topic, body)))
    assert link.transport.try_send(b"track/a\0", b"1")
    assert got == [(b"track/a\0", b"1")]
