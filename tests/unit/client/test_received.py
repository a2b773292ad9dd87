from __future__ import annotations

import pytest

from affectia.client.received import ReceivedFrame, ReceivedUpdate
from affectia.wire.avatar_frame import AvatarFrame
from affectia.wire.emotion_update import EmotionUpdate

pytestmark = pytest.mark.unit


def test_latency_is_from_the_instant_that_is_shown() -> None:
    assert ReceivedFrame("a", AvatarFrame(7, 0, 1_000, 0), 5_000).latency_nanos == 4_000
    assert ReceivedUpdate("a", EmotionUpdate(7, 0, 2_000, 0), 5_000).latency_nanos == 3_000
