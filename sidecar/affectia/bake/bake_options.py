"""What a person may choose about a baked track."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from affectia import registry
from affectia.errors import ConfigError

TIMING_RATE_HZ: Final = 48_000
"""What the samples of a track count in that was made of timing alone: without sound there is no rate of its own."""

_LANGUAGE: Final = re.compile(r"[A-Za-z0-9_-]{0,35}")


@dataclass(frozen=True, slots=True)
class BakeOptions:
    """`frame_rate_hz`: frames a second of the track, 1 to 240. `language`: a tag such as `de` for words with times; empty for what a
    timing file says itself, else English. Raises ConfigError where one cannot be.
    """

    frame_rate_hz: int = 60
    language: str = ""

    def __post_init__(self) -> None:
        highest = registry.WIRE_MAX_FRAME_RATE_HZ
        if not 1 <= self.frame_rate_hz <= highest:
            raise ConfigError(f"frame rate is {self.frame_rate_hz}, expected 1 to {highest} frames a second")
        if not _LANGUAGE.fullmatch(self.language):
            raise ConfigError("language is no tag, expected one such as en or de-AT")
