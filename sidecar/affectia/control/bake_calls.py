"""Bake as a call: each runs in a process of its own that lets the live faces go first, a few at a time, and ends with its caller."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any, Final, TypeAlias

import grpc

from affectia.bake import bake_message
from affectia.bake.bake_job import BakeJob
from affectia.bake.bake_message import Answer
from affectia.bake.bake_options import BakeOptions
from affectia.bake.track_format import TrackFormat
from affectia.bake.worker_process import BACKGROUND, COMMAND, start_arguments
from affectia.control.status_codes import printable
from affectia.errors import AffectiaError, CaptureError, ConfigError, ModelError, NoFreeSlot
from affectia.v1 import bake_pb2

MOST_AT_ONCE: Final = 2
MOST_WAITING: Final = 16
MOST_MESSAGE_BYTES: Final = 16 * 1024 * 1024
"""Of a response: half an hour at 60 frames/s has 5 MiB as a track."""
LONGEST_SECS: Final = 300.0

_ROOM_FOR_FACTS: Final = 64 * 1024
_STOPPING: Final = "sidecar is stopping, call again when it is back"
_PIPE_BYTES: Final = 64 * 1024
_MOST_PATH_CHARS: Final = 4096
_FORMATS: Final = {
    bake_pb2.BAKE_FORMAT_UNSPECIFIED: TrackFormat.TRACK,
    bake_pb2.BAKE_FORMAT_TRACK: TrackFormat.TRACK,
    bake_pb2.BAKE_FORMAT_JSON: TrackFormat.JSON,
    bake_pb2.BAKE_FORMAT_CSV: TrackFormat.CSV,
}
# Who failed in another process failed in the same way here.
_ERRORS: Final[dict[int, type[AffectiaError]]] = {kind.exit_code: kind for kind in (ConfigError, CaptureError, ModelError)}

Start: TypeAlias = Callable[..., Awaitable[asyncio.subprocess.Process]]


class BakeCalls:
    """Serves Bake on one event loop; nothing of it runs in this process but waiting."""

    def __init__(
        self,
        *,
        command: Sequence[str] = (*COMMAND, BACKGROUND),
        start: Start = asyncio.create_subprocess_exec,
        most_waiting: int = MOST_WAITING,
        most_bytes: int = MOST_MESSAGE_BYTES - _ROOM_FOR_FACTS,
        longest_secs: float = LONGEST_SECS,
    ) -> None:
        self._command = tuple(command)
        self._start = start
        self._most_waiting = most_waiting
        self._most_bytes = most_bytes
        self._longest_secs = longest_secs
        self._places = asyncio.Semaphore(MOST_AT_ONCE)
        self._tasks: set[asyncio.Task[Answer]] = set()
        self._is_closed = False

    @property
    def call_count(self) -> int:
        """How many calls are baked or wait for it."""
        return len(self._tasks)

    async def close(self) -> None:
        """End every call and its process; their callers are told that the sidecar stops."""
        self._is_closed = True
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks)

    async def bake(self, request: bake_pb2.BakeRequest, context: Any) -> bake_pb2.BakeResponse:
        """The track of one clip; cancelled, it ends the process that bakes.

        Raises ConfigError and CaptureError as the command does, NoFreeSlot where too many wait; aborts the context with DEADLINE_EXCEEDED
        or RESOURCE_EXHAUSTED where it takes too long or becomes too large, with UNAVAILABLE where the sidecar stops.
        """
        job = bake_job(request)
        if self._is_closed:
            await context.abort(grpc.StatusCode.UNAVAILABLE, _STOPPING)
        if self.call_count >= MOST_AT_ONCE + self._most_waiting:
            raise NoFreeSlot(f"{self.call_count} clips are baked or wait for it, expected fewer; call again when one is done")
        task = asyncio.ensure_future(self._answer_in_turn(job))
        self._tasks.add(task)
        try:
            answer = await task
        except asyncio.CancelledError:
            if not self._is_closed:
                raise
            await context.abort(grpc.StatusCode.UNAVAILABLE, _STOPPING)
        except _TooLarge as found:
            details = f"track has {found} bytes, expected at most {self._most_bytes}; ask for format TRACK, or bake it with the command"
            await context.abort(grpc.StatusCode.RESOURCE_EXHAUSTED, details)
        except TimeoutError:
            details = f"baking took more than {self._longest_secs:g} s, expected seconds"
            await context.abort(grpc.StatusCode.DEADLINE_EXCEEDED, details)
        finally:
            self._tasks.discard(task)
        return response(answer)

    async def _answer_in_turn(self, job: BakeJob) -> Answer:
        async with self._places, asyncio.timeout(self._longest_secs):
            return await self._answer(job)

    async def _answer(self, job: BakeJob) -> Answer:
        async with self._process() as process:
            assert process.stdin is not None
            assert process.stdout is not None
            try:
                process.stdin.write(bake_message.job_line(job))
                await process.stdin.drain()
                answer, size = bake_message.read_header(await process.stdout.readline())
                if size > self._most_bytes:
                    raise _TooLarge(size)
                content = await process.stdout.readexactly(size)
            except (OSError, EOFError, ValueError, LookupError, TypeError):
                raise AffectiaError("baking process ended without an answer, expected a track; the file may have broken it") from None
        if answer.error:
            raise _ERRORS.get(answer.exit_code, AffectiaError)(answer.error)
        return Answer(content=content, facts=answer.facts)

    @contextlib.asynccontextmanager
    async def _process(self) -> AsyncIterator[asyncio.subprocess.Process]:
        process = await self._start(*self._command, **start_arguments(background=True))
        try:
            yield process
        finally:
            with contextlib.suppress(ProcessLookupError):
                process.kill()  # nothing is lost: it writes no file, and after its answer it only waits for another job
            assert process.stdout is not None
            while await process.stdout.read(_PIPE_BYTES):
                pass  # asyncio does not see the end of a process whose words nobody reads
            await process.wait()


class _TooLarge(Exception):  # noqa: N818 - not an error of ours, only a way out
    """A track that no message can carry; its number of bytes."""


def bake_job(request: bake_pb2.BakeRequest) -> BakeJob:
    """What a caller wants to be baked; raises ConfigError where it cannot be understood."""
    clip, timing = _absolute(request.path, "path"), _absolute(request.timing_path, "timing_path")
    if clip is None and timing is None:
        raise ConfigError("bake has neither a path nor a timing_path, expected one of them at least")
    if request.format not in _FORMATS:
        raise ConfigError(f"format is {request.format}, expected one of BakeFormat")
    options = BakeOptions(frame_rate_hz=request.frame_rate_hz or BakeOptions().frame_rate_hz, language=request.language)
    return BakeJob(clip, timing, _FORMATS[request.format], options)


def response(answer: Answer) -> bake_pb2.BakeResponse:
    """An answer as the caller gets it."""
    facts = answer.facts
    assert facts is not None
    return bake_pb2.BakeResponse(
        content=answer.content,
        frame_count=facts.frame_count,
        frame_rate_hz=facts.frame_rate_hz,
        sample_rate_hz=facts.sample_rate_hz,
        duration_secs=facts.duration_secs,
        degraded=facts.degraded,
        notices=[printable(notice) for notice in facts.notices],
        made_from=facts.made_from,
    )


def _absolute(text: str, name: str) -> Path | None:
    """A path that does not depend on where the sidecar was started; None where none is given."""
    if not text:
        return None
    if len(text) > _MOST_PATH_CHARS:
        raise ConfigError(f"{name} has {len(text)} characters, expected at most {_MOST_PATH_CHARS}")
    path = Path(text)
    if not path.is_absolute() or "\0" in text:
        raise ConfigError(f"{name} is {text!r}, expected an absolute path on the machine of the sidecar")
    return path
