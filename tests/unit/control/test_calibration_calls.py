from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import grpc
import numpy as np
import pytest

from affectia.control.calibration_calls import CalibrationCalls, calibration_plan
from affectia.errors import CaptureError, ConfigError, SessionError
from affectia.session.no_pictures import NoPictures
from affectia.signals.face_calibration import SHAPES, FaceCalibration
from affectia.v1 import calibration_pb2
from tests.unit.session.calibration.made_sessions import CalibrationStage

pytestmark = pytest.mark.unit

PHASES = calibration_pb2.CalibrationPhase
REQUEST = calibration_pb2.CalibrateRequest(session_id="me", name="mine", countdown_secs=1, neutral_secs=2)


class Aborted(Exception):
    """The call was aborted by the service."""


class Caller:
    """Stands in for gRPC: keeps what is written."""

    def __init__(self) -> None:
        self.told: list[calibration_pb2.CalibrateProgress] = []
        self.code: grpc.StatusCode | None = None
        self.gone = False

    async def write(self, message: calibration_pb2.CalibrateProgress) -> None:
        self.told.append(message)
        if self.gone:
            raise asyncio.CancelledError

    async def abort(self, code: grpc.StatusCode, details: str) -> None:
        self.code = code
        raise Aborted(details)


class Calls:
    """The calls of a stage whose face is watched while they pause; `between` happens at each pause, with their number."""

    def __init__(self, folder: Path, *, between: Callable[[int], None] = lambda pauses: None, **stage: Any) -> None:
        self.stage = CalibrationStage(folder, **stage)
        self.caller = Caller()
        self.calls = CalibrationCalls(self.stage.calibrations, pause=self._pause)
        self._between = between
        self._pauses = 0

    async def _pause(self, secs: float) -> None:
        self._pauses += 1
        self._between(self._pauses)
        self.stage.watch(secs)

    def calibrate(self, request: calibration_pb2.CalibrateRequest = REQUEST) -> None:
        asyncio.run(self.calls.calibrate(request, self.caller))


def test_a_caller_is_told_how_it_goes_and_then_it_is_in_use(tmp_path: Path) -> None:
    calls = Calls(tmp_path)
    calls.calibrate()
    told = calls.caller.told
    phases = list(dict.fromkeys(one.phase for one in told))
    assert phases == [PHASES.CALIBRATION_PHASE_COUNTDOWN, PHASES.CALIBRATION_PHASE_NEUTRAL, PHASES.CALIBRATION_PHASE_DONE]
    assert len(told) == pytest.approx(17, abs=2)  # five a second
    assert told[0].hint == "look at the camera, relax your face"
    assert told[0].remaining_secs == pytest.approx(1)
    assert not any(one.HasField("calibration") for one in told[:-1])
    done = told[-1].calibration
    assert (done.name, done.range_frames, list(done.notices)) == ("mine", 0, ["eyes were half shut", "head was turned aside"])
    assert done.neutral_frames == pytest.approx(60, abs=1)
    assert done.steadiness == pytest.approx(1, abs=0.01)
    used = calls.stage.session.calibration
    assert used is not None
    assert used.name == "mine"
    np.testing.assert_allclose(calls.stage.kept.load("mine").neutral, used.neutral, atol=1e-6)
    assert not calls.stage.session.calibration_tap.is_on


def test_what_is_not_said_is_usual() -> None:
    plan = calibration_plan(calibration_pb2.CalibrateRequest(session_id="me"))
    assert (plan.name, plan.countdown_secs, plan.neutral_secs, plan.range_secs, plan.alpha) == ("default", 3, 3, 0, 1)
    at_once = calibration_plan(calibration_pb2.CalibrateRequest(session_id="me", countdown_secs=0, alpha=0, range_secs=8))
    assert (at_once.countdown_secs, at_once.alpha, at_once.range_secs) == (0, 0, 8)


@pytest.mark.parametrize(
    ("fields", "kind", "words"),
    [
        ({"name": "Mine"}, ConfigError, "^name of a calibration is 'Mine'"),
        ({"neutral_secs": 60}, ConfigError, "^neutral_secs is 60.0, expected 1 to 30$"),
        ({"session_id": "you"}, SessionError, "^session 'you' is not open"),
    ],
)
def test_what_cannot_be_is_raised(tmp_path: Path, fields: dict[str, Any], kind: type[Exception], words: str) -> None:
    request = calibration_pb2.CalibrateRequest()
    request.CopyFrom(REQUEST)
    for name, value in fields.items():
        setattr(request, name, value)
    calls = Calls(tmp_path)
    with pytest.raises(kind, match=words):
        calls.calibrate(request)
    assert calls.caller.told == []


