"""Tables of what was measured: each row a figure, what it is compared with in the same run, and the ratio."""

from __future__ import annotations

import os
from collections.abc import Sequence

import numpy as np
from rich.console import Console
from rich.table import Table

console = Console(width=110, highlight=False)


def percentiles(millis: Sequence[float]) -> str:
    """p50, p95 and the largest, in milliseconds."""
    p50, p95, most = np.percentile(millis, (50, 95, 100))
    return f"p50 {p50:.2f}  p95 {p95:.2f}  max {most:.2f}"


def table(title: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print one table."""
    drawn = Table(title=title, title_justify="left", header_style="bold")
    for place, column in enumerate(columns):
        drawn.add_column(column, justify="left" if place == 0 else "right")
    for row in rows:
        drawn.add_row(*row)
    console.print(drawn)


def stolen_secs() -> float:
    """Seconds of all processors that went to other virtual machines since the start; 0 where the system does not tell."""
    try:
        with open("/proc/stat", encoding="ascii") as file:
            return int(file.readline().split()[8]) / os.sysconf("SC_CLK_TCK")
    except (OSError, ValueError, IndexError, AttributeError):
        return 0.0


def against(value: float, limit: float, unit: str) -> str:
    """`2.10 of 3 ms (0.70)`."""
    return f"{value:.2f} of {limit:g} {unit} ({value / limit:.2f})"
