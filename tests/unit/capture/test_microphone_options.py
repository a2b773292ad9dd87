from __future__ import annotations

import pytest

from affectia.capture.microphone_options import MicrophoneOptions
from affectia.errors import ConfigError

pytestmark = pytest.mark.unit


def test_by_itself_the_device_chooses() -> None:
    assert (MicrophoneOptions().rate_hz, MicrophoneOptions().channels) == (0, 0)
    MicrophoneOptions(rate_hz=44100, channels=8)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"rate_hz": 1}, "microphone.rate_hz is 1, expected 0 (the device's own) or 8000 to 192000"),
        ({"rate_hz": 200_000}, "microphone.rate_hz is 200000, expected 0 (the device's own) or 8000 to 192000"),
        ({"channels": 9}, "microphone.channels is 9, expected 0 (the device's own) to 8"),
        ({"block_millis": 1}, "microphone.block_millis is 1, expected 2 to 100"),
        ({"silent_secs": 0}, "microphone.silent_secs is 0, expected 0.1 to 3600"),
        ({"stall_secs": float("nan")}, "microphone.stall_secs is nan, expected 0.01 to 60"),
        ({"first_retry_secs": 0}, "microphone.first_retry_secs is 0, expected 0.001 to 3600"),
        (
            {"first_retry_secs": 2, "longest_retry_secs": 1},
            "microphone.first_retry_secs is 2, expected at most microphone.longest_retry_secs (1)",
        ),
    ],
)
def test_values_that_cannot_be(settings: dict[str, float], message: str) -> None:
    with pytest.raises(ConfigError) as raised:
        MicrophoneOptions(**settings)  # type: ignore[arg-type]
    assert str(raised.value) == message
