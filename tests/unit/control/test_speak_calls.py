from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Sequence
from contextlib import suppress

import grpc
import pytest
from google.protobuf.message import DecodeError

from affectia.clock import SystemClock
from affectia.control.speak_calls import SpeakCalls, speech_request
from affectia.errors import AffectiaError, ConfigError, NoFreeSlot, SessionError
from affectia.perception.voice.voice_engine import VoiceEngine
from affectia.session.speech.speech import MAX_LINES, OpenedLine, Speech
from affectia.session.speech.speech_events import SpeechListener
from affectia.session.speech.speech_request import SpeechRequest
from affectia.v1 import speak_pb2
from affectia.wire import track_chunk
from tests.unit.fakes import wait_until
from tests.unit.session.speech.made_lines import RATE_HZ, buzz, made_engine

pytestmark = pytest.mark.unit

OPEN = speak_pb2.SpeakRequest(open=speak_pb2.OpenSpeech(avatar_id="npc", rate_hz=RATE_HZ, without_session=True))
END = speak_pb2.SpeakRequest(end=speak_pb2.EndSpeech())


def pcm(secs: float) -> speak_pb2.SpeakRequest:
    return speak_pb2.SpeakRequest(pcm=buzz(secs))


class Aborted(Exception):
    """The call was aborted by the service."""


class Caller:
    """Stands in for gRPC: keeps what is written."""

    def __init__(self) -> None:
        self.replies: list[speak_pb2.SpeakReply] = []
        self.code: grpc.StatusCode | None = None
        self.has_chunk = asyncio.Event()

    async def write(self, message: speak_pb2.SpeakReply) -> None:
        self.replies.append(message)
        if message.track_chunk:
            self.has_chunk.set()

    async def abort(self, code: grpc.StatusCode, details: str) -> None:
        self.code = code
        raise Aborted(details)

    def kinds(self) -> list[str | None]:
        return [message.WhichOneof("reply") for message in self.replies]

    def chunks(self) -> list[track_chunk.TrackChunk]:
        return [track_chunk.decode(message.track_chunk) for message in self.replies if message.WhichOneof("reply") == "track_chunk"]


async def sending(*requests: speak_pb2.SpeakRequest, forever: bool = False) -> AsyncIterator[speak_pb2.SpeakRequest]:
    for request in requests:
        yield request
    if forever:
        await asyncio.Event().wait()


@pytest.fixture
def speech() -> Iterator[Speech]:
    made = Speech(
        made_engine, lambda parcels: [len(bodies) for _, bodies in parcels], SystemClock(), has_avatar=lambda name: name == "seen"
    )
    yield made
    made.stop()


def run(work: Callable[[], Coroutine[None, None, None]]) -> None:
    async def limited() -> None:
        await asyncio.wait_for(work(), 20)

    asyncio.run(limited())


def test_a_line_is_opened_told_and_ended(speech: Speech) -> None:
    caller = Caller()
    run(lambda: SpeakCalls(speech).speak(sending(OPEN, pcm(0.5), pcm(0.5), END), caller))
    kinds = caller.kinds()
    assert (kinds[0], kinds[-1]) == ("opened", "ended")
    assert set(kinds[1:-1]) <= {"track_chunk", "progress"}
    assert caller.replies[-1].ended.reason == speak_pb2.SPEECH_END_REASON_FINISHED
    assert {chunk.stream_id for chunk in caller.chunks()} == {caller.replies[0].opened.stream_id}


def test_a_caller_that_hangs_up_its_side_has_ended_its_line(speech: Speech) -> None:
    caller = Caller()
    run(lambda: SpeakCalls(speech).speak(sending(OPEN, pcm(0.3)), caller))
    assert caller.replies[-1].ended.reason == speak_pb2.SPEECH_END_REASON_FINISHED


def test_what_is_not_said_is_usual() -> None:
    wanted = speech_request(speak_pb2.OpenSpeech(avatar_id="npc", rate_hz=24_000))
    assert (wanted.form.sample_type, wanted.form.channels, wanted.frame_rate_hz) == ("int16", 1, 60)
    assert (wanted.interrupts, wanted.needs_session) == (False, True)


@pytest.mark.parametrize(
    ("requests", "words"),
    [
        ([], "there was no request, expected open as the first one"),
        ([speak_pb2.SpeakRequest()], "first request is empty, expected open"),
        ([pcm(0.1)], "first request is pcm, expected open"),
        ([OPEN, OPEN], "request is open, expected pcm, played_sample, flush or end: the line is open"),
        ([OPEN, speak_pb2.SpeakRequest()], "request is empty, expected pcm"),
        ([OPEN, END, pcm(0.1)], "line has ended and gets more pcm"),
    ],
)
def test_requests_that_mean_nothing_end_the_call(speech: Speech, requests: Sequence[speak_pb2.SpeakRequest], words: str) -> None:
    calls = SpeakCalls(speech)
    with pytest.raises(ConfigError, match=words):
        run(lambda: calls.speak(sending(*requests, forever=bool(requests)), SlowCaller()))
    assert calls.count == 0
    assert wait_until(lambda: speech.line_count == 0)


