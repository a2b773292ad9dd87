from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import Any, NoReturn

import grpc
import pytest

from affectia.bake.bake_job import BakeJob
from affectia.bake.bake_options import BakeOptions
from affectia.bake.track_format import TrackFormat
from affectia.control.bake_calls import MOST_AT_ONCE, BakeCalls, bake_job
from affectia.errors import AffectiaError, CaptureError, ConfigError, ModelError, NoFreeSlot
from affectia.v1 import bake_pb2

pytestmark = pytest.mark.unit

# A worker that does what the name of its clip says.
SCRIPT = """
import json, os, sys, threading
for line in sys.stdin.buffer:
    name = os.path.basename(json.loads(line)["clip"])
    if name == "die":
        os._exit(7)
    if name.startswith("hang"):
        threading.Event().wait()
    if name == "large":
        sys.stdout.buffer.write(b'{"size": 10000000, "facts": null}\\n' + bytes(10000000))
        threading.Event().wait()
    answer = {"size": 0, "error": "sound is none", "exit_code": int(name[5:])} if name.startswith("fails") else {"size": 5, "facts": {
        "duration_secs": 1.5, "sample_rate_hz": 8000, "channels": 1, "frame_count": 90, "frame_rate_hz": 60, "degraded": True,
        "made_from": "loudness of the sound", "notices": ["clipped"],
        "look": {"open_share": 0, "openings": 0, "closures": 0, "widest_gap": 0}, "took_secs": 0}}
    sys.stdout.buffer.write(json.dumps(answer).encode() + b"\\n" + (b"track" if answer["size"] else b""))
    sys.stdout.buffer.flush()
"""


class FakeContext:
    """Keeps what a call was aborted with."""

    code: grpc.StatusCode | None = None
    details = ""

    async def abort(self, code: grpc.StatusCode, details: str = "") -> NoReturn:
        self.code, self.details = code, details
        raise grpc.aio.AbortError("aborted")


class Starter:
    """Starts processes and remembers them; `enough` is set when there are `most`."""

    def __init__(self, most: int = 1) -> None:
        self.processes: list[asyncio.subprocess.Process] = []
        self.enough = asyncio.Event()
        self._most = most

    async def __call__(self, *command: str, **options: Any) -> asyncio.subprocess.Process:
        process = await asyncio.create_subprocess_exec(*command, **options)
        self.processes.append(process)
        if len(self.processes) >= self._most:
            self.enough.set()
        return process

    @property
    def running(self) -> int:
        return sum(process.returncode is None for process in self.processes)


def calls(starter: Starter, **options: Any) -> BakeCalls:
    return BakeCalls(command=[sys.executable, "-c", SCRIPT], start=starter, **options)


def baked(tmp_path: Path, name: str, *, context: Any = None, **options: Any) -> bake_pb2.BakeResponse:
    """The response to one call; its process has ended then, however it went."""
    request = bake_pb2.BakeRequest(path=str(tmp_path / name))
    starter = Starter()

    async def scene() -> bake_pb2.BakeResponse:
        try:
            return await calls(starter, **options).bake(request, context or FakeContext())
        finally:
            assert len(starter.processes) == 1
            assert starter.running == 0

    return asyncio.run(scene())


def test_a_request_becomes_a_job(tmp_path: Path) -> None:
    clip, timing = tmp_path / "a.wav", tmp_path / "a.json"
    assert bake_job(bake_pb2.BakeRequest(path=str(clip))) == BakeJob(clip)
    request = bake_pb2.BakeRequest(timing_path=str(timing), frame_rate_hz=24, format=bake_pb2.BAKE_FORMAT_CSV, language="de")
    assert bake_job(request) == BakeJob(None, timing, TrackFormat.CSV, BakeOptions(24, "de"))


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({}, "neither a path nor a timing_path"),
        ({"path": "a.wav"}, "path is 'a.wav', expected an absolute path"),
        ({"path": "{folder}/a.wav", "timing_path": "../a.json"}, "timing_path is '../a.json'"),
        ({"path": "{folder}/a\0.wav"}, "expected an absolute path"),
        ({"path": "{folder}/" + "x" * 5000}, "characters, expected at most 4096"),
        ({"path": "{folder}/a.wav", "frame_rate_hz": 241}, "frame rate is 241"),
        ({"path": "{folder}/a.wav", "format": 9}, "format is 9"),
        ({"path": "{folder}/a.wav", "language": "\n"}, "language is no tag"),
    ],
)
def test_a_request_that_means_nothing_is_refused(fields: dict[str, Any], words: str, tmp_path: Path) -> None:
    given: dict[str, Any] = {key: value.format(folder=tmp_path) if isinstance(value, str) else value for key, value in fields.items()}
    with pytest.raises(ConfigError, match=words):
        bake_job(bake_pb2.BakeRequest(**given))


