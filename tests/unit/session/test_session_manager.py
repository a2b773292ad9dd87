from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from affectia import registry
from affectia.capture.camera import CameraOptions, Device
from affectia.errors import CaptureError, ConfigError, ModelMissing, NoFreeSlot, SessionError, SessionExists
from affectia.registry import Group, Source
from affectia.session.session import SessionOptions, SessionState
from affectia.session.session_request import SessionRequest
from affectia.session.source_spec import SourceSpec
from tests.unit.clips import write_clip
from tests.unit.fakes import wait_until
from tests.unit.session.manager_stage import Stage, is_silent

pytestmark = pytest.mark.unit

CAMERA = frozenset({"camera"})


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    made = Stage(tmp_path / "cache")
    yield made
    for perceiver in made.perceivers:
        perceiver.go_on.set()
    made.close()


def test_without_consent_a_camera_is_never_opened_and_frames_say_that_nothing_is_valid(stage: Stage) -> None:
    stage.start()
    assert stage.state() is SessionState.WAITING_FOR_CONSENT
    assert is_silent(stage.next_frames(5))
    assert stage.cameras.opened == []
    assert stage.perceivers[0].looked == 0


def test_between_grant_and_revocation_and_never_else_somebody_is_looked_at(stage: Stage) -> None:
    stage.start()
    perceiver = stage.perceivers[0]
    stage.manager.set_consent("a", "camera", granted=True)
    assert stage.is_shown()
    assert stage.frames()[-1].group(Group.MOUTH)[1] == Source.FACE
    assert stage.state() is SessionState.RUNNING
    assert perceiver.looked > 0

    stage.manager.set_consent("a", "camera", granted=False)
    looked = perceiver.looked
    assert stage.state() is SessionState.WAITING_FOR_CONSENT
    assert is_silent(stage.next_frames(5))
    assert perceiver.looked == looked
    assert perceiver.forgotten == 1, "what was learned of the person goes with the consent"
    assert all(camera.released.is_set() for camera in stage.cameras.opened)

    stage.manager.set_consent("a", "camera", granted=True)
    assert stage.is_shown()


def test_what_was_being_looked_at_when_consent_ended_is_not_shown(stage: Stage) -> None:
    stage.start(consent=CAMERA)
    perceiver = stage.perceivers[0]
    assert stage.is_shown()
    perceiver.go_on.clear()
    perceiver.entered.clear()
    assert perceiver.entered.wait(10)
    stage.manager.set_consent("a", "camera", granted=False)
    assert is_silent(stage.next_frames(3))
    perceiver.go_on.set()
    assert is_silent(stage.next_frames(5))


def test_the_stream_goes_on_over_a_revocation(stage: Stage) -> None:
    stage.start(consent=CAMERA)
    assert stage.is_shown()
    stage.manager.set_consent("a", "camera", granted=False)
    stage.next_frames()
    frames = stage.frames()
    assert len({frame.stream_id for frame in frames}) == 1
    assert [frame.sequence for frame in frames] == list(range(len(frames)))
    times = [frame.time_nanos for frame in frames]
    assert times == sorted(set(times))


def test_a_camera_that_is_not_there_is_an_error_and_leaves_nothing_open(stage: Stage) -> None:
    stage.cameras.plugged = False
    with pytest.raises(CaptureError, match="^camera 0 does not open"):
        stage.start(consent=CAMERA)
    assert stage.manager.all() == ()
    stage.start(source="synthetic", avatars=4)  # id and slots are free


def test_a_file_plays_without_consent_to_its_end(stage: Stage, tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "a.mp4", count=5, rate_hz=100)
    stage.start(source=f"file:{clip}")
    assert stage.is_shown()
    assert wait_until(lambda: stage.state() is SessionState.ENDED)
    assert stage.perceivers[0].looked > 0
    stage.manager.stop("a")
    assert stage.perceivers[0].closed


def test_a_model_that_is_missing_is_an_error_and_leaves_nothing_open(stage: Stage, tmp_path: Path) -> None:
    request = SessionRequest("a", SourceSpec.parse(f"file:{write_clip(tmp_path / 'a.mp4', count=1)}"))
    with pytest.raises(ModelMissing):
        stage.without_models.start(request)
    assert stage.without_models.all() == ()


