"""The server around the control service: health, reflection, ports, faults, and bytes that mean nothing."""

from __future__ import annotations

import asyncio
import random
import socket
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection_pb2, reflection_pb2_grpc

from affectia.control.grpc_server import SERVICE, ControlServer
from affectia.errors import ConfigError, PortInUse
from affectia.inference.model_store import ModelStore
from affectia.v1 import control_pb2, model_pb2, session_pb2, status_pb2
from tests.contract.door import TIMEOUT_SECS, Door, control_stub, next_frame, open_door, refused

pytestmark = pytest.mark.contract


class WaitingStore(ModelStore):
    """A store in which a model takes as long to find as the test likes."""

    def __init__(self, cache_dir: Path) -> None:
        super().__init__(cache_dir)
        self.asked = threading.Event()
        self.answer = threading.Event()

    def path(self, model_id: str) -> Path:
        self.asked.set()
        self.answer.wait(TIMEOUT_SECS)
        return super().path(model_id)


def test_status_and_health_answer_while_a_session_is_being_opened(tmp_path: Path) -> None:
    store = WaitingStore(tmp_path)
    with open_door(models=store) as door:
        opening = [
            door.stub.StartSession.future(session_pb2.StartSessionRequest(session_id=f"slow-{number}", source="clip:carphone"))
            for number in range(12)
        ]
        try:
            assert store.asked.wait(TIMEOUT_SECS)
            assert door.stub.GetStatus(status_pb2.GetStatusRequest(), timeout=2.0).process_id > 0
            checked = health_pb2_grpc.HealthStub(door.channel).Check(health_pb2.HealthCheckRequest(), timeout=2.0)
            assert checked.status == health_pb2.HealthCheckResponse.SERVING
        finally:
            store.answer.set()
        assert {call.code() for call in opening} == {grpc.StatusCode.FAILED_PRECONDITION}


def test_fault_of_the_sidecar_tells_only_its_type(tmp_path: Path) -> None:
    class BrokenStore(ModelStore):
        def verify(self, model_id: str) -> Any:
            raise KeyError("the look on somebody's face")

    with open_door(models=BrokenStore(tmp_path)) as door:
        with pytest.raises(grpc.RpcError) as caught:
            door.stub.ListModels(model_pb2.ListModelsRequest())
        error: Any = caught.value
        assert error.code() is grpc.StatusCode.INTERNAL
        assert "KeyError" in error.details()
        assert "somebody" not in error.details()
        assert door.status().process_id > 0


def test_request_that_is_too_large_is_refused(door: Door) -> None:
    with refused(grpc.StatusCode.RESOURCE_EXHAUSTED):
        door.start("large", "x" * 100_000)
    assert door.status().process_id > 0


def test_bytes_that_are_no_request_are_refused(door: Door) -> None:
    method = door.channel.unary_unary(f"/{SERVICE}/StartSession", request_serializer=bytes, response_deserializer=bytes)
    rng = random.Random(2)
    for size in (1, 2, 7, 64, 1000):
        with pytest.raises(grpc.RpcError):
            method(b"\xff" + rng.randbytes(size), timeout=TIMEOUT_SECS)
    assert not door.status().sessions


@pytest.mark.parametrize("service", ["", SERVICE])
def test_health_says_serving(door: Door, service: str) -> None:
    checked = health_pb2_grpc.HealthStub(door.channel).Check(health_pb2.HealthCheckRequest(service=service))
    assert checked.status == health_pb2.HealthCheckResponse.SERVING


def test_health_of_an_unknown_service_is_not_found(door: Door) -> None:
    with refused(grpc.StatusCode.NOT_FOUND):
        health_pb2_grpc.HealthStub(door.channel).Check(health_pb2.HealthCheckRequest(service="affectia.v1.Nothing"))


def test_reflection_lists_the_service_and_its_files(door: Door) -> None:
    stub = reflection_pb2_grpc.ServerReflectionStub(door.channel)
    requests = [
        reflection_pb2.ServerReflectionRequest(list_services=""),
        reflection_pb2.ServerReflectionRequest(file_containing_symbol=SERVICE),
    ]
    listed, described = stub.ServerReflectionInfo(iter(requests), timeout=TIMEOUT_SECS)
    assert SERVICE == "affectia.v1.Control"
    assert {service.name for service in listed.list_services_response.service} >= {SERVICE, "grpc.health.v1.Health"}
    assert control_pb2.DESCRIPTOR.serialized_pb in described.file_descriptor_response.file_descriptor_proto


