"""Where a calibration gets what is seen of a session: nothing, unless one is on."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Final

from affectia.clock import Clock
from affectia.errors import AffectiaError, ConsentMissing, SessionError
from affectia.session.calibration.calibration_plan import CalibrationPlan
from affectia.session.calibration.calibration_run import CalibrationRun
from affectia.signals.face_observations import FaceObservations

REVOKED: Final = "calibration ended, consent for the pictures was taken back, expected it until the end; nothing was changed"


class CalibrationTap:
    """A session's; any thread. It is offered only what consent was given for, and keeps nothing itself."""

    def __init__(self) -> None:
        self._run: CalibrationRun | None = None
        self._lock = threading.Lock()

    @property
    def is_on(self) -> bool:
        """Whether a calibration is on its way."""
        return self._run is not None

    def offer(self, faces: FaceObservations) -> None:
        """What was seen just now; at once unless a calibration is on, and then nearly so."""
        run = self._run
        if run is not None:
            run.offer(faces)

    def begin(
        self,
        plan: CalibrationPlan,
        clock: Clock,
        *,
        obstacle: Callable[[], AffectiaError | None],
        unix_secs: Callable[[int], int] = lambda nanos: 0,
    ) -> CalibrationRun:
        """Begin one, to be ended by `end` whatever becomes of it; raises SessionError where one is on already."""
        with self._lock:
            if self._run is not None:
                raise SessionError("a calibration of this session is on already, expected one at a time; wait for its end")
            self._run = CalibrationRun(plan, clock, obstacle=obstacle, unix_secs=unix_secs)
            return self._run

    def end(self, run: CalibrationRun) -> None:
        """Offer nothing more to a run, and drop what it had seen."""
        with self._lock:
            if self._run is run:
                self._run = None
        run.drop(SessionError("calibration was ended, nothing was changed"))

    def forget(self, why: AffectiaError | None = None) -> None:
        """Drop what was seen until now, and end the run that saw it: by default since consent was taken back."""
        run = self._run
        if run is not None:
            run.drop(why or ConsentMissing(REVOKED))
