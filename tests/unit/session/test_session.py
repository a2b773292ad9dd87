from __future__ import annotations

import math
from typing import Any

import pytest

from affectia.capture.source import Source, SourceState
from affectia.clock import FakeClock
from affectia.errors import ConfigError
from affectia.session.consent import ConsentGate
from affectia.session.no_pictures import NoPictures
from affectia.session.npc_source import NpcSource
from affectia.session.session import Session, SessionOptions, SessionState
from affectia.session.session_acting import SessionActing
from affectia.session.session_voice import SessionVoice
from tests.unit.fakes import slots

pytestmark = pytest.mark.unit


class FakeCamera(Source):
    """A camera that stands where the test puts it."""

    modality = "camera"

    def _run(self) -> None:
        raise AssertionError("nobody starts it")


class FakeMicrophone(FakeCamera):
    """The same for a voice."""

    modality = "microphone"


def heard(pictures: Source, voice: SourceState, *granted: str) -> Session:
    """A session with a voice."""
    made = Session("a", pictures, ("a",), slots(0), ConsentGate(frozenset(granted)), SessionOptions())
    source = FakeMicrophone(FakeClock())
    source.state = voice
    nothing: Any = None
    made.voice = SessionVoice(source, nothing, nothing)
    return made


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


@pytest.mark.parametrize(
    ("pictures", "voice", "granted", "expected"),
    [
        (SourceState.RUNNING, SourceState.RUNNING, ("camera", "microphone"), SessionState.RUNNING),
        (SourceState.RUNNING, SourceState.IDLE, ("camera",), SessionState.RUNNING),
        (SourceState.IDLE, SourceState.RUNNING, ("microphone",), SessionState.RUNNING),
        (SourceState.ENDED, SourceState.RETRYING, ("camera", "microphone"), SessionState.RETRYING),
        (SourceState.ENDED, SourceState.IDLE, ("camera",), SessionState.WAITING_FOR_CONSENT),
        (SourceState.IDLE, SourceState.IDLE, (), SessionState.WAITING_FOR_CONSENT),
        (SourceState.ENDED, SourceState.ENDED, ("camera", "microphone"), SessionState.ENDED),
    ],
)
def test_a_session_runs_as_long_as_its_pictures_or_its_voice_do(
    pictures: SourceState, voice: SourceState, granted: tuple[str, ...], expected: SessionState
) -> None:
    camera = FakeCamera(FakeClock())
    camera.state = pictures
    made = heard(camera, voice, *granted)
    assert made.state is expected
    assert [source.modality for source in made.sources] == ["camera", "microphone"]


def test_a_voice_without_pictures_is_all_there_is() -> None:
    made = heard(NoPictures(FakeClock()), SourceState.RETRYING, "microphone")
    assert [source.modality for source in made.sources] == ["microphone"]
    assert made.state is SessionState.RETRYING


def test_avatars_that_act_by_themselves_run() -> None:
    source = NpcSource(FakeClock())
    npc = Session("a", source, ("a",), slots(0), ConsentGate(), SessionOptions())
    assert npc.sources == (source,)
    source.start(name="capture-a")
    assert npc.state is SessionState.RUNNING


@pytest.mark.parametrize(
    ("source", "voice", "idle", "granted", "lives"),
    [
        (NpcSource, False, "auto", (), True),
        (NpcSource, True, "auto", (), True),
        (NpcSource, False, "off", (), False),
        (NoPictures, True, "auto", ("microphone",), True),
        (NoPictures, True, "auto", ("camera",), False),
        (NoPictures, True, "on", (), False),
        (FakeCamera, False, "auto", ("camera",), False),
        (FakeCamera, False, "on", ("camera",), True),
        (FakeCamera, True, "on", ("camera",), True),
        (FakeCamera, True, "on", ("microphone",), False),
        (FakeCamera, False, "on", (), False),
    ],
)
def test_avatars_live_where_it_was_chosen_and_never_without_consent(
    source: type[Source], voice: bool, idle: str, granted: tuple[str, ...], lives: bool
) -> None:
    pictures = source(FakeClock())
    made = heard(pictures, SourceState.IDLE, *granted)
    if not voice:
        made.voice = None
    made.acting = SessionActing(idle=idle)
    assert made.lives is lives


def test_each_avatar_has_its_slot() -> None:
    crowd = Session("a", NpcSource(FakeClock()), ("a", "a-2"), slots(7, 3), ConsentGate(), SessionOptions())
    assert crowd.slot_by_avatar == {"a": 7, "a-2": 3}


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
