from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import replace

import pytest

from affectia.client.received import Received, ReceivedChunk, ReceivedFrame, ReceivedUpdate
from affectia.client.subscriber import Subscriber, wait_for_frame
from affectia.clock import FakeClock
from affectia.errors import ConfigError
from affectia.publish.zmq_transport import ZmqTransport
from affectia.registry import DecodeStatus
from affectia.wire import avatar_frame, emotion_update, layout, topic, track_chunk
from affectia.wire.avatar_frame import AvatarFrame
from affectia.wire.emotion_update import EmotionUpdate
from affectia.wire.layout import Layout, LayoutMessage
from affectia.wire.track_chunk import TrackChunk
from tests.unit.fakes import free_port, wait_until

pytestmark = pytest.mark.unit

CUSTOM = Layout.of(1024, (("grin",), (), (), ()))


class Link:
    """A subscriber and the transport that it listens to."""

    def __init__(self) -> None:
        self.port = free_port()
        self.transport = ZmqTransport(port=self.port)
        self.subscribers: list[Subscriber] = []

    def subscriber(self, count: int = 2, **more: object) -> Subscriber:
        """A subscriber whose subscriptions, `count` of them, have arrived."""
        made = Subscriber(f"tcp://127.0.0.1:{self.port}", clock=FakeClock(start_nanos=5000), **more)  # type: ignore[arg-type]
        self.subscribers.append(made)

        def has_arrived() -> bool:
            self.transport.take_subscriptions()
            return self.transport.subscription_count >= count

        assert wait_until(has_arrived)
        return made

    def send(self, sequence: int, *, name: str = "a", stream_id: int = 7, time_nanos: int = 0) -> None:
        frame = AvatarFrame(stream_id, sequence, time_nanos, 0)
        self.transport.send(topic.avatar(name), avatar_frame.encode(frame))

    def send_update(self, sequence: int, *, name: str = "a", stream_id: int = 7) -> None:
        self.transport.send(topic.affect(name), emotion_update.encode(EmotionUpdate(stream_id, sequence, 1000, 0, blink=b"\1\2")))

    def send_chunk(self, sequence: int, *, name: str = "a", stream_id: int = 7, frames: int = 60) -> None:
        chunk = TrackChunk(stream_id, sequence, sequence * 48000, 48000, 60, bytes(33 * frames), bytes(15 * frames))
        self.transport.send(topic.track(name), track_chunk.encode(chunk))

    def close(self) -> None:
        for subscriber in self.subscribers:
            subscriber.close()
        self.transport.close()


@pytest.fixture
def link() -> Iterator[Link]:
    made = Link()
    yield made
    made.close()


def got(subscriber: Subscriber, received: int) -> bool:
    return wait_until(lambda: subscriber.stats.received >= received)


def test_frames_come_with_their_avatar_and_time(link: Link) -> None:
    subscriber = link.subscriber()
    link.send(0, time_nanos=1000)
    received = wait_for_frame(subscriber, 10)
    assert received is not None
    assert (received.avatar_id, received.frame.sequence, received.received_at_nanos) == ("a", 0, 5000)
    assert received.latency_nanos == 4000
    assert subscriber.latest("a") == received
    assert subscriber.latest("b") is None


def test_a_slow_caller_gets_the_newest_of_each_avatar_only(link: Link) -> None:
    subscriber = link.subscriber()
    for sequence in range(5):
        link.send(sequence)
        link.send(sequence, name="b")
    assert got(subscriber, 10)
    frames = subscriber.frames(timeout_secs=10)
    assert {(frame.avatar_id, frame.frame.sequence) for frame in (next(frames), next(frames))} == {("a", 4), ("b", 4)}
    link.send(5)
    assert next(frames).frame.sequence == 5


def test_a_listener_gets_every_frame(link: Link) -> None:
    heard: list[int] = []
    subscriber = link.subscriber(listener=lambda received: heard.append(received.frame.sequence))
    for sequence in range(20):
        link.send(sequence)
    assert got(subscriber, 20)
    assert heard == list(range(20))


def test_gaps_are_counted_as_lost(link: Link) -> None:
    subscriber = link.subscriber()
    for sequence in (10, 11, 14, 15, 18):
        link.send(sequence)
    assert got(subscriber, 5)
    assert subscriber.stats.lost == 4  # joined at 10: nothing before it was lost


