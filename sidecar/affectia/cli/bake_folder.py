"""A folder of lines, baked side by side: what is there already is left, what is broken is told at the end."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.text import Text

from affectia.bake.bake_job import BakeJob
from affectia.bake.bake_message import Answer
from affectia.bake.bake_options import BakeOptions
from affectia.bake.bake_pool import BakePool
from affectia.bake.clip_files import ClipFile, find_clips
from affectia.bake.track_format import TrackFormat
from affectia.bake.whole_file import write_whole
from affectia.cli.bake_report import FolderReport, clip_json
from affectia.cli.sidecar_process import ended_like_ctrl_c
from affectia.clock import NANOS_PER_SEC, Clock, SystemClock
from affectia.errors import CaptureError, ConfigError

_INTERRUPTED: Final = 130

Pool = Callable[[Sequence[BakeJob], int], BakePool]


@dataclass(frozen=True, slots=True)
class BakeFolder:
    """What is to be done with a folder; `out` may be the folder itself."""

    folder: Path
    out: Path
    form: TrackFormat
    options: BakeOptions
    recursive: bool = False
    with_timing: bool = True
    force: bool = False


def bake_folder(
    wanted: BakeFolder,
    *,
    processes: int | None = None,
    as_json: bool = False,
    console: Console | None = None,
    pool: Pool | None = None,
    clock: Clock | None = None,
) -> int:
    """Bake every clip of a folder, write the results as they come, say what came of it; returns the exit code.

    Ctrl-C and the signals that end a process leave whole files only; the same call goes on where it stopped.
    """
    clock = clock or SystemClock()
    console = console or Console(highlight=False)
    files = find_clips(wanted.folder, out=wanted.out, form=wanted.form, recursive=wanted.recursive, with_timing=wanted.with_timing)
    _prepare(wanted.out)
    made = _Results(wanted.folder)
    began_nanos = clock.now_nanos()
    exit_code = 0
    whole = [file for file in files if not file.problem]
    for file in files:
        if file.problem:
            made.take(file, Answer(error=file.problem, exit_code=ConfigError.exit_code))
    jobs = [BakeJob(file.clip, file.timing, wanted.form, wanted.options, None if wanted.force else file.result) for file in whole]
    try:
        with ended_like_ctrl_c(), (pool or _pool)(jobs, processes or default_processes()) as baking, _progress(len(jobs)) as step:
            for number, answer in baking.answers():
                made.take(whole[number], answer)
                step()
    except KeyboardInterrupt:
        exit_code = _INTERRUPTED
    took_secs = (clock.now_nanos() - began_nanos) / NANOS_PER_SEC
    if as_json:
        for line in made.json_lines(files):
            typer.echo(line)
    else:
        for text in made.report.lines(took_secs=took_secs, count=len(files)):
            console.print(Text(text))
        for table in made.report.tables():
            console.print()
            console.print(table)
    if exit_code == _INTERRUPTED:
        typer.echo("stopped; the same command goes on with what is missing", err=True)
    elif made.report.errors:
        exit_code = CaptureError.exit_code
    return exit_code


def default_processes() -> int:
    """One for each processor that this process may use but one."""
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, usable - 1)


class _Results:
    """Writes what comes, and remembers what came of each clip."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._answers: dict[Path, Answer] = {}
        self.report = FolderReport()

    def take(self, file: ClipFile, answer: Answer) -> None:
        """Write a result; one that cannot be written is a clip that failed."""
        name = str(file.clip.relative_to(self._folder))
        if answer.content:
            try:
                write_whole(file.result, answer.content)
            except ConfigError as error:
                answer = Answer(error=str(error), exit_code=error.exit_code)
        report = self.report
        if answer.error:
            report.errors.append((name, answer.error.removesuffix(f": {file.clip}")))
        elif answer.facts is None:
            report.unchanged += 1
        else:
            report.baked += 1
            report.clip_secs += answer.facts.duration_secs
            report.note(name, answer.facts.notices)
        self._answers[file.clip] = Answer(facts=answer.facts, error=answer.error)  # not the content, which may be large

    def json_lines(self, files: Sequence[ClipFile]) -> Iterator[str]:
        """A line for each clip that there was time for, in the order of names."""
        for file in files:
            answer = self._answers.get(file.clip)
            if answer is not None:
                yield json.dumps(clip_json(file.clip, file.result, facts=answer.facts, error=answer.error))


def _prepare(out: Path) -> None:
    """One sentence for a folder that cannot be written to, rather than one for each clip."""
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        reason = (error.strerror or type(error).__name__).lower()
        raise ConfigError(f"folder for the results cannot be made ({reason}), expected one to write to: {out}") from None
    if not os.access(out, os.W_OK | os.X_OK):
        raise ConfigError(f"folder for the results cannot be written to, expected one of this user's, choose one with -o: {out}")


def _pool(jobs: Sequence[BakeJob], processes: int) -> BakePool:
    return BakePool(jobs, processes=processes)


@contextlib.contextmanager
def _progress(count: int) -> Iterator[Callable[[], None]]:
    """A bar on standard error where that is a terminal, so that what is written to standard output stays clean."""
    console = Console(stderr=True)
    columns = (TextColumn("baking"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(compact=True))
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("", total=count)
        yield lambda: progress.advance(task)
