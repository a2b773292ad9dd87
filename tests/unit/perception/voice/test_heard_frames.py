from __future__ import annotations

import numpy as np
import pytest

from affectia.perception.voice.heard_frames import LOOK_AHEAD_NANOS, LOOK_AHEAD_SAMPLES, HeardFrames
from affectia.signals.audio_sample import VOICE_RATE_HZ
from affectia.signals.voice_observations import VISEMES

pytestmark = pytest.mark.unit


def frames(first: int, count: int) -> HeardFrames:
    numbers = np.arange(first, first + count, dtype=np.float32)
    return HeardFrames(first, np.repeat(numbers[:, None], VISEMES, axis=1), numbers, -numbers)


def test_parts_are_joined_in_their_order() -> None:
    joined = HeardFrames.joined([frames(5, 2), frames(7, 1), frames(8, 3)])
    assert (joined.first_frame, joined.count) == (5, 6)
    assert joined.loudness.tolist() == [5, 6, 7, 8, 9, 10]
    assert joined.speaking.tolist() == [-5, -6, -7, -8, -9, -10]
    assert joined.visemes[:, 3].tolist() == [5, 6, 7, 8, 9, 10]


def test_one_part_stays_itself() -> None:
    part = frames(1, 2)
    assert HeardFrames.joined([part]) is part


def test_no_frame_has_the_right_shapes() -> None:
    none = HeardFrames.none(7)
    assert (none.first_frame, none.count) == (7, 0)
    assert none.visemes.shape == (0, VISEMES)


def test_the_look_ahead_is_40_ms_in_every_unit() -> None:
    assert LOOK_AHEAD_NANOS == 40_000_000
    assert LOOK_AHEAD_SAMPLES * 1000 == 40 * VOICE_RATE_HZ
