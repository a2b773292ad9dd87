"""Tables of times and labels: one entry a line, `start end label`, separated by tabs, commas, semicolons or blanks."""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from affectia.errors import ConfigError
from affectia.perception.voice.timing.event_times import MAX_EVENTS
from affectia.perception.voice.timing.labelled_events import LabelKind, LabelledEvents

# What the label's column may be called in a first line, and what that says of the labels.
COLUMN_KINDS: Final[dict[str, LabelKind | None]] = {
    "viseme": LabelKind.VISEME, "arpabet": LabelKind.ARPABET, "ipa": LabelKind.IPA, "word": LabelKind.WORD, "text": LabelKind.WORD,
    "phone": None, "phoneme": None, "label": None,
}  # fmt: skip
_SEPARATORS: Final = ("\t", ";", ",")


def read_event_rows(text: str) -> LabelledEvents:
    """Entries of seconds, seconds and a label; a first line of names and lines that begin with # are no entries.

    Without a separator before the label, blanks separate. A label may be empty: silence. ConfigError names the line of what is wrong.
    """
    starts: list[float] = []
    ends: list[float] = []
    labels: list[str] = []
    lines: list[int] = []
    kind: LabelKind | None = None
    separator: str | None = None
    begun = False
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        if not begun:
            begun = True
            separator = next((mark for mark in _SEPARATORS if mark in line), None)
            header = [cell.casefold() for cell in _cells(line, separator)]
            if header[0].startswith(("start", "begin", "from")):
                kind = _column_kind(header, number)
                continue
        if len(starts) >= MAX_EVENTS:
            raise ConfigError(f"timing has more than {MAX_EVENTS} entries, expected {MAX_EVENTS} or fewer: line {number}")
        cells = _cells(line, separator)
        if len(cells) < 2:
            raise ConfigError(f"entry has {len(cells)} cells, expected start, end and label: line {number}")
        starts.append(_secs(cells[0], number))
        ends.append(_secs(cells[1], number))
        labels.append(cells[2] if len(cells) > 2 else "")
        lines.append(number)
    if not starts:
        raise ConfigError("timing has no entries, expected lines of start, end and label")
    return LabelledEvents(np.array(starts), np.array(ends), tuple(labels), lambda entry: f"line {lines[entry]}", kind)


def _cells(line: str, separator: str | None) -> list[str]:
    """Up to three: what follows the second separator is the label, whatever it holds."""
    cells = [cell.strip() for cell in (line.strip("\r\n") if separator else line.strip()).split(separator, 2)]
    if len(cells) > 2 and len(cells[2]) > 1 and cells[2][0] == cells[2][-1] == '"':
        cells[2] = cells[2][1:-1].replace('""', '"')
    return cells


def _column_kind(header: list[str], number: int) -> LabelKind | None:
    if len(header) != 3 or header[2].rstrip("s") not in COLUMN_KINDS:
        raise ConfigError(f"first line names no columns start, end and one of {', '.join(COLUMN_KINDS)}, expected these: line {number}")
    return COLUMN_KINDS[header[2].rstrip("s")]


def _secs(cell: str, number: int) -> float:
    try:
        value = float(cell)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise ConfigError(f"time of an entry is no finite number, expected seconds: line {number}")
    return value
