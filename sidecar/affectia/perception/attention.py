"""How often to look: at every sample while somebody is there, a few times a second while nobody is."""

from __future__ import annotations

from dataclasses import dataclass

from affectia.clock import NANOS_PER_SEC
from affectia.errors import ConfigError


@dataclass(frozen=True)
class AttentionOptions:
    """Nobody seen for `rest_after_secs`: only `rest_rate_hz` samples a second are looked at."""

    rest_after_secs: float = 1.0
    rest_rate_hz: float = 5.0

    def __post_init__(self) -> None:
        if not self.rest_after_secs >= 0:
            raise ConfigError(f"attention.rest_after_secs is {self.rest_after_secs}, expected 0 or more")
        if not 0 < self.rest_rate_hz <= 120:
            raise ConfigError(f"attention.rest_rate_hz is {self.rest_rate_hz}, expected more than 0 and at most 120")


class Attention:
    """Decides for one track; one thread at a time."""

    def __init__(self, options: AttentionOptions | None = None) -> None:
        options = options or AttentionOptions()
        self._rest_after_nanos = round(options.rest_after_secs * NANOS_PER_SEC)
        self._period_nanos = round(NANOS_PER_SEC / options.rest_rate_hz)
        self._alone_since_nanos: int | None = None
        self._due_nanos = 0

    def wants(self, captured_at_nanos: int) -> bool:
        """Whether a sample is to be looked at."""
        return captured_at_nanos >= self._due_nanos or not self._rests(captured_at_nanos)

    def saw(self, captured_at_nanos: int, *, somebody: bool) -> None:
        """Note what was found in a sample that was looked at."""
        if somebody:
            self._alone_since_nanos = None
        elif self._alone_since_nanos is None:
            self._alone_since_nanos = captured_at_nanos
        # A period after the last look was due, not after it came: samples come in steps of their own, 5 Hz would become 4.3.
        due_nanos = self._due_nanos if self._rests(captured_at_nanos) else captured_at_nanos
        self._due_nanos = max(due_nanos, captured_at_nanos - self._period_nanos // 2) + self._period_nanos

    def _rests(self, captured_at_nanos: int) -> bool:
        alone = self._alone_since_nanos
        return alone is not None and captured_at_nanos - alone >= self._rest_after_nanos
