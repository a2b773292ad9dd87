"""A program of the machine, run to its end with its words kept."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

_MAX_LINE_CHARS = 200


@dataclass(frozen=True, slots=True)
class ProgramResult:
    """How a program ended: its exit code, and what it wrote."""

    exit_code: int
    stdout: str
    stderr: str

    def last_words(self) -> str:
        """The last line that says what went wrong, cut to one line of a message; an exit code when it said nothing."""
        lines = [line.strip() for line in (self.stdout + "\n" + self.stderr).splitlines() if line.strip()]
        errors = [line for line in lines if line.lower().startswith(("error", "npm error", "npm err!"))]
        # npm ends with the place of its log file, which says nothing about the cause.
        errors = [line for line in errors if "log of this run" not in line and ".log" not in line] or errors
        if not lines:
            return f"exit code {self.exit_code}"
        line = (errors or lines)[-1]
        return line if len(line) <= _MAX_LINE_CHARS else line[: _MAX_LINE_CHARS - 3] + "..."


Run = Callable[[Sequence[str], Path | None, float], ProgramResult]


def run_program(command: Sequence[str], folder: Path | None, timeout_secs: float) -> ProgramResult:
    """Run a program without a shell and without input, in `folder` or where we are.

    The program is ended when the time runs out or when this call is interrupted.

    Raises:
        OSError: the program cannot be started.
        TimeoutError: it did not end within `timeout_secs`.
    """
    try:
        done = subprocess.run(
            list(command),
            cwd=folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
            timeout=timeout_secs,
            encoding="utf-8",
            errors="replace",
        )
    except subprocess.TimeoutExpired as error:
        raise TimeoutError(f"it did not end within {timeout_secs:g} s") from error
    return ProgramResult(done.returncode, done.stdout, done.stderr)
