"""Sessions of which a calibration is made, without threads, sources or disks."""

from __future__ import annotations

from pathlib import Path

from affectia.capture.source import Source, SourceState
from affectia.clock import FakeClock
from affectia.errors import SessionError
from affectia.session.calibration.calibration_tap import CalibrationTap
from affectia.session.calibration.kept_calibrations import KeptCalibrations
from affectia.session.calibration.session_calibrations import SessionCalibrations
from affectia.session.consent import ConsentGate
from affectia.signals.face_calibration import FaceCalibration
from affectia.store.calibration_store import CalibrationStore
from tests.unit.session.calibration.made_faces import FRAME_NANOS, seen

EPOCH_NANOS = 1_700_000_000 * 1_000_000_000


class Camera(Source):
    """A camera that shows nothing by itself."""

    modality = "camera"
    description = "camera:0"

    def start(self, *, name: str) -> None:
        self.state = SourceState.RUNNING

    def stop(self, timeout_secs: float = 2.0) -> None:
        self.state = SourceState.ENDED

    def _run(self) -> None:
        pass


class MadeSession:
    """A session of one face."""

    def __init__(self, source: Source, *, session_id: str = "me", consent: frozenset[str] = frozenset({"camera"})) -> None:
        self.session_id = session_id
        self.source = source
        self.consent = ConsentGate(consent)
        self.stopped = False
        self.calibration_tap = CalibrationTap()
        self.calibration: FaceCalibration | None = None


class MadeSessions:
    """A session manager that has one session."""

    def __init__(self, session: MadeSession) -> None:
        self.session = session

    def get(self, session_id: str) -> MadeSession:
        if self.session.stopped or session_id != self.session.session_id:
            raise SessionError(f"session {session_id!r} is not open, open sessions: none")
        return self.session

    def calibrate(self, session_id: str, calibration: FaceCalibration | None) -> MadeSession:
        session = self.get(session_id)
        session.calibration = calibration
        return session


class CalibrationStage:
    """One session with a camera, calibrations in a folder, and a clock."""

    def __init__(self, folder: Path, *, source: Source | None = None, consent: frozenset[str] = frozenset({"camera"})) -> None:
        self.clock = FakeClock()
        self.session = MadeSession(source or Camera(self.clock), consent=consent)
        self.kept = KeptCalibrations(CalibrationStore(folder))
        self.calibrations = SessionCalibrations(MadeSessions(self.session), self.clock, kept=self.kept, epoch_offset_nanos=EPOCH_NANOS)

    def watch(self, secs: float) -> None:
        """Let so much time pass, with a face at rest before the camera; what is seen is offered as far as consent goes."""
        for _ in range(max(1, round(secs * 30))):
            faces = seen(self.clock.advance(nanos=FRAME_NANOS))
            self.session.consent.when_allowed("camera", lambda faces=faces: self.session.calibration_tap.offer(faces))  # type: ignore[misc] # no default can be inferred
