from __future__ import annotations

import threading

import pytest

from affectia.capture.source import SourceState
from affectia.clock import FakeClock
from affectia.session.npc_source import NpcSource

pytestmark = pytest.mark.unit


def test_nothing_runs_and_nobody_has_to_allow_it() -> None:
    before = threading.active_count()
    source = NpcSource(FakeClock())
    assert (source.modality, source.description, source.state) == (None, "npc", SourceState.IDLE)
    source.start(name="capture-a")
    assert (source.state, threading.active_count()) == (SourceState.RUNNING, before)
    source.stop()
    assert source.state is SourceState.ENDED
    assert source.captured_count == 0
