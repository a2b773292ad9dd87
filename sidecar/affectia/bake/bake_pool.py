"""Several processes that bake the clips of a folder side by side; one that dies takes only its clip with it."""

from __future__ import annotations

import contextlib
import queue
import subprocess
import threading
from collections.abc import Iterator, Sequence
from types import TracebackType
from typing import Final

from affectia.bake import bake_message
from affectia.bake.bake_job import BakeJob
from affectia.bake.bake_message import Answer
from affectia.bake.worker_process import COMMAND, start_arguments
from affectia.clock import NANOS_PER_SEC, Clock, SystemClock

LONGEST_SECS: Final = 600.0  # a clip is half an hour at most, and that takes seconds
_LOOK_SECS: Final = 0.5


class BakePool:
    """Hands jobs out in their order and gives answers as they come; a context manager whose processes have ended when it is left.

    What waits is bounded: no more than one answer for each process. Its threads (`bake-<n>`) only wait for pipes. What is written is
    the caller's business, so a process may be ended at any time without leaving half a file.
    """

    def __init__(
        self,
        jobs: Sequence[BakeJob],
        *,
        processes: int,
        command: Sequence[str] = COMMAND,
        longest_secs: float = LONGEST_SECS,
        clock: Clock | None = None,
    ) -> None:
        self._jobs = jobs
        self._command = list(command)
        self._longest_nanos = round(longest_secs * NANOS_PER_SEC)
        self._clock = clock or SystemClock()
        self._numbers = iter(range(len(jobs)))
        self._lock = threading.Lock()
        self._answers: queue.Queue[tuple[int, Answer]] = queue.Queue(maxsize=processes)
        self._stopping = threading.Event()
        self._lanes = [_Lane(self, number) for number in range(max(1, min(processes, len(jobs))))]

    def __enter__(self) -> BakePool:
        for lane in self._lanes:
            lane.thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._stopping.set()
        for lane in self._lanes:
            lane.kill()
        for lane in self._lanes:
            while lane.thread.is_alive():
                with contextlib.suppress(queue.Empty):  # a lane may wait for room
                    self._answers.get_nowait()
                lane.thread.join(0.05)

    def answers(self) -> Iterator[tuple[int, Answer]]:
        """The number of each job, and what came of it; all of them, each once."""
        for _ in self._jobs:
            while True:
                try:
                    found = self._answers.get(timeout=_LOOK_SECS)  # with a time, or Ctrl-C would not interrupt it on Windows
                    break
                except queue.Empty:
                    self._end_what_hangs()
            yield found

    def _end_what_hangs(self) -> None:
        now_nanos = self._clock.now_nanos()
        for lane in self._lanes:
            if lane.began_nanos is not None and now_nanos - lane.began_nanos > self._longest_nanos:
                lane.is_late = True
                lane.kill()

    def _next(self) -> int | None:
        with self._lock:
            return None if self._stopping.is_set() else next(self._numbers, None)


class _Lane:
    """One process after another, and the thread that speaks with it."""

    def __init__(self, pool: BakePool, number: int) -> None:
        self._pool = pool
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()
        self.began_nanos: int | None = None
        self.is_late = False
        self.thread = threading.Thread(target=self._run, name=f"bake-{number}", daemon=True)

    def kill(self) -> None:
        """End the process now; any thread."""
        with self._lock:
            if self._process is not None:
                self._process.kill()

    def _run(self) -> None:
        try:
            while (number := self._pool._next()) is not None:
                self.is_late = False
                self.began_nanos = self._pool._clock.now_nanos()
                answer = self._answer(self._pool._jobs[number])
                self.began_nanos = None
                self._pool._answers.put((number, answer))
        finally:
            self._end()

    def _answer(self, job: BakeJob) -> Answer:
        try:
            process = self._started()
            if process is None:
                return Answer(error="baking was stopped")
            assert process.stdin is not None
            assert process.stdout is not None
            process.stdin.write(bake_message.job_line(job))
            process.stdin.flush()
            return bake_message.read_answer(process.stdout)
        except (OSError, EOFError, ValueError, LookupError, TypeError):
            code = self._end()
            if self.is_late:
                return Answer(error=f"clip took more than {self._pool._longest_nanos / NANOS_PER_SEC:.0f} s to bake, expected seconds")
            return Answer(error=f"baking process ended with exit code {code}, expected a track; what is in this file may have broken it")

    def _started(self) -> subprocess.Popen[bytes] | None:
        with self._lock:
            if self._pool._stopping.is_set():
                return None
            if self._process is None:
                self._process = subprocess.Popen(self._pool._command, **start_arguments())
            return self._process

    def _end(self) -> int | None:
        """Make sure that the process has ended; its exit code."""
        with self._lock:
            process, self._process = self._process, None
        if process is None:
            return None
        for pipe in (process.stdin, process.stdout):
            with contextlib.suppress(OSError):
                if pipe is not None:
                    pipe.close()
        try:
            return process.wait(2.0)  # it ends by itself when nobody speaks to it any more
        except subprocess.TimeoutExpired:
            process.kill()
            return process.wait()
