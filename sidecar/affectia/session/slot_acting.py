"""Tells the pipeline how the avatars of a session act, from their slots' opening to their close."""

from __future__ import annotations

from dataclasses import dataclass

from affectia.pipeline import Pipeline
from affectia.session.session import Session
from affectia.telemetry.motion_meter import MotionReport


@dataclass(frozen=True)
class SlotActing:
    """Everything but `report` belongs to the motion thread, once the slots are the session's."""

    pipeline: Pipeline

    def open(self, session: Session) -> None:
        """Begin with avatars whose slots were opened just now."""
        acting = session.acting
        for avatar_id, slot in session.slot_by_avatar.items():
            self.pipeline.acting.open(slot, avatar_id, seed=acting.seed, lives=session.lives)
            self.pipeline.map_faces(slot, acting.mapping)
            self.pipeline.set_profile(slot, acting.profile)
        self.calibrate(session)

    def calibrate(self, session: Session) -> None:
        """Take the session's calibration into use: it is that of its first face."""
        self.pipeline.calibrations.set(int(session.slots[0]), session.acting.calibration)

    def set_lives(self, session: Session) -> None:
        """Let idle life drive the avatars, or not, as consent is now."""
        self.pipeline.acting.set_lives(session.slots, session.lives)

    def report(self, session: Session) -> MotionReport:
        """How the avatars have moved until now; any thread."""
        return self.pipeline.meter.report(session.slots)
