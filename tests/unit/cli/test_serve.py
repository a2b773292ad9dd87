from __future__ import annotations

import pytest

from affectia.cli.main import main
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


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        (("--camera-size", "big"), "camera size is 'big', expected WIDTHxHEIGHT in pixels, such as 1280x720"),
        (("--camera-size", "1x720"), "camera.width_px is 1, expected 16 to 8192"),
        (("--camera-size", "1280x1"), "camera.height_px is 1, expected 16 to 8192"),
        (("--camera-rate", "0"), "camera.rate_hz is 0.0, expected 1 to 240"),
        (("--camera-fov", "7"), "camera.vertical_fov_deg is 7.0, expected 20 to 150"),
    ],
)
def test_flags_of_the_camera_that_cannot_be_are_refused(flags: tuple[str, str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["serve", *flags]) == 2
    assert capsys.readouterr().err == f"affectia: {message}\n"
