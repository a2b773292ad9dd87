"""Speak and Flush through the real door, with the real networks as far as they are there."""

from __future__ import annotations

import asyncio
import queue
import threading
import time
from collections.abc import Iterator
from typing import Any

import grpc
import numpy as np
import pytest

from affectia.bake.clip_bake import bake_clip
from affectia.bake.track_format import whole_track
from affectia.capture.audio_clip import AudioClip
from affectia.capture.pcm import PcmFormat
from affectia.capture.pcm_stream import PcmStream
from affectia.session.speech.speech import MAX_LINES
from affectia.v1 import speak_pb2
from affectia.wire import track_chunk
from affectia.wire.track_chunk import TrackChunk
from tests.contract.door import TIMEOUT_SECS, Door, eventually, open_door, refused
from tests.unit.perception.voice.made_voices import syllables

pytestmark = pytest.mark.contract

RATE_HZ = 16_000
END = speak_pb2.SpeakRequest(end=speak_pb2.EndSpeech())


def voice(secs: float) -> bytes:
    return np.asarray(np.clip(syllables(secs), -1, 1) * 32767, "<i2").tobytes()


def opening(avatar_id: str, **fields: Any) -> speak_pb2.SpeakRequest:
    usual = {"rate_hz": RATE_HZ, "without_session": True}
    return speak_pb2.SpeakRequest(open=speak_pb2.OpenSpeech(avatar_id=avatar_id, **{**usual, **fields}))


def pieces(pcm: bytes, size: int = 3201) -> list[speak_pb2.SpeakRequest]:
    return [speak_pb2.SpeakRequest(pcm=pcm[start : start + size]) for start in range(0, len(pcm), size)]


class Line:
    """A call of Speak whose requests are sent when the test says so."""

    def __init__(self, door: Door, *requests: speak_pb2.SpeakRequest) -> None:
        self._requests: queue.SimpleQueue[speak_pb2.SpeakRequest | None] = queue.SimpleQueue()
        self.send(*requests)
        self.call: Any = door.stub.Speak(iter(self._requests.get, None), timeout=TIMEOUT_SECS)

    def send(self, *requests: speak_pb2.SpeakRequest | None) -> None:
        for request in requests:
            self._requests.put(request)

    def next(self, kind: str) -> Any:
        """The next reply of a kind; others are passed over."""
        for reply in self.call:
            if reply.WhichOneof("reply") == kind:
                return getattr(reply, kind)
        raise AssertionError(f"the call ended before {kind}")

    def rest(self) -> tuple[list[TrackChunk], speak_pb2.SpeechEnded]:
        """Chunks to the end, and the end."""
        chunks = []
        ended = None
        for reply in self.call:
            assert ended is None, "something came after the end"
            if reply.WhichOneof("reply") == "track_chunk":
                chunks.append(track_chunk.decode(reply.track_chunk))
            elif reply.WhichOneof("reply") == "ended":
                ended = reply.ended
        assert ended is not None
        return chunks, ended

    def leave(self) -> None:
        self.call.cancel()
        self.send(None)


def test_a_line_is_the_same_track_as_a_baked_clip(door: Door) -> None:
    pcm = voice(3.0)
    line = Line(door, opening("same"), *pieces(pcm), END)
    opened = line.next("opened")
    chunks, ended = line.rest()
    line.send(None)
    assert opened.look_ahead_millis == 75
    assert ended.reason == speak_pb2.SPEECH_END_REASON_FINISHED
    stream = PcmStream(PcmFormat(RATE_HZ))
    sample = stream.push(pcm)
    assert sample is not None
    clip = AudioClip(sample.pcm, RATE_HZ, len(sample.pcm), 1)
    baked = whole_track(bake_clip(clip, engine=door.sidecar.voices.loaded()))
    spoken = whole_track(chunks)
    # Both are bytes of n/255; how sound is cut may turn a rounding, no more.
    for name, width in (("blendshapes", 33), ("visemes", 15)):
        mine, theirs = (np.frombuffer(getattr(track, name), np.uint8).reshape(-1, width).astype(int) for track in (spoken, baked))
        assert len(theirs) <= len(mine) <= len(theirs) + 6  # behind the sound the mouth shuts
        assert np.abs(mine[: len(theirs)] - theirs).max() <= 1


def test_chunks_may_be_left_to_subscribers(door: Door) -> None:
    line = Line(door, opening("quiet", without_chunks=True), *pieces(voice(0.5)), END)
    chunks, ended = line.rest()
    line.send(None)
    assert not chunks
    assert ended.samples >= 8000


