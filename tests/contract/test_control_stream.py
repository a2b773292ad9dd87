"""Frames through the control service: order, newest wins, and readers that come, wait, stall and leave."""

from __future__ import annotations

import time

import grpc
import pytest

from affectia import registry
from affectia.control.control_service import MAX_STREAMS
from affectia.v1 import frame_pb2
from affectia.wire import avatar_frame, emotion_update, topic
from tests.contract.door import TIMEOUT_SECS, Door, control_stub, eventually, next_frame, refused

pytestmark = pytest.mark.contract


def test_frames_are_streamed_in_order(door: Door) -> None:
    door.start("seen", avatar_count=2)
    stream = door.stream("seen")
    frames = [next(stream) for _ in range(30)]
    assert {frame.topic for frame in frames} == {topic.avatar("seen")}
    decoded = [avatar_frame.decode(frame.body) for frame in frames]
    assert all(later.sequence > earlier.sequence for earlier, later in zip(decoded, decoded[1:], strict=False))
    assert decoded[-1].sequence - decoded[0].sequence < 35  # a reader that keeps up misses next to nothing
    assert decoded[-1].is_valid(registry.Group.MOUTH)


def test_stream_of_all_avatars_carries_affect_where_it_was_asked_for(door: Door) -> None:
    door.start("all", avatar_count=2)
    frames = [frame for _, frame in zip(range(40), door.stream(with_affect=True), strict=False)]
    assert {frame.topic for frame in frames} == {name(avatar) for name in (topic.avatar, topic.affect) for avatar in ("all", "all-2")}
    assert all(emotion_update.decode(frame.body) for frame in frames if frame.topic.startswith(registry.TOPIC_AFFECT))


def test_stream_waits_for_an_avatar_that_is_not_open_yet(door: Door) -> None:
    stream = door.stream("later")
    eventually(lambda: door.server.stream_count == 1)
    door.start("later")
    assert next(stream).topic == topic.avatar("later")


@pytest.mark.parametrize("avatar_id", ["", "Big", "a\0", "x" * 33])
def test_stream_of_an_id_that_cannot_be_one_is_refused(door: Door, avatar_id: str) -> None:
    with refused(grpc.StatusCode.INVALID_ARGUMENT, "avatar id is"):
        next(door.stream("fine", avatar_id))


def test_cancelled_streams_let_go(door: Door) -> None:
    door.start("left")
    streams = [door.stream("left") for _ in range(5)]
    for stream in streams:
        next(stream)
    assert door.server.stream_count == 5
    for stream in streams:
        stream.cancel()
    eventually(lambda: door.server.stream_count == 0)
    eventually(lambda: not door.sidecar.transport.wants(topic.avatar("left")))


def test_too_many_streams_are_refused(door: Door) -> None:
    streams = [door.stream() for _ in range(MAX_STREAMS)]
    eventually(lambda: door.server.stream_count == MAX_STREAMS)
    with refused(grpc.StatusCode.RESOURCE_EXHAUSTED, f"{MAX_STREAMS} frame streams are open"):
        next(door.stream())
    assert door.status().process_id > 0
    for stream in streams:
        stream.cancel()
    eventually(lambda: door.server.stream_count == 0)


def test_slow_reader_loses_frames_and_holds_nobody_up(door: Door) -> None:
    door.start("fast")
    # A reader that wants little on its way to it; what the channel holds is delivered before anything newer.
    little = [("grpc.use_local_subchannel_pool", 1), ("grpc.http2.bdp_probe", 0), ("grpc.http2.lookahead_bytes", 1024)]
    with grpc.insecure_channel(f"127.0.0.1:{door.server.port}", options=little) as channel:
        stream = control_stub(channel).StreamFrames(frame_pb2.StreamFramesRequest(avatar_ids=["fast"]), timeout=TIMEOUT_SECS)
        before = next_frame(stream)
        published = door.sidecar.pipeline.publisher.frames_published
        time.sleep(1.0)  # the reader stands still
        assert door.sidecar.pipeline.publisher.frames_published - published > 40
        sequences = [before.sequence] + [next_frame(stream).sequence for _ in range(25)]
    gaps = [later - earlier for earlier, later in zip(sequences, sequences[1:], strict=False)]
    assert max(gaps) > 20, "frames were queued for a reader that stood still"
