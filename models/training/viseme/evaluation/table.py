"""The one table: a row for each system on each set of clips, as texts, and where it stands in models/README.md."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from affectia.evaluate.viseme.metrics import Closures, agreement, changes_hz
from affectia.evaluate.viseme.mouth_metrics import lead, silence, words
from affectia.evaluate.viseme.reference import DataSet
from affectia.evaluate.viseme.track import Track

BEGIN: Final = "<!-- viseme quality: written by `python models/training/viseme/evaluate.py --write` -->"
END: Final = "<!-- end of viseme quality -->"
COLUMNS: Final = (
    "set",
    "system",
    "ahead",
    "right",
    "in speech",
    "6 shapes",
    "PP rec/prec",
    "FF rec/prec",
    "onset ms",
    "open in silence",
    "changes/s",
    "lead ms curve/edges",
    "best shift ms",
    "moves in words",
    "shut before/after",
)


def row(name: str, look_ahead_ms: int, data: DataSet, tracks: Sequence[Track]) -> list[str]:
    """One system on one set; shares in per cent, `-` where the set cannot tell."""
    spoken = [(clip.spoken, track) for clip, track in zip(data.clips, tracks, strict=True)]
    pairs = [(clip.labels, track) for clip, track in zip(data.clips, tracks, strict=True) if clip.labels is not None]
    quiet = silence(spoken)
    open_in_silence = f"{_percent(quiet.open_share)} ({quiet.open_mean:.3f})" if quiet.frames else "-"
    begin = [data.letter, name, f"{look_ahead_ms} ms"]
    if not pairs:
        heard = words(spoken)
        return [
            *begin,
            *["-"] * 6,
            open_in_silence,
            _rate(tracks),
            "-",
            "-",
            _percent(heard.moving),
            _both(heard.shut_before, heard.shut_after),
        ]
    found, ahead = agreement(pairs), lead(pairs)
    return [
        *begin,
        _percent(found.accuracy),
        _percent(found.speech_accuracy),
        _percent(found.balanced),
        _closures(found.closed),
        _closures(found.lip_on_teeth),
        _signed(found.onset_ms),
        open_in_silence,
        f"{found.changes_hz:.1f}",
        f"{_signed(ahead.curve_ms)}/{_signed(ahead.edges_ms)}",
        f"{_signed(found.best_shift_ms)}: {_percent(found.best_accuracy)}",
        "-",
        "-",
    ]


def plain(rows: Sequence[Sequence[str]]) -> str:
    """For a terminal."""
    widths = [max(len(line[column]) for line in [COLUMNS, *rows]) for column in range(len(COLUMNS))]
    return "\n".join("  ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)).rstrip() for line in [COLUMNS, *rows])


def markdown(rows: Sequence[Sequence[str]]) -> str:
    """For models/README.md."""
    lines = ["| " + " | ".join(COLUMNS) + " |", "|---|---|" + "---:|" * (len(COLUMNS) - 2)]
    return "\n".join(lines + ["| " + " | ".join(line) + " |" for line in rows])


def between_markers(text: str, section: str) -> str:
    """`text` with what is between the markers replaced by `section`.

    Raises:
        ValueError: the markers are not there once each, in order.
    """
    if text.count(BEGIN) != 1 or text.count(END) != 1 or text.index(BEGIN) > text.index(END):
        raise ValueError("markers of the table are missing or doubled, expected each once, in order")
    head, rest = text.split(BEGIN)
    return f"{head}{BEGIN}\n\n{section}\n\n{END}{rest.split(END)[1]}"


def _rate(tracks: Sequence[Track]) -> str:
    return f"{changes_hz(tracks):.1f}"


def _closures(found: Closures) -> str:
    return _both(found.recall, found.precision)


def _both(one: float, other: float) -> str:
    return f"{_percent(one)}/{_percent(other)}"


def _percent(share: float) -> str:
    return f"{100 * share:.0f}" if np.isfinite(share) else "-"


def _signed(value: float) -> str:
    return f"{value:+.0f}" if np.isfinite(value) else "-"
