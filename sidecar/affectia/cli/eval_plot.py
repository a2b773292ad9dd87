"""A picture of an evaluation: confusions and calibration of each view. Counts only, nothing of anybody."""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from typing import Any, Final

import numpy as np

from affectia import registry
from affectia.bake.whole_file import write_whole
from affectia.errors import ConfigError
from affectia.evaluate.emotion_figures import EmotionFigures
from affectia.evaluate.emotion_run import View

_INK, _FAINT, _GRID, _COLOUR, _IDEAL = "#24292f", "#8c959f", "#e4e8ec", "#0a7ea4", "#bf5700"
_RARE: Final = 0.02  # of the answers; what a step of fewer says is chance
_DARK: Final = 0.55  # a cell darker than this has white numbers


def check_plot(path: Path | None) -> None:
    """Say before an hour of work that its picture could not be drawn.

    Raises:
        ConfigError: matplotlib is not installed.
    """
    if path is not None and importlib.util.find_spec("matplotlib") is None:
        raise ConfigError("--plot needs matplotlib, which is not installed; run `pip install affectia[demo]`")


def write_eval_plot(path: Path, views: Sequence[View], *, title: str) -> None:
    """Draw a row for each view as a PNG, 1400 wide, written whole or not at all; needs matplotlib."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # 0.5 s to import, and an extra
    from matplotlib.figure import Figure

    height = 1.1 + 6.6 * len(views)
    figure = Figure(figsize=(14, height), dpi=100, facecolor="white")
    FigureCanvasAgg(figure)
    grid = figure.subplots(len(views), 2, squeeze=False, width_ratios=(7, 5))
    figure.subplots_adjust(left=0.09, right=0.97, top=1 - 1.35 / height, bottom=0.75 / height, hspace=0.36, wspace=0.18)
    for (left, right), view in zip(grid, views, strict=True):
        found = EmotionFigures.of(view.answers)
        _draw_confusion(left, view, found)
        _draw_reliability(right, found)
    figure.text(0.09, 1 - 0.5 / height, title, fontsize=17, weight="bold", color=_INK)
    content = BytesIO()
    figure.savefig(content, format="png")
    write_whole(path, content.getvalue())


def _draw_confusion(axes: Any, view: View, found: EmotionFigures) -> None:
    totals = found.counts.sum(axis=1)
    rows = np.flatnonzero(totals)
    columns = np.flatnonzero(totals + found.counts.sum(axis=0))
    shares = found.counts[np.ix_(rows, columns)] / np.maximum(totals[rows], 1)[:, None]
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=1, aspect="auto")
    for row in range(len(rows)):
        for column in range(len(columns)):
            share, count = shares[row, column], int(found.counts[rows[row], columns[column]])
            if count:
                colour = "white" if share > _DARK else _INK
                axes.text(column, row, f"{100 * share:.0f} %\n{count}", ha="center", va="center", fontsize=9, color=colour)
    axes.set_xticks(range(len(columns)), [registry.EMOTIONS[place] for place in columns])
    axes.set_yticks(range(len(rows)), [registry.EMOTIONS[place] for place in rows])
    axes.set_xlabel("told", fontsize=11, color=_FAINT)
    axes.set_ylabel("label", fontsize=11, color=_FAINT)
    words = f"{view.name}: {found.count} items, accuracy {100 * found.accuracy:.1f} %, UAR {100 * found.uar:.1f} %"
    axes.set_title(words, fontsize=12, color=_INK, loc="left")
    _tidy(axes)


def _draw_reliability(axes: Any, found: EmotionFigures) -> None:
    counts, confidence, right = found.reliability
    steps = len(counts)
    lows, width = np.arange(steps) / steps, 1 / steps
    known = counts > 0
    share = counts / max(int(counts.sum()), 1)
    for shown, alpha, label in ((known & (share >= _RARE), 0.75, "accuracy"), (known & (share < _RARE), 0.2, "of few answers")):
        axes.bar(lows[shown], right[shown], width=width, align="edge", color=_COLOUR, alpha=alpha, edgecolor="white", label=label)
    axes.bar(lows, share, width=width, align="edge", color=_INK, alpha=0.18, label="share of the answers")
    axes.plot((0, 1), (0, 1), color=_IDEAL, linewidth=1.2, linestyle="--", label="as sure as right")
    axes.plot(confidence[known], right[known], color=_INK, linewidth=0, marker="o", markersize=4, label="mean confidence")
    axes.set_xlim(0, 1)
    axes.set_ylim(0, 1)
    axes.set_xlabel("confidence", fontsize=11, color=_FAINT)
    axes.legend(loc="upper left", framealpha=0.85, edgecolor="white", fontsize=9)
    axes.set_title(f"calibration: expected error {found.ece:.3f}", fontsize=12, color=_INK, loc="left")
    _tidy(axes)
    axes.grid(axis="y", color=_GRID, linewidth=0.8)
    axes.set_axisbelow(True)


def _tidy(axes: Any) -> None:
    for side in ("top", "right", "left", "bottom"):
        axes.spines[side].set_visible(False)
    axes.tick_params(length=0, labelsize=10, labelcolor=_INK)
