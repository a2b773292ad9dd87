"""The gRPC server: the control service, health and reflection on one loopback port."""

from __future__ import annotations

import errno
import os
import socket
import sys
from typing import Any, Final

import grpc
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection

from affectia.control.bake_calls import MOST_MESSAGE_BYTES
from affectia.control.control_service import ControlService
from affectia.errors import ConfigError, PortInUse
from affectia.session.sidecar import Sidecar
from affectia.session.speech.speech import MAX_LINES
from affectia.v1 import control_pb2, control_pb2_grpc

SERVICE: Final[str] = control_pb2.DESCRIPTOR.services_by_name["Control"].full_name

MAX_CALLS: Final = 64 + MAX_LINES  # lines that are spoken leave the others as many as ever
_HOSTS: Final = {"127.0.0.1": "127.0.0.1", "localhost": "127.0.0.1", "::1": "::1"}
_IN_USE: Final = (errno.EADDRINUSE, errno.EACCES)  # Windows says EACCES where another program holds a port for itself
_OPTIONS: Final = (
    ("grpc.so_reuseport", 0),  # else a second server would share the port instead of being refused
    ("grpc.max_concurrent_streams", MAX_CALLS),
    ("grpc.max_receive_message_length", 64 * 1024),  # requests are names and numbers, and sound in pieces
    ("grpc.max_send_message_length", MOST_MESSAGE_BYTES),
    ("grpc.server_handshake_timeout_ms", 5000),  # who connects and does not speak HTTP/2 is let go
    ("grpc.keepalive_time_ms", 30_000),
    ("grpc.keepalive_timeout_ms", 10_000),
    ("grpc.keepalive_permit_without_calls", 1),
    ("grpc.http2.min_recv_ping_interval_without_data_ms", 5000),
)


class ControlServer:
    """Serves one sidecar on the running event loop; `start` once, `stop` once.

    Raises ConfigError for a host that is not loopback. `port` 0 lets the system choose; after `start` it is the one that was bound.
    """

    def __init__(self, sidecar: Sidecar, *, port: int, host: str = "127.0.0.1") -> None:
        if host not in _HOSTS:
            raise ConfigError(f"control host is {host!r}, expected loopback: other addresses need encryption that is not there yet")
        self._sidecar = sidecar
        self._host = _HOSTS[host]
        self.port = port
        self._server: grpc.aio.Server | None = None
        self._service: ControlService | None = None
        self._health: Any = None  # the stubs know only the blocking servicer

    @property
    def stream_count(self) -> int:
        """How many frame streams are open."""
        return 0 if self._service is None else self._service.stream_count

    async def start(self) -> None:
        """Bind and serve; raises PortInUse when another program holds the port, then nothing is left open."""
        if self.port:
            _check_port(self._host, self.port)
        server = grpc.aio.server(options=_OPTIONS, maximum_concurrent_rpcs=MAX_CALLS)
        service = ControlService(self._sidecar)
        control_pb2_grpc.add_ControlServicer_to_server(service, server)  # type: ignore[no-untyped-call] # generated
        healthy = health.aio.HealthServicer()  # type: ignore[attr-defined] # the stubs know only the blocking servicer
        health_pb2_grpc.add_HealthServicer_to_server(healthy, server)
        await healthy.set(SERVICE, health_pb2.HealthCheckResponse.SERVING)
        reflection.enable_server_reflection((SERVICE, health.SERVICE_NAME, reflection.SERVICE_NAME), server)
        try:
            self.port = server.add_insecure_port(f"[{self._host}]:{self.port}" if ":" in self._host else f"{self._host}:{self.port}")
        except RuntimeError:  # somebody was faster since the check above; gRPC does not say why
            await server.stop(None)
            raise _port_in_use(self.port) from None
        service.grpc_port = self.port
        await server.start()
        self._server, self._service, self._health = server, service, healthy

    async def stop(self, grace_secs: float = 0.5) -> None:
        """Refuse new calls, end the frame streams, give running calls `grace_secs`, and close the port."""
        if self._server is None or self._service is None:
            return
        server, self._server = self._server, None
        await self._health.enter_graceful_shutdown()
        self._service.close_streams()
        await self._service.end_bakes()
        await server.stop(grace_secs)


def _check_port(host: str, port: int) -> None:
    """Try a port with a plain socket: it tells why it cannot be bound, and gRPC would write to standard error."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM) as probe:
        if sys.platform == "win32":
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        else:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # connections that have just ended hold no port
        try:
            probe.bind((host, port))
        except OSError as error:
            if error.errno in _IN_USE:
                raise _port_in_use(port) from None
            reason = os.strerror(error.errno).lower() if error.errno else type(error).__name__
            raise ConfigError(
                f"control host is {host!r} and does not bind ({reason}), expected a loopback address of this machine"
            ) from None


def _port_in_use(port: int) -> PortInUse:
    return PortInUse(f"port {port} (control) is in use by another program; stop it, or choose other ports with --port-base")
