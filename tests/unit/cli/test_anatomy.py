from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affectia import registry
from affectia.cli.anatomy import Anatomy, taken_apart
from affectia.registry import DecodeStatus
from affectia.wire import avatar_frame, emotion_update, layout, topic, track_chunk
from affectia.wire.emotion_update import EmotionUpdate
from affectia.wire.layout import AFFECT, STANDARD, Layout, LayoutMessage, standard_layouts
from affectia.wire.track_chunk import TrackChunk
from tests.unit.cli.frames_by_hand import received

pytestmark = pytest.mark.unit

FRAME = avatar_frame.encode(received(300, shapes={"jawOpen": 0.5}).frame)
UPDATE = emotion_update.encode(EmotionUpdate(7, 1, 5, 6, head_pose=bytes(6)))
LAYOUT = layout.encode(LayoutMessage(7, STANDARD))
CHUNK = track_chunk.encode(TrackChunk(7, 1, 66092, 22050, 60, bytes(66), bytes(30)))
SHAPES_AT = FRAME.index(b"\x08\xd8\x40\x58\x34")  # key 8, tag 64, 52 bytes
SHAPES = "byte string of 52 in key 8 (blendshapes)"


def apart(message: bytes, kind: str | None = None) -> Anatomy:
    return taken_apart(message, standard_layouts(), kind=kind)


@pytest.mark.parametrize(
    ("body", "kind"), [(FRAME, "avatar_frame"), (UPDATE, "emotion_update"), (CHUNK, "track_chunk"), (LAYOUT, "layout")]
)
def test_kinds_are_told_with_and_without_a_topic(body: bytes, kind: str) -> None:
    bare = apart(body)
    assert (bare.kind, bare.is_guessed, bare.status, bare.avatar_id) == (kind, True, DecodeStatus.OK, "")
    topics = {"avatar_frame": topic.avatar, "emotion_update": topic.affect, "track_chunk": topic.track, "layout": topic.layout}
    whole = apart(topics[kind]("bob") + body)
    assert (whole.kind, whole.is_guessed, whole.avatar_id, whole.body) == (kind, False, "bob", body)


def test_the_entries_cover_the_body_without_a_gap() -> None:
    entries = apart(FRAME).entries
    assert entries[0].offset == 1
    assert all(entry.offset + entry.size == following.offset for entry, following in zip(entries, entries[1:], strict=False))
    assert entries[-1].offset + entries[-1].size == len(FRAME)
    assert [entry.name for entry in entries[:3]] == ["version", "stream_id", "sequence"]
    shapes = next(entry for entry in entries if entry.key == 8)
    assert (shapes.offset, shapes.size, shapes.name, shapes.type) == (SHAPES_AT, 57, "blendshapes", "uint8 array of 52")


def wrong_length() -> bytes:
    return FRAME.replace(b"\x08\xd8\x40\x58\x34", b"\x08\xd8\x40\x58\x33").replace(b"\x80", b"", 1)


@pytest.mark.parametrize(
    ("body", "status", "offset", "place"),
    [
        (b"", DecodeStatus.TRUNCATED, 0, "there is no body"),
        (FRAME[:SHAPES_AT], DecodeStatus.TRUNCATED, SHAPES_AT, "the body ends here, another key is missing"),
        (FRAME[: SHAPES_AT + 1], DecodeStatus.TRUNCATED, SHAPES_AT + 1, "the body ends here, an item is missing in key 8 (blendshapes)"),
        (
            FRAME[: SHAPES_AT + 9],
            DecodeStatus.TRUNCATED,
            SHAPES_AT + 9,
            "the body ends here, inside byte string of 52 in key 8 (blendshapes)",
        ),
        (FRAME + b"\0\0", DecodeStatus.TRAILING_BYTES, len(FRAME), "the map ends here, 2 more bytes follow"),
        (wrong_length(), DecodeStatus.WRONG_LENGTH, SHAPES_AT + 3, "byte string of 51 in key 8 (blendshapes)"),
        (
            FRAME.replace(b"\x08\xd8\x40", b"\x08\xd8\x45", 1),
            DecodeStatus.WRONG_LENGTH,
            SHAPES_AT + 3,
            "byte string of 52 in key 8 (blendshapes)",
        ),
        (FRAME.replace(b"\x00\x01", b"\x00\x02", 1), DecodeStatus.UNSUPPORTED_VERSION, 2, "integer 2 in key 0 (version)"),
        (b"\xa0", DecodeStatus.MISSING_KEY, 1, "key 0 (version) is missing, found at the end of the map"),
        (b"\xa2\x00\x01\x02\x00", DecodeStatus.MISSING_KEY, 3, "key 1 (stream_id) is missing, found at key 2 (sequence)"),
        (b"\xa1\x61a\x00", DecodeStatus.MALFORMED, 1, "a key: text of 1"),
        (b"\xbf\xff", DecodeStatus.MALFORMED, 0, "the head of the message: byte 0xbf"),
        (bytes(5000), DecodeStatus.OVER_LIMIT, 4096, "the body has 5000 bytes, at most 4096 are read"),
    ],
)
def test_the_first_fault_has_its_place(body: bytes, status: DecodeStatus, offset: int, place: str) -> None:
    found = apart(body, "avatar_frame")
    assert found.status is status
    assert found.fault is not None
    assert (found.fault.status, found.fault.offset, found.fault.place) == (status, offset, place)
    assert found.message is None