def test_a_frame_that_comes_again_or_late_is_passed_over(link: Link) -> None:
    heard: list[int] = []
    subscriber = link.subscriber(listener=lambda received: heard.append(received.frame.sequence))
    for sequence in (10, 12, 12, 11, 13):
        link.send(sequence)
    assert wait_until(lambda: 13 in heard)
    assert heard == [10, 12, 13]
    assert (subscriber.stats.received, subscriber.stats.lost) == (3, 1)


def test_a_sequence_that_starts_over_after_its_largest_number_loses_nothing(link: Link) -> None:
    subscriber = link.subscriber()
    for sequence in ((1 << 32) - 2, (1 << 32) - 1, 0, 2):
        link.send(sequence)
    assert got(subscriber, 4)
    assert subscriber.stats.lost == 1


def test_a_new_stream_starts_its_own_count(link: Link) -> None:
    subscriber = link.subscriber()
    for stream_id, sequence in ((7, 100), (7, 101), (8, 0), (8, 1), (8, 3)):
        link.send(sequence, stream_id=stream_id)
    link.send(50, name="b", stream_id=9)
    assert got(subscriber, 6)
    assert (subscriber.stats.lost, subscriber.stats.restarts) == (1, 1)


def test_rubbish_is_counted_and_nothing_is_raised(link: Link) -> None:
    subscriber = link.subscriber(count=3, affect=True)
    body = avatar_frame.encode(AvatarFrame(7, 0, 0, 0))
    for sent_topic, sent in (
        (b"avatar/a\0", b""),
        (b"avatar/a\0", b"\xff" * 50),
        (b"avatar/a\0", body[:-3]),
        (b"avatar/a\0", body + b"\0"),
        (b"avatar/NOBODY\0", body),
        (b"avatar/a", b""),
        (b"affect/a\0", b"\x80"),
        (b"layout/a\0", b"\x00"),
    ):
        link.transport.send(sent_topic, sent)
    link.send(0)
    assert got(subscriber, 1)
    assert sum(subscriber.stats.refused.values()) == 8
    assert subscriber.stats.refused[DecodeStatus.TRAILING_BYTES] == 1
    assert subscriber.stats.received == 1


def test_only_the_avatars_that_were_asked_for_come(link: Link) -> None:
    subscriber = link.subscriber(avatars=["a", "c"], count=4)
    for name in ("b", "a-2", "c", "a"):
        link.send(0, name=name)
    assert got(subscriber, 2)
    assert subscriber.latest("b") is None
    assert subscriber.latest("a-2") is None
    assert subscriber.latest("c") is not None


def test_an_avatar_id_that_is_none_is_refused_at_once() -> None:
    with pytest.raises(ConfigError, match="^avatar id is 'A'"):
        Subscriber("tcp://127.0.0.1:9", avatars=["A"])


def test_updates_come_with_their_avatar_and_time_where_they_were_asked_for(link: Link) -> None:
    subscriber = link.subscriber(affect=True, count=3)
    link.send_update(3)
    received = next(subscriber.updates(timeout_secs=10))
    assert (received.avatar_id, received.update.sequence, received.update.blink, received.received_at_nanos) == ("a", 3, b"\1\2", 5000)
    assert received.latency_nanos == 4000
    assert subscriber.latest_update("a") == received
    assert subscriber.latest_update("b") is None
    assert (subscriber.stats.updates, subscriber.stats.received) == (1, 0)


def test_nobody_who_does_not_ask_gets_updates(link: Link) -> None:
    subscriber = link.subscriber()
    link.send_update(0)
    link.send(0)
    assert got(subscriber, 1)
    assert subscriber.stats.updates == 0
    assert list(subscriber.updates(timeout_secs=0)) == []


def test_messages_are_the_newest_of_each_kind_in_the_order_in_which_they_came(link: Link) -> None:
    subscriber = link.subscriber(affect=True, count=3)
    link.send(0)
    link.send_update(0)
    link.send(0, name="b")
    link.send(1)
    assert got(subscriber, 3)

    def numbered(received: Received) -> tuple[str, str, int]:
        if isinstance(received, ReceivedFrame):
            return "frame", received.avatar_id, received.frame.sequence
        return "update", received.avatar_id, received.update.sequence

    messages = subscriber.messages(timeout_secs=10)
    assert [numbered(next(messages)) for _ in range(3)] == [("update", "a", 0), ("frame", "b", 0), ("frame", "a", 1)]
    link.send_update(1)
    assert numbered(next(messages)) == ("update", "a", 1)


