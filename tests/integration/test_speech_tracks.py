"""A synthesiser that is far faster than its speech, a sidecar, and subscribers: chunks over real sockets."""

from __future__ import annotations

import queue
import statistics
import threading
import time
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import zmq

from affectia import registry
from affectia.client import Subscriber
from affectia.client.track_queue import TrackQueue
from affectia.v1 import speak_pb2
from affectia.wire import track_chunk
from affectia.wire.track_chunk import TrackChunk
from affectia.wire.track_file import check_track
from tests.contract.door import TIMEOUT_SECS, Door, eventually, open_door
from tests.unit.perception.voice.made_voices import syllables

pytestmark = pytest.mark.integration

RATE_HZ = 24_000
LINE_SECS = 30.0


@pytest.fixture(scope="module")
def door() -> Iterator[Door]:
    with open_door() as opened:
        opened.sidecar.voices.loaded()
        yield opened


def voice(secs: float) -> bytes:
    sound = np.interp(np.arange(round(secs * RATE_HZ)) / RATE_HZ, np.arange(round(secs * 16_000)) / 16_000, syllables(secs))
    return np.asarray(np.clip(sound, -1, 1) * 32767, "<i2").tobytes()


def speak(door: Door, avatar_id: str, requests: queue.SimpleQueue[speak_pb2.SpeakRequest | None]) -> Any:
    opening = speak_pb2.OpenSpeech(avatar_id=avatar_id, rate_hz=RATE_HZ, without_session=True)
    requests.put(speak_pb2.SpeakRequest(open=opening))
    return door.stub.Speak(iter(requests.get, None), timeout=60)


def subscriber(door: Door, avatar_id: str, **more: Any) -> Subscriber:
    made = Subscriber(f"tcp://127.0.0.1:{door.sidecar.options.port_base}", avatars=[avatar_id], tracks=True, **more)
    topic = registry.TOPIC_TRACK + avatar_id.encode() + b"\0"
    eventually(lambda: door.sidecar.transport.wants(topic))
    return made


def test_thirty_seconds_that_come_in_one_reach_a_subscriber_whole_and_in_order(door: Door) -> None:
    """Its player says where it is: three times faster than real time, so that the test does not take half a minute."""
    pcm, requests = voice(LINE_SECS), queue.SimpleQueue[speak_pb2.SpeakRequest | None]()
    got: list[TrackChunk] = []
    furthest = 0.0
    with subscriber(door, "fast") as listening:
        call = speak(door, "fast", requests)
        step = RATE_HZ // 10 * 2
        began = time.perf_counter()
        pieces = iter(range(0, len(pcm), step))
        replies: list[speak_pb2.SpeakReply] = []
        reader = threading.Thread(target=lambda: replies.extend(call))
        reader.start()

        def play() -> None:
            nonlocal furthest
            queued = TrackQueue()
            while not got or not got[-1].end:
                for received in listening.chunks(timeout_secs=0.02):
                    assert queued.push(received.chunk), "an engine had no room for a chunk"
                    got.append(received.chunk)
                    played = 3.0 * (time.perf_counter() - began)
                    furthest = max(furthest, received.chunk.start_sample / RATE_HZ - played)
                    queued.sample(played * RATE_HZ)

        player = threading.Thread(target=play)
        player.start()
        for number, start in enumerate(pieces):
            requests.put(speak_pb2.SpeakRequest(pcm=pcm[start : start + step]))
            if number % 10 == 0:
                time.sleep(1 / 30)  # 30 s in 1 s
        requests.put(speak_pb2.SpeakRequest(end=speak_pb2.EndSpeech()))
        while reader.is_alive():
            played_sample = int(3.0 * (time.perf_counter() - began) * RATE_HZ)
            _report(door, "fast", played_sample)
            reader.join(0.05)
        player.join(TIMEOUT_SECS)
        requests.put(None)
        stats = listening.stats
    check_track(got)
    assert stats.lost_chunks == stats.refused_chunks == 0
    assert sum(chunk.frame_count for chunk in got) == pytest.approx(LINE_SECS * 60, abs=6)
    assert furthest <= 10.0
    assert [track_chunk.encode(chunk) for chunk in got] == [reply.track_chunk for reply in replies if reply.track_chunk]