class SlowCaller(Caller):
    """Lets all requests come in before the first reply is out."""

    async def write(self, message: speak_pb2.SpeakReply) -> None:
        await asyncio.sleep(0.05)
        await super().write(message)


@pytest.mark.parametrize(
    "fields",
    [
        {"rate_hz": 0},
        {"rate_hz": 4_000_000_000},
        {"channels": 9},
        {"sample_type": "mp3"},
        {"frame_rate_hz": 5},
        {"avatar_id": "No Id"},
    ],
)
def test_a_line_that_cannot_be_is_refused(fields: dict[str, int | str]) -> None:
    usual: dict[str, int | str] = {"avatar_id": "npc", "rate_hz": RATE_HZ}
    with pytest.raises(ConfigError):
        speech_request(speak_pb2.OpenSpeech(**{**usual, **fields}))  # type: ignore[arg-type] # of mixed types


def test_a_caller_that_is_gone_shuts_the_mouth(speech: Speech) -> None:
    caller = Caller()

    async def leave() -> None:
        call = asyncio.ensure_future(SpeakCalls(speech).speak(sending(OPEN, pcm(1.0), forever=True), caller))
        await caller.has_chunk.wait()
        call.cancel()
        with suppress(asyncio.CancelledError):
            await call

    run(leave)
    assert wait_until(lambda: speech.line_count == 0, 3)  # within the tenth of a second in which it shuts, not when all was played


def test_a_flush_in_the_call_and_one_beside_it(speech: Speech) -> None:
    caller, calls = Caller(), SpeakCalls(speech)
    flush = speak_pb2.SpeakRequest(flush=speak_pb2.FlushSpeech(at_sample=8000))
    run(lambda: calls.speak(sending(OPEN, pcm(1.0), flush, forever=True), caller))
    [flushed] = [message.flushed for message in caller.replies if message.WhichOneof("reply") == "flushed"]
    assert (flushed.at_sample, flushed.closed_by_sample) == (8000, 9600)

    async def from_elsewhere() -> None:
        other = Caller()
        call = asyncio.ensure_future(calls.speak(sending(OPEN, pcm(1.0), forever=True), other))
        await other.has_chunk.wait()
        answer = await calls.flush(speak_pb2.FlushRequest(avatar_id="npc"))
        assert 0 <= answer.closed_by_sample - answer.at_sample <= 1600
        assert answer.stream_id == other.replies[0].opened.stream_id
        await call
        assert other.replies[-1].ended.reason == speak_pb2.SPEECH_END_REASON_FLUSHED

    assert wait_until(lambda: speech.line_count == 0)
    run(from_elsewhere)


def test_nobody_who_says_nothing_is_flushed(speech: Speech) -> None:
    async def flush() -> None:
        await SpeakCalls(speech).flush(speak_pb2.FlushRequest(avatar_id="npc", at_sample=3))

    with pytest.raises(SessionError, match="says nothing"):
        run(flush)


def test_a_sidecar_that_stops_ends_every_call_with_a_shut_mouth(speech: Speech) -> None:
    caller, calls = Caller(), SpeakCalls(speech)

    async def stop() -> None:
        call = asyncio.ensure_future(calls.speak(sending(OPEN, pcm(1.0), forever=True), caller))
        await caller.has_chunk.wait()
        calls.close()
        with pytest.raises(Aborted, match="sidecar is stopping"):
            await call

    run(stop)
    assert caller.code is grpc.StatusCode.UNAVAILABLE
    assert caller.chunks()[-1].end


def test_sound_is_read_no_faster_than_it_is_taken(speech: Speech) -> None:
    read = 0

    async def counted() -> AsyncIterator[speak_pb2.SpeakRequest]:
        nonlocal read
        yield OPEN
        while True:
            read += 1
            yield pcm(0.5)

    async def watch() -> None:
        call = asyncio.ensure_future(SpeakCalls(speech).speak(counted(), Caller()))
        before = -1
        while read != before:
            before = read
            await asyncio.sleep(0.4)
        call.cancel()
        with suppress(asyncio.CancelledError):
            await call

    run(watch)
    assert 16 <= read <= 40  # 8 s that may be out, what is on its way, 2 s that wait, and what is played meanwhile; not endless


