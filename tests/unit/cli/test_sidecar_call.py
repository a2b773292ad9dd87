from __future__ import annotations

import grpc
import pytest

from affectia.cli.sidecar_call import SidecarCall, told_error
from affectia.errors import AffectiaError, ConfigError, SessionError

pytestmark = pytest.mark.unit


class Refused(grpc.RpcError):
    def __init__(self, code: grpc.StatusCode, details: str) -> None:
        self._said = code, details

    def code(self) -> grpc.StatusCode:
        return self._said[0]

    def details(self) -> str:
        return self._said[1]


def test_an_answer_is_given_back() -> None:
    assert SidecarCall(stub=20).ask(lambda stub: stub + 1) == 21


@pytest.mark.parametrize(
    ("code", "details", "kind", "message"),
    [
        (grpc.StatusCode.INVALID_ARGUMENT, "fade_secs is 11", ConfigError, "fade_secs is 11"),
        (grpc.StatusCode.NOT_FOUND, "avatar 'a' is of no open session", SessionError, "avatar 'a' is of no open session"),
        (grpc.StatusCode.INTERNAL, "control call ended with KeyError", AffectiaError, "control call ended with KeyError"),
        (grpc.StatusCode.UNAVAILABLE, "sidecar is stopping", AffectiaError, "sidecar is stopping"),
        (grpc.StatusCode.UNAVAILABLE, "failed to connect", AffectiaError, "no sidecar answers, expected one that runs; start"),
        (grpc.StatusCode.CANCELLED, "", AffectiaError, "call ended with cancelled"),
    ],
)
def test_a_refusal_is_told_in_its_own_words(code: grpc.StatusCode, details: str, kind: type[AffectiaError], message: str) -> None:
    def refuse(stub: object) -> None:
        raise Refused(code, details)

    with pytest.raises(kind, match=f"^{message}") as caught:
        SidecarCall(stub=0).ask(refuse)
    assert type(caught.value) is kind


def test_an_error_that_says_nothing_is_one_all_the_same() -> None:
    assert str(told_error(grpc.RpcError())) == "call ended with unknown"


def test_only_refusals_are_told() -> None:
    def broken(stub: object) -> None:
        raise KeyError("a fault of ours")

    with pytest.raises(KeyError):
        SidecarCall(stub=0).ask(broken)