def test_stop_tells_streams_and_watchers_and_closes_the_port() -> None:
    with open_door() as door:
        door.start("watched")
        stream = door.stream("watched")
        next(stream)
        watch = health_pb2_grpc.HealthStub(door.channel).Watch(health_pb2.HealthCheckRequest(service=SERVICE), timeout=TIMEOUT_SECS)
        assert next(watch).status == health_pb2.HealthCheckResponse.SERVING
        began = time.monotonic()
        asyncio.run_coroutine_threadsafe(door.server.stop(0.5), door.loop).result(TIMEOUT_SECS)
        assert time.monotonic() - began < 2.0
        assert next(watch).status == health_pb2.HealthCheckResponse.NOT_SERVING
        with refused(grpc.StatusCode.UNAVAILABLE, "sidecar is stopping"):
            while True:
                next(stream)
        with pytest.raises(ConnectionRefusedError), socket.create_connection(("127.0.0.1", door.server.port), timeout=2):
            pass


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "example.org", ""])
def test_host_that_is_not_loopback_is_refused(door: Door, host: str) -> None:
    with pytest.raises(ConfigError, match="expected loopback"):
        ControlServer(door.sidecar, port=0, host=host)


def test_server_listens_on_loopback_alone(door: Door) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # sends nothing, but tells which address would be used
            own_address = probe.getsockname()[0]
        except OSError:
            own_address = "127.0.0.2"  # no network here; another address of the loopback block does as well
    with pytest.raises((ConnectionRefusedError, TimeoutError)), socket.create_connection((own_address, door.server.port), timeout=2):
        pass


def test_port_that_is_taken_is_told(door: Door, capfd: pytest.CaptureFixture[str]) -> None:
    async def start() -> None:
        with pytest.raises(PortInUse, match=rf"port {door.server.port} \(control\) is in use.*--port-base"):
            await ControlServer(door.sidecar, port=door.server.port).start()

    asyncio.run_coroutine_threadsafe(start(), door.loop).result(TIMEOUT_SECS)
    assert "Address already in use" not in capfd.readouterr().err  # gRPC would say it in its own words
    assert door.status().ports.grpc == door.server.port


def test_port_that_is_taken_between_check_and_bind_is_told(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("affectia.control.grpc_server._check_port", lambda host, port: None)

    async def start() -> None:
        with pytest.raises(PortInUse):
            await ControlServer(door.sidecar, port=door.server.port).start()

    asyncio.run_coroutine_threadsafe(start(), door.loop).result(TIMEOUT_SECS)


def test_port_0_is_chosen_by_the_system(door: Door) -> None:
    async def serve() -> None:
        server = ControlServer(door.sidecar, port=0, host="localhost")
        await server.start()
        try:
            async with grpc.aio.insecure_channel(f"127.0.0.1:{server.port}") as channel:
                status = await control_stub(channel).GetStatus(status_pb2.GetStatusRequest(), timeout=TIMEOUT_SECS)
                assert status.ports.grpc == server.port > 0
        finally:
            await server.stop(0.0)
            await server.stop(0.0)

    asyncio.run_coroutine_threadsafe(serve(), door.loop).result(TIMEOUT_SECS)


def test_garbage_on_the_port_harms_nobody(door: Door) -> None:
    door.start("steady")
    stream = door.stream("steady")
    rng = random.Random(1)
    preface = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
    throws = [
        b"",
        b"\0" * 65_536,
        b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + rng.randbytes(500),  # as a TLS client begins
        preface,
        preface + b"\xff\xff\xff" + rng.randbytes(100),  # a frame of 16 MiB is announced
        preface + b"\0\0\0\4\0\0\0\0\0" + b"\0\x40\0\1\x04\0\0\0\1" + rng.randbytes(0x4000),  # headers that are no HPACK
        *(rng.randbytes(rng.randrange(1, 4000)) for _ in range(100)),
        *(preface + rng.randbytes(rng.randrange(1, 2000)) for _ in range(100)),
    ]
    silent: list[socket.socket] = []
    for thrown in throws:
        connection = socket.create_connection(("127.0.0.1", door.server.port), timeout=5)
        with suppress(OSError):  # the server may hang up before everything is sent
            connection.sendall(thrown)
        if len(silent) < 20:
            silent.append(connection)  # stays open and says nothing more
        else:
            connection.close()
    try:
        assert door.status().process_id > 0
        first = next_frame(stream).sequence
        assert next_frame(stream).sequence > first
        assert door.session("steady").state == session_pb2.SESSION_STATE_RUNNING
        with grpc.insecure_channel(f"127.0.0.1:{door.server.port}", options=[("grpc.use_local_subchannel_pool", 1)]) as newcomer:
            assert control_stub(newcomer).GetStatus(status_pb2.GetStatusRequest(), timeout=TIMEOUT_SECS).process_id > 0
    finally:
        for connection in silent:
            connection.close()
