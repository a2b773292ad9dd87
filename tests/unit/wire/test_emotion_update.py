from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affectia.errors import WireError
from affectia.registry import DecodeStatus, Emotion, Group
from affectia.wire import avatar_frame, cbor, emotion_update
from affectia.wire.avatar_frame import AvatarFrame
from affectia.wire.emotion_update import EmotionUpdate

pytestmark = pytest.mark.unit

U32 = st.integers(0, (1 << 32) - 1)
U8 = st.none() | st.integers(0, 255)
U16 = st.integers(0, 65535)


def exactly(length: int) -> st.SearchStrategy[bytes | None]:
    return st.none() | st.binary(min_size=length, max_size=length)


updates = st.builds(
    EmotionUpdate,
    U32,
    U32,
    st.integers(0, (1 << 64) - 1),
    U32,
    groups=exactly(24),
    emotion_support=U8,
    emotions=exactly(8),
    affect=st.none() | st.tuples(*[st.integers(-127, 127)] * 3),
    affect_method=U8,
    action_unit_support=st.none() | st.integers(0, (1 << 28) - 1),
    action_units=exactly(28),
    head_pose=exactly(6),
    gaze=exactly(4),
    blink=exactly(2),
    speaking_probability=U8,
    blink_events=st.none() | st.tuples(U16, U16, U16, U16),
    emotion_shares=exactly(2),
    emotion_label=st.none() | st.integers(0, 7),
    prosody=st.none() | st.tuples(U16, U16, U16, U16, U16, U16),
    voice_events=U8,
)


@given(updates)
def test_an_update_comes_back_as_it_was_sent(update: EmotionUpdate) -> None:
    assert emotion_update.decode(emotion_update.encode(update)) == update


@given(st.binary(max_size=200))
def test_no_bytes_raise(body: bytes) -> None:
    status, update = emotion_update.try_decode(body)
    assert (update is None) == (status is not DecodeStatus.OK)


def test_an_update_cut_anywhere_is_truncated() -> None:
    body = emotion_update.encode(
        EmotionUpdate(1, 2, 3, 4, affect=(1, -127, 127), blink=b"\1\2", speaking_probability=200, blink_events=(256, 1, 24, 65535))
    )
    for end in range(len(body)):
        assert emotion_update.try_decode(body[:end]) == (DecodeStatus.TRUNCATED, None)


def test_an_affect_beyond_one_is_out_of_range() -> None:
    for affect in ((128, 0, 0), (0, -128, 0), (0, 0, 1 << 70)):
        body = emotion_update.encode(EmotionUpdate(1, 2, 3, 4, affect=(0, 0, 0)))
        assert body.endswith(bytes.fromhex("0a83000000"))
        changed = body[:-4] + b"\x83" + b"".join(map(_int, affect))
        assert emotion_update.try_decode(changed)[0] in (DecodeStatus.OUT_OF_RANGE, DecodeStatus.WRONG_TYPE)


def _int(value: int) -> bytes:
    if value >= 1 << 64:
        return bytes.fromhex("c249010000000000000000")  # a bignum, which this wire does not know
    return cbor.write_int(value)


@pytest.mark.parametrize("part", ["groups", "emotions", "action_units", "head_pose", "gaze", "blink", "emotion_shares"])
def test_a_payload_of_the_wrong_length_is_not_sent(part: str) -> None:
    update = EmotionUpdate(1, 2, 3, 4)
    setattr(update, part, b"\0")
    with pytest.raises(WireError, match=rf"^{part} has 1 bytes, expected \d+$"):
        emotion_update.encode(update)


