from __future__ import annotations

import pytest

from affectia.client.received import ReceivedChunk, ReceivedFrame, ReceivedUpdate
from affectia.wire.avatar_frame import AvatarFrame
from affectia.wire.emotion_update import EmotionUpdate
from affectia.wire.track_chunk import TrackChunk

pytestmark = pytest.mark.unit


def test_latency_is_from_the_instant_that_is_shown() -> None:
    assert ReceivedFrame("a", AvatarFrame(7, 0, 1_000, 0), 5_000).latency_nanos == 4_000
    assert ReceivedUpdate("a", EmotionUpdate(7, 0, 2_000, 0), 5_000).latency_nanos == 3_000


def test_a_chunk_has_no_latency_for_it_has_no_time() -> None:
    received = ReceivedChunk("a", TrackChunk(7, 0, 0, 48000, 60, b"", b""), 5_000)
    assert (received.avatar_id, received.received_at_nanos) == ("a", 5_000)
    assert not hasattr(received, "latency_nanos")
