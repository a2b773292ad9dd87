from __future__ import annotations

import random
import subprocess
import sys
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import read
import vector_set
from affectia import registry
from affectia.registry import DecodeStatus
from affectia.wire import layout
from affectia.wire.avatar_frame import AvatarFrame
from affectia.wire.emotion_update import EmotionUpdate
from affectia.wire.layout import HEAD_AND_SHAPES, STANDARD, Layout, LayoutMessage, LayoutTable
from affectia.wire.track_chunk import TrackChunk
from fuzz_decoder import KINDS, try_one
from mutation import mutate, seeds

pytestmark = pytest.mark.conformance
HERE = Path(__file__).resolve().parent

# No database: a failure is repeated from the printed example, and no folder appears in the checkout.
survive = settings(max_examples=400, deadline=None, database=None)
CUSTOM = Layout.of(1024, (("jawOpen", "mouthSmileLeft", "mouthSmileRight"), (), (), ()))

u8 = st.integers(0, 255)
u16 = st.integers(0, 65535)
u32 = st.integers(0, 2**32 - 1)
u64 = st.integers(0, 2**64 - 1)


def knowing_custom() -> LayoutTable:
    layouts = layout.standard_layouts()
    layouts.learn(CUSTOM)
    return layouts


def maybe(*lengths: int) -> st.SearchStrategy[bytes | None]:
    """None, or bytes of one of the lengths; a part of no names can only be None."""
    return st.none() | st.one_of([st.binary(min_size=length, max_size=length) for length in lengths if length])


@st.composite
def avatar_frames(draw: st.DrawFn) -> AvatarFrame:
    layout_of_frame = draw(st.sampled_from((STANDARD, HEAD_AND_SHAPES, CUSTOM)))
    shapes, bones, visemes, effects = (layout_of_frame.count(part) for part in range(4))
    index = st.integers(0, max(0, visemes - 1))
    return AvatarFrame(
        stream_id=draw(u32),
        sequence=draw(u32),
        time_nanos=draw(u64),
        publish_delay_micros=draw(u32),
        layout=layout_of_frame,
        groups=draw(maybe(24)),
        blendshapes=draw(maybe(shapes, 2 * shapes)),
        bones=draw(maybe(8 * bones)) if bones else None,
        head_translation=draw(maybe(6)),
        visemes=draw(maybe(visemes, 2 * visemes)) if visemes else None,
        dominant_viseme=draw(st.none() | st.builds(lambda place, share: bytes((place, share)), index, u8)) if visemes else None,
        effects=draw(maybe(effects)) if effects else None,
        audio_sample=draw(st.none() | u64),
    )


affect = st.integers(-127, 127)
emotion_updates = st.builds(
    EmotionUpdate,
    stream_id=u32,
    sequence=u32,
    time_nanos=u64,
    publish_delay_micros=u32,
    groups=maybe(24),
    emotion_support=st.none() | u8,
    emotions=maybe(8),
    affect=st.none() | st.tuples(affect, affect, affect),
    affect_method=st.none() | st.sampled_from((0, 1)),
    action_unit_support=st.none() | st.integers(0, 2**28 - 1),
    action_units=maybe(28),
    head_pose=maybe(6),
    gaze=maybe(4),
    blink=maybe(2),
    speaking_probability=st.none() | u8,
    blink_events=st.none() | st.tuples(u16, u16, u16, u16),
    emotion_shares=maybe(2),
    emotion_label=st.none() | st.integers(0, 7),
    prosody=st.none() | st.tuples(u16, u16, u16, u16, u16, u16),
    voice_events=st.none() | u8,
)
names = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=16).filter(lambda name: len(name.encode()) <= 64)
part = st.lists(names, max_size=6).map(tuple)
sample_rates = st.integers(8000, 192000)
layout_messages = st.builds(
    lambda stream_id, layout_id, parts, rate, late: LayoutMessage(stream_id, Layout.of(layout_id, parts), rate, late),
    u32,
    st.integers(1024, 65535),
    st.tuples(part, part, part, part) | st.tuples(part, part),
    st.none() | sample_rates,
    st.none() | u16,
)


@st.composite
def track_chunks(draw: st.DrawFn) -> TrackChunk:
    frames = draw(st.integers(0, 5) | st.just(60))
    return TrackChunk(
        stream_id=draw(u32),
        sequence=draw(u32),
        start_sample=draw(u64),
        sample_rate_hz=draw(sample_rates),
        frame_rate_hz=draw(st.integers(1, 240)),
        blendshapes=draw(st.binary(min_size=33 * frames, max_size=33 * frames)),
        visemes=draw(st.binary(min_size=15 * frames, max_size=15 * frames)),
        end=draw(st.booleans()),
        look_ahead_millis=draw(u16),
        degraded=draw(st.booleans()),
    )


@pytest.mark.parametrize("kind", KINDS)
@survive
@given(body=st.binary(max_size=600))
def test_arbitrary_bytes_get_a_status(kind: str, body: bytes) -> None:
    try_one(kind, body, knowing_custom())


@pytest.mark.parametrize("kind", KINDS)
@survive
@given(case=st.sampled_from(seeds()), source=st.randoms(use_true_random=False), other=st.sampled_from(seeds()))
def test_damaged_vectors_get_a_status(kind: str, case: vector_set.Case, source: random.Random, other: vector_set.Case) -> None:
    try_one(kind, mutate(source, case.body, other.body), knowing_custom())


