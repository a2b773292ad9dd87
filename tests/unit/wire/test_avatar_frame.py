from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from affectia import registry
from affectia.errors import WireError
from affectia.registry import DecodeStatus, Group
from affectia.wire import avatar_frame, layout
from affectia.wire.avatar_frame import AvatarFrame
from affectia.wire.layout import HEAD_AND_SHAPES, STANDARD, Layout

pytestmark = pytest.mark.unit

U32 = st.integers(0, (1 << 32) - 1)


def exactly(length: int) -> st.SearchStrategy[bytes | None]:
    return st.none() | st.binary(min_size=length, max_size=length)


frames = st.builds(
    AvatarFrame,
    U32,
    U32,
    st.integers(0, (1 << 64) - 1),
    U32,
    st.just(STANDARD),
    groups=exactly(24),
    blendshapes=exactly(52) | exactly(104),
    bones=exactly(72),
    head_translation=exactly(6),
    visemes=exactly(15) | exactly(30),
    dominant_viseme=st.none() | st.tuples(st.integers(0, 14), st.integers(0, 255)).map(bytes),
    effects=exactly(4),
    audio_sample=st.none() | st.integers(0, (1 << 64) - 1),
)


@given(frames)
def test_a_frame_comes_back_as_it_was_sent(frame: AvatarFrame) -> None:
    assert avatar_frame.decode(avatar_frame.encode(frame)) == frame


@given(frames, st.data())
def test_a_frame_cut_anywhere_is_refused(frame: AvatarFrame, data: st.DataObject) -> None:
    body = avatar_frame.encode(frame)
    status, cut = avatar_frame.try_decode(body[: data.draw(st.integers(0, len(body) - 1))])
    assert (status, cut) == (DecodeStatus.TRUNCATED, None)


@given(st.binary(max_size=300))
def test_no_bytes_raise(body: bytes) -> None:
    status, frame = avatar_frame.try_decode(body)
    assert (frame is None) == (status is not DecodeStatus.OK)


@given(frames, st.integers(0, 400), st.integers(0, 255))
def test_no_changed_byte_raises(frame: AvatarFrame, place: int, value: int) -> None:
    body = bytearray(avatar_frame.encode(frame))
    body[place % len(body)] = value
    status, found = avatar_frame.try_decode(bytes(body))
    assert (found is None) == (status is not DecodeStatus.OK)


def full_frame(*, wide: bool = False) -> AvatarFrame:
    width = 2 if wide else 1
    largest = (1 << 32) - 1
    return AvatarFrame(
        largest,
        largest,
        (1 << 63) - 1,
        100_000,
        STANDARD,
        bytes(24),
        bytes(52 * width),
        bytes(72),
        bytes(6),
        bytes(15 * width),
        bytes(2),
        bytes(4),
    )


def test_bodies_keep_to_their_sizes() -> None:
    assert len(avatar_frame.encode(full_frame())) <= 260
    largest = dataclasses.replace(full_frame(wide=True), audio_sample=(1 << 63) - 1)
    assert len(avatar_frame.encode(largest)) <= 330
    small = AvatarFrame(1 << 31, 1 << 31, 1 << 60, 40_000, HEAD_AND_SHAPES, None, bytes(52), bytes(8))
    assert len(avatar_frame.encode(small)) <= 110


@pytest.mark.parametrize("part", ["groups", "blendshapes", "bones", "head_translation", "visemes", "dominant_viseme", "effects"])
def test_a_part_of_the_wrong_length_is_not_sent(part: str) -> None:
    frame = full_frame()
    setattr(frame, part, getattr(frame, part) + b"\0")
    with pytest.raises(WireError, match=rf"^{part} has \d+ bytes, layout 1 expects another length$"):
        avatar_frame.encode(frame)


