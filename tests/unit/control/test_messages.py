from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from affectia.capture.audio_queue import AudioQueue
from affectia.capture.source import Source, SourceState
from affectia.clock import NANOS_PER_SEC, FakeClock
from affectia.control import messages
from affectia.errors import ConfigError
from affectia.inference.manifest import ModelEntry
from affectia.inference.model_store import ModelCheck
from affectia.perception.track import Track
from affectia.perception.voice.voice_engine import VoiceEngine
from affectia.perception.voice.voice_perceiver import VoicePerceiver
from affectia.perception.voice.voice_track import VoiceTrack
from affectia.rig.mapping.mapping_variant import MappingVariant
from affectia.rig.profile_file import load_profile
from affectia.session.consent import ConsentGate
from affectia.session.no_pictures import NoPictures
from affectia.session.session import Session, SessionOptions
from affectia.session.session_acting import SessionActing
from affectia.session.session_emotion import SessionEmotion
from affectia.session.session_voice import SessionVoice
from affectia.session.voice_spec import VoiceSpec
from affectia.signals.face_calibration import FaceCalibration
from affectia.telemetry.motion_meter import MotionReport
from affectia.v1 import model_pb2, session_pb2
from tests.unit.perception.voice.made_voices import LevelDetector

pytestmark = pytest.mark.unit


class FakeSource(Source):
    def __init__(self, description: str, *, modality: str | None = None) -> None:
        super().__init__(FakeClock())
        self.description = description
        self.modality = modality
        self.state = SourceState.RUNNING

    def _run(self) -> None:
        raise AssertionError("nobody starts it")


class NeverPerceiver:
    notice = ""

    def perceive(self, sample: object) -> Any:
        raise AssertionError("nobody asks it")

    def finish(self) -> None:
        raise AssertionError("nobody asks it")

    def release(self) -> None:
        raise AssertionError("nobody asks it")

    def forget(self) -> None:
        raise AssertionError("nobody asks it")

    def close(self) -> None:
        pass


def session(source: FakeSource, *, granted: frozenset[str] = frozenset()) -> Session:
    return Session("anna", source, ("anna",), np.array([0]), ConsentGate(granted), SessionOptions(16, 24.0, 2.0))


def test_session_message() -> None:
    source = FakeSource("camera:0", modality="camera")
    source.captured_count = 7
    message = messages.session_message(session(source, granted=frozenset({"camera"})))
    assert message == session_pb2.Session(
        session_id="anna",
        source="camera:0",
        avatar_ids=["anna"],
        state=session_pb2.SESSION_STATE_RUNNING,
        consent=["camera"],
        options=session_pb2.SessionOptions(precision_bits=16, rate_hz=24.0, smoothing=2.0),
        source_status=session_pb2.SourceStatus(samples_captured=7, state=session_pb2.SESSION_STATE_RUNNING),
        profile="arkit52",
        mapping="shapes",
        idle="auto",
        motion_status=session_pb2.MotionStatus(),
    )


def test_session_message_tells_how_its_avatars_act() -> None:
    npc = session(FakeSource("npc"))
    npc.acting = SessionActing(load_profile("vrm1"), MappingVariant.BLEND, FaceCalibration(name="anna"), idle="on", seed=2**64 - 1)
    npc.movement = lambda: MotionReport(frames=9, jitter_percent=1.5, rest_rms=0.25, range=0.5, expressive_share=0.125)
    message = messages.session_message(npc)
    assert (message.profile, message.mapping, message.calibration, message.idle) == ("vrm1", "blend", "anna", "on")
    assert message.seed == 2**64 - 1
    assert message.motion_status == session_pb2.MotionStatus(frames=9, jitter_percent=1.5, rest_rms=0.25, range=0.5, expressive_share=0.125)


def test_session_request_says_how_avatars_act() -> None:
    wanted = messages.session_request(session_pb2.StartSessionRequest(session_id="a", source="npc"))
    assert (wanted.profile, wanted.mapping, wanted.seed, wanted.idle, wanted.calibration) == ("", "", 0, "", "")
    wanted = messages.session_request(
        session_pb2.StartSessionRequest(
            session_id="a", source="npc", profile="vrm1", mapping="split", seed=7, idle="on", calibration="anna"
        )
    )
    assert (wanted.profile, wanted.mapping, wanted.seed, wanted.idle, wanted.calibration) == ("vrm1", "split", 7, "on", "anna")


def test_session_message_says_why_it_does_not_run() -> None:
    waiting = messages.session_message(session(FakeSource("camera:0", modality="camera")))
    assert (waiting.state, waiting.detail) == (session_pb2.SESSION_STATE_WAITING_FOR_CONSENT, "consent for 'camera' is not granted")

    gone = FakeSource("camera:0")
    gone.state, gone.detail = SourceState.RETRYING, "camera 0 gives no pictures"
    retrying = messages.session_message(session(gone))
    assert (retrying.state, retrying.detail) == (session_pb2.SESSION_STATE_RETRYING, "camera 0 gives no pictures")

    played = FakeSource("file:a.mp4")
    played.state = SourceState.ENDED
    ended = messages.session_message(session(played))
    assert (ended.state, ended.detail) == (session_pb2.SESSION_STATE_ENDED, "source is at its end")

    closed = session(FakeSource("synthetic"))
    closed.stopped = True
    assert messages.session_message(closed).detail == "session was stopped"