def test_a_crowd_is_one_session(stage: Stage) -> None:
    stage.start("npc", "synthetic", avatars=3)
    assert stage.manager.get("npc").avatar_ids == ("npc", "npc-2", "npc-3")
    for name in ("npc", "npc-2", "npc-3"):
        assert stage.is_shown(name)
    assert stage.perceivers == []


def test_each_face_before_a_camera_is_an_avatar(stage: Stage) -> None:
    stage.start(avatars=2, consent=frozenset({"camera"}))
    jaw = registry.BLENDSHAPES.index("jawOpen")
    assert all(stage.is_shown(name) for name in ("a", "a-2"))

    def opened() -> list[float]:
        return [round(float(stage.frames(name)[-1].blendshape_weights()[jaw]), 2) for name in ("a", "a-2")]

    assert wait_until(lambda: opened() == [0.5, 0.6]), opened()


def test_a_stopped_session_is_silent_and_frees_its_slots(stage: Stage) -> None:
    stage.start("one", "synthetic", avatars=4)
    assert stage.is_shown("one-4")
    with pytest.raises(NoFreeSlot, match="^0 avatar slots are free, 1 were asked for; close a session$"):
        stage.start("two", "synthetic")
    stopped = stage.manager.stop("one")
    assert stopped.state is SessionState.ENDED
    count = len(stage.sent)
    stage.start("two", "synthetic", avatars=4)
    assert stage.is_shown("two-4")
    assert not [sent for sent, _ in stage.sent[count:] if b"one" in sent]
    assert stage.frames("two")[0].sequence == 0


def test_ids_are_never_used_twice(stage: Stage) -> None:
    stage.start("a", "synthetic")
    stage.manager.stop("a")
    with pytest.raises(SessionExists, match="^session id 'a' was used already"):
        stage.start("a", "synthetic")
    stage.start("b-2", "synthetic")
    with pytest.raises(SessionExists, match="^avatar id 'b-2' was used already"):
        stage.start("b", "synthetic", avatars=2)
    stage.start("b", "synthetic")


