from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from affectia.errors import SessionError
from affectia.session.speech.track_delivery import TrackDelivery

pytestmark = pytest.mark.unit


class Sender:
    def __init__(self) -> None:
        self.inside = False
        self.sent: list[tuple[bytes, bytes]] = []

    def call(self, command: Callable[[], None]) -> None:
        self.inside = True
        command()
        self.inside = False

    def send(self, topic: bytes, bodies: Sequence[bytes]) -> int:
        assert self.inside, "sent on another thread"
        self.sent += [(topic, body) for body in bodies[:2]]
        return min(2, len(bodies))


def test_all_topics_go_out_in_one_call_and_each_is_answered() -> None:
    sender = Sender()
    assert TrackDelivery(sender.call, sender)([(b"a", [b"1"]), (b"b", [b"2", b"3", b"4"])]) == [1, 2]
    assert sender.sent == [(b"a", b"1"), (b"b", b"2"), (b"b", b"3")]


def test_a_motion_thread_that_ends_is_told() -> None:
    def call(command: Callable[[], None]) -> None:
        raise SessionError("sidecar is stopping, expected a running one")

    with pytest.raises(SessionError):
        TrackDelivery(call, Sender())([(b"a", [b"1"])])
