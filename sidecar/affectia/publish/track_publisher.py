"""Chunks of tracks on their way out: each to everybody who listens, none left out for a reader that is busy for a moment."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Protocol

from affectia.clock import NANOS_PER_MILLI, Clock

PATIENCE_NANOS: Final = 250 * NANOS_PER_MILLI
_MOST_FULL: Final = 256


class TrackTransport(Protocol):
    """Takes whole messages on the motion thread and never waits."""

    def send(self, topic: bytes, body: bytes) -> None:
        """Send one message; who has no room for it loses it."""
        ...

    def try_send(self, topic: bytes, body: bytes) -> bool:
        """Send one message to all who listen, or to nobody and say False where one of them has no room for it."""
        ...


class TrackPublisher:
    """Sends chunks in order; the motion thread alone.

    Frames may be dropped for a slow reader, since the next one says it all; a chunk that is missing is a gap in a mouth. So a chunk waits
    while the queue of a reader of its topic is full. One that has not made room for `PATIENCE_NANOS` loses chunks, until it does:
    `forced_count` counts those, the reader sees them missing in the sequence.
    """

    def __init__(self, transport: TrackTransport, clock: Clock) -> None:
        self._transport = transport
        self._clock = clock
        self._full_since_nanos: dict[bytes, int] = {}
        self.sent_count = 0
        self.forced_count = 0

    def send(self, topic: bytes, bodies: Sequence[bytes]) -> int:
        """How many of these chunks are out, from the first on; the others are to be sent again soon."""
        for number, body in enumerate(bodies):
            if self._transport.try_send(topic, body):
                self._full_since_nanos.pop(topic, None)
            else:
                now = self._clock.now_nanos()
                if len(self._full_since_nanos) >= _MOST_FULL:  # of topics on which nobody speaks any more
                    self._full_since_nanos.clear()
                if now - self._full_since_nanos.setdefault(topic, now) < PATIENCE_NANOS:
                    return number
                self._transport.send(topic, body)
                self.forced_count += 1
            self.sent_count += 1
        return len(bodies)
