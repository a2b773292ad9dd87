"""What a sidecar says of itself, asked once a second through its control service."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from types import TracebackType
from typing import Protocol

import grpc

from affectia.v1 import control_pb2_grpc, session_pb2, status_pb2


@dataclass(frozen=True, slots=True)
class SidecarStatus:
    """Of all sessions together: pictures captured, dropped unseen for a newer one, looked at, with a face; `detail`: why one waits,
    or what a person could do to be seen or heard better. `look_ahead_millis` is how late a mouth is that a voice drives and
    `audio_rate_hz` what its audio_sample counts in, both None where nobody was heard; `sound_lost` counts blocks of sound that nobody
    listened to in time. `feeling_methods` says what tells how people feel, and how often; empty where nothing does.
    """

    captured: int
    dropped: int
    perceived: int
    with_face: int
    detail: str
    look_ahead_millis: int | None = None
    audio_rate_hz: int | None = None
    sound_lost: int = 0
    feeling_methods: str = ""

    @staticmethod
    def of(message: status_pb2.Status) -> SidecarStatus:
        """Read the answer of the control service."""
        sources = [session.source_status for session in message.sessions]
        voices = [session.voice_status for session in message.sessions]
        return SidecarStatus(
            captured=sum(source.samples_captured for source in sources),
            dropped=sum(source.samples_dropped for source in sources),
            perceived=sum(source.samples_perceived for source in sources),
            with_face=sum(source.samples_with_face for source in sources),
            detail="; ".join(
                text
                for session in message.sessions
                for text in (session.detail, *session.source_status.notices, *session.voice_status.notices)
                if text
            ),
            look_ahead_millis=max((voice.look_ahead_millis for voice in voices), default=0) or None,
            audio_rate_hz=max((voice.source_rate_hz for voice in voices), default=0) or None,
            sound_lost=sum(voice.blocks_dropped for voice in voices),
            feeling_methods="; ".join(
                text for session in message.sessions if session.HasField("emotion_status") and (text := _methods(session.emotion_status))
            ),
        )


def _methods(status: session_pb2.EmotionStatus) -> str:
    """What runs of face and voice, on what and how quickly; and why nothing better does."""
    parts = (
        ("face", status.face_method, status.face_provider, status.face_results_hz, status.face_p95_millis),
        ("voice", status.voice_method, status.voice_provider, status.voice_results_hz, status.voice_p95_millis),
    )
    told = []
    for name, method, provider, results_hz, p95_millis in parts:
        if method and method != "off":
            on = f" on {provider}" if provider else ""
            told.append(f"{name} by {method}{on}, {results_hz:.1f}/s, p95 {p95_millis:.1f} ms")
    if told and status.affect_method:
        told.append(f"affect {status.affect_method}")
    return ", ".join(told) + (f" ({'; '.join(status.notices)})" if told and status.notices else "")


class StatusStub(Protocol):
    """The one call of the control service that is needed here."""

    def GetStatus(self, request: status_pb2.GetStatusRequest, *, timeout: float) -> status_pb2.Status:  # noqa: N802 - as generated
        """What the sidecar says of itself; raises grpc.RpcError."""
        ...


class StatusPoller:
    """Asks on a thread of its own; `latest` is None until the first answer, and again once the sidecar answers no more.

    A context manager. Nothing here raises for a sidecar that is away, still starting, or of another version.
    """

    def __init__(self, address: str, *, period_secs: float = 1.0, stub: StatusStub | None = None) -> None:
        self.latest: SidecarStatus | None = None
        self._period_secs = period_secs
        self._stopping = threading.Event()
        # No proxy ever: the sidecar is on this machine.
        self._channel = grpc.insecure_channel(address, options=[("grpc.enable_http_proxy", 0), ("grpc.max_reconnect_backoff_ms", 1000)])
        self._stub: StatusStub = stub or control_pb2_grpc.ControlStub(self._channel)  # type: ignore[no-untyped-call] # generated
        self._thread = threading.Thread(target=self._run, name="affectia-status", daemon=True)

    def __enter__(self) -> StatusPoller:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._stopping.set()
        self._channel.close()  # ends a call that is under way
        self._thread.join(2.0)

    def ask(self, timeout_secs: float = 1.0) -> SidecarStatus | None:
        """The status now, None where nobody answers in time."""
        try:
            return SidecarStatus.of(self._stub.GetStatus(status_pb2.GetStatusRequest(), timeout=timeout_secs))
        except (grpc.RpcError, ValueError):  # ValueError: the channel is closed
            return None

    def _run(self) -> None:
        while not self._stopping.is_set():
            self.latest = self.ask()
            self._stopping.wait(self._period_secs)
