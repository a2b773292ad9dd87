from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from affectia.client import Subscriber
from affectia.client.subscriber import wait_for_frame
from affectia.clock import FakeClock
from affectia.errors import ConfigError, PortInUse
from affectia.inference.model_store import ModelStore
from affectia.pipeline import PipelineOptions
from affectia.session.session_request import SessionRequest
from affectia.session.sidecar import SWITCH_INTERVAL_SECS, Sidecar, SidecarOptions
from affectia.session.source_spec import SourceSpec
from tests.unit.fakes import free_port

pytestmark = pytest.mark.unit


@pytest.fixture(autouse=True)
def _switch_interval_as_before() -> Iterator[None]:
    before = sys.getswitchinterval()
    yield
    sys.setswitchinterval(before)


def sidecar(tmp_path: Path, port: int) -> Sidecar:
    options = SidecarOptions(port_base=port, perception_workers=1, pipeline=PipelineOptions(slots=4))
    return Sidecar(options, models=ModelStore(tmp_path))


def test_frames_of_a_session_reach_a_subscriber_and_stop_ends_everything(tmp_path: Path) -> None:
    port = free_port()
    whole = sidecar(tmp_path, port)
    whole.start()
    assert sys.getswitchinterval() == pytest.approx(SWITCH_INTERVAL_SECS)
    whole.sessions.start(SessionRequest("a", SourceSpec("synthetic"), avatars=2))
    with Subscriber(f"tcp://127.0.0.1:{port}", avatars=["a-2"]) as subscriber:
        received = wait_for_frame(subscriber, 10)
    assert received is not None
    assert received.avatar_id == "a-2"
    whole.stop()
    left = [thread.name for thread in threading.enumerate()]
    assert not [name for name in left if name.startswith(("motion", "perception", "capture", "affectia"))]
    sidecar(tmp_path, port).transport.close()  # the port is free again


def test_a_port_that_is_taken_is_an_error_before_any_thread(tmp_path: Path) -> None:
    port = free_port()
    first = sidecar(tmp_path, port)
    with pytest.raises(PortInUse, match=f"^port {port} "):
        sidecar(tmp_path, port)
    first.transport.close()
    assert not [thread.name for thread in threading.enumerate() if thread.name.startswith("motion")]


def test_only_loopback_is_served() -> None:
    with pytest.raises(ConfigError, match="^publish host is '0.0.0.0'"):
        Sidecar(SidecarOptions(port_base=free_port(), host="0.0.0.0"), clock=FakeClock())
