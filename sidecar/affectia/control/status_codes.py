"""The one table from an error to what a caller of the control service is told."""

from __future__ import annotations

from typing import Final

import grpc

from affectia.errors import (
    AffectiaError,
    AlreadyRunning,
    CaptureError,
    ConfigError,
    ConsentMissing,
    ModelError,
    ModelUnavailable,
    NoFreeSlot,
    PortInUse,
    SessionError,
    SessionExists,
    WireError,
)

STATUS_CODES: Final[dict[type[BaseException], grpc.StatusCode]] = {
    AlreadyRunning: grpc.StatusCode.ALREADY_EXISTS,
    CaptureError: grpc.StatusCode.NOT_FOUND,
    ConfigError: grpc.StatusCode.INVALID_ARGUMENT,
    ConsentMissing: grpc.StatusCode.PERMISSION_DENIED,
    ModelError: grpc.StatusCode.FAILED_PRECONDITION,
    ModelUnavailable: grpc.StatusCode.UNAVAILABLE,
    NoFreeSlot: grpc.StatusCode.RESOURCE_EXHAUSTED,
    PortInUse: grpc.StatusCode.FAILED_PRECONDITION,
    SessionError: grpc.StatusCode.NOT_FOUND,
    SessionExists: grpc.StatusCode.ALREADY_EXISTS,
    WireError: grpc.StatusCode.INVALID_ARGUMENT,
}

MAX_DETAILS_CHARS: Final = 600  # details travel in a header of 8 KiB, where a character takes up to 12 bytes


def status_of(error: BaseException) -> tuple[grpc.StatusCode, str]:
    """The code and the details for an error; the nearest class in the table decides.

    An AffectiaError's message goes out as it is, cut where it is too long to travel. Of any other error only the type is told: its
    text may hold what a person looks like.
    """
    for kind in type(error).__mro__:
        if kind in STATUS_CODES:
            return STATUS_CODES[kind], printable(str(error))
    if isinstance(error, AffectiaError):
        return grpc.StatusCode.INTERNAL, printable(str(error))
    return grpc.StatusCode.INTERNAL, f"control call ended with {type(error).__name__}, which is a fault of the sidecar"


def printable(text: str) -> str:
    """The text as protobuf and gRPC take it: valid Unicode, no longer than a header allows."""
    text = text.encode("utf-8", "replace").decode("utf-8")
    return text if len(text) <= MAX_DETAILS_CHARS else text[: MAX_DETAILS_CHARS - 3] + "..."
