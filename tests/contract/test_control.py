"""Every call about sessions, models and devices through the real door: a gRPC channel to a real sidecar."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import grpc
import pytest

from affectia import registry
from affectia.clock import NANOS_PER_SEC
from affectia.inference.model_store import ModelStore
from affectia.v1 import device_pb2, model_pb2, session_pb2
from affectia.version import installed_version
from tests.contract.door import SLOTS, Door, eventually, next_frame, open_door, refused
from tests.unit.sounds import tone, write_sound

pytestmark = pytest.mark.contract


def test_status_tells_what_runs(door: Door) -> None:
    door.start("status", avatar_count=2)
    eventually(lambda: door.status().publish.frames_sent > 20)
    status = door.status()
    assert status.version == installed_version()
    assert status.process_id > 0
    assert status.ports.grpc == door.server.port
    assert status.ports.publish == door.sidecar.options.port_base
    assert abs(status.now_nanos + status.epoch_offset_nanos - time.time_ns()) < 5 * NANOS_PER_SEC
    assert status.publish.frames_hz > 0
    assert status.publish.tick_p95_millis > 0
    [session] = status.sessions
    assert list(session.avatar_ids) == ["status", "status-2"]
    assert session.state == session_pb2.SESSION_STATE_RUNNING
    assert session.detail == ""
    assert session.source_status.samples_captured > 5
    assert 30 < session.source_status.captured_hz < 90


def test_sessions_start_and_stop(door: Door) -> None:
    started = door.start("life", options=session_pb2.SessionOptions(precision_bits=16, rate_hz=30.0))
    assert (started.session_id, started.source) == ("life", "synthetic")
    assert (started.options.precision_bits, started.options.rate_hz, started.options.smoothing) == (16, 30.0, 1.0)
    stopped = door.stop("life")
    assert stopped.state == session_pb2.SESSION_STATE_ENDED
    assert stopped.detail == "session was stopped"
    assert not door.status().sessions


def test_unknown_session_is_not_found(door: Door) -> None:
    door.start("known")
    unknown: list[Callable[[], Any]] = [
        lambda: door.stop("nobody"),
        lambda: door.stub.SetConsent(session_pb2.SetConsentRequest(session_id="nobody", modality="camera", granted=True)),
        lambda: door.stub.Configure(session_pb2.ConfigureRequest(session_id="nobody")),
    ]
    for call in unknown:
        with refused(grpc.StatusCode.NOT_FOUND, "'nobody' is not open", "known"):
            call()


def test_ids_are_never_used_twice(door: Door) -> None:
    door.start("taken", avatar_count=3)
    with refused(grpc.StatusCode.ALREADY_EXISTS, "'taken' was used already"):
        door.start("taken")
    with refused(grpc.StatusCode.ALREADY_EXISTS, "'taken-2' was used already"):
        door.start("taken-2")
    door.stop("taken")
    with refused(grpc.StatusCode.ALREADY_EXISTS, "'taken' was used already"):
        door.start("taken")
    door.start("other-2")
    with refused(grpc.StatusCode.ALREADY_EXISTS, "avatar id 'other-2' was used already"):
        door.start("other", avatar_count=2)


@pytest.mark.parametrize(
    "source", ["", "nonsense", "camera:x", "file:", "synthetic:1", "http://127.0.0.1/", "x" * 40_000, "\N{GRINNING FACE}" * 10_000]
)
def test_source_that_means_nothing_is_refused(door: Door, source: str) -> None:
    with refused(grpc.StatusCode.INVALID_ARGUMENT, "source is"):
        door.start("bad-source", source)
    assert not door.status().sessions


@pytest.mark.parametrize("session_id", ["", "Big", "a b", "a/b", "ä", "x" * 33])
def test_id_that_cannot_be_one_is_refused(door: Door, session_id: str) -> None:
    with refused(grpc.StatusCode.INVALID_ARGUMENT, "session id is"):
        door.start(session_id)


@pytest.mark.parametrize(
    "options", [{"precision_bits": 12}, {"rate_hz": 0.0}, {"rate_hz": 121.0}, {"rate_hz": float("nan")}, {"smoothing": -1.0}]
)
def test_options_out_of_range_are_refused(door: Door, options: dict[str, Any]) -> None:
    with refused(grpc.StatusCode.INVALID_ARGUMENT, next(iter(options))):
        door.start("bad-options", options=session_pb2.SessionOptions(**options))


def test_file_that_is_missing_is_not_found(door: Door, tmp_path: Path) -> None:
    with refused(grpc.StatusCode.NOT_FOUND, "does not exist"):
        door.start("no-file", f"file:{tmp_path / 'nothing.mp4'}")
    assert not door.status().sessions


def test_model_that_is_missing_is_a_failed_precondition(tmp_path: Path, carphone_path: Path) -> None:
    with open_door(models=ModelStore(tmp_path)) as door, refused(grpc.StatusCode.FAILED_PRECONDITION, "affectia models pull"):
        door.start("no-model", f"file:{carphone_path}")


def test_more_avatars_than_slots_are_refused(door: Door) -> None:
    with refused(grpc.StatusCode.RESOURCE_EXHAUSTED, f"{SLOTS} avatar slots are free, {SLOTS + 1} were asked for"):
        door.start("crowd", avatar_count=SLOTS + 1)
    with refused(grpc.StatusCode.RESOURCE_EXHAUSTED):
        door.start("crowd", avatar_count=2**32 - 1)
    assert len(door.start("crowd", avatar_count=SLOTS).avatar_ids) == SLOTS
    with refused(grpc.StatusCode.RESOURCE_EXHAUSTED, "0 avatar slots are free"):
        door.start("one-more")


def test_each_face_of_a_picture_is_an_avatar_and_there_are_eight_at_most(
    door: Door, carphone_path: Path, face_landmarker_path: Path
) -> None:
    assert face_landmarker_path
    with refused(grpc.StatusCode.INVALID_ARGUMENT, "avatar count is 9, expected 1 to 8 for a source of kind file"):
        door.start("many", f"file:{carphone_path}", avatar_count=9)
    assert list(door.start("two", f"file:{carphone_path}", avatar_count=2, loop=True).avatar_ids) == ["two", "two-2"]
    eventually(lambda: door.session("two").source_status.samples_with_face > 5)


def test_file_is_named_without_its_folder(door: Door, carphone_path: Path, face_landmarker_path: Path) -> None:
    assert face_landmarker_path
    session = door.start("clip", f"file:{carphone_path}", loop=True)
    assert session.source == f"file:{carphone_path.name}"
    eventually(lambda: door.session("clip").source_status.samples_with_face > 5)
    numbers = door.session("clip").source_status
    assert numbers.samples_perceived >= numbers.samples_with_face
    assert numbers.samples_captured >= numbers.samples_perceived
    assert numbers.perception_p95_millis > 0


def test_camera_without_consent_waits_and_says_that_nothing_is_valid(door: Door, face_landmarker_path: Path) -> None:
    assert face_landmarker_path
    session = door.start("shy", "camera:7")
    assert session.state == session_pb2.SESSION_STATE_WAITING_FOR_CONSENT
    assert session.detail == "consent for 'camera' is not granted"
    assert not session.consent
    frame = next_frame(door.stream("shy"))
    assert not any(frame.is_valid(group) for group in range(len(registry.GROUPS)))


def test_consent_is_granted_and_revoked(door: Door, face_landmarker_path: Path) -> None:
    assert face_landmarker_path
    door.start("asked", "camera:7")  # no machine that runs tests has eight cameras
    granted = door.stub.SetConsent(session_pb2.SetConsentRequest(session_id="asked", modality="camera", granted=True))
    assert list(granted.consent) == ["camera"]
    eventually(lambda: door.session("asked").state == session_pb2.SESSION_STATE_RETRYING)
    assert "camera 7" in door.session("asked").detail
    revoked = door.stub.SetConsent(session_pb2.SetConsentRequest(session_id="asked", modality="camera", granted=False))
    assert not revoked.consent
    assert revoked.state == session_pb2.SESSION_STATE_WAITING_FOR_CONSENT
    with refused(grpc.StatusCode.INVALID_ARGUMENT, "'telepathy'"):
        door.stub.SetConsent(session_pb2.SetConsentRequest(session_id="asked", modality="telepathy", granted=True))


def test_voice_of_a_file_is_heard_and_told(door: Door, tmp_path: Path) -> None:
    line = write_sound(tmp_path / "line.wav", tone(150, rate_hz=44_100, secs=2.0), rate_hz=44_100)
    session = door.start("told", "none", voice=f"file:{line}", loop=True)
    assert (session.source, session.voice, list(session.avatar_ids)) == ("none", "file:line.wav", ["told"])
    eventually(lambda: door.session("told").voice_status.frames_heard > 20)
    voice = door.session("told").voice_status
    assert voice.state == session_pb2.SESSION_STATE_RUNNING
    assert (voice.source_rate_hz, voice.blocks_dropped) == (44_100, 0)
    assert 40 <= voice.look_ahead_millis <= 100
    assert voice.perception_p95_millis > 0
    frame = next_frame(door.stream("told"))
    assert frame.group(registry.Group.MOUTH)[:2] == (True, registry.Source.VOICE)
    assert frame.audio_sample


def test_microphone_without_consent_waits_and_may_be_revoked(door: Door) -> None:
    session = door.start("mute", "synthetic", voice="microphone:nobody has one of this name")
    assert session.state == session_pb2.SESSION_STATE_RUNNING
    assert session.voice_status.state == session_pb2.SESSION_STATE_WAITING_FOR_CONSENT
    assert session.detail == "consent for 'microphone' is not granted"
    granted = door.stub.SetConsent(session_pb2.SetConsentRequest(session_id="mute", modality="microphone", granted=True))
    assert list(granted.consent) == ["microphone"]
    revoked = door.stub.SetConsent(session_pb2.SetConsentRequest(session_id="mute", modality="microphone", granted=False))
    assert revoked.voice_status.state == session_pb2.SESSION_STATE_WAITING_FOR_CONSENT
    assert next_frame(door.stream("mute")).group(registry.Group.MOUTH)[:2] == (True, registry.Source.FACE)


@pytest.mark.parametrize(
    ("source", "voice", "count", "words"),
    [
        ("none", "", 1, "neither pictures nor a voice"),
        ("none", "tape", 1, "voice is 'tape'"),
        ("synthetic", "same", 1, "voice is 'same'"),
        ("synthetic", "microphone", 2, "nobody can tell whose it is"),
    ],
)
def test_voice_that_cannot_be_is_refused(door: Door, source: str, voice: str, count: int, words: str) -> None:
    with refused(grpc.StatusCode.INVALID_ARGUMENT, words):
        door.start("bad-voice", source, voice=voice, avatar_count=count)
    assert not door.status().sessions


def test_voice_file_that_is_missing_is_not_found(door: Door, tmp_path: Path) -> None:
    with refused(grpc.StatusCode.NOT_FOUND, "does not exist"):
        door.start("no-voice", "none", voice=f"file:{tmp_path / 'nothing.wav'}")


def test_camera_that_does_not_open_is_not_found(door: Door) -> None:
    with refused(grpc.StatusCode.NOT_FOUND, "camera 7 does not open"):
        door.start("no-camera", "camera:7", consent=["camera"])


def test_configure_touches_only_what_is_set(door: Door) -> None:
    door.start("tuned", options=session_pb2.SessionOptions(rate_hz=50.0))
    request = session_pb2.ConfigureRequest(session_id="tuned", options=session_pb2.SessionOptions(precision_bits=16))
    options = door.stub.Configure(request).options
    assert (options.precision_bits, options.rate_hz, options.smoothing) == (16, 50.0, 1.0)
    with refused(grpc.StatusCode.INVALID_ARGUMENT, "precision_bits is 9"):
        door.stub.Configure(session_pb2.ConfigureRequest(session_id="tuned", options=session_pb2.SessionOptions(precision_bits=9)))
    assert door.session("tuned").options.precision_bits == 16
    stream = door.stream("tuned")
    wide = next_frame(stream).blendshapes
    assert wide is not None
    assert len(wide) == 2 * len(registry.BLENDSHAPES)


def test_models_are_listed(door: Door) -> None:
    models = {model.model_id: model for model in door.stub.ListModels(model_pb2.ListModelsRequest()).models}
    face = models["face_landmarker"]
    assert (face.state, face.kind) == (model_pb2.MODEL_STATE_READY, "model")
    assert face.bytes > 1_000_000
    assert len(face.sha256) == 64
    assert models["carphone"].kind == "clip"


def test_missing_and_damaged_models_are_told(tmp_path: Path) -> None:
    store = ModelStore(tmp_path)
    damaged = store.verify("face_landmarker").path
    damaged.parent.mkdir(parents=True)
    damaged.write_bytes(b"not a model")
    with open_door(models=store) as door:
        states = {model.model_id: model.state for model in door.stub.ListModels(model_pb2.ListModelsRequest()).models}
    assert states.pop("face_landmarker") == model_pb2.MODEL_STATE_CORRUPT
    assert set(states.values()) == {model_pb2.MODEL_STATE_MISSING}


def test_devices_are_listed(door: Door) -> None:
    listed = door.stub.ListDevices(device_pb2.ListDevicesRequest(), timeout=60)
    cameras = listed.cameras
    assert len(cameras) <= 8
    assert [camera.index for camera in cameras] == sorted({camera.index for camera in cameras})
    assert all(camera.busy or camera.width > 0 for camera in cameras)
    assert bool(listed.microphones_detail) is False or not listed.microphones
    assert all(microphone.name and microphone.state for microphone in listed.microphones)