def test_a_part_that_comes_in_both_widths_is_malformed() -> None:
    body = avatar_frame.encode(AvatarFrame(1, 2, 3, 4, blendshapes=bytes(52)))
    twice = b"\xa9" + body[1:] + bytes.fromhex("08 d845 5868") + bytes(104)
    assert avatar_frame.try_decode(twice) == (DecodeStatus.MALFORMED, None)


def test_an_unknown_layout_says_so_and_is_read_once_it_is_learned() -> None:
    custom = Layout.of(1024, (("a", "b", "c"), (), (), ()))
    body = avatar_frame.encode(AvatarFrame(1, 2, 3, 4, custom, blendshapes=bytes((0, 128, 255))))
    table = layout.standard_layouts()
    assert avatar_frame.try_decode(body, table) == (DecodeStatus.UNKNOWN_LAYOUT, None)
    table.learn(custom)
    assert avatar_frame.decode(body, table).blendshape_weights() == pytest.approx([0, 128 / 255, 1])


def test_decode_raises_with_the_status_in_words() -> None:
    with pytest.raises(WireError, match=r"^avatar_frame of 1 bytes is truncated: ") as caught:
        avatar_frame.decode(b"\xa7")
    assert caught.value.status is DecodeStatus.TRUNCATED


def test_more_bytes_than_a_reader_accepts_are_over_the_limit() -> None:
    body = avatar_frame.encode(full_frame()) + bytes(registry.WIRE_MAX_FRAME_BYTES)
    assert avatar_frame.try_decode(body) == (DecodeStatus.OVER_LIMIT, None)


def test_values_come_in_real_units() -> None:
    frame = full_frame()
    frame.blendshapes = bytes((255, 51)) + bytes(50)
    frame.effects = bytes((0, 0, 0, 255))
    frame.head_translation = np.array((500, -500, 1), "<i2").tobytes()
    assert frame.blendshape_weights()[:3] == pytest.approx([1, 0.2, 0])
    assert frame.effect_weights().tolist() == [0, 0, 0, 1]
    assert frame.head_translation_cm() == pytest.approx([5, -5, 0.01])
    frame.visemes = np.array((65535, 13107, *[0] * 13), "<u2").tobytes()
    assert frame.viseme_weights()[:2] == pytest.approx([1, 0.2])


def test_what_a_frame_does_not_say_is_empty() -> None:
    frame = AvatarFrame(1, 2, 3, 4)
    for values in (frame.blendshape_weights(), frame.viseme_weights(), frame.effect_weights(), frame.head_translation_cm()):
        assert values.size == 0
    assert frame.bone_quaternions().shape == (0, 4)


def test_quaternions_are_normalised_and_one_that_is_too_short_is_identity() -> None:
    frame = full_frame()
    raw = np.zeros((9, 4), "<i2")
    raw[0] = (20000, 0, 0, 20000)
    raw[1] = (9000, 0, 0, 9000)  # 0.39 long
    frame.bones = raw.tobytes()
    bones = frame.bone_quaternions()
    assert bones[0] == pytest.approx([0.5**0.5, 0, 0, 0.5**0.5])
    assert bones[1:].tolist() == [[0, 0, 0, 1]] * 8


def test_group_bytes_are_flags_confidence_age_weight() -> None:
    groups = bytearray(24)
    groups[4 * Group.MOUTH : 4 * Group.MOUTH + 4] = bytes((1 | 2 << 1, 51, 25, 255))
    frame = AvatarFrame(1, 2, 3, 4, groups=bytes(groups))
    assert frame.group(Group.MOUTH) == pytest.approx((True, 2, 0.2, 0.25, 1))
    assert frame.is_valid(Group.MOUTH)
    assert not frame.is_valid(Group.HEAD)


def test_without_groups_everything_is_valid() -> None:
    frame = AvatarFrame(1, 2, 3, 4)
    assert all(frame.is_valid(group) for group in Group)
    assert frame.group(Group.EYES) == (True, 0, 1.0, 0.0, 1.0)
