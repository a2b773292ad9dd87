"""`affectia variants`: how avatars moved under each mapping, session by session, as it is recorded on this machine."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Annotated

import typer
from rich import box
from rich.console import Console
from rich.table import Table

from affectia.cli.variant_figures import Middle, VariantFigures, figures
from affectia.errors import AffectiaError
from affectia.store.variant_record import VariantReading, VariantRecord


def variants(
    context: typer.Context,
    *,
    clear: Annotated[bool, typer.Option("--clear", help="Delete the record.")] = False,
    drawn: Annotated[bool, typer.Option("--split", help="Only sessions whose mapping was drawn, not chosen: a fair comparison.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="For a program to read.")] = False,
) -> None:
    """Compare the mappings of faces: sessions, minutes, and of the median session jitter, range and how often it was away from rest."""
    record = context.find_object(VariantRecord) or VariantRecord()
    console = Console(highlight=False)
    if clear:
        if not record.clear():
            raise AffectiaError(f"record of mapping variants cannot be deleted, expected a file of this user's own: {record.path}")
        console.print("the record is empty now")
        return
    reading = _read(record)
    entries = [entry for entry in reading.entries if entry.split or not drawn]
    rows = figures(entries)
    if as_json:
        typer.echo(json.dumps([asdict(row) for row in rows], indent=2))
        return
    if rows:
        console.print(_table(rows))
    for line in _remarks(rows, reading, len(entries), drawn=drawn):
        console.print(line, markup=False, soft_wrap=True)
    console.print(f"record: {record.path}", markup=False, soft_wrap=True)


def _read(record: VariantRecord) -> VariantReading:
    try:
        return record.read()
    except OSError as error:
        reason = (error.strerror or type(error).__name__).lower()
        raise AffectiaError(f"record of mapping variants cannot be read ({reason}): {record.path}") from None


def _table(rows: Sequence[VariantFigures]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, header_style="bold", pad_edge=False)
    table.add_column("mapping", no_wrap=True)
    for heading in ("sessions", "minutes", "jitter %", "range", "expressive %"):
        table.add_column(heading, justify="right")  # on a narrow terminal an interval goes below its median
    for row in rows:
        jitter, spread = _told(row.jitter_percent, decimals=1), _told(row.range, decimals=2)
        expressive = _told(row.expressive_share, decimals=0, unit=100)
        table.add_row(row.variant, str(row.sessions), f"{row.minutes:.1f}", jitter, spread, expressive)
    return table


def _told(middle: Middle, *, decimals: int, unit: float = 1) -> str:
    """A median, and the interval that it lies in."""
    text = f"{middle.median * unit:.{decimals}f}"
    if middle.interval is None:
        return text
    low, high = middle.interval
    return f"{text} ({low * unit:.{decimals}f}-{high * unit:.{decimals}f})"


def _remarks(rows: Sequence[VariantFigures], reading: VariantReading, shown: int, *, drawn: bool) -> list[str]:
    said = []
    if not rows:
        which = "whose mapping was drawn " if drawn else ""
        said.append(f"no session {which}is recorded: `serve --mapping split`, or set `variant` in [mapping]")
    elif any(row.jitter_percent.interval is None for row in rows):
        said.append("a mapping with fewer than 6 sessions has no interval: its median may be anywhere")
    if rows:
        said.append("in brackets: where the median lies at 95 %; mappings whose brackets overlap are not told apart yet")
    if drawn and (left := len(reading.entries) - shown):
        said.append(f"{left} {'session was' if left == 1 else 'sessions were'} left out, whose mapping was chosen")
    if reading.skipped:
        said.append(f"{reading.skipped} {'line' if reading.skipped == 1 else 'lines'} of the record could not be used")
    return said
