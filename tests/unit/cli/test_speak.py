from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import grpc
import numpy as np
import pytest

from affectia.cli.speak import MOST_BYTES, SpeakRun, SpokenFile, chunk_line, ended_line, opened_line
from affectia.clock import NANOS_PER_MILLI, FakeClock
from affectia.errors import AffectiaError
from affectia.v1 import speak_pb2
from affectia.wire import track_chunk
from affectia.wire.track_chunk import TrackChunk
from tests.unit.sounds import tone, write_sound

pytestmark = pytest.mark.unit

OPENING = speak_pb2.OpenSpeech(avatar_id="npc", sample_type="float32", without_session=True)
RATE_HZ = 8000


class Stub:
    """Takes every request and answers with what it was given."""

    def __init__(self, *replies: speak_pb2.SpeakReply, error: Exception | None = None) -> None:
        self._replies = replies
        self._error = error
        self.requests: list[speak_pb2.SpeakRequest] = []

    def Speak(self, requests: Iterator[speak_pb2.SpeakRequest]) -> Iterator[speak_pb2.SpeakReply]:  # noqa: N802 - as generated
        self.requests = list(requests)
        yield from self._replies
        if self._error is not None:
            raise self._error


class Refused(grpc.RpcError):
    def __init__(self, code: grpc.StatusCode, details: str) -> None:
        self._said = code, details

    def code(self) -> grpc.StatusCode:
        return self._said[0]

    def details(self) -> str:
        return self._said[1]


def found(secs: float, channels: int = 1, rate_hz: int = RATE_HZ) -> SpokenFile:
    return SpokenFile(np.zeros(round(secs * rate_hz) * channels, "<f4").tobytes(), rate_hz, channels)


def run(stub: Stub, *, clock: FakeClock | None = None, speed: float = 2.0, flush_at_sample: int = 0, secs: float = 1.0) -> list[str]:
    made = SpeakRun(stub, found(secs), OPENING, speed=speed, flush_at_sample=flush_at_sample, clock=clock or FakeClock())
    return list(made.lines())


def kinds(requests: Sequence[speak_pb2.SpeakRequest]) -> list[str | None]:
    return [request.WhichOneof("request") for request in requests]


def test_a_file_is_sent_in_pieces_as_fast_as_it_was_said() -> None:
    clock, stub = FakeClock(), Stub()
    began = clock.now_nanos()
    run(stub, clock=clock, speed=2.0)
    assert kinds(stub.requests) == ["open", *["pcm"] * 25, "end"]
    assert sum(len(request.pcm) for request in stub.requests) == 4 * RATE_HZ
    assert (clock.now_nanos() - began) / NANOS_PER_MILLI == pytest.approx(480)  # the last piece begins at 0.96 s
    opening = stub.requests[0].open
    assert (opening.avatar_id, opening.rate_hz, opening.channels, opening.sample_type) == ("npc", RATE_HZ, 1, "float32")


def test_a_piece_of_many_channels_fits_a_message() -> None:
    stub = Stub()
    list(SpeakRun(stub, found(0.2, channels=8, rate_hz=192_000), OPENING, speed=100, clock=FakeClock()).lines())
    sizes = [len(request.pcm) for request in stub.requests if request.pcm]
    assert max(sizes) <= MOST_BYTES
    assert all(size % 32 == 0 for size in sizes)
    assert sum(sizes) == 38_400 * 32


def test_a_cut_is_asked_for_before_the_sound_is_sent() -> None:
    stub = Stub()
    run(stub, flush_at_sample=500)
    assert kinds(stub.requests)[:3] == ["open", "flush", "pcm"]
    assert stub.requests[1].flush.at_sample == 500


def test_what_comes_back_is_told() -> None:
    chunk = TrackChunk(7, 0, 0, RATE_HZ, 60, bytes(33 * 12), bytes(15 * 12))
    stub = Stub(
        speak_pb2.SpeakReply(opened=speak_pb2.SpeechOpened(stream_id=7, look_ahead_millis=78)),
        speak_pb2.SpeakReply(track_chunk=track_chunk.encode(chunk)),
        speak_pb2.SpeakReply(progress=speak_pb2.SpeechProgress(heard_samples=5)),
        speak_pb2.SpeakReply(flushed=speak_pb2.SpeechFlushed(at_sample=4000, closed_by_sample=4800)),
        speak_pb2.SpeakReply(ended=speak_pb2.SpeechEnded(reason=speak_pb2.SPEECH_END_REASON_FLUSHED, samples=4800)),
    )
    opened, told, flushed, ended = run(stub)
    assert opened == "stream 7, looks 78 ms ahead"
    assert told.endswith("first chunk,   0.000 to   0.200 s,  12 frames, jaw 0.00")
    assert flushed == "flushed at sample 4000, shut from 4800 on"
    assert ended == "flushed: 0.60 s, of which 0 ms are still to be played"


def test_what_a_person_should_know_is_told() -> None:
    opened = speak_pb2.SpeechOpened(stream_id=1, look_ahead_millis=75, starts_in_millis=900, degraded=True)
    assert opened_line(opened).endswith("starts in 900 ms, when what the avatar says was played, degraded: a network is missing")
    ended = speak_pb2.SpeechEnded(reason=speak_pb2.SPEECH_END_REASON_FINISHED, samples=100, remaining_millis=30, notices=["clipped"])
    assert ended_line(ended, 100) == "finished: 1.00 s, of which 30 ms are still to be played; note: clipped"
    last = TrackChunk(7, 3, 8000, RATE_HZ, 60, bytes([0, 0, 0, 128] + [0] * 29), bytes(15), end=True)
    assert chunk_line(last, 4, 250.4) == "    250 ms    1.000 to   1.017 s,   1 frames, jaw 0.50, end"


@pytest.mark.parametrize(
    ("code", "details", "words"),
    [
        (grpc.StatusCode.ALREADY_EXISTS, "avatar 'npc' speaks a line", "^avatar 'npc' speaks a line$"),
        (grpc.StatusCode.UNAVAILABLE, "failed to connect", "^no sidecar answers, expected one that runs; "),
        (grpc.StatusCode.UNAVAILABLE, "sidecar is stopping, connect again", "^sidecar is stopping"),
        (grpc.StatusCode.CANCELLED, "", "^line ended with cancelled$"),
    ],
)
def test_a_refusal_is_one_sentence(code: grpc.StatusCode, details: str, words: str) -> None:
    with pytest.raises(AffectiaError, match=words):
        run(Stub(error=Refused(code, details)))


def test_a_line_that_is_over_sends_no_more() -> None:
    class Cut(Stub):
        def Speak(self, requests: Iterator[speak_pb2.SpeakRequest]) -> Iterator[speak_pb2.SpeakReply]:  # noqa: N802 - as generated
            self.left = requests
            self.requests = [next(requests) for _ in range(3)]
            yield speak_pb2.SpeakReply(ended=speak_pb2.SpeechEnded())

    stub = Cut()
    run(stub)
    assert list(stub.left) == []


@pytest.mark.parametrize("channels", [1, 2])
def test_a_file_is_read_whole(tmp_path: Path, channels: int) -> None:
    samples = np.repeat(tone(200, rate_hz=22_050)[:, None], channels, axis=1)
    spoken = SpokenFile.read(write_sound(tmp_path / "line.wav", samples, rate_hz=22_050))
    assert (spoken.rate_hz, spoken.channels) == (22_050, channels)
    assert spoken.secs == pytest.approx(1.0)
    np.testing.assert_allclose(np.frombuffer(spoken.pcm, "<f4").reshape(-1, channels), samples, atol=1e-4)
