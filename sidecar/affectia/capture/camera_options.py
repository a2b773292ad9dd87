"""What is asked of a camera."""

from __future__ import annotations

import re
from dataclasses import dataclass

from affectia.errors import ConfigError

# USB 2 carries about 24 MB/s of pictures; 640 x 480 at 30 Hz, two bytes a pixel, is 18 MB/s. Above that cameras compress, or slow down.
_UNCOMPRESSED_PX = 640 * 480
_UNCOMPRESSED_HZ = 30.0

_SIZE = re.compile(r"(\d{1,5})[xX](\d{1,5})")


@dataclass(frozen=True)
class CameraOptions:
    """What is asked of the camera, which may give something else, and how it is waited for. Raises ConfigError where a value cannot be.

    `vertical_fov_deg` is the angle that the camera sees from the lower to the upper edge of its picture. MediaPipe takes every camera
    for one of 63 degrees; the head's distance and turn are corrected by what is said here. Typical webcams have 40 to 50. A data
    sheet tells the diagonal: vertical = 2 atan(h / sqrt(w² + h²) * tan(diagonal / 2)), so 78 degrees at 16:9 are 43. A camera that
    cuts its picture for another size has another angle there.

    `stall_secs` is how long a camera may give nothing before it counts as stalled; after a failure it is opened again after
    `first_retry_secs`, then after twice as long each time, up to `longest_retry_secs`.
    """

    width_px: int = 640
    height_px: int = 480
    rate_hz: float = 30.0
    vertical_fov_deg: float = 63.0
    stall_secs: float = 2.0
    first_retry_secs: float = 1.0
    longest_retry_secs: float = 15.0

    def __post_init__(self) -> None:
        for name, least, most in (
            ("width_px", 16, 8192),
            ("height_px", 16, 8192),
            ("rate_hz", 1, 240),
            ("vertical_fov_deg", 20, 150),
            ("stall_secs", 0.01, 60),
            ("first_retry_secs", 0.001, 3600),
            ("longest_retry_secs", 0.001, 3600),
        ):
            value = getattr(self, name)
            if not least <= value <= most:  # written so that NaN is refused too
                raise ConfigError(f"camera.{name} is {value}, expected {least} to {most}")
        if self.first_retry_secs > self.longest_retry_secs:
            expected = f"at most camera.longest_retry_secs ({self.longest_retry_secs})"
            raise ConfigError(f"camera.first_retry_secs is {self.first_retry_secs}, expected {expected}")

    @property
    def needs_compression(self) -> bool:
        """Whether this is more than USB carries uncompressed, so that the camera is to be asked for JPEG pictures."""
        return self.width_px * self.height_px > _UNCOMPRESSED_PX or self.rate_hz > _UNCOMPRESSED_HZ


def parse_size(text: str) -> tuple[int, int]:
    """(width, height) in pixels out of `1280x720`; raises ConfigError where it is none."""
    found = _SIZE.fullmatch(text.strip())
    if found is None:
        raise ConfigError(f"camera size is {text!r}, expected WIDTHxHEIGHT in pixels, such as 1280x720")
    return int(found[1]), int(found[2])
