"""A track in a file: the bodies of its chunks one after the other, a CBOR sequence (RFC 8742), as protos/track.md section 5 says."""

from __future__ import annotations

from collections.abc import Sequence

from affectia import registry
from affectia.errors import WireError
from affectia.registry import STATUS_TEXTS, DecodeStatus
from affectia.wire import cbor, track_chunk
from affectia.wire.track_chunk import TrackChunk


def write_track(chunks: Sequence[TrackChunk]) -> bytes:
    """The bytes of a file that holds one whole track; raises WireError for chunks that are none."""
    check_track(chunks)
    return b"".join(track_chunk.encode(chunk) for chunk in chunks)


def read_track(content: bytes) -> list[TrackChunk]:
    """The chunks of one whole track; raises WireError with the chunk and the byte where the file is wrong."""
    chunks: list[TrackChunk] = []
    pos = 0
    while pos < len(content):
        size = _size(content, pos)
        status, chunk = track_chunk.try_decode(content[pos : pos + size])
        if chunk is None:
            problem = f"track chunk {len(chunks)} at byte {pos} is {status.name.lower()}: {STATUS_TEXTS[status]}"
            raise WireError(status, problem)
        chunks.append(chunk)
        pos += size
    check_track(chunks)
    return chunks


def check_track(chunks: Sequence[TrackChunk]) -> None:
    """Raise WireError unless the chunks are one whole track: of one stream, numbered from 0, rising, and ended by the last one."""
    if not chunks:
        raise WireError(DecodeStatus.TRUNCATED, "track has no chunk, expected one at least")
    first = chunks[0]
    for number, chunk in enumerate(chunks):
        place = f"track chunk {number}"
        if chunk.stream_id != first.stream_id:
            raise WireError(DecodeStatus.OUT_OF_RANGE, f"{place} is of stream {chunk.stream_id}, expected {first.stream_id} of the first")
        if chunk.sequence != number:
            raise WireError(DecodeStatus.OUT_OF_RANGE, f"{place} has the sequence {chunk.sequence}, expected {number}")
        rates, expected = (chunk.sample_rate_hz, chunk.frame_rate_hz), (first.sample_rate_hz, first.frame_rate_hz)
        if rates != expected:
            raise WireError(DecodeStatus.OUT_OF_RANGE, f"{place} has the rates {rates}, expected {expected} of the first")
        if number and chunks[number - 1].end:
            raise WireError(DecodeStatus.OUT_OF_RANGE, f"{place} comes after the end of its track, expected nothing more")
        if number and _is_behind(chunk, chunks[number - 1]):
            raise WireError(DecodeStatus.OUT_OF_RANGE, f"{place} starts at sample {chunk.start_sample}, expected one that is not taken")
    if not chunks[-1].end:
        raise WireError(DecodeStatus.TRUNCATED, f"track of {len(chunks)} chunks does not end, expected the end in the last one")


def _is_behind(chunk: TrackChunk, before: TrackChunk) -> bool:
    """Whether a chunk would replace frames of the one before it, which a file never does."""
    taken_up_to = before.frame_sample(before.frame_count - 1) if before.frame_count else before.start_sample - 1
    return chunk.start_sample <= taken_up_to


def _size(content: bytes, pos: int) -> int:
    """The length of the item that begins at `pos`; that of the rest where it is none, for a reader to say what is wrong."""
    limit = min(len(content), pos + registry.WIRE_MAX_TRACK_BYTES + 1)
    try:
        # The map itself is no level of nesting: what a reader skips may be four levels deep inside it.
        return cbor.skip_item(content, pos, limit, depth=0) - pos
    except cbor.Fault as fault:
        is_too_long = fault.status is DecodeStatus.TRUNCATED
        return limit - pos if is_too_long else min(limit - pos, registry.WIRE_MAX_TRACK_BYTES)
