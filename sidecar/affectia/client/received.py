"""Messages as they came in: what, of which avatar, and when."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from affectia.wire.avatar_frame import AvatarFrame
from affectia.wire.emotion_update import EmotionUpdate
from affectia.wire.track_chunk import TrackChunk


@dataclass(frozen=True, slots=True)
class ReceivedFrame:
    """One avatar_frame and when it came in, on this machine's clock."""

    avatar_id: str
    frame: AvatarFrame
    received_at_nanos: int

    @property
    def latency_nanos(self) -> int:
        """From the instant that the pose shows to here; means something on the sidecar's own machine only."""
        return self.received_at_nanos - self.frame.time_nanos


@dataclass(frozen=True, slots=True)
class ReceivedUpdate:
    """One emotion_update and when it came in, on this machine's clock."""

    avatar_id: str
    update: EmotionUpdate
    received_at_nanos: int

    @property
    def latency_nanos(self) -> int:
        """From the instant that the values show to here; means something on the sidecar's own machine only."""
        return self.received_at_nanos - self.update.time_nanos


@dataclass(frozen=True, slots=True)
class ReceivedChunk:
    """One track_chunk and when it came in, on this machine's clock; when its frames are due, the position of the sound says."""

    avatar_id: str
    chunk: TrackChunk
    received_at_nanos: int


Received: TypeAlias = ReceivedFrame | ReceivedUpdate
