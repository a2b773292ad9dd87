"""Sessions with a voice: consent, devices that go, files, all on real threads, with microphones and networks that are none."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from affectia.errors import CaptureError, ConfigError
from affectia.registry import Group, Source
from affectia.session.session import SessionState
from tests.unit.clips import write_clip
from tests.unit.fakes import wait_until
from tests.unit.perception.voice.made_voices import syllables
from tests.unit.session.manager_stage import Stage, is_silent
from tests.unit.sounds import write_sound, write_video_with_sound

pytestmark = pytest.mark.integration

CAMERA = frozenset({"camera"})
MICROPHONE = frozenset({"microphone"})


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    made = Stage(tmp_path / "cache")
    yield made
    made.close()


def test_without_consent_a_microphone_is_never_opened(stage: Stage) -> None:
    stage.start(source="none", voice="microphone")
    assert stage.state() is SessionState.WAITING_FOR_CONSENT
    assert is_silent(stage.next_frames(5))
    assert stage.microphones.opened == []


def test_voice_alone_moves_the_mouth_between_grant_and_revocation(stage: Stage) -> None:
    stage.start(source="none", voice="microphone:fake")
    stage.manager.set_consent("a", "microphone", granted=True)
    assert stage.is_shown()
    assert stage.state() is SessionState.RUNNING
    (frame,) = stage.next_frames(1)
    assert frame.group(Group.MOUTH)[1] == Source.VOICE
    assert frame.audio_sample is not None
    voice = stage.manager.get("a").voice
    assert voice is not None
    assert (voice.source.description, voice.source_rate_hz) == ("microphone:fake", 16_000)

    began = stage.clock.now_nanos()
    stage.manager.set_consent("a", "microphone", granted=False)
    assert (stage.clock.now_nanos() - began) / 1e9 < 0.1
    heard = stage.microphones.opened[0].heard
    assert stage.microphones.opened[0].closed.is_set()
    assert stage.state() is SessionState.WAITING_FOR_CONSENT
    frames = stage.next_frames(5)
    assert is_silent(frames)
    assert [frame.audio_sample for frame in frames] == [None] * 5
    assert stage.microphones.opened[0].heard == heard
    assert not voice.inbox.waiting_secs

    stage.manager.set_consent("a", "microphone", granted=True)
    assert stage.is_shown()


def test_revoking_the_microphone_leaves_the_camera_and_the_other_way_round(stage: Stage) -> None:
    for name, revoked, source in (("a", "microphone", Source.FACE), ("b", "camera", Source.VOICE)):
        stage.start(name, voice="microphone", consent=CAMERA | MICROPHONE)
        assert stage.is_shown(name)
        assert wait_until(lambda name=name: stage.frames(name)[-1].group(Group.MOUTH)[1] == Source.VOICE)  # type: ignore[misc]
        assert stage.frames(name)[-1].is_valid(Group.EYES)
        stage.manager.set_consent(name, revoked, granted=False)
        frames = stage.next_frames(3, name)
        assert {frame.group(Group.MOUTH)[:2] for frame in frames} == {(True, source)}
        assert {frame.is_valid(Group.EYES) for frame in frames} == {source is Source.FACE}
        assert {frame.audio_sample is None for frame in frames} == {source is Source.FACE}
        assert stage.state(name) is SessionState.RUNNING


def test_a_microphone_that_is_pulled_out_leaves_the_face_and_is_waited_for(stage: Stage) -> None:
    stage.start(voice="microphone", consent=CAMERA | MICROPHONE)
    voice = stage.manager.get("a").voice
    assert voice is not None
    assert wait_until(lambda: bool(voice.frames_heard))
    stage.microphones.plugged = False
    stage.microphones.opened[-1].pull_out()  # it was opened once before, to see whether it is there
    assert wait_until(lambda: stage.manager.get("a").state_of(voice.source) is SessionState.RETRYING)
    assert stage.state() is SessionState.RUNNING
    assert wait_until(lambda: stage.frames()[-1].group(Group.MOUTH)[:2] == (True, Source.FACE))
    stage.microphones.plugged = True
    heard = voice.frames_heard
    assert wait_until(lambda: voice.frames_heard > heard)


def test_a_microphone_that_is_not_there_is_an_error_and_leaves_nothing_open(stage: Stage) -> None:
    stage.microphones.plugged = False
    with pytest.raises(CaptureError, match="^the microphone does not open"):
        stage.start(voice="microphone", consent=CAMERA | MICROPHONE)
    assert stage.manager.all() == ()
    assert stage.perceivers == [], "its network would have to be closed"
    stage.microphones.plugged = True
    stage.start(source="none", voice="microphone", consent=MICROPHONE)
    assert stage.is_shown()


def test_networks_of_hearing_are_loaded_once_and_for_voices_only(stage: Stage) -> None:
    stage.start("a", "synthetic")
    assert stage.engines == []
    for name in ("b", "c"):
        stage.start(name, "none", voice="microphone", consent=MICROPHONE)
        assert stage.is_shown(name)
    assert len(stage.engines) == 1
    assert stage.engines[0].stream_count == 2
    stage.manager.stop("b")
    stage.manager.stop("c")
    assert stage.engines[0].stream_count == 0
    assert all(microphone.closed.is_set() for microphone in stage.microphones.opened)


def test_sound_of_a_file_needs_no_consent(stage: Stage, tmp_path: Path) -> None:
    write_sound(tmp_path / "line.wav", syllables(0.6), rate_hz=16_000)
    stage.start(source="none", voice=f"file:{tmp_path / 'line.wav'}")
    assert stage.is_shown()
    assert wait_until(lambda: stage.state() is SessionState.ENDED)
    samples = [frame.audio_sample for frame in stage.frames() if frame.audio_sample is not None]
    assert samples == sorted(set(samples))
    assert wait_until(lambda: is_silent(stage.frames()[-1:]))


def test_voice_that_is_the_same_file_begins_with_its_pictures(stage: Stage, tmp_path: Path) -> None:
    clip = write_video_with_sound(tmp_path / "a.mkv", syllables(1.0), rate_hz=16_000, pictures=25)
    stage.start(source=f"file:{clip}", voice="same")
    session = stage.manager.get("a")
    assert [source.description for source in session.sources] == ["file:a.mkv", "file:a.mkv"]
    assert wait_until(lambda: session.state is SessionState.ENDED)
    spoken = [frame for frame in stage.frames() if frame.audio_sample is not None]
    assert any(frame.is_valid(Group.EYES) for frame in spoken)


def test_video_without_sound_has_no_voice_to_be_the_same(stage: Stage, tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "a.mp4", count=2)
    with pytest.raises(CaptureError, match=r"a\.mp4$"):
        stage.start(source=f"file:{clip}", voice="same")
    assert stage.manager.all() == ()


def test_a_voice_is_one_avatars(stage: Stage) -> None:
    with pytest.raises(ConfigError, match="^avatar count is 2, expected 1 with a voice"):
        stage.start(voice="microphone", avatars=2)
    with pytest.raises(ConfigError, match="^session has neither pictures nor a voice"):
        stage.start(source="none")
