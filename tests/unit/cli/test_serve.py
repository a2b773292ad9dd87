from __future__ import annotations

import pytest

from affectia.cli.serve import session_request
from affectia.config import FrameSettings, SessionSettings, Settings
from affectia.errors import ConfigError

pytestmark = pytest.mark.unit


def test_none_opens_no_session() -> None:
    assert session_request(Settings(session=SessionSettings(source="none"))) is None


def test_the_request_is_what_the_settings_say() -> None:
    settings = Settings(
        session=SessionSettings(source="camera:2", id="left", consent=("camera",), loop=True),
        frames=FrameSettings(precision_bits=16, rate_hz=30.0, smoothing=0.5),
    )
    request = session_request(settings)
    assert request is not None
    assert (request.source.kind, request.source.camera_index) == ("camera", 2)
    assert request.session_id == "left"
    assert request.consent == {"camera"}
    assert request.loop
    assert (request.options.precision_bits, request.options.rate_hz, request.options.smoothing) == (16, 30.0, 0.5)


def test_without_a_terminal_nobody_is_asked_and_nothing_is_granted() -> None:
    # pytest's standard input is no terminal: a question would wait for ever.
    request = session_request(Settings(session=SessionSettings(source="camera:0")))
    assert request is not None
    assert request.consent == frozenset()


@pytest.mark.parametrize("frames", [FrameSettings(precision_bits=12), FrameSettings(rate_hz=0), FrameSettings(smoothing=-1)])
def test_frames_that_cannot_be_are_refused(frames: FrameSettings) -> None:
    with pytest.raises(ConfigError, match="expected"):
        session_request(Settings(session=SessionSettings(source="synthetic"), frames=frames))
