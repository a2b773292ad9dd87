from __future__ import annotations

import asyncio
from typing import Any

import pytest

from affectia.control import grpc_server
from affectia.control.grpc_server import SERVICE, ControlServer
from affectia.errors import ConfigError

pytestmark = pytest.mark.unit

NO_SIDECAR: Any = None


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1"])
def test_loopback_is_a_host(host: str) -> None:
    assert ControlServer(NO_SIDECAR, port=17872, host=host).port == 17872


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "", "127.0.0.1:80", "10.0.0.1", "example.org"])
def test_other_hosts_are_refused(host: str) -> None:
    with pytest.raises(ConfigError, match="control host is .* expected loopback"):
        ControlServer(NO_SIDECAR, port=17872, host=host)


def test_service_has_the_name_of_the_proto() -> None:
    assert SERVICE == "affectia.v1.Control"


def test_a_port_is_never_shared() -> None:
    assert ("grpc.so_reuseport", 0) in grpc_server._OPTIONS


def test_stop_before_start_does_nothing() -> None:
    server = ControlServer(NO_SIDECAR, port=17872)
    asyncio.run(server.stop())
    assert server.stream_count == 0
