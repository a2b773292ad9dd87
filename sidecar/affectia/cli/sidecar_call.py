"""One call to a sidecar that runs, and its refusal in the words of the command line."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, TypeVar

import grpc

from affectia import registry
from affectia.errors import AffectiaError, ConfigError, SessionError
from affectia.v1 import control_pb2_grpc

TIMEOUT_SECS: Final = 10.0

_ERRORS: Final[dict[grpc.StatusCode, type[AffectiaError]]] = {
    grpc.StatusCode.INVALID_ARGUMENT: ConfigError,
    grpc.StatusCode.NOT_FOUND: SessionError,
}

Reply = TypeVar("Reply")


@dataclass(frozen=True)
class SidecarCall:
    """Asks the sidecar of one port base on this machine; `stub` stands in for the generated one."""

    port_base: int = registry.PORT_BASE
    stub: Any = None

    def ask(self, call: Callable[[Any], Reply]) -> Reply:
        """What the sidecar answers; raises AffectiaError with what it says where it refuses."""
        try:
            if self.stub is not None:
                return call(self.stub)
            with grpc.insecure_channel(
                f"127.0.0.1:{self.port_base + registry.PORT_GRPC}", options=[("grpc.enable_http_proxy", 0)]
            ) as channel:
                return call(control_pb2_grpc.ControlStub(channel))  # type: ignore[no-untyped-call] # generated
        except grpc.RpcError as error:
            raise told_error(error) from None


def told_error(error: grpc.RpcError) -> AffectiaError:
    """The error of ours that a refusal stands for."""
    code: Callable[[], grpc.StatusCode] = getattr(error, "code", lambda: grpc.StatusCode.UNKNOWN)
    details: Callable[[], str] = getattr(error, "details", lambda: "")
    if code() is grpc.StatusCode.UNAVAILABLE and "sidecar" not in (details() or ""):
        return AffectiaError("no sidecar answers, expected one that runs; start `affectia serve`, or check --port-base")
    return _ERRORS.get(code(), AffectiaError)(details() or f"call ended with {code().name.lower()}")