@survive
@given(frame=avatar_frames())
def test_any_avatar_frame_comes_back(frame: AvatarFrame) -> None:
    body = read.write(frame)
    assert len(body) <= registry.WIRE_MAX_FRAME_BYTES
    assert read.read_with("avatar_frame", body, knowing_custom()) == (DecodeStatus.OK, frame)


@survive
@given(update=emotion_updates)
def test_any_emotion_update_comes_back(update: EmotionUpdate) -> None:
    assert read.read("emotion_update", read.write(update)) == (DecodeStatus.OK, update)


@survive
@given(message=layout_messages)
def test_any_layout_comes_back(message: LayoutMessage) -> None:
    assert read.read("layout", read.write(message)) == (DecodeStatus.OK, message)


@survive
@given(frame=avatar_frames(), cut=st.integers(0, 10_000))
def test_any_avatar_frame_cut_short_is_truncated(frame: AvatarFrame, cut: int) -> None:
    body = read.write(frame)
    assert read.read_with("avatar_frame", body[: cut % len(body)], knowing_custom()) == (DecodeStatus.TRUNCATED, None)


@survive
@given(chunk=track_chunks())
def test_any_track_chunk_comes_back(chunk: TrackChunk) -> None:
    body = read.write(chunk)
    assert len(body) <= registry.WIRE_MAX_TRACK_BYTES
    assert read.read("track_chunk", body) == (DecodeStatus.OK, chunk)


@survive
@given(chunk=track_chunks(), cut=st.integers(0, 10_000))
def test_any_track_chunk_cut_short_is_truncated(chunk: TrackChunk, cut: int) -> None:
    body = read.write(chunk)
    assert read.read("track_chunk", body[: cut % len(body)]) == (DecodeStatus.TRUNCATED, None)


HEADER = vector_set.good_body("header_only")[1:]
TRACK_HEADER = vector_set.good_body("track_end_without_frames")[1:-17]  # up to the frame rate
CLAIMS = {
    "bytes": b"\x5b" + b"\x7f" * 8,
    "text": b"\x7b" + b"\x7f" * 8,
    "array": b"\x9b" + b"\x7f" * 8,
    "map": b"\xbb" + b"\x7f" * 8,
    "tag": b"\xdb" + b"\x7f" * 8,
}
HOSTILE = {
    f"{name}_at_{place}": body
    for name, claim in CLAIMS.items()
    for place, body in {
        "top": claim,
        "unknown_key": b"\xa8" + HEADER + b"\x14" + claim + bytes(4000),
        "groups": b"\xa8" + HEADER + b"\x07" + claim + bytes(4000),
        "shapes": b"\xa8" + HEADER + b"\x08\xd8\x40" + claim + bytes(4000),
        "track_shapes": b"\xae" + TRACK_HEADER + b"\x0b\x19\xff\xff\x0c\xd8\x40" + claim + bytes(60_000),
        "track_visemes": b"\xae" + TRACK_HEADER + b"\x0b\x00\x0c\xd8\x40\x40\x0d\xd8\x40" + claim + bytes(60_000),
        "parts": b"\xa5" + HEADER[:8] + b"\x05\x01\x06\x48" + bytes(8) + b"\x08" + claim + bytes(4000),
        "names": b"\xa5" + HEADER[:8] + b"\x05\x01\x06\x48" + bytes(8) + b"\x08\x82" + claim + bytes(4000),
    }.items()
} | {
    "arrays_deep": b"\xa8" + HEADER + b"\x14" + b"\x81" * 4000,
    "maps_deep": b"\xa8" + HEADER + b"\x14" + b"\xa1\x00" * 2000,
    "tags_deep": b"\xa8" + HEADER + b"\x14" + b"\xc6" * 4000,
    "arrays_wide": b"\xa8" + HEADER + b"\x14" + b"\x99\x0f\xa0" + b"\x80" * 4000,
    "longest": bytes(4096),
    "far_too_long": bytes(10_000_000),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", sorted(HOSTILE))
def test_a_claimed_size_costs_no_memory(kind: str, name: str) -> None:
    layouts = knowing_custom()
    read.read_with(kind, HOSTILE[name], layouts)  # what is made once is not counted
    tracemalloc.start()
    try:
        status, found = read.read_with(kind, HOSTILE[name], layouts)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 64 * 1024
    assert (status is DecodeStatus.OK) == (found is not None)


@pytest.mark.parametrize("name", ["arrays_deep", "maps_deep", "tags_deep"])
def test_nesting_does_not_use_the_stack(name: str) -> None:
    usual = sys.getrecursionlimit()
    depth = 0
    frame = sys._getframe()
    while frame.f_back is not None:
        depth, frame = depth + 1, frame.f_back
    sys.setrecursionlimit(depth + 40)
    try:
        status, _ = read.read("avatar_frame", HOSTILE[name])
    finally:
        sys.setrecursionlimit(usual)
    assert status is DecodeStatus.OVER_LIMIT


def test_the_fuzz_target_runs_and_finds_nothing() -> None:
    result = subprocess.run(
        [sys.executable, str(HERE / "fuzz_decoder.py"), "--seconds", "2", "--seed", "7"],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert result.returncode == 0, result.stdout + result.stderr
    assert "no finding" in result.stdout


def test_the_fuzz_target_can_find(monkeypatch: pytest.MonkeyPatch) -> None:
    def careless(kind: str, body: bytes, layouts: LayoutTable) -> tuple[DecodeStatus, None]:
        raise IndexError(f"{kind} {len(body)} {layouts}")

    monkeypatch.setattr(read, "read_with", careless)
    with pytest.raises(Exception, match=r"layout: raised IndexError.*message 00ff"):
        try_one("layout", b"\x00\xff", knowing_custom())
