"""What is kept of a session's mapping from its start to its end, and what is recorded of it then."""

from __future__ import annotations

from dataclasses import dataclass

from affectia.clock import NANOS_PER_SEC, Clock, epoch_offset_nanos
from affectia.rig.mapping.mapping_options import MappingOptions
from affectia.rig.mapping.mapping_variant import SPLIT, MappingVariant
from affectia.session.mapping.mapping_assignment import assigned, is_asked_for
from affectia.store.variant_record import VariantEntry, VariantRecord, session_digest
from affectia.telemetry.motion_meter import MotionReport


@dataclass(frozen=True, slots=True)
class MappedSession:
    """The mapping of one session since it began; `split`: it was drawn, not chosen; `recorded`: its figures are kept when it ends."""

    session_id: str
    variant: MappingVariant
    split: bool
    recorded: bool
    began_at_nanos: int


class MappedSessions:
    """Gives sessions their mapping and records how their avatars moved; any thread.

    Nothing is recorded of a session for which nobody chose a mapping, nor of one that showed nothing.
    """

    def __init__(self, clock: Clock, *, options: MappingOptions | None = None, record: VariantRecord | None = None) -> None:
        self._clock = clock
        self._options = options or MappingOptions()
        self._record = record or VariantRecord(clock=clock)
        self._epoch_offset_nanos = epoch_offset_nanos(clock)

    def begin(self, session_id: str, wish: str = "") -> MappedSession:
        """The mapping of a session that is about to start; `wish` as in StartSession. Raises ConfigError."""
        variant = assigned(session_id, wish, self._options)
        is_split = (wish or self._options.variant) == SPLIT
        recorded = self._options.record and is_asked_for(wish, self._options)
        return MappedSession(session_id, variant, is_split, recorded, self._clock.now_nanos())

    def end(self, mapped: MappedSession, report: MotionReport) -> bool:
        """Record a session that has ended, where it is recorded; whether it was. Writes a file and never raises for it."""
        if not (mapped.recorded and report.frames):
            return False
        entry = VariantEntry(
            session=session_digest(mapped.session_id),
            variant=mapped.variant.value,
            split=mapped.split,
            started_unix_secs=(mapped.began_at_nanos + self._epoch_offset_nanos) // NANOS_PER_SEC,
            secs=round((self._clock.now_nanos() - mapped.began_at_nanos) / NANOS_PER_SEC, 3),
            frames=report.frames,
            jitter_percent=round(report.jitter_percent, 4),
            rest_rms=round(report.rest_rms, 6),
            range=round(report.range, 4),
            expressive_share=round(report.expressive_share, 4),
        )
        return self._record.add(entry)