def refused(calls: Calls) -> str:
    with pytest.raises(Aborted) as raised:
        calls.calibrate()
    assert calls.caller.code is grpc.StatusCode.FAILED_PRECONDITION
    assert not calls.stage.session.calibration_tap.is_on
    assert calls.stage.session.calibration is None
    assert calls.stage.kept.all() == ()
    return str(raised.value)


def test_a_session_that_may_not_be_seen_is_told_so(tmp_path: Path) -> None:
    assert refused(Calls(tmp_path, consent=frozenset())).startswith("session 'me' may not use the camera, expected consent")
    stage = CalibrationStage(tmp_path)
    assert refused(Calls(tmp_path, source=NoPictures(stage.clock))).startswith("session 'me' shows no face")


def test_consent_that_is_taken_back_ends_it(tmp_path: Path) -> None:
    calls = Calls(tmp_path, between=lambda pauses: calls.stage.session.consent.revoke("camera") if pauses == 8 else None)
    assert refused(calls).startswith("calibration ended, consent for the pictures was taken back")
    assert len(calls.caller.told) == 8


def test_a_face_that_is_not_there_ends_it(tmp_path: Path) -> None:
    calls = Calls(tmp_path)
    calls.calls = CalibrationCalls(calls.stage.calibrations, pause=lambda secs: _passed(calls.stage, secs))
    assert refused(calls).startswith("no picture was looked at")


async def _passed(stage: CalibrationStage, secs: float) -> None:
    stage.clock.advance(secs=secs)


def test_a_calibration_that_cannot_be_kept_is_not_used(tmp_path: Path) -> None:
    (tmp_path / "mine.json").mkdir()
    calls = Calls(tmp_path)
    with pytest.raises(Aborted, match="^calibration 'mine' cannot be written"):
        calls.calibrate()
    assert calls.caller.code is grpc.StatusCode.FAILED_PRECONDITION
    assert calls.stage.session.calibration is None


def test_a_caller_that_goes_changes_nothing(tmp_path: Path) -> None:
    calls = Calls(tmp_path)
    calls.caller.gone = True
    with pytest.raises(asyncio.CancelledError):
        calls.calibrate()
    assert not calls.stage.session.calibration_tap.is_on
    assert calls.stage.session.calibration is None
    assert calls.stage.kept.all() == ()


def test_there_is_one_at_a_time(tmp_path: Path) -> None:
    calls = Calls(tmp_path)
    run = calls.stage.calibrations.begin(calls.stage.session, calibration_plan(REQUEST))
    with pytest.raises(Aborted, match="^a calibration of this session is on already"):
        calls.calibrate()
    assert calls.stage.session.calibration_tap.is_on  # the other one goes on
    calls.stage.calibrations.end(calls.stage.session, run)


def test_kept_ones_are_used_listed_and_deleted(tmp_path: Path) -> None:
    calls = Calls(tmp_path)
    calls.stage.kept.keep(FaceCalibration(name="mine", made_unix_secs=7, neutral_frames=3, neutral=np.full(SHAPES, 0.4375, np.float32)))
    (tmp_path / "torn.json").write_text("{")

    async def work() -> None:
        used = await calls.calls.use(calibration_pb2.UseCalibrationRequest(session_id="me", name="mine"))
        assert used.calibration is not None
        used = await calls.calls.use(calibration_pb2.UseCalibrationRequest(session_id="me"))
        assert used.calibration is None
        listed = await calls.calls.list(calibration_pb2.ListCalibrationsRequest())
        assert [(one.name, one.made_unix_secs, one.neutral_frames) for one in listed.calibrations] == [("mine", 7, 3), ("torn", 0, 0)]
        assert "0.4375" not in str(listed)
        assert "is no JSON; delete it and calibrate again" in listed.calibrations[1].notices[0]
        await calls.calls.delete(calibration_pb2.DeleteCalibrationRequest(name="torn"))
        await calls.calls.delete(calibration_pb2.DeleteCalibrationRequest(name="mine"))
        with pytest.raises(CaptureError, match="^calibration 'mine' is not kept, kept are: none$"):
            await calls.calls.use(calibration_pb2.UseCalibrationRequest(session_id="me", name="mine"))

    asyncio.run(work())
