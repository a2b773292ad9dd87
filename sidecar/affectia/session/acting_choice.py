"""How a session's avatars are to act, out of what was asked for and what is set up; before anything of it is opened."""

from __future__ import annotations

from affectia.clock import Clock
from affectia.rig.mapping.mapping_options import MappingOptions
from affectia.rig.profile_file import load_profile
from affectia.session.calibration.kept_calibrations import KeptCalibrations
from affectia.session.mapping.mapped_session import MappedSession, MappedSessions
from affectia.session.session_acting import AUTO, SessionActing
from affectia.session.session_request import SessionRequest, checked_idle
from affectia.store.variant_record import VariantRecord


class ActingChoice:
    """Reads profiles and calibrations from the disk; any thread.

    `mapping` and `idle` hold for sessions that ask for none; `kept` are the calibrations, and `record` is where figures of mappings go.
    """

    def __init__(
        self,
        clock: Clock,
        *,
        mapping: MappingOptions | None = None,
        idle: str = AUTO,
        kept: KeptCalibrations | None = None,
        record: VariantRecord | None = None,
    ) -> None:
        self.mapped = MappedSessions(clock, options=mapping, record=record)
        self._idle = checked_idle(idle)
        self._kept = kept or KeptCalibrations()

    def chosen(self, request: SessionRequest) -> tuple[SessionActing, MappedSession]:
        """What a session gets; raises ConfigError for what there is not, CaptureError for a calibration that cannot be read."""
        mapped = self.mapped.begin(request.session_id, request.mapping)
        acting = SessionActing(
            profile=load_profile(request.profile),
            mapping=mapped.variant,
            calibration=self._kept.load(request.calibration) if request.calibration else None,
            idle=request.idle or self._idle,
            seed=request.seed,
        )
        return acting, mapped