def test_an_avatar_of_a_session_speaks_until_the_session_is_stopped(door: Door) -> None:
    door.start("speaker", avatar_count=2)
    line = Line(door, opening("speaker-2", without_session=False), *pieces(voice(1.0)))
    line.next("track_chunk")
    door.stop("speaker")
    with refused(grpc.StatusCode.NOT_FOUND, "avatar 'speaker-2' is gone"):
        line.rest()
    line.send(None)


def test_an_avatar_that_nobody_has_is_not_found(door: Door) -> None:
    line = Line(door, opening("nobody", without_session=False))
    with refused(grpc.StatusCode.NOT_FOUND, "avatar 'nobody' is of no open session"):
        line.rest()
    line.send(None)
    with refused(grpc.StatusCode.NOT_FOUND, "avatar 'nobody' says nothing"):
        door.stub.Flush(speak_pb2.FlushRequest(avatar_id="nobody"), timeout=TIMEOUT_SECS)


def test_a_second_line_is_refused_and_an_interrupt_is_not(door: Door) -> None:
    first = Line(door, opening("busy"), *pieces(voice(1.0)))
    first.next("track_chunk")
    second = Line(door, opening("busy"))
    with refused(grpc.StatusCode.ALREADY_EXISTS, "avatar 'busy' speaks a line"):
        second.rest()
    third = Line(door, opening("busy", interrupt=True), *pieces(voice(0.3)), END)
    chunks, ended = first.rest()
    assert ended.reason == speak_pb2.SPEECH_END_REASON_INTERRUPTED
    assert chunks[-1].end
    chunks, ended = third.rest()
    assert ended.reason == speak_pb2.SPEECH_END_REASON_FINISHED
    for line in (first, second, third):
        line.send(None)


def test_a_flush_from_elsewhere_shuts_the_mouth_within_a_tenth_of_a_second_of_sound(door: Door) -> None:
    line = Line(door, opening("cut"), *pieces(voice(1.5)))
    line.next("track_chunk")
    answer = door.stub.Flush(speak_pb2.FlushRequest(avatar_id="cut", at_sample=8000), timeout=TIMEOUT_SECS)
    assert (answer.at_sample, answer.pending) == (8000, False) or answer.pending
    assert answer.closed_by_sample - answer.at_sample <= 1600
    chunks, ended = line.rest()
    line.send(None)
    assert ended.reason == speak_pb2.SPEECH_END_REASON_FLUSHED
    assert chunks[-1].end
    assert chunks[-1].start_sample == 8000
    assert chunks[-1].frame_count <= 6


@pytest.mark.parametrize(
    ("requests", "words"),
    [
        ([speak_pb2.SpeakRequest()], "first request is empty"),
        (pieces(bytes(100)), "first request is pcm"),
        ([opening("odd"), opening("odd")], "request is open"),
        ([opening("odd", rate_hz=7999)], "rate of 7999 Hz"),
        ([opening("odd", rate_hz=0)], "rate of 0 Hz"),
        ([opening("odd", rate_hz=2**32 - 1)], "rate of 4294967295 Hz"),
        ([opening("odd", channels=9)], "9 channels"),
        ([opening("odd", sample_type="opus")], "samples of type 'opus'"),
        ([opening("odd", frame_rate_hz=9)], "frame rate is 9"),
        ([opening("a b")], "avatar id is"),
        ([opening("odd"), END, *pieces(bytes(10))], "line has ended"),
    ],
)
def test_requests_that_mean_nothing_are_told_and_nobody_else_notices(
    door: Door, requests: list[speak_pb2.SpeakRequest], words: str
) -> None:
    other = Line(door, opening("other"), *pieces(voice(0.3)))
    other.next("track_chunk")
    odd = Line(door, *requests)
    # A line that ended at once may be over before what is wrong behind its end is read.
    try:
        with refused(grpc.StatusCode.INVALID_ARGUMENT, words):
            odd.rest()
    except pytest.fail.Exception:
        assert END in requests
    odd.send(None)
    other.send(END)
    assert other.rest()[1].reason == speak_pb2.SPEECH_END_REASON_FINISHED
    other.send(None)
    eventually(lambda: door.sidecar.speech.line_count == 0)


def test_a_message_that_is_too_long_ends_its_call_with_a_shut_mouth(door: Door) -> None:
    line = Line(door, opening("long"), *pieces(voice(1.0)))
    line.next("track_chunk")
    line.send(speak_pb2.SpeakRequest(pcm=bytes(10 << 20)))
    with refused(grpc.StatusCode.RESOURCE_EXHAUSTED):
        line.rest()
    line.send(None)
    eventually(lambda: door.sidecar.speech.line_count == 0)
    assert door.sidecar.voices.loaded().stream_count == 0


