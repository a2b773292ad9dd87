from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from affectia.errors import CaptureError, ConfigError, ConsentMissing, SessionError
from affectia.registry import Group, Source
from affectia.session.calibration.calibration_plan import CalibrationPlan
from affectia.session.session import SessionState
from affectia.signals.face_calibration import FaceCalibration
from tests.unit.fakes import wait_until
from tests.unit.session.manager_stage import Stage, is_silent

pytestmark = pytest.mark.integration

CAMERA = frozenset({"camera"})


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    made = Stage(tmp_path / "cache")
    yield made
    for perceiver in made.perceivers:
        perceiver.go_on.set()
    made.close()


def test_avatars_that_act_by_themselves_live_without_anybodys_consent(stage: Stage) -> None:
    stage.start("npc", "npc", idle="auto", avatars=3, seed=7)
    assert stage.state("npc") is SessionState.RUNNING
    for name in ("npc", "npc-2", "npc-3"):
        assert stage.is_shown(name)
        assert {source for _, source, *_ in (stage.frames(name)[-1].group(group) for group in Group)} == {Source.IDLE}
    assert stage.perceivers == []
    stage.manager.stop("npc")


def test_avatars_that_are_not_to_live_are_at_rest(stage: Stage) -> None:
    stage.start("npc", "npc", idle="off")
    assert is_silent(stage.next_frames(5, "npc"))


@pytest.mark.parametrize(("source", "voice", "modality"), [("camera:0", "none", "camera"), ("none", "microphone", "microphone")])
def test_nobody_lives_before_consent_nor_after_it(stage: Stage, source: str, voice: str, modality: str) -> None:
    stage.start(source=source, voice=voice, idle="on")
    assert is_silent(stage.next_frames(5))
    for _ in range(2):
        stage.manager.set_consent("a", modality, granted=True)
        assert stage.is_shown()
        stage.manager.set_consent("a", modality, granted=False)
        assert is_silent(stage.next_frames(5))


def test_a_grant_that_fails_leaves_nobody_living(stage: Stage) -> None:
    stage.start(idle="on")
    stage.cameras.plugged = False
    source = stage.manager.get("a").source

    def broken(*, name: str) -> None:
        raise CaptureError("camera 0 hangs")

    source.start = broken  # type: ignore[method-assign] # as a camera that still waits for its device
    with pytest.raises(CaptureError, match="hangs"):
        stage.manager.set_consent("a", "camera", granted=True)
    assert is_silent(stage.next_frames(5))


@pytest.mark.parametrize(
    ("how", "kind"),
    [
        ({"profile": "vrm9"}, ConfigError),
        ({"profile": "nowhere/mine.toml"}, CaptureError),
        ({"calibration": "anna"}, CaptureError),
        ({"mapping": "blent"}, ConfigError),
    ],
)
def test_how_avatars_cannot_act_is_told_before_anything_is_opened(stage: Stage, how: dict[str, str], kind: type[Exception]) -> None:
    with pytest.raises(kind):
        stage.start(consent=CAMERA, **how)
    assert stage.cameras.opened == []
    assert stage.manager.all() == ()
    stage.start("b", "synthetic", avatars=4)  # no slot is lost


def test_a_calibration_is_that_of_the_first_face_and_ends_with_the_session(stage: Stage) -> None:
    stage.kept.keep(FaceCalibration(name="anna"))
    stage.start(source="synthetic", calibration="anna", avatars=2)
    session = stage.manager.get("a")
    assert session.acting.calibration is not None
    assert session.acting.calibration.name == "anna"
    assert stage.pipeline.calibrations.active
    assert stage.manager.calibrate("a", None).acting.calibration is None
    assert not stage.pipeline.calibrations.active
    other = FaceCalibration(name="bert")
    assert stage.manager.calibrate("a", other).acting.calibration is other
    assert stage.pipeline.calibrations.active
    stage.manager.stop("a")
    assert not stage.pipeline.calibrations.active
    with pytest.raises(SessionError, match="'a' is not open"):
        stage.manager.calibrate("a", None)


def test_a_calibration_is_shown_only_what_consent_was_given_for_and_ends_with_it(stage: Stage) -> None:
    stage.start()
    session = stage.manager.get("a")
    run = session.calibration_tap.begin(CalibrationPlan(countdown_secs=0.0), stage.clock, obstacle=lambda: None)
    offered: list[object] = []
    run.offer = offered.append  # type: ignore[assignment, method-assign] # what would be learned from
    stage.next_frames(5)
    assert offered == []
    stage.manager.set_consent("a", "camera", granted=True)
    assert wait_until(lambda: len(offered) > 3)
    stage.manager.set_consent("a", "camera", granted=False)
    seen = len(offered)
    stage.next_frames(5)
    assert len(offered) == seen
    with pytest.raises(ConsentMissing, match="^calibration ended, consent for the pictures was taken back"):
        run.progress()


def test_a_calibration_ends_with_its_session(stage: Stage) -> None:
    stage.start(source="synthetic")
    run = stage.manager.get("a").calibration_tap.begin(CalibrationPlan(), stage.clock, obstacle=lambda: None)
    stage.manager.stop("a")
    with pytest.raises(SessionError, match="^session 'a' was stopped; nothing was changed$"):
        run.progress()


def test_how_avatars_moved_is_told_until_and_after_the_end_and_kept_where_their_mapping_was_chosen(stage: Stage) -> None:
    for name, mapping in (("chosen", "action_units"), ("usual", "")):
        stage.start(name, "synthetic", mapping=mapping)
        session = stage.manager.get(name)
        assert wait_until(lambda session=session: session.movement().frames > 5)  # type: ignore[misc]
        assert session.acting.mapping.value == (mapping or "shapes")
        assert stage.manager.stop(name) is session
        last = session.movement()
        assert last.frames > 5
        assert session.movement() == last
    [entry] = stage.record.read().entries
    assert entry.variant == "action_units"
    assert entry.frames > 5
