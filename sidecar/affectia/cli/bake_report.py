"""What came of baking, in words for people and as JSON for programs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from rich.table import Table
from rich.text import Text

from affectia.bake.bake_job import BakeFacts
from affectia.bake.bake_message import facts_json
from affectia.bake.mouth_look import MouthLook

_NAMED: Final = 3  # clips that are named beside a note that many have
_MOST_ROWS: Final = 100


def clip_lines(source: Path, result: Path, size: int, facts: BakeFacts, *, timing: Path | None) -> list[str]:
    """The summary of one clip."""
    channels = "timing alone" if not facts.channels else "1 channel" if facts.channels == 1 else f"{facts.channels} channels"
    made = facts.made_from if timing is None else f"{facts.made_from} ({timing.name})"
    lines = [
        f"baked {source.name} -> {result}",
        f"  clip   {facts.duration_secs:.2f} s, {facts.sample_rate_hz} Hz, {channels}",
        f"  track  {facts.frame_count} frames at {facts.frame_rate_hz}/s, {kilobytes(size)}; {made}",
        f"  mouth  {_look(facts.look)}",
        f"  took   {facts.took_secs:.2f} s, {speed(facts.duration_secs, facts.took_secs)}",
    ]
    return lines + [f"  note   {notice}" for notice in facts.notices]


def clip_json(source: Path, result: Path, *, facts: BakeFacts | None = None, error: str = "") -> dict[str, Any]:
    """One clip: `state` is baked, unchanged or failed."""
    state = "failed" if error else "unchanged" if facts is None else "baked"
    found: dict[str, Any] = {"clip": str(source), "result": str(result), "state": state}
    if error:
        found["error"] = error
    return found if facts is None else found | facts_json(facts)


@dataclass
class FolderReport:
    """What came of a folder, gathered clip by clip; names are those below the folder."""

    baked: int = 0
    unchanged: int = 0
    clip_secs: float = 0.0
    errors: list[tuple[str, str]] = field(default_factory=list)
    notes: dict[str, list[str]] = field(default_factory=dict)

    def note(self, name: str, notices: Sequence[str]) -> None:
        """Remember what is to be known of a clip."""
        for notice in notices:
            self.notes.setdefault(notice, []).append(name)

    def lines(self, *, took_secs: float, count: int) -> list[str]:
        """The sums."""
        lines = [f"baked {self.baked} of {count} {'clip' if count == 1 else 'clips'} in {took_secs:.1f} s"]
        if self.baked:
            lines[0] += f": {minutes(self.clip_secs)} of sound, {speed(self.clip_secs, took_secs)}"
        if self.unchanged:
            lines.append(f"left {self.unchanged} as they were: made of the same already, --force bakes them again")
        return lines

    def tables(self) -> list[Table]:
        """What was wrong with clips, and what is to be known of others; none where there is nothing."""
        tables = []
        if self.errors:
            failed = sorted(self.errors)
            tables.append(_table(f"{len(failed)} failed", "clip", "what is wrong", failed))
        if self.notes:
            rows = [(_names(names), notice) for notice, names in sorted(self.notes.items())]
            tables.append(_table("notes", "clip", "note", rows))
        return tables


def _look(look: MouthLook) -> str:
    closures = times(look.closures, "closes for a moment")
    return f"{times(look.openings, 'opens')}, {closures}, open {100 * look.open_share:.0f} % of the time"


def speed(clip_secs: float, took_secs: float) -> str:
    """`46 x real time`."""
    return f"{clip_secs / max(took_secs, 1e-3):.0f} x real time"


def kilobytes(size: int) -> str:
    """A size in words."""
    return f"{size} bytes" if size < 1024 else f"{size / 1024:.0f} KiB" if size < 1024 * 1024 else f"{size / 1024 / 1024:.1f} MiB"


def minutes(secs: float) -> str:
    """A duration in words."""
    return f"{secs:.1f} s" if secs < 100 else f"{secs / 60:.1f} min"


def times(count: int, what: str) -> str:
    """`opens once`."""
    return f"{what} once" if count == 1 else f"{what} {count} times"


def _table(title: str, first: str, second: str, rows: Sequence[tuple[str, str]]) -> Table:
    drawn = Table(title=title, title_justify="left", header_style="bold", box=None, padding=(0, 2, 0, 0))
    drawn.add_column(first, no_wrap=False, ratio=1)
    drawn.add_column(second, no_wrap=False, ratio=3)
    for row in rows[:_MOST_ROWS]:
        drawn.add_row(*(Text(cell) for cell in row))  # names of files may hold what rich takes for markup
    if len(rows) > _MOST_ROWS:
        drawn.add_row("...", f"and {len(rows) - _MOST_ROWS} more")
    return drawn


def _names(names: Sequence[str]) -> str:
    shown = ", ".join(names[:_NAMED])
    return shown if len(names) <= _NAMED else f"{shown} and {len(names) - _NAMED} more"
