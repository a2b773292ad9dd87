"""Calibrations of sessions: learned from one, taken into use by one, kept for the next."""

from __future__ import annotations

from typing import Generic, Protocol, TypeVar

from affectia.capture.source import Source
from affectia.clock import NANOS_PER_SEC, Clock
from affectia.errors import AffectiaError, ConsentMissing, SessionError
from affectia.session.calibration.calibration_plan import CalibrationPlan
from affectia.session.calibration.calibration_run import CalibrationRun
from affectia.session.calibration.calibration_tap import REVOKED, CalibrationTap
from affectia.session.calibration.kept_calibrations import KeptCalibrations
from affectia.session.consent import ConsentGate
from affectia.session.no_pictures import NoPictures
from affectia.session.npc_source import NpcSource
from affectia.signals.face_calibration import FaceCalibration


class CalibratedSession(Protocol):
    """What of a session is needed here."""

    @property
    def session_id(self) -> str:
        """Its name."""
        ...

    @property
    def source(self) -> Source:
        """Its pictures."""
        ...

    @property
    def consent(self) -> ConsentGate:
        """What is allowed."""
        ...

    @property
    def stopped(self) -> bool:
        """Whether it is over."""
        ...

    @property
    def calibration_tap(self) -> CalibrationTap:
        """Where what is seen of it is offered."""
        ...


AnySession = TypeVar("AnySession", bound=CalibratedSession)
SomeSession_co = TypeVar("SomeSession_co", bound=CalibratedSession, covariant=True)


class Sessions(Protocol[SomeSession_co]):
    """What of a session manager is needed here."""

    def get(self, session_id: str) -> SomeSession_co:
        """An open session; raises SessionError where it is none."""
        ...

    def calibrate(self, session_id: str, calibration: FaceCalibration | None) -> SomeSession_co:
        """Take a calibration into use for the first face of an open session, or none."""
        ...


class SessionCalibrations(Generic[AnySession]):
    """Any thread; all but `session`, `begin` and `end` wait for the disk or the motion thread."""

    def __init__(
        self, sessions: Sessions[AnySession], clock: Clock, *, kept: KeptCalibrations | None = None, epoch_offset_nanos: int = 0
    ) -> None:
        self._sessions = sessions
        self._clock = clock
        self._epoch_offset_nanos = epoch_offset_nanos
        self.kept = kept or KeptCalibrations()

    def session(self, session_id: str) -> AnySession:
        """An open session; raises SessionError with the open ones where it is none."""
        return self._sessions.get(session_id)

    def begin(self, session: AnySession, plan: CalibrationPlan) -> CalibrationRun:
        """Begin to learn, until `end`; raises ConsentMissing without consent, SessionError without a face or while one is on already."""
        if isinstance(session.source, NoPictures | NpcSource):
            raise SessionError(f"session {session.session_id!r} shows no face, expected one with a camera or a file of pictures")
        if not session.consent.allows(session.source.modality):
            problem = f"session {session.session_id!r} may not use the {session.source.modality}, expected consent"
            raise ConsentMissing(f"{problem}; grant it, then calibrate")
        return session.calibration_tap.begin(
            plan,
            self._clock,
            obstacle=lambda: _obstacle(session),
            unix_secs=lambda nanos: (nanos + self._epoch_offset_nanos) // NANOS_PER_SEC,
        )

    def end(self, session: AnySession, run: CalibrationRun) -> None:
        """End a run, whatever has become of it; what it had seen is dropped."""
        session.calibration_tap.end(run)

    def keep(self, session: AnySession, calibration: FaceCalibration) -> AnySession:
        """Keep what was learned, then take it into use; raises what is an obstacle now, and CaptureError where it cannot be written.

        A revocation waits until the file is written: it never appears after consent was taken back.
        """
        if (obstacle := _obstacle(session)) is not None:
            raise obstacle
        if not session.consent.when_allowed(session.source.modality, lambda: self.kept.keep(calibration)):
            raise ConsentMissing(REVOKED)
        return self._sessions.calibrate(session.session_id, calibration)

    def use(self, session_id: str, name: str) -> AnySession:
        """Take a kept one into use, none for an empty name: then what is measured is shown as it is.

        Raises SessionError for an unknown session, ConfigError for what is no name, CaptureError where none is kept under it.
        """
        self._sessions.get(session_id)  # before the disk is asked
        return self._sessions.calibrate(session_id, self.kept.load(name) if name else None)


def _obstacle(session: CalibratedSession) -> AffectiaError | None:
    if session.stopped:
        return SessionError(f"session {session.session_id!r} was stopped, expected it until the end; nothing was changed")
    return None if session.consent.allows(session.source.modality) else ConsentMissing(REVOKED)
