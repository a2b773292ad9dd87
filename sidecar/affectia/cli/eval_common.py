"""What the evaluations share: options, a bar, JSON, and how they end."""

from __future__ import annotations

import contextlib
import json
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from affectia.bake.whole_file import write_whole
from affectia.errors import CaptureError
from affectia.inference.model_store import ModelStore

INTERRUPTED: Final = 130
_NAMED: Final = 20  # files that are named on the screen; JSON has all

Dataset = Annotated[Path, typer.Argument(metavar="DATASET_DIR", help="The folder of a data set, as its publisher ships it.")]
Limit = Annotated[int | None, typer.Option(min=1, metavar="N", help="Only N of it, by chance.", show_default="all")]
Seed = Annotated[int, typer.Option(metavar="N", help="Of that chance: the same seed takes the same ones.")]
JsonTo = Annotated[
    str | None, typer.Option("--json", metavar="FILE|-", help="Everything as JSON, - for standard output.", show_default=False)
]
Plot = Annotated[Path | None, typer.Option(metavar="PNG", help="Draw confusions and calibration; needs matplotlib.", show_default=False)]
SetLayout = Annotated[str | None, typer.Option("--layout", metavar="NAME", help="How its files lie.", show_default="found out")]
Split = Annotated[str | None, typer.Option(metavar="NAME", help="A part of it: train, valid, test.", show_default="the usual one")]
Provider = Annotated[str, typer.Option(metavar="NAME", help="What runs the network: cpu, cuda, ..., or auto.")]


def model_store(context: typer.Context) -> ModelStore:
    """The user's own store, or the one that the caller of the command gives."""
    return context.find_object(ModelStore) or ModelStore()


@contextlib.contextmanager
def progress(doing: str, count: int) -> Iterator[Callable[[], None]]:
    """A bar on standard error where that is a terminal, so that what is written to standard output stays clean."""
    console = Console(stderr=True)
    columns = (TextColumn(doing), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(compact=True))
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("", total=count)
        yield lambda: bar.advance(task)


def stopped() -> typer.Exit:
    """How Ctrl-C ends: half of a set would give figures of nothing that anybody knows."""
    typer.echo("stopped, nothing is written", err=True)
    return typer.Exit(INTERRUPTED)


def write_json(to: str, found: Mapping[str, Any]) -> None:
    """To a file, whole or not at all, or to standard output; what is no number becomes null.

    Raises:
        ConfigError: the file cannot be written.
    """
    text = json.dumps(_plain(found), indent=2)
    if to == "-":
        typer.echo(text)
    else:
        write_whole(Path(to), f"{text}\n".encode())


def failures_table(failures: Sequence[tuple[str, str]]) -> Table:
    """Files that could not be read, by name."""
    table = Table(title=f"{len(failures)} not read", title_justify="left", header_style="bold", box=None, padding=(0, 2, 0, 0))
    table.add_column("file")
    table.add_column("what is wrong")
    for name, what in failures[:_NAMED]:
        table.add_row(Text(name), Text(what))  # names of files may hold what rich takes for markup
    if len(failures) > _NAMED:
        table.add_row("...", f"and {len(failures) - _NAMED} more")
    return table


def exit_code(failures: Sequence[tuple[str, str]]) -> int:
    """As of `bake`: what cannot be read does not stop the rest, and is told at the end."""
    return CaptureError.exit_code if failures else 0


def percent(share: float) -> str:
    """`87.1`, or a dash for what is no number."""
    return f"{100 * share:.1f}" if math.isfinite(share) else "-"


def decimal(value: float) -> str:
    """`0.871`, or a dash for what is no number."""
    return f"{value:.3f}" if math.isfinite(value) else "-"


def _plain(value: Any) -> Any:
    if isinstance(value, float):
        return round(value, 6) if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {key: _plain(one) for key, one in value.items()}
    return [_plain(one) for one in value] if isinstance(value, list | tuple) else value