def test_session_message_counts_what_perception_did() -> None:
    watched = session(FakeSource("file:a.mp4"))
    watched.track = Track(watched.mailbox, NeverPerceiver(), admits=lambda: True, sink=lambda faces: None)
    watched.track.found_count = 3
    watched.mailbox.dropped_count = 2
    for _ in range(4):
        watched.track.durations.add(NANOS_PER_SEC // 100)
    watched.track.rested_count = 5
    status = messages.session_message(watched).source_status
    assert (status.samples_with_face, status.samples_perceived, status.samples_dropped) == (3, 4, 2)
    assert status.samples_rested == 5
    assert status.perception_p95_millis == pytest.approx(10.0)


def test_session_message_carries_what_would_help() -> None:
    watched = session(FakeSource("file:a.mp4"))
    perceiver = NeverPerceiver()
    watched.track = Track(watched.mailbox, perceiver, admits=lambda: True, sink=lambda faces: None)
    assert list(messages.session_message(watched).source_status.notices) == []
    watched.source.notice = "camera 0 delivers only black"
    perceiver.notice = "picture is dark"
    assert list(messages.session_message(watched).source_status.notices) == ["camera 0 delivers only black", "picture is dark"]


def heard(pictures: Source, voice: FakeSource, *granted: str, missing: str = "") -> Session:
    """A session with a voice."""
    made = Session("anna", pictures, ("anna",), np.array([0]), ConsentGate(frozenset(granted)), SessionOptions())
    inbox = AudioQueue()
    track = VoiceTrack(inbox, VoicePerceiver(VoiceEngine(LevelDetector(), None)), admits=lambda: True, sink=lambda heard: None)
    made.voice = SessionVoice(voice, inbox, track, missing)
    return made


def test_session_message_tells_of_a_voice() -> None:
    microphone = FakeSource("microphone:2", modality="microphone")
    microphone.captured_count = 100
    microphone.notice = "microphone 2 is overdriven"
    made = heard(NoPictures(FakeClock()), microphone, "microphone", missing="the mouth moves by loudness alone")
    assert made.voice is not None
    made.voice.frames_heard, made.voice.source_rate_hz, made.voice.look_ahead_nanos = 96, 44_100, 61 * NANOS_PER_SEC // 1000
    made.voice.track.durations.add(NANOS_PER_SEC // 500)
    message = messages.session_message(made)
    assert (message.source, message.voice, message.detail) == ("none", "microphone:2", "")
    assert message.state == session_pb2.SESSION_STATE_RUNNING
    assert message.source_status.state == session_pb2.SESSION_STATE_ENDED
    assert message.voice_status == session_pb2.VoiceStatus(
        state=session_pb2.SESSION_STATE_RUNNING,
        blocks_captured=100,
        frames_heard=96,
        perception_p95_millis=2.0,
        source_rate_hz=44_100,
        look_ahead_millis=61,
        degraded=True,
        notices=["microphone 2 is overdriven", "the mouth moves by loudness alone"],
    )


def test_session_message_without_a_voice_has_no_status_of_one() -> None:
    assert not messages.session_message(session(FakeSource("camera:0"))).HasField("voice_status")


def test_session_message_says_which_of_two_does_not_run() -> None:
    camera, microphone = FakeSource("camera:0", modality="camera"), FakeSource("microphone", modality="microphone")
    message = messages.session_message(heard(camera, microphone, "camera"))
    assert message.state == session_pb2.SESSION_STATE_RUNNING
    assert message.detail == "consent for 'microphone' is not granted"
    assert message.source_status.detail == ""
    assert (message.voice_status.state, message.voice_status.detail) == (
        session_pb2.SESSION_STATE_WAITING_FOR_CONSENT,
        "consent for 'microphone' is not granted",
    )
    microphone.state, microphone.detail = SourceState.RETRYING, "the microphone gives no sound"
    camera.state = SourceState.ENDED
    message = messages.session_message(heard(camera, microphone, "camera", "microphone"))
    assert (message.state, message.detail) == (
        session_pb2.SESSION_STATE_RETRYING,
        "source is at its end; the microphone gives no sound",
    )
    played = FakeSource("file:a.wav")
    played.state = SourceState.ENDED
    assert messages.session_message(heard(NoPictures(FakeClock()), played)).detail == "voice is at its end"


class FakeEmotion(SessionEmotion):
    """Says what a test wants said."""

    def __init__(self, face_method: str = "off", voice_method: str = "off", notices: tuple[str, ...] = ()) -> None:
        super().__init__(FakeClock())
        self._methods = face_method, voice_method
        self._told = notices

    face_method = property(lambda self: self._methods[0])
    voice_method = property(lambda self: self._methods[1])
    face_provider = property(lambda self: "CUDAExecutionProvider")
    voice_provider = property(lambda self: "CPUExecutionProvider")
    face_hz = property(lambda self: 29.5)
    voice_hz = property(lambda self: 3.5)
    face_p95_millis = property(lambda self: 2.5)
    voice_p95_millis = property(lambda self: 40.0)
    notices = property(lambda self: self._told)


def test_session_message_tells_what_finds_out_how_people_feel() -> None:
    watched = session(FakeSource("camera:0"))
    assert not messages.session_message(watched).HasField("emotion_status")
    watched.emotion = FakeEmotion("fer", "edge", ("model is missing: sense_voice", "caf\udce9"))
    watched.emotion.language = "en"
    assert messages.session_message(watched).emotion_status == session_pb2.EmotionStatus(
        face_method="fer",
        voice_method="edge",
        affect_method="projected",
        face_provider="CUDAExecutionProvider",
        voice_provider="CPUExecutionProvider",
        face_results_hz=29.5,
        voice_results_hz=3.5,
        face_p95_millis=2.5,
        voice_p95_millis=40.0,
        notices=["model is missing: sense_voice", "caf?"],
        language="en",
    )


@pytest.mark.parametrize(
    ("face", "voice", "told"),
    [
        ("off", "off", ""),
        ("off", "loading", ""),
        ("blendshapes", "off", "projected"),
        ("off", "sensevoice", "projected"),
        ("hsemotion", "loading", "regressed"),
        ("hsemotion", "edge", "mixed"),
    ],
)
def test_session_message_says_where_valence_and_arousal_come_from(face: str, voice: str, told: str) -> None:
    felt = session(FakeSource("camera:0"))
    felt.emotion = FakeEmotion(face, voice)
    assert messages.session_message(felt).emotion_status.affect_method == told


def test_session_that_nobody_reads_says_off() -> None:
    quiet = session(FakeSource("camera:0"))
    quiet.emotion = SessionEmotion(FakeClock())
    assert messages.session_message(quiet).emotion_status == session_pb2.EmotionStatus(face_method="off", voice_method="off")


def test_file_name_that_is_no_unicode_can_be_told() -> None:
    assert messages.session_message(session(FakeSource("file:caf\udce9.mp4"))).source == "file:caf?.mp4"


def test_session_request() -> None:
    request = messages.session_request(
        session_pb2.StartSessionRequest(
            session_id="anna",
            source="file:a.mp4",
            consent=["camera"],
            loop=True,
            options=session_pb2.SessionOptions(rate_hz=30.0),
        )
    )
    assert (request.session_id, request.avatars, request.consent, request.loop) == ("anna", 1, frozenset({"camera"}), True)
    assert (request.source.kind, request.source.path) == ("file", Path("a.mp4"))
    assert request.options == SessionOptions(rate_hz=30.0)
    assert request.voice is None
    assert messages.session_request(session_pb2.StartSessionRequest(source="synthetic", avatar_count=5)).avatars == 5


def test_session_request_with_a_voice() -> None:
    request = messages.session_request(
        session_pb2.StartSessionRequest(session_id="anna", source="none", voice="microphone:USB", consent=["microphone"])
    )
    assert (request.source.kind, request.voice, request.consent) == ("none", VoiceSpec("microphone", "USB"), frozenset({"microphone"}))
    with pytest.raises(ConfigError, match="^voice is 'tape'"):
        messages.session_request(session_pb2.StartSessionRequest(session_id="anna", source="none", voice="tape"))


def test_session_request_of_a_source_that_means_nothing() -> None:
    with pytest.raises(ConfigError, match="source is 'tape'"):
        messages.session_request(session_pb2.StartSessionRequest(session_id="anna", source="tape"))


def test_options_that_are_not_set_are_kept() -> None:
    options = SessionOptions(16, 24.0, 2.0)
    assert messages.changed_options(options, session_pb2.SessionOptions()) == options
    assert messages.changed_options(options, session_pb2.SessionOptions(smoothing=0.0)) == SessionOptions(16, 24.0, 0.0)
    with pytest.raises(ConfigError, match="rate_hz is 0"):
        messages.changed_options(options, session_pb2.SessionOptions(rate_hz=0.0))


def test_model_message() -> None:
    entry = ModelEntry("face", "model", "face.task", 12, "ab" * 32, "Apache-2.0", "faces", (), (), ())
    check = ModelCheck(entry, Path("folder") / "face.task", "corrupt", "has 3 bytes, expected 12")
    assert messages.model_message(check) == model_pb2.Model(
        model_id="face", state=model_pb2.MODEL_STATE_CORRUPT, bytes=12, sha256="ab" * 32, licence="Apache-2.0", kind="model"
    )
