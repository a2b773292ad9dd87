"""What a caller asks for who wants a line to be spoken."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from affectia import registry
from affectia.capture.pcm import PcmFormat
from affectia.errors import ConfigError
from affectia.wire import topic

LOWEST_FRAME_RATE_HZ: Final = 10  # slower tracks cannot close a mouth within 100 ms
FRAME_RATE_HZ: Final = 60


@dataclass(frozen=True, slots=True)
class SpeechRequest:
    """Raises ConfigError for what cannot be.

    `interrupts`: what the avatar is saying is cut. `needs_session`: the id must be an avatar of an open session; without it any id is a
    track of its own.
    """

    avatar_id: str
    form: PcmFormat
    frame_rate_hz: int = FRAME_RATE_HZ
    interrupts: bool = False
    needs_session: bool = True

    def __post_init__(self) -> None:
        topic.checked_id(self.avatar_id)
        highest = registry.WIRE_MAX_FRAME_RATE_HZ
        if not LOWEST_FRAME_RATE_HZ <= self.frame_rate_hz <= highest:
            raise ConfigError(f"frame rate is {self.frame_rate_hz}, expected {LOWEST_FRAME_RATE_HZ} to {highest} frames a second")
