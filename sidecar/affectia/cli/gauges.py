"""Bars of text: one that fills from the left, one that swings around its centre."""

from __future__ import annotations

from rich.text import Text

ACCENT = "cyan"
VOICE = "magenta"  # what a voice makes, beside what a face makes
TRACK = "dim"

_EIGHTHS = " ▏▎▍▌▋▊▉"


def bar(value: float, width: int, *, ascii_only: bool = False, style: str = ACCENT, trail: float = 0.0) -> Text:
    """A bar of `width` cells for a value 0..1, fine to an eighth of a cell; plain signs where the terminal has no others.

    `trail` 0..1 is how far it reached a moment ago: where that is further, a fainter bar reaches there.
    """
    share, reached = min(1.0, max(0.0, value)), min(1.0, max(0.0, trail))
    if ascii_only:
        text = Text("#" * round(share * width), style)
    else:
        full, eighths = divmod(round(share * width * 8), 8)
        text = Text("█" * full + _EIGHTHS[eighths].strip(), style)
    text.append(("-" if ascii_only else "░") * (round(reached * width) - text.cell_len), style)
    return text.append(("." if ascii_only else "·") * (width - text.cell_len), TRACK)


def swing(value: float, limit: float, width: int, *, ascii_only: bool = False, style: str = ACCENT) -> Text:
    """A gauge of `width` cells (odd) for -limit..limit: filled from the centre to the value, with a mark on the value."""
    line, fill, centre, mark = "-=|o" if ascii_only else "─━┼●"
    middle = width // 2
    place = middle + round(min(1.0, max(-1.0, value / limit)) * middle)
    cells = [(line, TRACK)] * width
    for cell in range(min(middle, place), max(middle, place) + 1):
        cells[cell] = (fill, style)
    cells[middle] = (centre, TRACK if place == middle else style)
    cells[place] = (mark, style)
    return Text.assemble(*cells)
