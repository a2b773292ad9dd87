"""A picture of what motion does: raw beside final curves of a clip, and a line whose lips must meet."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from affectia import registry
from phone_line import CLOSE, JAW, Closing
from published_curves import Curves

_INK, _FAINT, _GRID = "#24292f", "#8c959f", "#e4e8ec"
_COLOURS = ("#0a7ea4", "#bf5700", "#2da44e", "#6e5494", "#cf222e", "#8250df")
_ALWAYS = ("eyeBlinkLeft", "jawOpen")
_LANES = 6
_LARGER = 20  # how much larger a face at rest is drawn


def write_picture(path: Path, clips: dict[str, Curves], *, stills: dict[str, Curves], line: Curves, met: Sequence[Closing]) -> None:
    """A row for each clip and each still picture: on the left what fusion holds, on the right what is published; below, the line."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # 0.5 s to import, and an extra
    from matplotlib.figure import Figure

    rows = [(name, curves, clips[name], 1) for name, curves in clips.items()]
    rows += [
        (f"{name}, standing still with noise, {_LARGER} times larger", curves, clips[name], _LARGER) for name, curves in stills.items()
    ]
    figure = Figure(figsize=(16, 4 * len(rows) + 3.2), dpi=100, facecolor="white")
    FigureCanvasAgg(figure)
    grid = figure.add_gridspec(len(rows) + 1, 2, height_ratios=[4] * len(rows) + [3])
    for row, (name, curves, moving, larger) in enumerate(rows):
        lanes = _lanes(moving)
        assert curves.raw is not None
        for column, (title, shapes) in enumerate((("raw: as fusion holds it", curves.raw), ("final: as published", curves.final))):
            axes = figure.add_subplot(grid[row, column])
            middle = curves.raw.mean(axis=0) if larger > 1 else 0
            _draw_lanes(axes, curves.secs, larger * (shapes - middle) + (0.3 if larger > 1 else 0), f"{name}   {title}", lanes)
    _draw_line(figure.add_subplot(grid[len(rows), :]), line, met)
    figure.tight_layout()
    figure.savefig(path, format="png")


def _lanes(curves: Curves) -> list[int]:
    """The shapes that are always drawn, and those others that move most, one of each left and right."""
    assert curves.raw is not None
    chosen = list(_ALWAYS)
    for place in np.argsort(-curves.raw.std(axis=0), kind="stable").tolist():
        name = registry.BLENDSHAPES[place]
        if len(chosen) < _LANES and name.removesuffix("Right").removesuffix("Left") not in {
            other.removesuffix("Right").removesuffix("Left") for other in chosen
        }:
            chosen.append(name)
    return [registry.BLENDSHAPES.index(name) for name in chosen]


def _draw_lanes(axes: Any, secs: Any, shapes: Any, title: str, lanes: list[int]) -> None:
    for lane, place in enumerate(lanes):
        bottom, name = len(lanes) - 1 - lane, registry.BLENDSHAPES[place]
        axes.axhline(bottom, color=_GRID, linewidth=0.8)
        axes.plot(secs, bottom + 0.9 * shapes[:, place], color=_COLOURS[lane], linewidth=1.1)
        axes.text(-0.01, bottom + 0.1, name, transform=axes.get_yaxis_transform(), ha="right", fontsize=9, color=_INK)
    _tidy(axes, title, secs)
    axes.set_ylim(-0.05, len(lanes))
    axes.set_yticks([])


def _draw_line(axes: Any, line: Curves, met: Sequence[Closing]) -> None:
    for closing in met:
        axes.axvspan(closing.start_secs, closing.end_secs, color="#fff1c2")
        axes.text((closing.start_secs + closing.end_secs) / 2, 0.62, closing.phone, ha="center", fontsize=11, color=_INK)
    axes.plot(line.secs, line.final[:, JAW], color=_COLOURS[1], label="jawOpen")
    axes.plot(line.secs, line.final[:, CLOSE], color=_COLOURS[3], label="mouthClose")
    axes.plot(line.secs, line.final[:, registry.BLENDSHAPES.index("mouthPressLeft")], color=_COLOURS[2], label="mouthPressLeft")
    axes.legend(loc="upper right", fontsize=9, frameon=False, ncols=3)
    _tidy(axes, "a baked line: lips meet in each p, b and m (yellow: when it is said)", line.secs)
    axes.set_ylim(0, 0.75)


def _tidy(axes: Any, title: str, secs: Any) -> None:
    axes.set_title(title, loc="left", fontsize=11, color=_INK)
    axes.set_xlim(float(secs[0]), float(secs[-1]))
    axes.tick_params(colors=_FAINT, labelsize=8)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