def test_the_answer_of_the_process_is_the_response(tmp_path: Path) -> None:
    assert baked(tmp_path, "good") == bake_pb2.BakeResponse(
        content=b"track",
        frame_count=90,
        frame_rate_hz=60,
        sample_rate_hz=8000,
        duration_secs=1.5,
        degraded=True,
        notices=["clipped"],
        made_from="loudness of the sound",
    )


@pytest.mark.parametrize(("code", "kind"), [(2, ConfigError), (4, CaptureError), (5, ModelError), (1, AffectiaError), (77, AffectiaError)])
def test_an_error_over_there_is_the_same_here(tmp_path: Path, code: int, kind: type[AffectiaError]) -> None:
    with pytest.raises(AffectiaError, match="sound is none") as caught:
        baked(tmp_path, f"fails{code}")
    assert type(caught.value) is kind


def test_a_process_that_dies_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(AffectiaError, match="baking process ended without an answer"):
        baked(tmp_path, "die")


@pytest.mark.parametrize(("name", "size", "most"), [("good", 5, 4), ("large", 10_000_000, 9_999_999)])
def test_a_track_that_no_message_can_carry_is_refused(tmp_path: Path, name: str, size: int, most: int) -> None:
    context = FakeContext()
    with pytest.raises(grpc.aio.AbortError):
        baked(tmp_path, name, context=context, most_bytes=most)
    assert context.code is grpc.StatusCode.RESOURCE_EXHAUSTED
    assert f"track has {size} bytes, expected at most {most}" in context.details


def test_what_takes_too_long_is_ended(tmp_path: Path) -> None:
    context = FakeContext()
    with pytest.raises(grpc.aio.AbortError):
        baked(tmp_path, "hang", context=context, longest_secs=0.3)
    assert context.code is grpc.StatusCode.DEADLINE_EXCEEDED


def test_a_caller_that_goes_ends_its_process_and_lets_the_next_one_in(tmp_path: Path) -> None:
    async def scene() -> None:
        starter = Starter(MOST_AT_ONCE)
        baking = calls(starter)
        context = FakeContext()

        def call(name: str) -> asyncio.Task[bake_pb2.BakeResponse]:
            return asyncio.ensure_future(baking.bake(bake_pb2.BakeRequest(path=str(tmp_path / name)), context))

        hanging = [call(f"hang{number}") for number in range(MOST_AT_ONCE)]
        await asyncio.wait_for(starter.enough.wait(), 10)
        waiting = call("good")
        await asyncio.sleep(0)
        assert baking.call_count == MOST_AT_ONCE + 1
        assert not waiting.done()
        hanging[0].cancel()
        assert (await waiting).content == b"track"
        hanging[1].cancel()
        await asyncio.gather(*hanging, return_exceptions=True)
        assert all(task.cancelled() for task in hanging)
        assert baking.call_count == 0
        assert (len(starter.processes), starter.running) == (MOST_AT_ONCE + 1, 0)

    asyncio.run(scene())


def test_a_sidecar_that_stops_ends_all_of_them_and_takes_no_more(tmp_path: Path) -> None:
    async def scene() -> None:
        starter = Starter(MOST_AT_ONCE)
        baking = calls(starter)
        request = bake_pb2.BakeRequest(path=str(tmp_path / "hang"))
        contexts = [FakeContext() for _ in range(MOST_AT_ONCE + 2)]
        tasks = [asyncio.ensure_future(baking.bake(request, context)) for context in contexts[:-1]]
        await asyncio.wait_for(starter.enough.wait(), 10)
        await baking.close()
        assert (len(starter.processes), starter.running) == (MOST_AT_ONCE, 0)
        ended = await asyncio.gather(*tasks, baking.bake(request, contexts[-1]), return_exceptions=True)
        assert all(isinstance(error, grpc.aio.AbortError) for error in ended)
        assert all(context.code is grpc.StatusCode.UNAVAILABLE for context in contexts)
        assert baking.call_count == 0
        await baking.close()

    asyncio.run(scene())


def test_too_many_are_refused(tmp_path: Path) -> None:
    async def scene() -> None:
        baking = calls(Starter(), most_waiting=1)
        request = bake_pb2.BakeRequest(path=str(tmp_path / "hang"))
        tasks = [asyncio.ensure_future(baking.bake(request, FakeContext())) for _ in range(MOST_AT_ONCE + 1)]
        await asyncio.sleep(0)
        with pytest.raises(NoFreeSlot, match="3 clips are baked or wait for it"):
            await baking.bake(request, FakeContext())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        assert baking.call_count == 0

    asyncio.run(scene())
