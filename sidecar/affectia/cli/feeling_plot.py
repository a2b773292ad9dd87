"""How somebody felt, as curves of a plot: valence and arousal, over a bar of the emotion that was held."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from affectia import registry
from affectia.cli.affect_recording import AffectCurves

_CURVES: Final = (("valence", "#0a7ea4"), ("arousal", "#bf5700"))
# Of the emotions in registry order; what is not held has no bar.
_COLOURS: Final = ("#8c959f", "#d4a72c", "#0969da", "#cf222e", "#bf8700", "#2da44e", "#8250df", "#bf3989")
_BAR: Final = (-1.62, 0.42)  # bottom and height, below the curves' -1
_LEAST_NAMED: Final = 0.06  # of the width: a name needs so much room
_FAINT, _GRID = "#8c959f", "#e4e8ec"


def draw_feeling(axes: Any, secs: NDArray[np.float64], affect: AffectCurves, *, end_secs: float) -> None:
    """Draw n updates on the axes of matplotlib; gaps are where nothing was told."""
    for column, (name, colour) in enumerate(_CURVES):
        axes.plot(secs, affect.affect[:, column], color=colour, linewidth=1.6, clip_on=False)
        axes.text(1.008, 0.6 - 0.55 * column, name, transform=axes.get_yaxis_transform(), color=colour, fontsize=11, va="center")
    axes.axhline(0, color=_GRID, linewidth=1, zorder=0)
    for place, start_secs, length_secs in spells(secs, affect.held):
        axes.broken_barh([(start_secs, length_secs)], _BAR, color=_COLOURS[place], alpha=0.75, linewidth=0)
        if length_secs >= _LEAST_NAMED * end_secs:
            middle = (start_secs + length_secs / 2, _BAR[0] + _BAR[1] / 2)
            axes.text(*middle, registry.EMOTIONS[place], color="white", fontsize=10, ha="center", va="center", clip_on=True)
    axes.set_ylim(_BAR[0] - 0.05, 1.05)
    axes.set_yticks([-1.41, -1, 0, 1], ["held", "-1", "0", "1"])
    axes.set_ylabel("feeling", fontsize=11, color=_FAINT)


def spells(secs: NDArray[np.float64], held: NDArray[np.int8]) -> list[tuple[int, float, float]]:
    """(emotion, start, length) of every stretch in which one emotion was held; an update holds until the next one."""
    if not held.size:
        return []
    begins = np.flatnonzero(np.concatenate(([True], np.diff(held) != 0)))
    ends = np.append(begins[1:], held.size - 1)
    return [
        (int(held[begin]), float(secs[begin]), float(secs[end] - secs[begin]))
        for begin, end in zip(begins, ends, strict=True)
        if held[begin] >= 0
    ]
