from __future__ import annotations

import math

import pytest

from affectia.capture.source import Source, SourceState
from affectia.clock import FakeClock
from affectia.errors import ConfigError
from affectia.session.consent import ConsentGate
from affectia.session.session import Session, SessionOptions, SessionState
from tests.unit.fakes import slots

pytestmark = pytest.mark.unit


class FakeCamera(Source):
    """A camera that stands where the test puts it."""

    modality = "camera"

    def _run(self) -> None:
        raise AssertionError("nobody starts it")


def session(state: SourceState, *, granted: bool = True) -> Session:
    source = FakeCamera(FakeClock())
    source.state = state
    gate = ConsentGate(frozenset({"camera"}) if granted else frozenset())
    return Session("a", source, ("a",), slots(0), gate, SessionOptions())


@pytest.mark.parametrize(
    ("of_source", "expected"),
    [
        (SourceState.RUNNING, SessionState.RUNNING),
        (SourceState.RETRYING, SessionState.RETRYING),
        (SourceState.ENDED, SessionState.ENDED),
    ],
)
def test_a_session_stands_where_its_source_stands(of_source: SourceState, expected: SessionState) -> None:
    assert session(of_source).state is expected


@pytest.mark.parametrize("of_source", SourceState)
def test_without_consent_a_session_waits_for_it(of_source: SourceState) -> None:
    assert session(of_source, granted=False).state is SessionState.WAITING_FOR_CONSENT


def test_a_stopped_session_has_ended() -> None:
    stopped = session(SourceState.RUNNING, granted=False)
    stopped.stopped = True
    assert stopped.state is SessionState.ENDED


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("precision_bits", 12),
        ("rate_hz", 0),
        ("rate_hz", 121),
        ("rate_hz", math.nan),
        ("smoothing", -0.1),
        ("smoothing", 10.5),
        ("smoothing", math.nan),
    ],
)
def test_an_option_out_of_range_is_named_with_its_value(name: str, value: float) -> None:
    with pytest.raises(ConfigError, match=rf"^{name} is {value}, expected "):
        SessionOptions(**{name: value})  # type: ignore[arg-type]


def test_the_edges_are_in_range() -> None:
    SessionOptions(precision_bits=16, rate_hz=120, smoothing=0)
    SessionOptions(rate_hz=0.1, smoothing=10)