@pytest.mark.parametrize("sample_type", ["int16", "int32", "float32", "uint8"])
def test_every_type_of_sample_is_heard(door: Door, sample_type: str) -> None:
    pcm = np.clip(syllables(1.0), -1, 1)
    raw = {
        "int16": (pcm * 32767).astype("<i2"),
        "int32": (pcm.astype(np.float64) * (2**31 - 1)).astype("<i4"),
        "float32": pcm.astype("<f4"),
        "uint8": np.rint(pcm * 127 + 128).astype(np.uint8),
    }[sample_type]
    stereo = np.repeat(raw, 2)
    line = Line(door, opening(f"type-{sample_type}", sample_type=sample_type, channels=2), *pieces(stereo.tobytes(), 9999), END)
    chunks, ended = line.rest()
    line.send(None)
    assert not ended.notices
    assert max(chunk.blendshape_weights().max(initial=0) for chunk in chunks) > 0.1


def test_sound_that_is_no_number_is_silence_and_told(door: Door) -> None:
    broken = np.full(RATE_HZ, np.nan, "<f4")
    line = Line(door, opening("nan", sample_type="float32"), *pieces(broken.tobytes()), END)
    chunks, ended = line.rest()
    line.send(None)
    assert any("no numbers" in notice for notice in ended.notices)
    assert max(chunk.blendshape_weights().max(initial=0) for chunk in chunks) == 0


def test_a_caller_that_is_gone_shuts_the_mouth_and_leaves_nothing(door: Door) -> None:
    line = Line(door, opening("gone"), *pieces(voice(2.0)))
    line.next("track_chunk")
    line.leave()
    eventually(lambda: door.sidecar.speech.line_count == 0)
    assert door.sidecar.voices.loaded().stream_count == 0
    again = Line(door, opening("gone"), *pieces(voice(0.2)), END)
    assert again.rest()[1].reason == speak_pb2.SPEECH_END_REASON_FINISHED
    again.send(None)


def test_a_caller_that_ends_without_saying_so_has_ended(door: Door) -> None:
    line = Line(door, opening("short"), *pieces(voice(0.5)), None)  # type: ignore[arg-type] # None hangs up
    assert line.rest()[1].reason == speak_pb2.SPEECH_END_REASON_FINISHED


def test_as_many_as_may_be_speak_at_once_and_one_more_is_refused(door: Door) -> None:
    pcm = voice(0.3)
    lines = [Line(door, opening(f"crowd-{number}"), *pieces(pcm)) for number in range(MAX_LINES)]
    for line in lines:
        line.next("track_chunk")
    more = Line(door, opening("crowd-more"))
    with refused(grpc.StatusCode.RESOURCE_EXHAUSTED, f"{MAX_LINES} lines are being spoken"):
        more.rest()
    assert door.status().version  # who steers finds the door open
    for line in lines:
        line.send(END)
    ends = [line.rest() for line in lines]
    for line in (*lines, more):
        line.send(None)
    assert all(ended.reason == speak_pb2.SPEECH_END_REASON_FINISHED and chunks[-1].end for chunks, ended in ends)
    lengths = {chunks[-1].start_sample + chunks[-1].frame_count * RATE_HZ / 60 for chunks, _ in ends}
    assert max(lengths) - min(lengths) <= 1


def test_a_sidecar_that_stops_tells_the_caller_and_shuts_the_mouth() -> None:
    stopped: list[Line] = []

    def speak(door: Door) -> Iterator[TrackChunk]:
        line = Line(door, opening("last"), *pieces(voice(1.0)))
        stopped.append(line)
        for reply in line.call:
            if reply.WhichOneof("reply") == "track_chunk":
                yield track_chunk.decode(reply.track_chunk)

    chunks: list[TrackChunk] = []
    errors: list[Any] = []
    with open_door() as door:

        def listen() -> None:
            try:
                chunks.extend(speak(door))
            except grpc.RpcError as error:
                errors.append(error)

        listener = threading.Thread(target=listen)
        listener.start()
        eventually(lambda: door.sidecar.speech.line_count == 1)
        time.sleep(0.3)
        asyncio.run_coroutine_threadsafe(door.server.stop(), door.loop).result(TIMEOUT_SECS)
        listener.join(TIMEOUT_SECS)
        stopped[0].send(None)
    [error] = errors
    assert error.code() is grpc.StatusCode.UNAVAILABLE
    assert "sidecar is stopping" in error.details()
