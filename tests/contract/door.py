"""A real sidecar behind its real door: a gRPC channel on free ports, and words to ask it with."""

from __future__ import annotations

import asyncio
import random
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import grpc
import pytest

from affectia import registry
from affectia.control.grpc_server import ControlServer
from affectia.inference.model_store import ModelStore
from affectia.pipeline import PipelineOptions
from affectia.session.calibration.kept_calibrations import KeptCalibrations
from affectia.session.sidecar import Sidecar, SidecarOptions
from affectia.v1 import control_pb2_grpc, frame_pb2, session_pb2, status_pb2
from affectia.wire import avatar_frame
from affectia.wire.avatar_frame import AvatarFrame

SLOTS = 64
TIMEOUT_SECS = 20.0


def free_port_base() -> int:
    """A base whose ports for frames and for control are free now."""
    for _ in range(100):
        base = random.randrange(20_000, 32_000, 4)
        try:
            for offset in (registry.PORT_PUBLISH, registry.PORT_GRPC):
                with socket.socket() as probe:
                    probe.bind(("127.0.0.1", base + offset))
        except OSError:
            continue
        return base
    raise AssertionError("no free ports")


def control_stub(channel: Any) -> Any:
    return control_pb2_grpc.ControlStub(channel)  # type: ignore[no-untyped-call] # generated


@dataclass
class Door:
    """A served sidecar and a channel to it."""

    sidecar: Sidecar
    server: ControlServer
    loop: asyncio.AbstractEventLoop
    channel: grpc.Channel
    stub: Any

    def start(self, session_id: str, source: str = "synthetic", **fields: Any) -> session_pb2.Session:
        request = session_pb2.StartSessionRequest(session_id=session_id, source=source, **fields)
        session: session_pb2.Session = self.stub.StartSession(request, timeout=TIMEOUT_SECS)
        return session

    def stop(self, session_id: str) -> session_pb2.Session:
        session: session_pb2.Session = self.stub.StopSession(session_pb2.StopSessionRequest(session_id=session_id), timeout=TIMEOUT_SECS)
        return session

    def status(self) -> status_pb2.Status:
        status: status_pb2.Status = self.stub.GetStatus(status_pb2.GetStatusRequest(), timeout=TIMEOUT_SECS)
        return status

    def session(self, session_id: str) -> session_pb2.Session:
        return next(session for session in self.status().sessions if session.session_id == session_id)

    def stream(self, *avatar_ids: str, with_affect: bool = False) -> Any:
        request = frame_pb2.StreamFramesRequest(avatar_ids=avatar_ids, with_affect=with_affect)
        return self.stub.StreamFrames(request, timeout=TIMEOUT_SECS)


@contextmanager
def open_door(
    options: SidecarOptions | None = None, *, models: ModelStore | None = None, kept: KeptCalibrations | None = None
) -> Iterator[Door]:
    base = free_port_base()
    options = options or SidecarOptions(pipeline=PipelineOptions(slots=SLOTS))
    sidecar = Sidecar(replace(options, port_base=base), models=models, kept=kept)
    sidecar.start()
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="main-loop")
    thread.start()
    try:
        server = ControlServer(sidecar, port=base + registry.PORT_GRPC)
        asyncio.run_coroutine_threadsafe(server.start(), loop).result(TIMEOUT_SECS)
        with grpc.insecure_channel(f"127.0.0.1:{server.port}", options=[("grpc.use_local_subchannel_pool", 1)]) as channel:
            try:
                yield Door(sidecar, server, loop, channel, control_stub(channel))
            finally:
                asyncio.run_coroutine_threadsafe(server.stop(), loop).result(TIMEOUT_SECS)
    finally:
        asyncio.run_coroutine_threadsafe(loop.shutdown_default_executor(), loop).result(TIMEOUT_SECS)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(TIMEOUT_SECS)
        loop.close()
        sidecar.stop()


@contextmanager
def refused(code: grpc.StatusCode, *words: str) -> Iterator[None]:
    """The call inside must end with this status and with these words in its details."""
    with pytest.raises(grpc.RpcError) as caught:
        yield
    error: Any = caught.value
    assert error.code() is code, error.details()
    for word in words:
        assert word in error.details()


def eventually(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + TIMEOUT_SECS
    while not holds():
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(0.02)


def next_frame(stream: Any) -> AvatarFrame:
    return avatar_frame.decode(next(stream).body)
