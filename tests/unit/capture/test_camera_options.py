from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest

from affectia import config
from affectia.capture.camera_options import CameraOptions, parse_size
from affectia.errors import ConfigError

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"width_px": 0}, "camera.width_px is 0, expected 16 to 8192"),
        ({"height_px": 9000}, "camera.height_px is 9000, expected 16 to 8192"),
        ({"rate_hz": -1.0}, "camera.rate_hz is -1.0, expected 1 to 240"),
        ({"rate_hz": math.nan}, "camera.rate_hz is nan, expected 1 to 240"),
        ({"vertical_fov_deg": 19.9}, "camera.vertical_fov_deg is 19.9, expected 20 to 150"),
        ({"vertical_fov_deg": 151.0}, "camera.vertical_fov_deg is 151.0, expected 20 to 150"),
        ({"stall_secs": 0.0}, "camera.stall_secs is 0.0, expected 0.01 to 60"),
        ({"first_retry_secs": 0.0}, "camera.first_retry_secs is 0.0, expected 0.001 to 3600"),
        ({"longest_retry_secs": math.inf}, "camera.longest_retry_secs is inf, expected 0.001 to 3600"),
        ({"first_retry_secs": 20.0}, "camera.first_retry_secs is 20.0, expected at most camera.longest_retry_secs (15.0)"),
    ],
)
def test_values_that_cannot_be_are_told(given: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError) as told:
        CameraOptions(**given)
    assert str(told.value) == message


def test_edges_are_allowed() -> None:
    assert CameraOptions(vertical_fov_deg=20).vertical_fov_deg == 20
    assert CameraOptions(vertical_fov_deg=150, rate_hz=240, width_px=8192, first_retry_secs=15).width_px == 8192


def test_settings_tell_the_same(tmp_path: Path) -> None:
    path = tmp_path / "affectia.toml"
    path.write_text("[camera]\nvertical_fov_deg = 7\n")
    with pytest.raises(ConfigError, match=r"^camera.vertical_fov_deg is 7.*, expected 20 to 150$"):
        config.load(path, environment={})


def test_compression_is_needed_above_what_usb_carries() -> None:
    assert not CameraOptions().needs_compression
    assert CameraOptions(width_px=1280, height_px=720).needs_compression
    assert CameraOptions(rate_hz=60).needs_compression


@pytest.mark.parametrize(("text", "size"), [("1280x720", (1280, 720)), (" 640X480 ", (640, 480))])
def test_size(text: str, size: tuple[int, int]) -> None:
    assert parse_size(text) == size


@pytest.mark.parametrize("text", ["", "1280", "1280x", "x720", "1280x720x3", "-1x5", "12.5x3", "1234567x2"])
def test_size_that_is_none(text: str) -> None:
    with pytest.raises(ConfigError, match=r"^camera size is '.*', expected WIDTHxHEIGHT in pixels, such as 1280x720$"):
        parse_size(text)
