from __future__ import annotations

import grpc
import pytest

from affectia import errors
from affectia.control.status_codes import MAX_DETAILS_CHARS, STATUS_CODES, printable, status_of

pytestmark = pytest.mark.unit


def test_every_error_of_ours_has_a_code() -> None:
    ours = {kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, errors.AffectiaError)}
    without = [kind.__name__ for kind in ours - {errors.AffectiaError} if not any(parent in STATUS_CODES for parent in kind.__mro__)]
    assert not without


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (errors.SessionError("a"), grpc.StatusCode.NOT_FOUND),
        (errors.SessionExists("a"), grpc.StatusCode.ALREADY_EXISTS),
        (errors.NoFreeSlot("a"), grpc.StatusCode.RESOURCE_EXHAUSTED),
        (errors.ConfigError("a"), grpc.StatusCode.INVALID_ARGUMENT),
        (errors.CaptureError("a"), grpc.StatusCode.NOT_FOUND),
        (errors.ModelMissing("a"), grpc.StatusCode.FAILED_PRECONDITION),
        (errors.ModelCorrupt("a"), grpc.StatusCode.FAILED_PRECONDITION),
        (errors.ModelUnavailable("a"), grpc.StatusCode.UNAVAILABLE),
        (errors.ConsentMissing("a"), grpc.StatusCode.PERMISSION_DENIED),
        (errors.WireError(3, "a"), grpc.StatusCode.INVALID_ARGUMENT),
        (errors.AffectiaError("a"), grpc.StatusCode.INTERNAL),
    ],
)
def test_our_errors_keep_their_message(error: errors.AffectiaError, code: grpc.StatusCode) -> None:
    assert status_of(error) == (code, "a")


def test_foreign_error_tells_only_its_type() -> None:
    code, details = status_of(ValueError("jawOpen is 0.83"))
    assert code is grpc.StatusCode.INTERNAL
    assert "ValueError" in details
    assert "jawOpen" not in details


def test_foreign_error_of_a_parent_of_ours_is_not_ours() -> None:
    assert status_of(OSError("secret"))[0] is grpc.StatusCode.INTERNAL
    assert status_of(LookupError("secret"))[0] is grpc.StatusCode.INTERNAL


def test_details_fit_into_a_header() -> None:
    _, details = status_of(errors.ConfigError("ä" * 100_000))
    assert len(details) == MAX_DETAILS_CHARS
    assert details.endswith("ä...")


def test_text_that_is_no_unicode_becomes_it() -> None:
    assert printable("caf\udce9.mp4") == "caf?.mp4"
    assert printable("café.mp4") == "café.mp4"
