"""The reference queue of lip-sync tracks against the scripts in track/vectors, chunks taken over the wire."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from affectia.client import TrackPose, TrackQueue
from affectia.wire import track_chunk
from affectia.wire.layout import TRACK
from affectia.wire.track_chunk import TrackChunk

pytestmark = pytest.mark.conformance
VECTORS = Path(__file__).resolve().parent / "track" / "vectors"
SCRIPTS = sorted(VECTORS.glob("*.json"))
TOLERANCE = 1e-4
NAMES = dict(zip(("blendshapes", "visemes"), TRACK.parts, strict=True))
COUNTERS = {"frames", "lost", "late", "refused"}


def test_there_are_as_many_vectors_as_promised() -> None:
    assert len(SCRIPTS) >= 40


def test_the_files_are_what_the_table_says() -> None:
    result = subprocess.run([sys.executable, str(VECTORS / "write.py"), "--check"], capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.stem)
def test_queue_does_what_the_vector_says(path: Path) -> None:
    script = json.loads(path.read_text(encoding="utf-8"))
    capacity = {"capacity_millis": script["capacity_millis"]} if "capacity_millis" in script else {}
    queue = TrackQueue(**capacity)
    judged = 0
    for number, event in enumerate(script["events"]):
        place = f"event {number}"
        if "push" in event:
            assert queue.push(over_the_wire(event["push"])) is event.get("taken", True), place
            continue
        if "clear" in event:
            queue.clear()
            continue
        expect = dict(event["expect"])
        if "sample" in event:
            pose = queue.sample(event["sample"])
            place += f" at {event['sample']}"
            judged += assert_shows(pose, expect, place)
        assert expect.keys() <= COUNTERS, place
        found = {"frames": queue.frame_count, "lost": queue.lost, "late": queue.late, "refused": queue.refused}
        assert {name: found[name] for name in expect} == expect, place
        judged += len(expect)
    assert judged, "a vector must expect something"


def assert_shows(pose: TrackPose, expect: dict[str, Any], place: str) -> int:
    """Compare what a pose has, take that out of `expect`, and say how much it was."""
    judged = 0
    for name in ("is_valid", "has_ended"):
        if name in expect:
            assert getattr(pose, name) is expect.pop(name), f"{place}: {name}"
            judged += 1
    for part, values in {"blendshapes": pose.blendshapes, "visemes": pose.visemes}.items():
        for name, value in expect.pop(part, {}).items():
            assert values[NAMES[part].index(name)] == pytest.approx(value, abs=TOLERANCE), f"{place}: {name}"
            judged += 1
    return judged


def over_the_wire(given: dict[str, Any]) -> TrackChunk:
    """A vector's chunk as TrackChunk, encoded and decoded once."""
    frames = given["frames"]
    chunk = TrackChunk(
        given["stream_id"],
        given["sequence"],
        given["start_sample"],
        given["sample_rate_hz"],
        given["frame_rate_hz"],
        b"".join(row("blendshapes", frame["blendshapes"]) for frame in frames),
        b"".join(row("visemes", frame.get("visemes", {"sil": 255})) for frame in frames),
        end=bool(given.get("end", 0)),
    )
    return track_chunk.decode(track_chunk.encode(chunk))


def row(part: str, given: dict[str, int]) -> bytes:
    assert given.keys() <= set(NAMES[part])
    return bytes(given.get(name, 0) for name in NAMES[part])
