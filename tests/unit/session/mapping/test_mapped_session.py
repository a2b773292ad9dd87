from __future__ import annotations

from pathlib import Path

import pytest

from affectia.clock import FakeClock
from affectia.errors import ConfigError
from affectia.rig.mapping.mapping_options import MappingOptions
from affectia.rig.mapping.mapping_variant import MappingVariant
from affectia.session.mapping.mapped_session import MappedSessions
from affectia.store.variant_record import VariantRecord, session_digest
from affectia.telemetry.motion_meter import MotionReport

pytestmark = pytest.mark.unit

REPORT = MotionReport(frames=90, jitter_percent=2.34567, rest_rms=0.00123456, range=0.41234, expressive_share=0.25)


class Stage:
    """Sessions that are mapped, and their record."""

    def __init__(self, folder: Path, options: MappingOptions | None = None) -> None:
        self.clock = FakeClock()
        self.record = VariantRecord(folder / "variants.jsonl", clock=self.clock)
        self.sessions = MappedSessions(self.clock, options=options, record=self.record)

    def run(self, session_id: str, wish: str = "", report: MotionReport = REPORT, secs: float = 1.5) -> bool:
        mapped = self.sessions.begin(session_id, wish)
        self.clock.advance(secs=secs)
        return self.sessions.end(mapped, report)


def test_session_begins_with_the_mapping_that_it_asks_for(tmp_path: Path) -> None:
    sessions = Stage(tmp_path, MappingOptions(variant="emotion")).sessions
    assert sessions.begin("a", "blend").variant is MappingVariant.BLEND
    assert sessions.begin("a").variant is MappingVariant.EMOTION
    with pytest.raises(ConfigError, match="mapping is 'blond'"):
        sessions.begin("a", "blond")


def test_end_is_recorded_with_its_figures(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    assert stage.run("lobby", "split")
    (entry,) = stage.record.read().entries
    assert (entry.session, entry.variant, entry.split) == (session_digest("lobby"), "blend", True)
    assert (entry.secs, entry.frames, entry.jitter_percent, entry.rest_rms) == (1.5, 90, 2.3457, 0.001235)
    assert (entry.range, entry.expressive_share) == (0.4123, 0.25)
    assert entry.started_unix_secs > 1_500_000_000


def test_mapping_that_was_chosen_is_told_from_one_that_was_drawn(tmp_path: Path) -> None:
    stage = Stage(tmp_path, MappingOptions(variant="split"))
    stage.run("lobby")
    stage.run("lobby", "shapes")
    assert [(entry.variant, entry.split) for entry in stage.record.read().entries] == [("blend", True), ("shapes", False)]


def test_nothing_is_recorded_unasked(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    assert not stage.run("lobby")
    assert not stage.record.path.exists()


def test_nothing_is_recorded_where_that_is_switched_off(tmp_path: Path) -> None:
    stage = Stage(tmp_path, MappingOptions(variant="split", record=False))
    assert not stage.run("lobby")
    assert not stage.run("lobby", "blend")
    assert not stage.record.path.exists()


def test_session_that_showed_nothing_is_not_recorded(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    assert not stage.run("lobby", "split", MotionReport())
    assert not stage.record.path.exists()


def test_record_that_cannot_be_written_stops_no_session(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert not Stage(tmp_path / "file").run("lobby", "split")