def test_frames_leave_the_updates_to_others(link: Link) -> None:
    subscriber = link.subscriber(affect=True, count=3)
    link.send_update(0)
    link.send(0)
    assert got(subscriber, 1)
    assert next(subscriber.frames(timeout_secs=10)).frame.sequence == 0
    assert list(subscriber.frames(timeout_secs=0)) == []
    assert [received.update.sequence for received in subscriber.updates(timeout_secs=0)] == [0]


def test_an_affect_listener_gets_every_update_without_asking_twice(link: Link) -> None:
    heard: list[ReceivedUpdate] = []
    subscriber = link.subscriber(affect_listener=heard.append, count=3)
    for sequence in (4, 5, 5, 8, 7, 9):
        link.send_update(sequence)
    assert wait_until(lambda: subscriber.stats.updates == 4)
    assert [received.update.sequence for received in heard] == [4, 5, 8, 9]
    assert (subscriber.stats.lost_updates, subscriber.stats.lost) == (2, 0)


def test_updates_of_a_new_stream_start_their_own_count(link: Link) -> None:
    subscriber = link.subscriber(affect=True, count=3)
    link.send_update(100)
    link.send_update(3, stream_id=8)
    assert wait_until(lambda: subscriber.stats.updates == 2)
    assert (subscriber.stats.lost_updates, subscriber.stats.restarts) == (0, 0)


def test_a_custom_layout_is_learned_from_its_announcement(link: Link) -> None:
    subscriber = link.subscriber()
    custom = avatar_frame.encode(replace(AvatarFrame(7, 0, 0, 0), layout=CUSTOM, blendshapes=b"\xff"))
    link.transport.send(topic.avatar("a"), custom)
    assert wait_until(lambda: subscriber.stats.refused[DecodeStatus.UNKNOWN_LAYOUT] == 1)
    link.transport.send(topic.layout("a"), layout.encode(LayoutMessage(7, CUSTOM)))
    link.transport.send(topic.avatar("a"), custom)
    received = wait_for_frame(subscriber, 10)
    assert received is not None
    assert received.frame.blendshape_weights().tolist() == [1]


def test_frames_end_after_silence_and_at_close(link: Link) -> None:
    subscriber = link.subscriber()
    assert wait_for_frame(subscriber, 0.01) is None
    ended = threading.Event()

    def read() -> None:
        for _ in subscriber.frames():
            pass
        ended.set()

    threading.Thread(target=read).start()
    subscriber.close()
    assert ended.wait(10)
    assert "affectia-subscriber" not in [thread.name for thread in threading.enumerate()]


def test_a_publisher_that_comes_back_is_heard_within_a_second(link: Link) -> None:
    subscriber = link.subscriber()
    link.send(5)
    assert got(subscriber, 1)
    link.transport.close()
    link.transport = ZmqTransport(port=link.port)
    began = time.monotonic()
    sequence = 0
    received: ReceivedFrame | None = wait_for_frame(subscriber, 0)
    while received is None or received.frame.stream_id == 7:
        link.transport.take_subscriptions()
        link.send(sequence, stream_id=8)
        sequence += 1
        received = wait_for_frame(subscriber, 0.01)
        assert time.monotonic() - began < 1
    assert subscriber.stats.restarts == 1
    assert subscriber.stats.lost == 0


def test_a_subscriber_may_be_there_before_its_publisher() -> None:
    port = free_port()
    with Subscriber(f"tcp://127.0.0.1:{port}") as subscriber:
        link = Link.__new__(Link)
        link.transport, link.subscribers = ZmqTransport(port=port), []

        def is_heard() -> bool:
            link.transport.take_subscriptions()
            link.send(0)
            return subscriber.stats.received > 0

        assert wait_until(is_heard)
        link.close()


def test_a_listener_that_raises_does_not_end_the_frames(link: Link, caplog: pytest.LogCaptureFixture) -> None:
    def broken(received: Received) -> None:
        raise KeyError("nothing of ours")

    subscriber = link.subscriber(listener=broken, affect_listener=broken, count=3)
    for sequence in range(3):
        link.send_update(sequence)
        link.send(sequence)
    assert got(subscriber, 3)
    assert subscriber.stats.updates == 3
    assert wait_until(lambda: subscriber.latest("a") is not None)
    assert "listener of a subscriber raised" in caplog.text