@pytest.mark.parametrize(
    ("body", "status", "place"),
    [
        (CHUNK.replace(b"\x0b\x02", b"\x0b\x01"), DecodeStatus.WRONG_LENGTH, "byte string of 66 in key 12 (blendshapes)"),
        (CHUNK.replace(b"\x0a\x18\x3c", b"\x0a\x18\xff"), DecodeStatus.OUT_OF_RANGE, "integer 255 in key 10 (frame_rate_hz)"),
        (CHUNK[:60], DecodeStatus.TRUNCATED, "the body ends here, inside byte string of 66 in key 12 (blendshapes)"),
        (b"\xad" + CHUNK[1:-2], DecodeStatus.MISSING_KEY, "key 16 (degraded) is missing, found at the end of the map"),
        (bytes(65537), DecodeStatus.OVER_LIMIT, "the body has 65537 bytes, at most 65536 are read"),
    ],
)
@pytest.mark.parametrize("named", [True, False])
def test_a_fault_of_a_chunk_has_its_place(body: bytes, status: DecodeStatus, place: str, *, named: bool) -> None:
    found = apart(body, "track_chunk" if named or len(body) > 65536 else None)
    assert (found.kind, found.status) == ("track_chunk", status)
    assert found.fault is not None
    assert found.fault.place == place


def test_names_with_another_hash_are_blamed_on_the_names() -> None:
    spoilt = LAYOUT.replace(b"jawOpen", b"jawShut")
    fault = apart(spoilt).fault
    assert fault is not None
    assert (fault.status, spoilt[fault.offset - 1]) == (DecodeStatus.OUT_OF_RANGE, 8)
    assert "another hash" in fault.place


def test_a_custom_layout_is_known_once_it_was_announced() -> None:
    own = Layout.of(1024, (("jawOpen",), (), (), ()))
    frame = avatar_frame.AvatarFrame(7, 0, 1, 2, layout=own, blendshapes=b"\x80")
    body, known = avatar_frame.encode(frame), standard_layouts()
    assert taken_apart(body, known, kind="avatar_frame").status is DecodeStatus.UNKNOWN_LAYOUT
    known.learn(own)
    assert taken_apart(body, known).status is DecodeStatus.OK


def test_unknown_keys_have_no_name() -> None:
    body = bytes((FRAME[0] + 1,)) + FRAME[1:] + b"\x17\x83\x01\x02\x03"
    last = apart(body).entries[-1]
    assert (last.key, last.name, last.type, last.size) == (23, "", "array of 3", 5)


def test_the_other_kind_is_not_taken_for_this_one() -> None:
    fault = apart(UPDATE, "avatar_frame").fault
    assert fault is not None
    assert (fault.status, fault.place) == (DecodeStatus.UNKNOWN_LAYOUT, "byte string of 8 in key 6 (layout_hash)")
    assert apart(avatar_frame.encode(received(0).frame)).kind == "avatar_frame"
    assert AFFECT.layout_id == registry.LAYOUTS[2].layout_id


@given(
    st.sampled_from([FRAME, UPDATE, CHUNK, LAYOUT[:400]]),
    st.lists(st.tuples(st.integers(0, 400), st.integers(0, 255)), max_size=4),
    st.integers(0, 400),
)
def test_whatever_comes_is_taken_apart(body: bytes, changes: list[tuple[int, int]], cut: int) -> None:
    spoilt = bytearray(body)
    for place, value in changes:
        spoilt[place % len(spoilt)] = value
    message = bytes(spoilt[: len(spoilt) - cut % len(spoilt)])
    found = apart(message)
    assert (found.fault is None) is (found.message is not None) is (found.status is DecodeStatus.OK)
    if found.fault is not None:
        assert 0 <= found.fault.offset <= len(found.body)
        assert found.fault.status is found.status
