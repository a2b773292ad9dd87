"""What is asked of a microphone."""

from __future__ import annotations

from dataclasses import dataclass

from affectia.capture.pcm import HIGHEST_RATE_HZ, LOWEST_RATE_HZ, MOST_CHANNELS
from affectia.errors import ConfigError


@dataclass(frozen=True)
class MicrophoneOptions:
    """What is asked of a microphone, and how it is waited for. Raises ConfigError where a value cannot be.

    `rate_hz` and `channels` 0 leave the choice to the device: its own rate, and one or two channels. `stall_secs` is how long it may give
    nothing before it counts as stalled; after a failure it is opened again after `first_retry_secs`, then after twice as long each time,
    up to `longest_retry_secs`. Exact zeros for `silent_secs` are told as a fault.
    """

    rate_hz: int = 0
    channels: int = 0
    block_millis: float = 10.0
    silent_secs: float = 3.0
    stall_secs: float = 2.0
    first_retry_secs: float = 1.0
    longest_retry_secs: float = 15.0

    def __post_init__(self) -> None:
        if self.rate_hz and not LOWEST_RATE_HZ <= self.rate_hz <= HIGHEST_RATE_HZ:
            expected = f"0 (the device's own) or {LOWEST_RATE_HZ} to {HIGHEST_RATE_HZ}"
            raise ConfigError(f"microphone.rate_hz is {self.rate_hz}, expected {expected}")
        if not 0 <= self.channels <= MOST_CHANNELS:
            raise ConfigError(f"microphone.channels is {self.channels}, expected 0 (the device's own) to {MOST_CHANNELS}")
        for name, least, most in (
            ("block_millis", 2, 100),
            ("silent_secs", 0.1, 3600),
            ("stall_secs", 0.01, 60),
            ("first_retry_secs", 0.001, 3600),
            ("longest_retry_secs", 0.001, 3600),
        ):
            value = getattr(self, name)
            if not least <= value <= most:  # written so that NaN is refused too
                raise ConfigError(f"microphone.{name} is {value}, expected {least} to {most}")
        if self.first_retry_secs > self.longest_retry_secs:
            expected = f"at most microphone.longest_retry_secs ({self.longest_retry_secs})"
            raise ConfigError(f"microphone.first_retry_secs is {self.first_retry_secs}, expected {expected}")