def _report(door: Door, avatar_id: str, played_sample: int) -> None:
    """Reports travel behind the sound that waits, so this one goes to the line itself."""
    for line in door.sidecar.speech._lines:
        if line.request.avatar_id == avatar_id:
            line.inbox.report(played_sample)


def test_eight_lines_at_once_reach_a_reader_who_is_slow_whole_and_in_order(door: Door) -> None:
    context = zmq.Context()
    slow = context.socket(zmq.SUB)
    slow.setsockopt(zmq.RCVHWM, 4)
    slow.setsockopt(zmq.RCVBUF, 4096)
    slow.setsockopt(zmq.LINGER, 0)
    slow.setsockopt(zmq.SUBSCRIBE, b"track/slow-")
    slow.connect(f"tcp://127.0.0.1:{door.sidecar.options.port_base}")
    eventually(lambda: door.sidecar.transport.wants(b"track/slow-0\0"))
    pcm = voice(7.0)
    calls = []
    for number in range(8):
        requests = queue.SimpleQueue[speak_pb2.SpeakRequest | None]()
        calls.append(speak(door, f"slow-{number}", requests))
        for start in range(0, len(pcm), 32_000):
            requests.put(speak_pb2.SpeakRequest(pcm=pcm[start : start + 32_000]))
        requests.put(speak_pb2.SpeakRequest(end=speak_pb2.EndSpeech()))
        requests.put(None)
    sent = sum(1 for call in calls for reply in call if reply.track_chunk)
    got: dict[bytes, list[TrackChunk]] = {}
    while sum(map(len, got.values())) < sent and slow.poll(3000):
        topic, _, body = slow.recv().partition(b"\0")
        got.setdefault(topic, []).append(track_chunk.decode(body))
        time.sleep(0.001)
    slow.close(0)
    context.term()
    assert len(got) == 8
    for chunks in got.values():
        check_track(chunks)


def test_somebody_who_talks_over_it_is_answered_as_quickly_as_status_is(door: Door) -> None:
    pcm = voice(5.0)
    flushes, calls = [], []
    for number in range(6):
        avatar_id = f"barge-{number}"
        requests = queue.SimpleQueue[speak_pb2.SpeakRequest | None]()
        queued = TrackQueue()
        with subscriber(door, avatar_id) as listening:
            call = speak(door, avatar_id, requests)
            for start in range(0, len(pcm), 16_000):
                requests.put(speak_pb2.SpeakRequest(pcm=pcm[start : start + 16_000]))
            for received in listening.chunks(timeout_secs=5):
                queued.push(received.chunk)
                if received.chunk.start_sample > 2 * RATE_HZ:
                    break
            began = time.perf_counter()
            door.status()
            calls.append(time.perf_counter() - began)
            at_sample = 31_111
            shown = queued.sample(at_sample).blendshapes.copy()
            began = time.perf_counter()
            answer = door.stub.Flush(speak_pb2.FlushRequest(avatar_id=avatar_id, at_sample=at_sample), timeout=TIMEOUT_SECS)
            flushes.append(time.perf_counter() - began)
            for received in listening.chunks(timeout_secs=5):
                queued.push(received.chunk)
                if received.chunk.end:
                    break
            assert answer.at_sample == at_sample
            assert answer.closed_by_sample <= at_sample + RATE_HZ // 10
            np.testing.assert_allclose(queued.sample(at_sample).blendshapes, shown, atol=1 / 255)
            assert queued.sample(answer.closed_by_sample).blendshapes.max() == 0
            assert queued.sample(answer.closed_by_sample).has_ended
            assert [reply.ended.reason for reply in call if reply.HasField("ended")] == [speak_pb2.SPEECH_END_REASON_FLUSHED]
            requests.put(None)
    # A round of hearing may be under way, which is 2 s of sound at most.
    assert statistics.median(flushes) <= 10 * statistics.median(calls) + 0.03
