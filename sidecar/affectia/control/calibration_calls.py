"""Calibrate, UseCalibration, ListCalibrations and DeleteCalibration as calls."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Final, Generic

import grpc

from affectia.control.status_codes import printable
from affectia.errors import CaptureError, ConsentMissing, SessionError
from affectia.session.calibration.calibration_plan import DEFAULT_NAME, CalibrationPlan
from affectia.session.calibration.calibration_run import CalibrationPhase, CalibrationProgress
from affectia.session.calibration.kept_calibrations import KeptCalibration
from affectia.session.calibration.session_calibrations import AnySession, SessionCalibrations
from affectia.signals.face_calibration import FaceCalibration
from affectia.v1 import calibration_pb2

PROGRESS_SECS: Final = 0.2

_PHASES: Final = {
    CalibrationPhase.COUNTDOWN: calibration_pb2.CALIBRATION_PHASE_COUNTDOWN,
    CalibrationPhase.NEUTRAL: calibration_pb2.CALIBRATION_PHASE_NEUTRAL,
    CalibrationPhase.RANGE: calibration_pb2.CALIBRATION_PHASE_RANGE,
    CalibrationPhase.DONE: calibration_pb2.CALIBRATION_PHASE_DONE,
}


class CalibrationCalls(Generic[AnySession]):
    """Serves them on one event loop; `pause` is what passes the time between two reports."""

    def __init__(self, calibrations: SessionCalibrations[AnySession], *, pause: Callable[[float], Awaitable[None]] = asyncio.sleep) -> None:
        self._calibrations = calibrations
        self._pause = pause

    async def calibrate(self, request: calibration_pb2.CalibrateRequest, context: Any) -> None:
        """Learn from a session's first face; the caller is told how it goes, and at the end that it is kept and in use.

        Raises SessionError for an unknown session and ConfigError for numbers and names that cannot be; aborts with
        FAILED_PRECONDITION where it may not be seen, or teaches nothing. Whatever ends the call before DONE changes nothing.
        """
        plan = calibration_plan(request)
        session = self._calibrations.session(request.session_id)
        try:
            run = self._calibrations.begin(session, plan)
            try:
                while True:
                    progress = await asyncio.to_thread(run.progress)
                    if progress.calibration is not None:
                        await asyncio.to_thread(self._calibrations.keep, session, progress.calibration)
                    await context.write(progress_message(progress))
                    if progress.phase is CalibrationPhase.DONE:
                        return
                    await self._pause(PROGRESS_SECS)
            finally:
                self._calibrations.end(session, run)
        except (ConsentMissing, SessionError, CaptureError) as error:
            await context.abort(grpc.StatusCode.FAILED_PRECONDITION, printable(str(error)))

    async def use(self, request: calibration_pb2.UseCalibrationRequest) -> AnySession:
        """Take a kept calibration into use, or none; the session as it stands then. Raises what `SessionCalibrations.use` does."""
        return await asyncio.to_thread(self._calibrations.use, request.session_id, request.name)

    async def list(self, request: calibration_pb2.ListCalibrationsRequest) -> calibration_pb2.ListCalibrationsResponse:
        """Those that are kept; of one whose file is broken, a notice says what to do."""
        kept = await asyncio.to_thread(self._calibrations.kept.all)
        return calibration_pb2.ListCalibrationsResponse(calibrations=[kept_message(one) for one in kept])

    async def delete(self, request: calibration_pb2.DeleteCalibrationRequest) -> calibration_pb2.DeleteCalibrationResponse:
        """Take one away; raises ConfigError for what is no name, CaptureError where none is kept under it."""
        await asyncio.to_thread(self._calibrations.kept.delete, request.name)
        return calibration_pb2.DeleteCalibrationResponse()


def calibration_plan(request: calibration_pb2.CalibrateRequest) -> CalibrationPlan:
    """What a caller wants; raises ConfigError where it cannot be."""
    usual = CalibrationPlan()
    return CalibrationPlan(
        request.name or DEFAULT_NAME,
        countdown_secs=request.countdown_secs if request.HasField("countdown_secs") else usual.countdown_secs,
        neutral_secs=request.neutral_secs if request.HasField("neutral_secs") else usual.neutral_secs,
        range_secs=request.range_secs,
        alpha=request.alpha if request.HasField("alpha") else usual.alpha,
    )


def progress_message(progress: CalibrationProgress) -> calibration_pb2.CalibrateProgress:
    """How it goes, for a caller."""
    return calibration_pb2.CalibrateProgress(
        phase=_PHASES[progress.phase],
        remaining_secs=progress.remaining_secs,
        progress=progress.progress,
        hint=progress.hint,
        calibration=None if progress.calibration is None else calibration_message(progress.calibration),
    )


def calibration_message(calibration: FaceCalibration) -> calibration_pb2.Calibration:
    """What may be told of a calibration: none of the numbers of the face."""
    return calibration_pb2.Calibration(
        name=calibration.name,
        made_unix_secs=calibration.made_unix_secs,
        neutral_frames=calibration.neutral_frames,
        range_frames=calibration.range_frames,
        steadiness=calibration.steadiness,
        notices=[printable(notice) for notice in calibration.notices],
    )


def kept_message(kept: KeptCalibration) -> calibration_pb2.Calibration:
    """What may be told of a kept calibration; of one whose file is broken, its name and a notice with what to do."""
    if kept.calibration is None:
        return calibration_pb2.Calibration(name=kept.name, notices=[printable(kept.problem)])
    return calibration_message(kept.calibration)
