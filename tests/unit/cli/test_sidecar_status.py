from __future__ import annotations

import grpc
import pytest

from affectia.cli.sidecar_status import SidecarStatus, StatusPoller
from affectia.v1 import session_pb2, status_pb2

pytestmark = pytest.mark.unit

ADDRESS = "127.0.0.1:1"


class FakeStub:
    def __init__(self, *answers: status_pb2.Status | Exception) -> None:
        self.answers = list(answers)
        self.timeouts: list[float] = []

    def GetStatus(self, request: status_pb2.GetStatusRequest, *, timeout: float) -> status_pb2.Status:
        self.timeouts.append(timeout)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


def status(*counts: int, detail: str = "") -> status_pb2.Status:
    def session(count: int) -> session_pb2.Session:
        source = session_pb2.SourceStatus(
            samples_captured=10 * count, samples_dropped=count, samples_perceived=9 * count, samples_with_face=8 * count
        )
        return session_pb2.Session(source_status=source, detail=detail)

    return status_pb2.Status(sessions=[session(count) for count in counts])


def test_counts_of_all_sessions_are_added() -> None:
    assert SidecarStatus.of(status(1, 2, detail="gone")) == SidecarStatus(30, 3, 27, 24, "gone; gone")


def test_what_is_said_of_voices_is_that_of_the_one_that_was_heard() -> None:
    heard = session_pb2.VoiceStatus(source_rate_hz=48_000, look_ahead_millis=61, blocks_dropped=3)
    voices = status_pb2.Status(sessions=[session_pb2.Session(), session_pb2.Session(voice_status=heard)])
    of_voices = SidecarStatus.of(voices)
    assert (of_voices.look_ahead_millis, of_voices.audio_rate_hz, of_voices.sound_lost) == (61, 48_000, 3)
    silent = SidecarStatus.of(status(1))
    assert (silent.look_ahead_millis, silent.audio_rate_hz, silent.sound_lost) == (None, None, 0)


def test_methods_that_tell_how_people_feel_are_named_with_what_would_be_better() -> None:
    felt = session_pb2.EmotionStatus(
        face_method="fer",
        voice_method="edge",
        affect_method="projected",
        face_provider="CPUExecutionProvider",
        face_results_hz=29.5,
        voice_results_hz=3.5,
        face_p95_millis=2.5,
        voice_p95_millis=40,
        notices=["model is missing: sense_voice"],
    )
    told = SidecarStatus.of(status_pb2.Status(sessions=[session_pb2.Session(), session_pb2.Session(emotion_status=felt)]))
    assert told.feeling_methods == (
        "face by fer on CPUExecutionProvider, 29.5/s, p95 2.5 ms, voice by edge, 3.5/s, p95 40.0 ms, affect projected "
        "(model is missing: sense_voice)"
    )
    assert told.detail == ""
    off = session_pb2.EmotionStatus(face_method="off", voice_method="off", notices=["models are missing"])
    assert SidecarStatus.of(status_pb2.Status(sessions=[session_pb2.Session(emotion_status=off)])).feeling_methods == ""


def test_no_session_is_all_zero() -> None:
    assert SidecarStatus.of(status()) == SidecarStatus(0, 0, 0, 0, "")


def test_answer_is_asked_for_with_a_limit() -> None:
    stub = FakeStub(status(1))
    assert StatusPoller(ADDRESS, stub=stub).ask(0.5) == SidecarStatus(10, 1, 9, 8, "")
    assert stub.timeouts == [0.5]


@pytest.mark.parametrize("error", [grpc.RpcError(), ValueError("Cannot invoke RPC on closed channel!")])
def test_sidecar_that_does_not_answer_has_no_status(error: Exception) -> None:
    assert StatusPoller(ADDRESS, stub=FakeStub(error)).ask() is None


def test_voices_tell_their_look_ahead_and_what_would_help() -> None:
    heard = session_pb2.VoiceStatus(look_ahead_millis=61, notices=["microphone is overdriven"])
    message = status_pb2.Status(sessions=[session_pb2.Session(), session_pb2.Session(voice_status=heard)])
    status = SidecarStatus.of(message)
    assert (status.look_ahead_millis, status.detail) == (61, "microphone is overdriven")
    assert SidecarStatus.of(status_pb2.Status(sessions=[session_pb2.Session()])).look_ahead_millis is None
