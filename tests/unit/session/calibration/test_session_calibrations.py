from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from affectia.clock import FakeClock
from affectia.errors import CaptureError, ConfigError, ConsentMissing, SessionError
from affectia.session.calibration.calibration_plan import CalibrationPlan
from affectia.session.calibration.calibration_run import CalibrationProgress
from affectia.session.calibration.kept_calibrations import KeptCalibrations
from affectia.session.consent import ConsentGate
from affectia.session.no_pictures import NoPictures
from affectia.session.npc_source import NpcSource
from affectia.signals.face_calibration import FaceCalibration
from affectia.store.calibration_store import CalibrationStore
from tests.unit.session.calibration.made_sessions import EPOCH_NANOS, CalibrationStage

pytestmark = pytest.mark.unit

PLAN = CalibrationPlan("mine", countdown_secs=0, neutral_secs=1)


class LateRevocation(ConsentGate):
    """Consent that is taken back the moment before something is to be done with it."""

    def when_allowed(self, modality: str | None, action: Callable[[], None]) -> bool:
        self.revoke("camera")
        return super().when_allowed(modality, action)


class WatchedGate(ConsentGate):
    """Consent that says whether something goes on for which a revocation waits."""

    is_held = False

    def when_allowed(self, modality: str | None, action: Callable[[], None]) -> bool:
        def held() -> None:
            self.is_held = True
            action()
            self.is_held = False

        return super().when_allowed(modality, held)


class WatchedFiles(KeptCalibrations):
    """Notes at each end of a write whether a revocation would wait."""

    def __init__(self, folder: Path, gate: WatchedGate) -> None:
        super().__init__(CalibrationStore(folder))
        self._gate = gate
        self.waits: list[bool] = []

    def keep(self, calibration: FaceCalibration) -> None:
        self.waits.append(self._gate.is_held)
        super().keep(calibration)
        self.waits.append(self._gate.is_held)


def learned(stage: CalibrationStage) -> CalibrationProgress:
    run = stage.calibrations.begin(stage.session, PLAN)
    stage.watch(1.5)
    progress = run.progress()
    stage.calibrations.end(stage.session, run)
    return progress


def test_what_is_learned_is_kept_and_used(tmp_path: Path) -> None:
    stage = CalibrationStage(tmp_path)
    made = learned(stage).calibration
    assert made is not None
    assert made.made_unix_secs == EPOCH_NANOS // 1_000_000_000 + 2
    assert stage.session.calibration is None  # not before it is kept
    assert stage.calibrations.keep(stage.session, made) is stage.session
    assert stage.session.calibration is made
    assert [kept.name for kept in stage.kept.all()] == ["mine"]
    assert not stage.session.calibration_tap.is_on


def test_a_kept_one_is_used_until_there_is_none(tmp_path: Path) -> None:
    stage = CalibrationStage(tmp_path)
    stage.kept.keep(FaceCalibration(name="mine", alpha=0.5))
    assert stage.calibrations.use("me", "mine") is stage.session
    assert stage.session.calibration is not None
    assert stage.session.calibration.alpha == 0.5
    stage.calibrations.use("me", "")
    assert stage.session.calibration is None


def test_what_is_not_kept_changes_nothing(tmp_path: Path) -> None:
    stage = CalibrationStage(tmp_path)
    stage.kept.keep(FaceCalibration(name="mine"))
    before = stage.calibrations.use("me", "mine").calibration
    with pytest.raises(CaptureError, match="^calibration 'min' is not kept, kept are: mine, did you mean mine$"):
        stage.calibrations.use("me", "min")
    with pytest.raises(ConfigError, match="^name of a calibration is"):
        stage.calibrations.use("me", "MINE")
    with pytest.raises(SessionError, match="^session 'you' is not open"):
        stage.calibrations.use("you", "mine")
    with pytest.raises(SessionError, match="^session 'you' is not open"):
        stage.calibrations.session("you")
    assert stage.session.calibration is before


@pytest.mark.parametrize("kind", [NoPictures, NpcSource])
def test_a_session_without_a_face_teaches_nothing(tmp_path: Path, kind: type[NoPictures | NpcSource]) -> None:
    stage = CalibrationStage(tmp_path, source=kind(FakeClock()))
    with pytest.raises(SessionError, match="^session 'me' shows no face, expected one with a camera or a file of pictures$"):
        stage.calibrations.begin(stage.session, PLAN)


def test_nothing_is_learned_without_consent(tmp_path: Path) -> None:
    stage = CalibrationStage(tmp_path, consent=frozenset({"microphone"}))
    with pytest.raises(ConsentMissing, match="^session 'me' may not use the camera, expected consent; grant it, then calibrate$"):
        stage.calibrations.begin(stage.session, PLAN)
    assert not stage.session.calibration_tap.is_on


def test_revoked_consent_ends_it(tmp_path: Path) -> None:
    stage = CalibrationStage(tmp_path)
    made = learned(stage).calibration
    assert made is not None
    run = stage.calibrations.begin(stage.session, PLAN)
    stage.watch(0.5)
    stage.session.consent.revoke("camera")
    with pytest.raises(ConsentMissing, match="^calibration ended, consent for the pictures was taken back"):
        run.progress()
    with pytest.raises(ConsentMissing):  # nor is kept what was learned the moment before
        stage.calibrations.keep(stage.session, made)
    assert stage.kept.all() == ()
    assert stage.session.calibration is None


def test_nothing_is_written_once_consent_was_taken_back(tmp_path: Path) -> None:
    stage = CalibrationStage(tmp_path)
    made = learned(stage).calibration
    assert made is not None
    stage.session.consent = LateRevocation(frozenset({"camera"}))
    with pytest.raises(ConsentMissing, match="^calibration ended, consent for the pictures was taken back"):
        stage.calibrations.keep(stage.session, made)
    assert stage.kept.all() == ()
    assert stage.session.calibration is None


def test_a_revocation_waits_for_what_is_being_written(tmp_path: Path) -> None:
    stage = CalibrationStage(tmp_path)
    made = learned(stage).calibration
    assert made is not None
    gate = stage.session.consent = WatchedGate(frozenset({"camera"}))
    files = stage.calibrations.kept = WatchedFiles(tmp_path, gate)
    stage.calibrations.keep(stage.session, made)
    assert files.waits == [True, True]
    assert not gate.is_held
    assert stage.session.calibration is made


def test_a_session_that_is_stopped_ends_it(tmp_path: Path) -> None:
    stage = CalibrationStage(tmp_path)
    run = stage.calibrations.begin(stage.session, PLAN)
    stage.session.stopped = True
    with pytest.raises(SessionError, match="^session 'me' was stopped, expected it until the end; nothing was changed$"):
        run.progress()
