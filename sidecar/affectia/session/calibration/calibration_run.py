"""One calibration on its way: a countdown, a face at rest, faces that are made."""

from __future__ import annotations

import enum
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from affectia.clock import NANOS_PER_MILLI, NANOS_PER_SEC, Clock
from affectia.errors import AffectiaError, SessionError
from affectia.session.calibration.calibration_learner import CalibrationLearner
from affectia.session.calibration.calibration_plan import CalibrationPlan
from affectia.signals.face_calibration import FaceCalibration
from affectia.signals.face_observations import FaceObservations

LATE_NANOS: Final = 150 * NANOS_PER_MILLI  # so long after its end a part waits for the pictures that are still being looked at
_UNSEEN: Final = "no face is seen: come into the picture"
_REST: Final = "look at the camera, relax your face"
_HOLD: Final = "look at the camera, hold still"
_FACES: Final = (  # one after the other
    "smile as wide as you can",
    "open your mouth as wide as you can",
    "raise your brows",
    "frown, draw your brows down",
    "purse your lips",
    "shut your eyes firmly, then open them",
    "show your teeth, wrinkle your nose",
    "puff your cheeks",
)
_FACE_NANOS: Final = 2_500 * NANOS_PER_MILLI


class CalibrationPhase(enum.Enum):
    """Where a calibration stands."""

    COUNTDOWN = "countdown"
    NEUTRAL = "neutral"
    RANGE = "range"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class CalibrationProgress:
    """Where it stands, for a person to see: `remaining_secs` and `progress` 0..1 are of the phase; a calibration only with DONE."""

    phase: CalibrationPhase
    remaining_secs: float
    progress: float
    hint: str
    calibration: FaceCalibration | None = None


class CalibrationRun:
    """Learns from what is offered while its time passes; `begin` of a tap makes it. Any thread may call it, `offer` never waits long.

    `obstacle` gives what keeps it from going on, such as a consent that was taken back, None where nothing does; `unix_secs` gives the
    seconds of Unix at a time of the clock.
    """

    def __init__(
        self,
        plan: CalibrationPlan,
        clock: Clock,
        *,
        obstacle: Callable[[], AffectiaError | None],
        unix_secs: Callable[[int], int] = lambda nanos: 0,
    ) -> None:
        self.plan = plan
        self._clock = clock
        self._obstacle = obstacle
        self._unix_secs = unix_secs
        self._lock = threading.Lock()
        self._learner: CalibrationLearner | None = CalibrationLearner(neutral_secs=plan.neutral_secs, range_secs=plan.range_secs)
        self._why: AffectiaError = SessionError("calibration is over")
        self._begin_nanos = clock.now_nanos()
        self._neutral_nanos = self._begin_nanos + round(plan.countdown_secs * NANOS_PER_SEC)
        self._range_nanos = self._neutral_nanos + round(plan.neutral_secs * NANOS_PER_SEC)
        self._end_nanos = self._range_nanos + round(plan.range_secs * NANOS_PER_SEC)
        self._taken_nanos = self._begin_nanos  # what was seen before it is not taken any more
        self._is_seen: bool | None = None  # None: nothing was looked at yet

    def offer(self, faces: FaceObservations) -> None:
        """Take in what was seen of the session; what belongs to no part is left out."""
        at_nanos = faces.captured_at_nanos
        with self._lock:
            learner = self._learner
            if learner is None or not self._taken_nanos <= at_nanos < self._end_nanos:
                return
            self._is_seen = bool(faces.found[0])
            if at_nanos >= self._range_nanos:
                learner.note_range(faces)
            elif at_nanos >= self._neutral_nanos:
                learner.note_neutral(faces)

    def progress(self) -> CalibrationProgress:
        """Where it stands now; with DONE, what was learned.

        Raises SessionError, with the reason, where what was seen teaches nothing or the run was ended, and whatever is an obstacle. Then
        it is over, and what it had seen is dropped.
        """
        if (obstacle := self._obstacle()) is not None:
            self.drop(obstacle)
        with self._lock:
            learner = self._learner
            if learner is None:
                raise self._why
            now_nanos = self._clock.now_nanos()
            if now_nanos < self._neutral_nanos:
                return self._told(CalibrationPhase.COUNTDOWN, self._begin_nanos, self._neutral_nanos, now_nanos)
            if now_nanos < self._range_nanos + LATE_NANOS:
                return self._told(CalibrationPhase.NEUTRAL, self._neutral_nanos, self._range_nanos, now_nanos)
            makes_faces = self.plan.range_secs > 0 and now_nanos < self._end_nanos + LATE_NANOS
            self._taken_nanos = self._range_nanos if makes_faces else self._end_nanos
        # Without the lock, since these take tens of milliseconds: of what was taken nothing changes any more.
        try:
            learner.neutral()  # now: nobody makes faces for two minutes to be told that the rest was none
            found = None if makes_faces else self._learned(learner, now_nanos)
        except SessionError as error:
            self.drop(error)
        with self._lock:
            if self._learner is None:  # whatever was found meanwhile
                raise self._why
            if found is None:
                return self._told(CalibrationPhase.RANGE, self._range_nanos, self._end_nanos, now_nanos)
        return CalibrationProgress(CalibrationPhase.DONE, 0.0, 1.0, "", found)

    def _learned(self, learner: CalibrationLearner, now_nanos: int) -> FaceCalibration:
        return learner.learned(name=self.plan.name, alpha=self.plan.alpha, made_unix_secs=self._unix_secs(now_nanos))

    def drop(self, why: AffectiaError) -> None:
        """Drop what was seen, at once; whoever asks for progress is told why."""
        with self._lock:
            if self._learner is not None:
                self._learner, self._why = None, why

    def _told(self, phase: CalibrationPhase, begin_nanos: int, end_nanos: int, now_nanos: int) -> CalibrationProgress:
        passed_nanos = min(now_nanos, end_nanos) - begin_nanos
        remaining_secs = (end_nanos - begin_nanos - passed_nanos) / NANOS_PER_SEC
        progress = passed_nanos / max(end_nanos - begin_nanos, 1)
        if self._is_seen is False:
            hint = _UNSEEN
        elif phase is CalibrationPhase.RANGE:
            hint = _FACES[max(passed_nanos - 1, 0) // _FACE_NANOS % len(_FACES)]  # none begins at the very end
        else:
            hint = _REST if phase is CalibrationPhase.COUNTDOWN else _HOLD
        return CalibrationProgress(phase, remaining_secs, progress, hint)