@pytest.mark.parametrize(
    ("part", "value", "problem"),
    [
        ("affect", (0, 0), "has 2 integers, expected 3"),
        ("affect", (0, -128, 0), "is beyond its field, expected -127 to 127"),
        ("blink_events", (0, 0, 0), "has 3 integers, expected 4"),
        ("blink_events", (0, 0, 0, 0, 0), "has 5 integers, expected 4"),
        ("blink_events", (65536, 0, 0, 0), "is beyond its field, expected 0 to 65535"),
        ("blink_events", (0, 0, 0, -1), "is beyond its field, expected 0 to 65535"),
        ("action_unit_support", 1 << 28, "is beyond its field, expected 0 to 268435455"),
        ("emotion_support", 256, "is beyond its field, expected 0 to 255"),
        ("speaking_probability", -1, "is beyond its field, expected 0 to 255"),
        ("emotion_label", 8, "is beyond its field, expected 0 to 7"),
        ("emotion_label", -1, "is beyond its field, expected 0 to 7"),
        ("prosody", (0, 0, 0, 0, 0), "has 5 integers, expected 6"),
        ("prosody", (0, 0, -2650, 0, 0, 0), "is beyond its field, expected 0 to 65535"),
        ("voice_events", 256, "is beyond its field, expected 0 to 255"),
    ],
)
def test_an_integer_that_no_reader_takes_is_not_sent(part: str, value: object, problem: str) -> None:
    update = EmotionUpdate(1, 2, 3, 4)
    setattr(update, part, value)
    for _ in range(2):  # integers are written once and kept: a fault is not
        with pytest.raises(WireError, match=f"^{part} {problem}$"):
            emotion_update.encode(update)


@pytest.mark.parametrize(
    ("events", "written"),
    [
        ((0, 0, 0, 0), "12 84 00 00 00 00"),
        ((23, 24, 255, 256), "12 84 17 1818 18ff 190100"),
        ((65535, 65535, 65535, 65535), "12 84 19ffff 19ffff 19ffff 19ffff"),
    ],
)
def test_blink_events_are_an_array_of_the_shortest_integers(events: tuple[int, int, int, int], written: str) -> None:
    body = emotion_update.encode(EmotionUpdate(1, 2, 3, 4, blink_events=events))
    assert body.endswith(bytes.fromhex(written))
    assert emotion_update.decode(body).blink_events == events


def test_fields_of_the_same_value_keep_their_own_keys() -> None:
    update = EmotionUpdate(1, 2, 3, 4, emotion_support=1, affect_method=1, action_unit_support=1, speaking_probability=1)
    assert emotion_update.encode(update).endswith(bytes.fromhex("0801 0b01 0c01 1101"))


@pytest.mark.parametrize(
    ("item", "status"),
    [
        ("83 00 00 00", DecodeStatus.WRONG_LENGTH),
        ("85 00 00 00 00 00", DecodeStatus.WRONG_LENGTH),
        ("84 00 20 00 00", DecodeStatus.WRONG_TYPE),
        ("84 00 00 00 f9 3c00", DecodeStatus.WRONG_TYPE),
        ("84 1a 00010000 00 00 00", DecodeStatus.OUT_OF_RANGE),
        ("84 00 00 00", DecodeStatus.TRUNCATED),
        ("00", DecodeStatus.WRONG_TYPE),
    ],
)
def test_blink_events_of_another_form_are_refused(item: str, status: DecodeStatus) -> None:
    body = emotion_update.encode(EmotionUpdate(1, 2, 3, 4, blink_events=(0, 0, 0, 0)))
    assert emotion_update.try_decode(body[:-5] + bytes.fromhex(item)) == (status, None)


@pytest.mark.parametrize(
    ("part", "value", "written"),
    [
        ("emotion_shares", b"\xb3\x4c", "13 d840 42 b34c"),
        ("emotion_label", 0, "14 00"),
        ("emotion_label", 7, "14 07"),
        ("prosody", (1825, 310, 2650, 620, 480, 158), "15 86 190721 190136 190a5a 19026c 1901e0 189e"),
        ("prosody", (65535, 0, 23, 24, 255, 256), "15 86 19ffff 00 17 1818 18ff 190100"),
        ("voice_events", 10, "16 0a"),
    ],
)
def test_feelings_have_the_bytes_of_the_specification(part: str, value: object, written: str) -> None:
    update = EmotionUpdate(1, 2, 3, 4)
    setattr(update, part, value)
    body = emotion_update.encode(update)
    assert body.endswith(bytes.fromhex(written))
    assert getattr(emotion_update.decode(body), part) == value