def test_chunks_of_tracks_come_in_order_and_none_is_passed_over(link: Link) -> None:
    subscriber = link.subscriber(tracks=True, count=3)
    for sequence in range(5):
        link.send_chunk(sequence)
        link.send(sequence)
        link.send_chunk(sequence, name="b")
    assert wait_until(lambda: subscriber.stats.chunks == 10)
    assert got(subscriber, 5)
    assert next(subscriber.frames(timeout_secs=10)).frame.sequence == 4  # newest wins beside them
    chunks = subscriber.chunks(timeout_secs=0)
    assert [(each.avatar_id, each.chunk.sequence) for each in chunks] == [(name, number) for number in range(5) for name in "ab"]
    link.send_chunk(5)
    received = next(subscriber.chunks(timeout_secs=10))
    assert (received.chunk.sequence, received.chunk.start_sample, received.received_at_nanos) == (5, 240_000, 5000)


def test_chunks_are_no_messages_of_newest_wins(link: Link) -> None:
    subscriber = link.subscriber(tracks=True, count=3)
    link.send_chunk(0)
    assert wait_until(lambda: subscriber.stats.chunks == 1)
    assert list(subscriber.messages(timeout_secs=0)) == []
    assert len(list(subscriber.chunks(timeout_secs=0))) == 1


def test_nobody_who_does_not_ask_gets_chunks(link: Link) -> None:
    subscriber = link.subscriber()
    link.send_chunk(0)
    link.send(0)
    assert got(subscriber, 1)
    assert subscriber.stats.chunks == 0
    assert list(subscriber.chunks(timeout_secs=0)) == []


def test_only_the_tracks_of_the_avatars_that_were_asked_for_come(link: Link) -> None:
    subscriber = link.subscriber(tracks=True, avatars=["a"], count=3)
    for name in ("b", "a-2", "a"):
        link.send_chunk(0, name=name)
    assert [received.avatar_id for received in subscriber.chunks(timeout_secs=0.5)] == ["a"]


def test_a_caller_who_is_ten_seconds_behind_misses_chunks_and_can_tell(link: Link) -> None:
    subscriber = link.subscriber(tracks=True, count=3)
    for sequence in range(13):
        link.send_chunk(sequence)
    assert wait_until(lambda: subscriber.stats.chunks == 13)
    assert [received.chunk.sequence for received in subscriber.chunks(timeout_secs=0)] == list(range(10))
    assert (subscriber.stats.refused_chunks, subscriber.stats.lost_chunks) == (3, 0)


def test_a_track_listener_gets_every_chunk_without_asking_twice(link: Link) -> None:
    heard: list[ReceivedChunk] = []
    subscriber = link.subscriber(track_listener=heard.append, count=3)
    for sequence in range(20):
        link.send_chunk(sequence)
    assert wait_until(lambda: len(heard) == 20)
    assert [received.chunk.sequence for received in heard] == list(range(20))
    assert subscriber.stats.refused_chunks == 0  # nobody said that they would be taken from the iterator


def test_chunks_that_are_missing_or_late_are_told_apart(link: Link) -> None:
    heard: list[tuple[int, int]] = []
    subscriber = link.subscriber(track_listener=lambda received: heard.append((received.chunk.stream_id, received.chunk.sequence)), count=3)
    for stream_id, sequence in ((7, 3), (7, 4), (7, 4), (7, 7), (7, 5), (8, 0), (8, 1)):
        link.send_chunk(sequence, stream_id=stream_id, frames=1)
    link.transport.send(topic.track("a"), b"\xa0")
    assert wait_until(lambda: subscriber.stats.refused[DecodeStatus.MISSING_KEY] == 1)
    assert heard == [(7, 3), (7, 4), (7, 7), (8, 0), (8, 1)]
    assert (subscriber.stats.chunks, subscriber.stats.lost_chunks, subscriber.stats.restarts) == (5, 2, 0)


def test_chunks_end_after_silence_and_at_close(link: Link) -> None:
    subscriber = link.subscriber(tracks=True, count=3)
    assert list(subscriber.chunks(timeout_secs=0.01)) == []
    reader = threading.Thread(target=lambda: list(subscriber.chunks()))
    reader.start()
    subscriber.close()
    reader.join(10)
    assert not reader.is_alive()
