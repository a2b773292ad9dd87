"""The forms in which a track lies in a file, and whether a file there is already what it would become.

`track` is the CBOR sequence of protos/track.md section 5. `json` is one document: the JSON twin of a track_chunk that has all frames,
one list of numbers for each name. `csv` is a take in the column order of Live Link Face: what is not of the mouth is 0, or what emotions
along the line show there; its time codes begin at 0, and one row at rest follows the last frame, so that a player that holds the last row
holds a shut mouth.
"""

from __future__ import annotations

import dataclasses
import enum
import json
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import numpy as np
from numpy.typing import NDArray

from affectia import registry
from affectia.clock import NANOS_PER_SEC
from affectia.errors import WireError
from affectia.store.take_csv import Take, write_take
from affectia.wire import json_twin
from affectia.wire.track_chunk import SHAPE_PLACES, TrackChunk
from affectia.wire.track_file import read_track, write_track


class TrackFormat(enum.Enum):
    """The form of a file."""

    TRACK = "track"
    JSON = "json"
    CSV = "csv"

    @property
    def suffix(self) -> str:
        """What the name of such a file ends with; a JSON of a track must not look like the timing of its clip."""
        return _SUFFIXES[self]


_SUFFIXES: Final = {TrackFormat.TRACK: ".track", TrackFormat.JSON: ".track.json", TrackFormat.CSV: ".csv"}
_MOST_BYTES: Final = 1 << 30  # of a file that is looked at whether it is a result; the longest track has 120 MB as JSON


def track_content(chunks: Sequence[TrackChunk], form: TrackFormat, *, felt: NDArray[np.float32] | None = None) -> bytes:
    """The bytes of a file that holds one whole track.

    `felt` (frames, 52) are the shapes of the emotions along it: a track has a mouth only, a csv takes brows and eyes from there.
    """
    if form is TrackFormat.TRACK:
        return write_track(chunks)
    if form is TrackFormat.JSON:
        return json.dumps(json_twin.track_chunk_json(whole_track(chunks), avatar_id=""), separators=(",", ":")).encode() + b"\n"
    with TemporaryDirectory() as folder:
        path = Path(folder) / "take.csv"
        write_take(path, _take(whole_track(chunks), felt), rate_hz=chunks[0].frame_rate_hz)
        return path.read_bytes()


def whole_track(chunks: Sequence[TrackChunk]) -> TrackChunk:
    """All frames of a baked track as one chunk, which may be too long to travel."""
    return dataclasses.replace(
        chunks[0],
        blendshapes=b"".join(chunk.blendshapes for chunk in chunks),
        visemes=b"".join(chunk.visemes for chunk in chunks),
        end=True,
    )


def is_result(path: Path, form: TrackFormat, *, stream_id: int) -> bool:
    """Whether a file is there that holds the whole track of this id, so that it need not be made again.

    The id is made of all that a track is made of (`track_id.py`). A CSV has no place for it: it is always made again.
    """
    if form is TrackFormat.CSV:
        return False
    try:
        if path.stat().st_size > _MOST_BYTES:
            return False
        content = path.read_bytes()
        if form is TrackFormat.TRACK:
            return read_track(content)[0].stream_id == stream_id
        payload = json.loads(content)["payload"]
        return bool(payload["stream_id"] == stream_id and payload["end"])
    except (OSError, WireError, ValueError, KeyError, TypeError, RecursionError):
        return False


def _take(track: TrackChunk, felt: NDArray[np.float32] | None) -> Take:
    count = track.frame_count + 1
    shapes = np.zeros((count, len(registry.BLENDSHAPES)), np.float32)
    if felt is not None:
        shapes[:-1] = felt
    shapes[:-1, SHAPE_PLACES] = track.blendshape_weights()
    times_nanos = np.arange(count, dtype=np.int64) * NANOS_PER_SEC // track.frame_rate_hz
    return Take(times_nanos, shapes, np.zeros((count, 3), np.float32), np.zeros((count, 2, 3), np.float32))
