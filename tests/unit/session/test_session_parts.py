from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from affectia.capture.audio_file import AudioFileSource
from affectia.capture.camera import CameraSource
from affectia.capture.microphone import MicrophoneSource
from affectia.capture.source import Source, SourceState
from affectia.capture.synthetic import SyntheticSource
from affectia.capture.take_file import TakeFileSource
from affectia.capture.video_file import VideoFileSource
from affectia.errors import CaptureError, ModelMissing
from affectia.session.no_pictures import NoPictures
from affectia.session.npc_source import NpcSource
from affectia.session.session import Session
from affectia.session.session_request import SessionRequest
from affectia.session.source_spec import SourceSpec
from affectia.session.voice_spec import VoiceSpec
from tests.unit.perception.voice.made_voices import syllables
from tests.unit.session.manager_stage import Stage
from tests.unit.sounds import write_sound, write_video_with_sound
from tests.unit.takes import csv

pytestmark = pytest.mark.unit


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    made = Stage(tmp_path / "cache")
    yield made
    made.close()


def made(stage: Stage, source: str, voice: str = "none", *consent: str, loop: bool = False) -> Session:
    request = SessionRequest("a", SourceSpec.parse(source), consent=frozenset(consent), loop=loop, voice=VoiceSpec.parse(voice))
    return stage.parts.session(request, ("a",), np.array([0]))


def test_pictures_of_every_kind(stage: Stage, tmp_path: Path) -> None:
    clip = write_video_with_sound(tmp_path / "a.mkv", syllables(0.2), rate_hz=16_000, pictures=3)
    (tmp_path / "a.csv").write_text(csv("00:00:00:00.000", "00:00:00:01.000"))
    kinds: dict[str, tuple[type[Source], bool]] = {
        "none": (NoPictures, False),
        "npc": (NpcSource, False),
        "synthetic": (SyntheticSource, False),
        "camera:3": (CameraSource, True),
        f"file:{clip}": (VideoFileSource, True),
        f"take:{tmp_path / 'a.csv'}": (TakeFileSource, False),
    }
    for text, (kind, is_looked_at) in kinds.items():
        session = made(stage, text)
        assert isinstance(session.source, kind)
        assert (session.track is not None) is is_looked_at
        assert session.source.state is SourceState.IDLE, "nothing runs yet"
        assert session.voice is None
    assert stage.cameras.opened == []
    assert stage.engines == [], "nobody has a voice"


def test_voices_of_every_kind(stage: Stage, tmp_path: Path) -> None:
    line = write_sound(tmp_path / "line.wav", syllables(0.2), rate_hz=16_000)
    clip = write_video_with_sound(tmp_path / "a.mkv", syllables(0.2), rate_hz=16_000, pictures=3)
    for source, voice, kind, description in (
        ("none", "microphone", MicrophoneSource, "microphone"),
        ("none", "microphone:2", MicrophoneSource, "microphone:2"),
        ("synthetic", f"file:{line}", AudioFileSource, "file:line.wav"),
        (f"file:{clip}", "same", AudioFileSource, "file:a.mkv"),
    ):
        session = made(stage, source, voice)
        assert session.voice is not None
        assert isinstance(session.voice.source, kind)
        assert session.voice.source.description == description
        assert session.voice.missing == ""
        assert session.sources[-1] is session.voice.source
    assert stage.microphones.opened == []


def test_voice_of_a_clip_is_looked_up_among_the_models(stage: Stage) -> None:
    with pytest.raises(ModelMissing, match="^model two-cities is not in the cache, run `affectia models pull two-cities`"):
        made(stage, "synthetic", "clip:two-cities")


def test_devices_that_are_allowed_are_tried_and_let_go(stage: Stage) -> None:
    made(stage, "camera:0", "microphone", "camera", "microphone")
    assert all(camera.released.is_set() for camera in stage.cameras.opened)
    assert all(microphone.closed.is_set() for microphone in stage.microphones.opened)
    assert (len(stage.cameras.opened), len(stage.microphones.opened)) == (1, 1)
    made(stage, "camera:0", "microphone", "camera")
    assert (len(stage.cameras.opened), len(stage.microphones.opened)) == (2, 1)


def test_microphone_that_is_not_there_is_told_before_a_network_is_loaded(stage: Stage) -> None:
    stage.microphones.plugged = False
    with pytest.raises(CaptureError, match="^the microphone does not open"):
        made(stage, "camera:0", "microphone", "microphone")
    assert stage.perceivers == []
    assert stage.engines == []


def test_a_face_that_nobody_can_look_at_leaves_no_voice_behind(stage: Stage) -> None:
    request = SessionRequest("a", SourceSpec.parse("camera:0"), voice=VoiceSpec.parse("microphone"))
    with pytest.raises(ModelMissing, match="^model face_landmarker"):
        stage.without_models.start(request)
    assert [engine.stream_count for engine in stage.engines] == [0]


def test_faces_and_voices_have_somewhere_to_tell_how_they_feel(stage: Stage) -> None:
    seen = made(stage, "camera:0", "microphone")
    assert seen.emotion is not None
    assert (seen.emotion.voice, seen.emotion.voice_method) == (stage.voices.emotion, "loading")
    assert seen.emotion.listener is not None
    assert seen.emotion.face is None, "this perceiver reads none"


def test_nobody_is_asked_how_drawn_faces_feel(stage: Stage) -> None:
    assert made(stage, "synthetic").emotion is None
    assert stage.feelings == []
