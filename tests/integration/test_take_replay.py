"""A take through the whole pipeline, over a real socket: what comes out is what was recorded."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from affectia.capture.take_file import TakeFileOptions, TakeFileSource
from affectia.cli.recording import Recording
from affectia.cli.sidecar_process import free_port_base
from affectia.client import Subscriber
from affectia.pipeline import PipelineOptions
from affectia.registry import PORT_PUBLISH
from affectia.session.session import SessionOptions, SessionState
from affectia.session.session_request import SessionRequest
from affectia.session.sidecar import Sidecar, SidecarOptions
from affectia.session.source_spec import SourceSpec
from affectia.store.take_csv import write_take
from tests.unit.fakes import wait_until
from tests.unit.takes import posable, take

pytestmark = pytest.mark.integration

ROWS = 60
UNITS = {8: 255, 16: 65_535}


@pytest.mark.parametrize("bits", [8, 16])
def test_the_curves_that_come_out_are_those_that_were_recorded(tmp_path: Path, bits: int) -> None:
    recorded = posable(take(ROWS, rate_hz=50))  # what no face does is put right on the way
    write_take(tmp_path / "take.csv", recorded, rate_hz=50, start_secs_of_day=51_000)
    base, recording = free_port_base(26_000), Recording()
    sidecar = Sidecar(SidecarOptions(port_base=base, pipeline=PipelineOptions(slots=1)))
    sidecar.start()
    try:
        with Subscriber(f"tcp://127.0.0.1:{base + PORT_PUBLISH}", listener=recording.add) as subscriber:
            # Subscribed before the first row: a PUB socket sends nothing to those who come later.
            assert wait_until(lambda: sidecar.transport.subscription_count > 0)
            spec = SourceSpec("take", path=tmp_path / "take.csv", take=TakeFileOptions(speed=1.0))
            session = sidecar.sessions.start(SessionRequest("a", spec, options=SessionOptions(bits, 120.0, 0.0)))
            assert wait_until(lambda: session.state is SessionState.ENDED)
            assert wait_until(lambda: recording.count >= ROWS)
            assert subscriber.stats.lost == 0
    finally:
        sidecar.stop()
    curves = recording.curves()
    shown = np.flatnonzero(curves.found)
    assert isinstance(session.source, TakeFileSource)
    assert session.source.captured_count + session.source.passed_over == ROWS  # a busy machine may pass rows over, and loses none unsaid
    assert len(shown) >= ROWS // 3
    # Each frame against the row that it must be: the nearest in all weights together.
    distances = np.abs(curves.take.blendshapes[shown][:, None] - recorded.blendshapes).max(axis=2)
    rows = distances.argmin(axis=1)
    assert (np.diff(rows) > 0).all()
    assert distances.min(axis=1).max() <= 0.5 / UNITS[bits] + 2e-6  # weights are float32 on the way
    turned = (curves.take.head_deg[shown] - recorded.head_deg[rows] + 180) % 360 - 180
    assert np.abs(turned).max() < 0.05
    steps = np.diff(curves.take.times_nanos[shown]) / 1e9
    assert np.median(steps / np.diff(rows)) == pytest.approx(1 / 50, rel=0.1)
