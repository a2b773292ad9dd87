"""Bake through the real door: files of this machine in, tracks out, in processes that end with their callers."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import grpc
import pytest

from affectia.bake.mouth_look import track_gaps
from affectia.bake.track_format import whole_track
from affectia.v1 import bake_pb2
from affectia.wire.track_file import read_track
from tests.contract.door import Door, control_stub, eventually, open_door, refused
from tests.unit.bake.voices import write_timing
from tests.unit.made_speech import line
from tests.unit.sounds import write_sound

pytestmark = pytest.mark.contract

SECS = 60.0


def bake(door: Door, **fields: Any) -> bake_pb2.BakeResponse:
    response: bake_pb2.BakeResponse = door.stub.Bake(bake_pb2.BakeRequest(**fields), timeout=SECS)
    return response


def children() -> Iterator[int]:
    """The processes that bake now."""
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            command = path.read_bytes()
        except OSError:
            continue
        if b"affectia.bake.bake_worker" in command and b"--background" in command:
            yield int(path.parent.name)


def test_a_sound_comes_back_as_a_track(door: Door, tmp_path: Path) -> None:
    path = write_sound(tmp_path / "a.wav", line(1.0, rate_hz=22_050), rate_hz=22_050)
    response = bake(door, path=str(path), frame_rate_hz=30)
    assert (response.frame_count, response.frame_rate_hz, response.sample_rate_hz) == (60, 30, 22_050)
    assert response.duration_secs == pytest.approx(2.0)
    chunks = read_track(response.content)
    assert whole_track(chunks).frame_count == 60
    assert response.degraded == chunks[0].degraded
    assert response.made_from in ("visemes of the sound", "loudness of the sound")
    assert bake(door, path=str(path), frame_rate_hz=30) == response


def test_a_timing_alone_comes_back_as_a_track(door: Door, tmp_path: Path) -> None:
    timing = write_timing(tmp_path / "a.json", (0.0, 0.5, "aa"), (0.5, 0.6, "PP"), (0.6, 1.0, "aa"))
    response = bake(door, timing_path=str(timing))
    assert (response.frame_rate_hz, response.sample_rate_hz, response.made_from) == (60, 48_000, "visemes of the timing")
    gaps = track_gaps(whole_track(read_track(response.content)))
    assert gaps[30:37].min() == 0
    assert gaps[15] > 0.3


@pytest.mark.parametrize(
    ("form", "begins"), [(bake_pb2.BAKE_FORMAT_JSON, b'{"type":"track_chunk"'), (bake_pb2.BAKE_FORMAT_CSV, b"Timecode,")]
)
def test_other_forms_are_what_the_command_writes(door: Door, tmp_path: Path, form: int, begins: bytes) -> None:
    timing = write_timing(tmp_path / "a.json", (0.0, 0.5, "aa"))
    assert bake(door, timing_path=str(timing), format=form).content.startswith(begins)


def test_a_long_track_travels_in_one_message(door: Door, tmp_path: Path) -> None:
    """Twenty-six minutes; more than four mebibytes, which is gRPC's own limit."""
    timing = write_timing(tmp_path / "a.json", (0.0, 0.5, "aa"), (1560.0, 1560.5, "aa"))
    options = [("grpc.max_receive_message_length", 16 * 1024 * 1024), ("grpc.use_local_subchannel_pool", 1)]
    with grpc.insecure_channel(f"127.0.0.1:{door.server.port}", options=options) as channel:
        response = control_stub(channel).Bake(bake_pb2.BakeRequest(timing_path=str(timing)), timeout=SECS)
    assert len(response.content) > 4 * 1024 * 1024
    assert response.frame_count == 93_642


def test_a_track_that_is_too_large_for_a_message_is_refused(door: Door, tmp_path: Path) -> None:
    timing = write_timing(tmp_path / "a.json", (0.0, 0.5, "aa"), (700.0, 700.5, "aa"))
    with refused(grpc.StatusCode.RESOURCE_EXHAUSTED, "ask for format TRACK"):
        bake(door, timing_path=str(timing), format=bake_pb2.BAKE_FORMAT_CSV)


def test_what_cannot_be_baked_is_told(door: Door, tmp_path: Path) -> None:
    (tmp_path / "garbage.wav").write_bytes(b"no sound in here")
    (tmp_path / "empty.wav").write_bytes(b"")
    (tmp_path / "wrong.json").write_text('{"lines": ["what somebody says"]}')
    with refused(grpc.StatusCode.NOT_FOUND, "does not exist"):
        bake(door, path=str(tmp_path / "nothing.wav"))
    with refused(grpc.StatusCode.NOT_FOUND, "cannot be read"):
        bake(door, path=str(tmp_path / "garbage.wav"))
    with refused(grpc.StatusCode.NOT_FOUND, "is empty"):
        bake(door, path=str(tmp_path / "empty.wav"))
    with refused(grpc.StatusCode.NOT_FOUND, "is a folder"):
        bake(door, path=str(tmp_path))
    with refused(grpc.StatusCode.INVALID_ARGUMENT, "timing has no list 'events'"):
        bake(door, timing_path=str(tmp_path / "wrong.json"))


@pytest.mark.parametrize("fields", [{}, {"path": "a.wav"}, {"path": "/a.wav", "frame_rate_hz": 1000}, {"path": "/a.wav", "format": 77}])
def test_a_request_that_means_nothing_is_refused(door: Door, fields: dict[str, Any]) -> None:
    with refused(grpc.StatusCode.INVALID_ARGUMENT, "expected"):
        bake(door, **fields)


@pytest.mark.skipif(sys.platform != "linux", reason="looks for processes in /proc")
def test_a_caller_that_goes_ends_its_process_and_faces_go_on_meanwhile(door: Door, tmp_path: Path) -> None:
    events = [(0.1 * number, 0.1 * number + 0.05, "aa") for number in range(15_000)]
    timing = write_timing(tmp_path / "a.json", *events)
    frames_before = door.status().publish.frames_sent
    door.start("lively")
    call = door.stub.Bake.future(bake_pb2.BakeRequest(timing_path=str(timing), frame_rate_hz=240), timeout=SECS)
    eventually(lambda: any(children()))
    eventually(lambda: door.status().publish.frames_sent > frames_before + 10)
    call.cancel()
    eventually(lambda: not any(children()))


@pytest.mark.skipif(sys.platform != "linux", reason="looks for processes in /proc")
def test_a_sidecar_that_stops_leaves_no_process(tmp_path: Path) -> None:
    timing = write_timing(tmp_path / "a.json", (0.0, 0.5, "aa"), (1700.0, 1700.5, "aa"))
    with open_door() as door:
        request = bake_pb2.BakeRequest(timing_path=str(timing), frame_rate_hz=240, format=bake_pb2.BAKE_FORMAT_CSV)
        calls = [door.stub.Bake.future(request, timeout=SECS) for _ in range(3)]
        eventually(lambda: len(list(children())) == 2)
    assert not any(children())
    assert not any(call.code() is grpc.StatusCode.OK for call in calls)
