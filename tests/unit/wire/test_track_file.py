from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from affectia import registry
from affectia.errors import WireError
from affectia.registry import DecodeStatus
from affectia.wire import cbor, track_chunk
from affectia.wire.track_chunk import TrackChunk
from affectia.wire.track_file import read_track, write_track

pytestmark = pytest.mark.unit


def chunk(number: int, start: int, *, frames: int = 60, end: bool = False) -> TrackChunk:
    return TrackChunk(7, number, start, 22050, 60, bytes(33 * frames), bytes(15 * frames), end=end)


TRACK = [chunk(0, 0), chunk(1, 22050), chunk(2, 44100, frames=1), chunk(3, 44467, frames=2, end=True)]
CONTENT = b"".join(map(track_chunk.encode, TRACK))


def test_a_track_is_its_chunks_one_after_the_other() -> None:
    assert write_track(TRACK) == CONTENT
    assert read_track(CONTENT) == TRACK
    assert read_track(write_track([chunk(0, 0, end=True)])) == [chunk(0, 0, end=True)]
    assert read_track(write_track([chunk(0, 0, frames=0, end=True)])) == [chunk(0, 0, frames=0, end=True)]


def test_a_track_may_have_gaps_and_chunks_without_frames() -> None:
    chunks = [chunk(0, 100), chunk(1, 50000, frames=0), chunk(2, 50000, frames=1), chunk(3, 90000, frames=0, end=True)]
    assert read_track(write_track(chunks)) == chunks


def test_a_file_cut_anywhere_is_truncated() -> None:
    for size in range(0, len(CONTENT), 7):
        with pytest.raises(WireError) as caught:
            read_track(CONTENT[:size])
        assert caught.value.status == DecodeStatus.TRUNCATED


def test_the_place_of_a_fault_is_told() -> None:
    first, second = len(track_chunk.encode(TRACK[0])), len(track_chunk.encode(TRACK[1]))
    with pytest.raises(WireError, match=f"^track chunk 2 at byte {first + second} is truncated: the bytes end inside an item$"):
        read_track(CONTENT[: first + second + 20])
    with pytest.raises(WireError, match="^track of 2 chunks does not end, expected the end in the last one$"):
        read_track(CONTENT[: first + second])
    with pytest.raises(WireError, match="^track has no chunk"):
        read_track(b"")


def with_unknown_key(item: bytes) -> bytes:
    """The last chunk of the track with one key more."""
    last = track_chunk.encode(TRACK[-1])
    return CONTENT[: -len(last)] + bytes((last[0] + 1,)) + last[1:] + b"\x14" + item


def test_keys_of_later_versions_are_skipped_as_deep_as_in_a_message() -> None:
    assert read_track(with_unknown_key(b"\x81\x81\x81\x00")) == TRACK
    with pytest.raises(WireError, match="is over_limit"):
        read_track(with_unknown_key(b"\x81\x81\x81\x81\x00"))


@pytest.mark.parametrize(
    ("content", "status"),
    [
        (b"\x00" + CONTENT, DecodeStatus.MALFORMED),
        (CONTENT + b"\x00", DecodeStatus.MALFORMED),
        (CONTENT + b"\xa0", DecodeStatus.MISSING_KEY),
        (CONTENT + b"\xff" * 100_000, DecodeStatus.MALFORMED),
        (b"RIFF\x24\x00\x00\x00WAVEfmt ", DecodeStatus.MALFORMED),
        (with_unknown_key(cbor.write_head(cbor.BYTES, 70_000) + bytes(70_000)), DecodeStatus.OVER_LIMIT),
        (with_unknown_key(b"\x5b" + b"\x7f" * 8), DecodeStatus.TRUNCATED),
        (with_unknown_key(b"\x1c") + bytes(100_000), DecodeStatus.MALFORMED),
        (CONTENT.replace(b"\x05\x04\x06", b"\x05\x03\x06"), DecodeStatus.UNKNOWN_LAYOUT),
    ],
)
def test_rubbish_is_refused_with_its_status(content: bytes, status: DecodeStatus) -> None:
    with pytest.raises(WireError) as caught:
        read_track(content)
    assert caught.value.status == status


@pytest.mark.parametrize(
    ("place", "change", "problem"),
    [
        (1, {"stream_id": 8}, "track chunk 1 is of stream 8, expected 7 of the first"),
        (2, {"sequence": 1}, "track chunk 2 has the sequence 1, expected 2"),
        (0, {"sequence": 1}, "track chunk 0 has the sequence 1, expected 0"),
        (1, {"sample_rate_hz": 48000}, r"track chunk 1 has the rates \(48000, 60\), expected \(22050, 60\) of the first"),
        (1, {"frame_rate_hz": 30}, r"track chunk 1 has the rates \(22050, 30\)"),
        (1, {"end": True}, "track chunk 2 comes after the end of its track"),
        (1, {"start_sample": 21682}, "track chunk 1 starts at sample 21682, expected one that is not taken"),  # frame 59 is at 21682.5
        (3, {"start_sample": 44100}, "track chunk 3 starts at sample 44100, expected one that is not taken"),
        (3, {"end": False}, "track of 4 chunks does not end"),
    ],
)
@pytest.mark.parametrize("way", [write_track, lambda chunks: read_track(b"".join(map(track_chunk.encode, chunks)))], ids=["write", "read"])
def test_chunks_that_are_no_whole_track_are_refused(
    way: Callable[[list[TrackChunk]], object], place: int, change: dict[str, int], problem: str
) -> None:
    chunks = list(TRACK)
    chunks[place] = replace(chunks[place], **change)  # type: ignore[arg-type]
    with pytest.raises(WireError, match=f"^{problem}"):
        way(chunks)


def test_a_frame_may_follow_at_the_sample_after_the_last_one() -> None:
    chunks = [chunk(0, 0), chunk(1, 21683, end=True)]
    assert read_track(write_track(chunks)) == chunks


def test_a_chunk_may_be_as_long_as_a_message() -> None:
    longest = replace(TRACK[0], blendshapes=bytes(33 * 1363), visemes=bytes(15 * 1363))
    assert len(track_chunk.encode(longest)) > registry.WIRE_MAX_TRACK_BYTES - 100
    chunks = [longest, chunk(1, 22050 * 30, end=True)]
    assert read_track(write_track(chunks)) == chunks
