"""Steps of the set-up: run a program, show that it is alive, keep its output in a log."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TextIO

_POLL_SECS = 0.25
_QUIET_REPORT_SECS = 20.0
_TAIL_LINES = 15


class SetupError(Exception):
    """The set-up cannot go on; the message says what was found and what to do."""


class Steps:
    """Runs programs one after another, each with a line on the screen and its output in one log file.

    On a terminal the line counts the seconds; elsewhere a long step says every 20 s that it is still at it.
    """

    def __init__(self, log_path: Path, *, out: TextIO | None = None) -> None:
        self._log_path = log_path
        self._out = out or sys.stdout

    @property
    def log_path(self) -> Path:
        """The file that has the output of every step."""
        return self._log_path

    def run(self, title: str, command: Sequence[str], *, env: Mapping[str, str] | None = None) -> bool:
        """Run one program to its end; False when it is missing or its exit status is not 0.

        The program is stopped when the user interrupts, so that nothing goes on writing behind their back.
        """
        started = time.perf_counter()
        self._begin(title)
        self._log_path.parent.mkdir(parents=True, exist_ok=True)
        with self._log_path.open("a", encoding="utf-8", errors="replace") as log:
            log.write(f"\n$ {' '.join(command)}\n")
            log.flush()
            try:
                process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, env=env)
            except OSError as error:
                log.write(f"{command[0]}: {error.strerror}\n")
                self._end(title, started, succeeded=False)
                return False
            try:
                succeeded = self._wait(process, title, started) == 0
            except BaseException:
                process.terminate()
                process.wait()
                raise
        self._end(title, started, succeeded=succeeded)
        return succeeded

    def log_tail(self) -> str:
        """The last lines of the log, indented."""
        if not self._log_path.exists():
            return ""
        lines = [line for line in self._log_path.read_text(encoding="utf-8", errors="replace").splitlines() if line.strip()]
        return "\n".join("    " + line for line in lines[-_TAIL_LINES:])

    def log_text_since(self, offset: int) -> str:
        """What the log has from a size in bytes on."""
        with self._log_path.open("rb") as log:
            log.seek(offset)
            return log.read().decode("utf-8", errors="replace")

    def log_size(self) -> int:
        """The size of the log in bytes; 0 while there is none."""
        return self._log_path.stat().st_size if self._log_path.exists() else 0

    def say(self, line: str) -> None:
        """Show one line."""
        print(line, file=self._out, flush=True)

    def _wait(self, process: subprocess.Popen[bytes], title: str, started: float) -> int:
        reported = started
        while True:
            try:
                return process.wait(timeout=_POLL_SECS)
            except subprocess.TimeoutExpired:
                now = time.perf_counter()
            if self._out.isatty():
                print(f"\r  {title} ... {now - started:.0f} s", end="", file=self._out, flush=True)
            elif now - reported >= _QUIET_REPORT_SECS:
                reported = now
                self.say(f"  {title} ... still at it, {now - started:.0f} s")

    def _begin(self, title: str) -> None:
        if self._out.isatty():
            print(f"  {title} ...", end="", file=self._out, flush=True)

    def _end(self, title: str, started: float, *, succeeded: bool) -> None:
        word = "done" if succeeded else "FAILED"
        start = "\r" if self._out.isatty() else ""
        self.say(f"{start}  {title} ... {word}, {time.perf_counter() - started:.1f} s")