def test_callers_that_open_nothing_take_places_too(speech: Speech) -> None:
    async def crowd() -> None:
        calls = SpeakCalls(speech)
        waiting = [asyncio.ensure_future(calls.speak(sending(forever=True), Caller())) for _ in range(MAX_LINES)]
        await asyncio.sleep(0)
        with pytest.raises(NoFreeSlot, match=f"^{MAX_LINES} lines are being spoken"):
            await calls.speak(sending(OPEN), Caller())
        for call in waiting:
            call.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
        assert calls.count == 0

    run(crowd)


class Watched(Speech):
    """Keeps what it has opened."""

    def open(self, request: SpeechRequest, listener: SpeechListener) -> OpenedLine:
        self.opened = super().open(request, listener)
        return self.opened


def test_a_caller_that_is_gone_before_its_line_is_open_leaves_none() -> None:
    is_asked, may_go_on = threading.Event(), threading.Event()

    def load() -> VoiceEngine:
        is_asked.set()
        assert may_go_on.wait(10)
        return made_engine()

    speech = Watched(load, lambda parcels: [len(bodies) for _, bodies in parcels], SystemClock(), has_avatar=lambda name: True)

    async def leave() -> None:
        call = asyncio.ensure_future(SpeakCalls(speech).speak(sending(OPEN, forever=True), Caller()))
        assert await asyncio.to_thread(is_asked.wait, 10)
        call.cancel()
        with suppress(asyncio.CancelledError):
            await call
        may_go_on.set()
        assert await asyncio.to_thread(wait_until, lambda: hasattr(speech, "opened"))
        assert await asyncio.to_thread(wait_until, lambda: speech.line_count == 0)

    run(leave)
    speech.stop()


@pytest.mark.parametrize("before", [[], [OPEN]])
def test_bytes_that_are_no_request_end_the_call(speech: Speech, before: Sequence[speak_pb2.SpeakRequest]) -> None:
    async def garbled() -> AsyncIterator[speak_pb2.SpeakRequest]:
        for request in before:
            yield request
        raise DecodeError("Error parsing message")

    calls = SpeakCalls(speech)
    with pytest.raises(ConfigError, match="^request cannot be read, expected a SpeakRequest$"):
        run(lambda: calls.speak(garbled(), Caller()))
    assert wait_until(lambda: speech.line_count == 0)


def test_requests_that_cannot_be_had_end_the_call_and_tell_no_text(speech: Speech) -> None:
    async def broken() -> AsyncIterator[speak_pb2.SpeakRequest]:
        yield OPEN
        raise RuntimeError("it held what was said")

    with pytest.raises(AffectiaError, match="^reading of requests ended with RuntimeError, which is a fault of the sidecar$"):
        run(lambda: SpeakCalls(speech).speak(broken(), Caller()))


def test_a_line_is_flushed_at_a_sample_that_there_can_be(speech: Speech) -> None:
    async def flush() -> None:
        caller, calls = Caller(), SpeakCalls(speech)
        call = asyncio.ensure_future(calls.speak(sending(OPEN, pcm(1.0), forever=True), caller))
        await caller.has_chunk.wait()
        with pytest.raises(ConfigError, match="^at_sample is 18446744073709551615, expected at most 9223372036854775807$"):
            await calls.flush(speak_pb2.FlushRequest(avatar_id="npc", at_sample=2**64 - 1))
        assert (await calls.flush(speak_pb2.FlushRequest(avatar_id="npc", at_sample=2**63 - 1))).pending
        call.cancel()
        with suppress(asyncio.CancelledError):
            await call

    run(flush)


def test_a_line_for_which_nothing_comes_is_ended(speech: Speech) -> None:
    calls = SpeakCalls(speech, idle_secs=0.05)
    with pytest.raises(ConfigError, match=r"^nothing came for a line in 0.05 s, expected pcm, played_sample or end$"):
        run(lambda: calls.speak(sending(OPEN, forever=True), Caller()))
    assert calls.count == 0
    assert wait_until(lambda: speech.line_count == 0)


def test_a_line_whose_sound_has_ended_waits_for_nothing(speech: Speech) -> None:
    caller = Caller()
    # Sound that takes longer to go out than a caller may be silent: all 8 s that may be ahead, and more.
    run(lambda: SpeakCalls(speech, idle_secs=0.3).speak(sending(OPEN, pcm(4.5), pcm(4.3), END, forever=True), caller))
    assert caller.replies[-1].ended.reason == speak_pb2.SPEECH_END_REASON_FINISHED


def test_a_caller_that_reads_no_reply_is_let_go(speech: Speech) -> None:
    class Deaf(Caller):
        async def write(self, message: speak_pb2.SpeakReply) -> None:
            await asyncio.Event().wait()

    calls = SpeakCalls(speech, idle_secs=0.05)
    with pytest.raises(ConfigError, match=r"^no reply was read for 0.05 s, expected a caller that reads them$"):
        run(lambda: calls.speak(sending(OPEN, END, forever=True), Deaf()))
    assert calls.count == 0