@pytest.mark.parametrize(
    ("name", "source", "avatars", "message"),
    [
        ("A", "synthetic", 1, "^session id is 'A'"),
        ("a" * 31, "synthetic", 2, "^avatar id is "),
        ("a", "synthetic", 0, "^avatar count is 0"),
        ("a", "camera:0", 9, "^avatar count is 9, expected 1 to 8 for a source of kind camera$"),
    ],
)
def test_a_request_that_cannot_be_is_named(stage: Stage, name: str, source: str, avatars: int, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        stage.start(name, source, avatars=avatars)
    assert stage.manager.all() == ()


def test_an_unknown_session_is_told_the_open_ones(stage: Stage) -> None:
    with pytest.raises(SessionError, match="^session 'x' is not open, open sessions: none$"):
        stage.manager.stop("x")
    stage.start("b", "synthetic")
    stage.start("a", "synthetic")
    with pytest.raises(SessionError, match="^session 'x' is not open, open sessions: a, b$"):
        stage.manager.get("x")


def test_options_change_while_a_session_runs(stage: Stage) -> None:
    stage.start("a", "synthetic")
    assert stage.is_shown()
    stage.manager.configure("a", SessionOptions(precision_bits=16, rate_hz=120))
    assert {len(frame.blendshapes or b"") for frame in stage.next_frames()} == {104}
    assert stage.manager.get("a").options.rate_hz == 120


def test_consent_for_what_a_source_does_not_show_changes_nothing(stage: Stage) -> None:
    stage.start("a", "synthetic")
    assert stage.is_shown()
    stage.manager.set_consent("a", "camera", granted=False)
    assert stage.state() is SessionState.RUNNING
    stage.next_frames()
    with pytest.raises(ConfigError, match="^consent is given for 'smell'"):
        stage.manager.set_consent("a", "smell", granted=True)


def test_a_revocation_does_not_wait_for_a_camera_that_takes_its_time(stage: Stage) -> None:
    stage.start("a", consent=CAMERA)
    opening, go_on = threading.Event(), threading.Event()
    quick = stage.parts.camera_opener

    def slow(index: int, options: CameraOptions) -> Device | None:
        opening.set()
        assert go_on.wait(10)
        return quick(index, options)

    stage.parts.camera_opener = slow
    other = threading.Thread(target=stage.start, args=("b",), kwargs={"consent": CAMERA})
    other.start()
    assert opening.wait(10)
    stage.manager.set_consent("a", "camera", granted=False)
    stage.manager.stop("a")
    assert not go_on.is_set()
    go_on.set()
    other.join(10)
    assert stage.state("b") is SessionState.RUNNING


def test_a_session_that_could_not_be_opened_leaves_nothing_behind(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(command: object) -> None:
        raise TimeoutError("motion thread did not answer within 5 s")

    monkeypatch.setattr(stage.motion, "call", broken)
    for _ in range(6):  # more often than there are slots
        with pytest.raises(TimeoutError):
            stage.start("a", consent=CAMERA)
    monkeypatch.undo()
    assert all(perceiver.closed for perceiver in stage.perceivers)
    stage.start("a", consent=CAMERA)
    assert stage.state("a") is SessionState.RUNNING


def test_nothing_is_opened_after_the_end(stage: Stage) -> None:
    stage.manager.stop_all()
    with pytest.raises(SessionError, match="sidecar is stopping"):
        stage.start("late", "synthetic")
    assert "capture-late" not in [thread.name for thread in threading.enumerate()]


def test_a_session_that_is_stopped_while_consent_is_granted_stays_shut(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    stage.start()
    session = stage.manager.get("a")
    find = stage.manager.get

    def stopped_in_between(name: str) -> Any:
        found = find(name)
        monkeypatch.undo()
        stage.manager.stop(name)
        return found

    monkeypatch.setattr(stage.manager, "get", stopped_in_between)
    with pytest.raises(SessionError, match="^session 'a' is not open"):
        stage.manager.set_consent("a", "camera", granted=True)
    assert stage.cameras.opened == []
    assert "capture-a" not in [thread.name for thread in threading.enumerate()]
    assert session.consent.granted == frozenset()


def test_no_camera_is_opened_while_everything_ends(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    stage.start()
    monkeypatch.setattr(stage.manager, "_is_closed", True)
    with pytest.raises(SessionError, match="^session 'a' is being stopped"):
        stage.manager.set_consent("a", "camera", granted=True)
    assert stage.cameras.opened == []
    assert stage.manager.get("a").consent.granted == frozenset()


@pytest.mark.parametrize("error", [TimeoutError("motion thread did not answer within 5 s"), SessionError("sidecar is stopping")])
def test_a_revocation_closes_and_forgets_even_where_the_motion_thread_does_not_answer(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def broken(command: object) -> None:
        raise error

    stage.start(consent=CAMERA)
    assert stage.is_shown()
    withdrawn: list[str] = []
    monkeypatch.setattr(stage.motion, "call", broken)
    monkeypatch.setattr(stage.motion, "withdraw", withdrawn.append)
    with pytest.raises(type(error)):
        stage.manager.set_consent("a", "camera", granted=False)
    monkeypatch.undo()
    assert stage.state() is SessionState.WAITING_FOR_CONSENT
    assert all(camera.released.is_set() for camera in stage.cameras.opened)
    assert "capture-a" not in [thread.name for thread in threading.enumerate()]
    assert stage.perceivers[0].forgotten == 1
    assert withdrawn == ["a"]
    assert not stage.manager.get("a").mailbox.is_full


def test_consent_waits_for_no_other_session_that_is_being_stopped(stage: Stage) -> None:
    stage.start("a", consent=CAMERA)
    assert stage.is_shown()
    stage.start("b", consent=CAMERA)
    hanging = stage.perceivers[1]
    hanging.go_on.clear()
    hanging.entered.clear()
    assert hanging.entered.wait(10)
    other = stage.manager.get("b")
    stopping = threading.Thread(target=stage.manager.stop, args=("b",))
    stopping.start()
    assert wait_until(lambda: other.stopped)
    stage.manager.set_consent("a", "camera", granted=False)
    assert stage.cameras.opened[0].released.is_set()
    stage.manager.set_consent("a", "camera", granted=True)
    assert stopping.is_alive(), "b was stopped before a was asked"
    assert stage.state("a") is SessionState.RUNNING
    hanging.go_on.set()
    stopping.join(10)


def test_a_grant_waits_for_the_revocation_before_it(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    stage.start(consent=CAMERA)
    assert stage.is_shown()
    revoking, go_on = threading.Event(), threading.Event()
    call = stage.motion.call

    def slow(command: Any) -> None:
        revoking.set()
        assert go_on.wait(10)
        call(command)

    monkeypatch.setattr(stage.motion, "call", slow)
    revoke = threading.Thread(target=stage.manager.set_consent, args=("a", "camera"), kwargs={"granted": False})
    grant = threading.Thread(target=stage.manager.set_consent, args=("a", "camera"), kwargs={"granted": True})
    revoke.start()
    assert revoking.wait(10)
    grant.start()
    grant.join(0.05)
    assert grant.is_alive()
    assert stage.state() is SessionState.WAITING_FOR_CONSENT, "the gate is shut all the while"
    go_on.set()
    revoke.join(10)
    grant.join(10)
    monkeypatch.undo()
    assert stage.state() is SessionState.RUNNING
    assert len(stage.next_frames()) > 0
    assert stage.is_shown()


def test_a_revocation_shuts_the_gate_at_once_and_wins_over_the_grant_it_waits_for(stage: Stage) -> None:
    stage.start(consent=CAMERA)
    assert stage.is_shown()
    session = stage.manager.get("a")
    revoke = threading.Thread(target=stage.manager.set_consent, args=("a", "camera"), kwargs={"granted": False})
    with session.lock:  # as a grant holds it
        revoke.start()
        assert wait_until(lambda: session.consent.granted == frozenset())
        session.consent.grant("camera")
    revoke.join(10)
    assert session.state is SessionState.WAITING_FOR_CONSENT
    assert all(camera.released.is_set() for camera in stage.cameras.opened)


def test_whoever_was_seen_is_forgotten_when_the_file_ends(stage: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("affectia.perception.track.STALE_SECS", 0.2)
    clip = write_clip(tmp_path / "a.mp4", count=5, rate_hz=100)
    stage.start(source=f"file:{clip}")
    assert wait_until(lambda: stage.state() is SessionState.ENDED)
    track = stage.manager.get("a").track
    assert track is not None
    assert wait_until(lambda: stage.perceivers[0].forgotten > 0 and track.stale_in_secs is None)


def test_a_voice_is_opened_and_closed_with_its_session(stage: Stage) -> None:
    stage.start(source="none", voice="microphone", consent=frozenset({"microphone"}))
    assert stage.is_shown()
    assert stage.frames()[-1].group(Group.MOUTH)[1] == Source.VOICE
    stage.manager.stop("a")
    assert all(microphone.closed.is_set() for microphone in stage.microphones.opened)
    assert stage.engines[0].stream_count == 0


def test_avatars_are_known_while_their_session_is_open(stage: Stage) -> None:
    stage.manager.start(SessionRequest("b", SourceSpec("synthetic"), avatars=2))
    assert stage.manager.has_avatar("b")
    assert stage.manager.has_avatar("b-2")
    assert not stage.manager.has_avatar("b-3")
    stage.manager.stop("b")
    assert not stage.manager.has_avatar("b-2")


def test_slots_are_found_by_avatar_while_their_session_is_open(stage: Stage) -> None:
    stage.start("b", "synthetic", avatars=2)
    assert [stage.manager.slot_of(name) for name in ("b", "b-2")] == stage.manager.get("b").slots.tolist()
    stage.manager.stop("b")
    for name in ("b-2", "nobody"):
        with pytest.raises(SessionError, match=f"^avatar {name!r} is of no open session, expected one of: none$"):
            stage.manager.slot_of(name)
