"""Chunks that came in and that nobody has taken yet: in order, never conflated, and bounded for each avatar."""

from __future__ import annotations

from collections import defaultdict, deque
from fractions import Fraction

from affectia import registry
from affectia.client.received import ReceivedChunk
from affectia.wire.track_chunk import TrackChunk


class TrackInbox:
    """Keeps up to 10 s of frames of each avatar, the rule of protos/track.md section 4; one thread at a time.

    A chunk without frames counts as one frame, so that those are bounded too.
    """

    def __init__(self) -> None:
        self._pending: deque[ReceivedChunk] = deque()
        self._secs: defaultdict[str, Fraction] = defaultdict(Fraction)  # of frames, by avatar

    def __len__(self) -> int:
        return len(self._pending)

    def offer(self, received: ReceivedChunk) -> bool:
        """Keep a chunk, behind all that came before; False where there is no room.

        Where there is none, chunks of the avatar go first that this one replaces whole, since a reader would throw them away.
        """
        chunk, avatar_id = received.chunk, received.avatar_id
        limit_millis = registry.WIRE_TRACK_QUEUE_MILLIS + (registry.WIRE_TRACK_CLOSE_MILLIS if chunk.end else 0)
        secs = self._secs[avatar_id] + _secs(chunk)
        replaced: list[ReceivedChunk] = []
        if secs * 1000 > limit_millis:
            replaced = [each for each in self._pending if _replaces(received, each)]
            secs -= sum(_secs(each.chunk) for each in replaced)
            if secs * 1000 > limit_millis:
                return False
        for each in replaced:
            self._pending.remove(each)
        self._pending.append(received)
        self._secs[avatar_id] = secs
        return True

    def take(self) -> ReceivedChunk:
        """The oldest chunk; there must be one."""
        received = self._pending.popleft()
        self._secs[received.avatar_id] -= _secs(received.chunk)
        return received


def _secs(chunk: TrackChunk) -> Fraction:
    return Fraction(max(1, chunk.frame_count), chunk.frame_rate_hz)


def _replaces(received: ReceivedChunk, earlier: ReceivedChunk) -> bool:
    """Whether nothing of an earlier chunk is left once this one has been pushed into a TrackQueue."""
    if received.avatar_id != earlier.avatar_id:
        return False
    chunk, before = received.chunk, earlier.chunk
    return chunk.stream_id != before.stream_id or chunk.start_sample <= before.start_sample
