"""`affectia speak`: a sound file, spoken to a running sidecar as a speech synthesiser would."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final, Protocol

import grpc
import numpy as np
import typer

from affectia import registry
from affectia.capture.audio_decoder import AudioDecoder
from affectia.clock import NANOS_PER_MILLI, NANOS_PER_SEC, Clock, SystemClock
from affectia.errors import AffectiaError, ConfigError
from affectia.session.speech.speech_request import FRAME_RATE_HZ
from affectia.v1 import control_pb2_grpc, speak_pb2
from affectia.wire import track_chunk

PIECE_SECS: Final = 0.04
MOST_BYTES: Final = 32 * 1024
FASTEST: Final = 100.0


class SpeakStub(Protocol):
    """The one call of the control service that is needed here."""

    def Speak(self, requests: Iterator[speak_pb2.SpeakRequest]) -> Iterator[speak_pb2.SpeakReply]:  # noqa: N802 - as generated
        """A line; raises grpc.RpcError."""
        ...


@dataclass(frozen=True, slots=True)
class SpokenFile:
    """A file as it is sent: float32 samples, interleaved."""

    pcm: bytes
    rate_hz: int
    channels: int

    @property
    def frame_bytes(self) -> int:
        """Bytes of one sample of every channel."""
        return 4 * self.channels

    @property
    def secs(self) -> float:
        """How long it is."""
        return len(self.pcm) / self.frame_bytes / self.rate_hz

    @classmethod
    def read(cls, path: Path) -> SpokenFile:
        """Decode a file; raises CaptureError where it has no sound."""
        decoder = AudioDecoder(path)
        blocks = [np.ascontiguousarray(block, "<f4") for block in decoder.blocks()]
        channels = 1 if not blocks or blocks[0].ndim == 1 else blocks[0].shape[1]
        return cls(b"".join(block.tobytes() for block in blocks), decoder.rate_hz, channels)


def speak(
    line: Annotated[Path, typer.Argument(metavar="FILE", help="A sound file: WAV, FLAC, OGG, MP3, M4A, a video, ...")],
    *,
    avatar: Annotated[str, typer.Option(help="Id of the avatar. Without a session of that name it is a track alone.")] = "default",
    speed: Annotated[float, typer.Option(min=0.1, max=FASTEST, help="How fast the sound is delivered; 1 is as fast as it plays.")] = 8.0,
    frame_rate: Annotated[int, typer.Option(help="Frames a second, 10 to 240.")] = FRAME_RATE_HZ,
    interrupt: Annotated[bool, typer.Option("--interrupt", help="Cut what the avatar is saying.")] = False,
    flush_after: Annotated[float, typer.Option(min=0, help="Cut the line at this second of it; 0 does not.")] = 0.0,
    port_base: Annotated[int, typer.Option(help="First of the sidecar's four ports.")] = registry.PORT_BASE,
) -> None:
    """Speak a file to a running sidecar as a speech synthesiser would, and show the chunks that come back.

    A subscriber of track/<avatar> gets the same chunks: `affectia serve` in another terminal, an engine in a third.
    """
    opening = speak_pb2.OpenSpeech(
        avatar_id=avatar, sample_type="float32", frame_rate_hz=frame_rate, interrupt=interrupt, without_session=True
    )
    found = SpokenFile.read(line)
    if not found.pcm:
        raise ConfigError(f"sound is empty, expected some to speak: {line}")
    sound = f"{found.secs:.1f} s, {found.rate_hz} Hz, {found.channels} {'channel' if found.channels == 1 else 'channels'}"
    typer.echo(f"speaking {line.name}: {sound}, {speed:g} times as fast as it plays")
    channel = grpc.insecure_channel(f"127.0.0.1:{port_base + registry.PORT_GRPC}", options=[("grpc.enable_http_proxy", 0)])
    with channel:
        stub: SpeakStub = control_pb2_grpc.ControlStub(channel)  # type: ignore[no-untyped-call] # generated
        run = SpeakRun(stub, found, opening, speed=speed, flush_at_sample=round(flush_after * found.rate_hz))
        for text in run.lines():
            typer.echo(text)


class SpeakRun:
    """One line on its way; `lines` says what happens to it. `clock` is what paces it."""

    def __init__(
        self,
        stub: SpeakStub,
        found: SpokenFile,
        opening: speak_pb2.OpenSpeech,
        *,
        speed: float,
        flush_at_sample: int = 0,
        clock: Clock | None = None,
    ) -> None:
        self._stub = stub
        self._found = found
        self._opening = opening
        self._speed = speed
        self._flush_at_sample = flush_at_sample
        self._clock = clock or SystemClock()
        self._over = threading.Condition()
        self._is_over = False
        self._began_nanos = 0  # when the first sound was sent

    def requests(self) -> Iterator[speak_pb2.SpeakRequest]:
        """The line in pieces, each when it is due."""
        opening = speak_pb2.OpenSpeech()
        opening.CopyFrom(self._opening)
        opening.rate_hz, opening.channels = self._found.rate_hz, self._found.channels
        yield speak_pb2.SpeakRequest(open=opening)
        if self._flush_at_sample:
            yield speak_pb2.SpeakRequest(flush=speak_pb2.FlushSpeech(at_sample=self._flush_at_sample))
        frame_bytes = self._found.frame_bytes
        size = min(round(self._found.rate_hz * PIECE_SECS), MOST_BYTES // frame_bytes) * frame_bytes
        self._began_nanos = self._clock.now_nanos()
        for start in range(0, len(self._found.pcm), size):
            due_secs = start / frame_bytes / self._found.rate_hz / self._speed
            if not self._waited(self._began_nanos + round(due_secs * NANOS_PER_SEC)):
                return
            yield speak_pb2.SpeakRequest(pcm=self._found.pcm[start : start + size])
        yield speak_pb2.SpeakRequest(end=speak_pb2.EndSpeech())

    def lines(self) -> Iterator[str]:
        """What is told of it, in order; raises AffectiaError with what the sidecar says where it refuses."""
        try:
            yield from self._told(self._stub.Speak(self.requests()))
        except grpc.RpcError as error:
            raise _told_error(error) from None
        finally:
            with self._over:
                self._is_over = True
                self._over.notify_all()

    def _told(self, replies: Iterator[speak_pb2.SpeakReply]) -> Iterator[str]:
        numbers = itertools.count(1)
        for reply in replies:
            kind = reply.WhichOneof("reply")
            if kind == "opened":
                yield opened_line(reply.opened)
            elif kind == "track_chunk":
                passed = (self._clock.now_nanos() - self._began_nanos) / NANOS_PER_MILLI
                yield chunk_line(track_chunk.decode(reply.track_chunk), next(numbers), passed)
            elif kind == "flushed":
                yield f"flushed at sample {reply.flushed.at_sample}, shut from {reply.flushed.closed_by_sample} on"
            elif kind == "ended":
                yield ended_line(reply.ended, self._found.rate_hz)

    def _waited(self, due_nanos: int) -> bool:
        """Wait for a time; false where the line is over before."""
        with self._over:
            while not self._is_over:
                left_nanos = due_nanos - self._clock.now_nanos()
                if left_nanos <= 0:
                    return True
                self._clock.wait(self._over, left_nanos / NANOS_PER_SEC)
            return False


def opened_line(opened: speak_pb2.SpeechOpened) -> str:
    """What is known before the first chunk."""
    parts = [f"stream {opened.stream_id}, looks {opened.look_ahead_millis} ms ahead"]
    if opened.starts_in_millis:
        parts.append(f"starts in {opened.starts_in_millis} ms, when what the avatar says was played")
    if opened.degraded:
        parts.append("degraded: a network is missing")
    return ", ".join(parts)


def chunk_line(chunk: track_chunk.TrackChunk, number: int, passed_millis: float) -> str:
    """A chunk: when it came, what of the sound it is for, and how far the jaw is open at most."""
    jaw_open = chunk.layout.parts[0].index("jawOpen")
    widest = chunk.blendshape_weights()[:, jaw_open].max(initial=0)
    begins = chunk.start_sample / chunk.sample_rate_hz
    ends = begins + chunk.frame_count / chunk.frame_rate_hz
    first = "first chunk, " if number == 1 else ""
    span = f"{begins:7.3f} to {ends:7.3f} s, {chunk.frame_count:3d} frames, jaw {widest:.2f}"
    return f"{passed_millis:7.0f} ms  {first}{span}{', end' if chunk.end else ''}"


def ended_line(ended: speak_pb2.SpeechEnded, rate_hz: int) -> str:
    """The end of a line, and what was wrong with its sound."""
    reason = speak_pb2.SpeechEndReason.Name(ended.reason).removeprefix("SPEECH_END_REASON_").lower()
    told = f"{reason}: {ended.samples / rate_hz:.2f} s, of which {ended.remaining_millis} ms are still to be played"
    return "; ".join([told, *(f"note: {notice}" for notice in ended.notices)])


def _told_error(error: grpc.RpcError) -> AffectiaError:
    code: Callable[[], grpc.StatusCode] = getattr(error, "code", lambda: grpc.StatusCode.UNKNOWN)
    details: Callable[[], str] = getattr(error, "details", lambda: "")
    if code() is grpc.StatusCode.UNAVAILABLE and "sidecar" not in (details() or ""):
        return AffectiaError("no sidecar answers, expected one that runs; start `affectia serve --source none`, or check --port-base")
    return AffectiaError(details() or f"line ended with {code().name.lower()}")