def test_the_difference_of_two_messages_counts_the_blinks_between_them() -> None:
    seen = [
        emotion_update.decode(emotion_update.encode(EmotionUpdate(1, n, 3, 4, blink_events=(blinks & 0xFFFF, 0, 0, 120)))).blink_events
        for n, blinks in enumerate((65533, 65538))
    ]
    assert seen[0] is not None
    assert seen[1] is not None
    assert seen[1][0] - seen[0][0] & 0xFFFF == 5


def test_an_avatar_frame_is_no_update() -> None:
    body = avatar_frame.encode(AvatarFrame(1, 2, 3, 4))
    with pytest.raises(WireError, match=r"^emotion_update of \d+ bytes is unknown_layout: "):
        emotion_update.decode(body)


def test_only_supported_emotions_have_scores() -> None:
    update = EmotionUpdate(
        1, 2, 3, 4, emotion_support=1 << Emotion.HAPPY | 1 << Emotion.CONTEMPT, emotions=bytes((9, 204, 9, 9, 9, 9, 9, 51))
    )
    assert update.emotion_scores() == {"happy": pytest.approx(0.8), "contempt": pytest.approx(0.2)}
    assert EmotionUpdate(1, 2, 3, 4, emotions=bytes(8)).emotion_scores() == {}


def test_only_measured_action_units_have_an_intensity() -> None:
    update = EmotionUpdate(1, 2, 3, 4, groups=bytes(24), action_unit_support=1 << 8 | 1 << 27, action_units=bytes(27) + b"\xff")
    assert update.action_unit_intensities() == {"au12_smile": 0, "au64_eyes_down": 1}
    assert EmotionUpdate(1, 2, 3, 4, action_units=bytes(28)).action_unit_intensities() == {}


def test_feelings_come_with_their_names_and_units() -> None:
    update = EmotionUpdate(
        1, 2, 3, 4, emotion_label=2, emotion_shares=b"\xff\x00", prosody=(1825, 310, 2650, 620, 480, 51), voice_events=0b10001000
    )
    assert update.label() == "sad"
    assert update.shares().tolist() == [1, 0]
    assert update.prosody_values() == {
        "pitch_hz": 182.5,
        "pitch_spread_semitones": 3.1,
        "level_db": -26.5,
        "level_spread_db": 6.2,
        "syllables_hz": 4.8,
        "voiced": 0.2,
    }
    assert update.heard() == ("laughter", "cough")


def test_what_is_not_told_of_feelings_is_nothing() -> None:
    update = EmotionUpdate(1, 2, 3, 4)
    assert (update.label(), update.shares().size, update.prosody_values(), update.heard()) == (None, 0, {}, ())


def test_a_value_of_prosody_that_cannot_be_told_is_none_and_voiced_ends_at_1() -> None:
    values = EmotionUpdate(1, 2, 3, 4, prosody=(65535, 65535, 0, 65535, 65534, 300)).prosody_values()
    assert list(values.values()) == [None, None, 0, None, 655.34, 1]


def test_values_come_in_real_units() -> None:
    update = EmotionUpdate(
        1, 2, 3, 4, head_pose=(320).to_bytes(2, "little") + bytes((0x92, 0xFF)) + bytes(2), gaze=b"\x00\x20\x00\xe0", blink=b"\xff\x00"
    )
    assert update.head_pose_deg() == pytest.approx([3.2, -1.1, 0], abs=1e-5)
    assert update.gaze_tangents().tolist() == [1, -1]
    assert update.blink_closures().tolist() == [1, 0]
    assert update.is_valid(Group.EMOTION)
