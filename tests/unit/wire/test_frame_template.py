from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from affectia.wire import avatar_frame
from affectia.wire.avatar_frame import AvatarFrame
from affectia.wire.frame_template import FrameTemplate
from affectia.wire.layout import STANDARD

pytestmark = pytest.mark.unit

U32 = st.integers(0, 2**32 - 1)


@given(
    weight_bytes=st.sampled_from((1, 2)),
    count=st.integers(1, 4),
    stream_id=U32,
    sequence=U32,
    time=st.integers(0, 2**64 - 1),
    delay=U32,
    audio_sample=st.none() | st.integers(0, 2**64 - 1),
    seed=st.integers(0, 1000),
)
def test_it_writes_what_encode_writes(
    weight_bytes: int, count: int, stream_id: int, sequence: int, time: int, delay: int, audio_sample: int | None, seed: int
) -> None:
    sizes = (24, 52 * weight_bytes, 72, 6, 15 * weight_bytes, 2, 4)
    random = np.random.default_rng(seed)
    payloads = [random.integers(0, 256, (count, size), np.uint8) for size in sizes]
    template = FrameTemplate(STANDARD, weight_bytes)
    tails = template.tails(*payloads)
    for row in range(count):
        tail = tails[row * template.row_bytes : (row + 1) * template.row_bytes]
        frame = AvatarFrame(stream_id, sequence, time, delay, STANDARD, *(payload[row].tobytes() for payload in payloads))
        frame.audio_sample = audio_sample
        assert template.body(stream_id, sequence, time, delay, tail, audio_sample) == avatar_frame.encode(frame)


def test_everything_aboard_is_within_the_budget_for_a_day_of_speech() -> None:
    template = FrameTemplate(STANDARD, 1)
    tail = template.tails(*(np.zeros((1, size), np.uint8) for size in (24, 52, 72, 6, 15, 2, 4)))
    day_secs = 24 * 60 * 60
    for audio_sample in (0, 48_000 * 60, 96_000 * day_secs):
        assert len(template.body(2**32 - 1, 60 * day_secs, 10**9 * day_secs, 65_000, tail, audio_sample)) <= 260


def test_a_payload_of_the_wrong_length_is_an_error() -> None:
    template = FrameTemplate(STANDARD, 1)
    with pytest.raises(ValueError, match="broadcast"):
        template.tails(*(np.zeros((1, size), np.uint8) for size in (24, 51, 72, 6, 15, 2, 4)))
