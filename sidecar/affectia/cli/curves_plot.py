"""A picture of a run: blendshapes, action units, the head, and where the face was. Curves only, no pictures of anybody."""

from __future__ import annotations

import importlib.util
import os
import tempfile
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from affectia import registry
from affectia.cli.action_units import LABELS
from affectia.cli.active_shapes import most_active
from affectia.cli.affect_recording import AffectCurves
from affectia.cli.recording import Curves
from affectia.clock import NANOS_PER_SEC

_LANES: Final = 10
_UNIT_LANES: Final = 5
_INK, _FAINT, _GRID = "#24292f", "#8c959f", "#e4e8ec"
_SHAPE_COLOUR, _UNIT_COLOUR, _FOUND_COLOUR, _LOST_COLOUR = "#0a7ea4", "#bf5700", "#2da44e", "#cf222e"
_HEAD_COLOURS: Final = (("yaw", "#0a7ea4"), ("pitch", "#bf5700"), ("roll", "#6e5494"))


def can_plot() -> bool:
    """Whether matplotlib is installed (`pip install affectia[demo]`)."""
    return importlib.util.find_spec("matplotlib") is not None


def write_plot(path: Path, curves: Curves, affect: AffectCurves, *, title: str) -> None:
    """Draw at least one frame's curves as a PNG of 1400 x 1400, written whole or not at all; needs matplotlib."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # 0.5 s to import, and an extra
    from matplotlib.figure import Figure

    figure = Figure(figsize=(14, 14), dpi=100, facecolor="white")
    FigureCanvasAgg(figure)
    chosen = sorted(place for place, _strength in affect.strongest(_UNIT_LANES))
    lanes, units, head, face = figure.subplots(4, 1, sharex=True, height_ratios=(10, max(0.9, len(chosen)), 4, 0.9))
    figure.subplots_adjust(left=0.17, right=0.93, top=0.928, bottom=0.05, hspace=0.08)
    began_nanos = curves.take.times_nanos[0]
    secs = (curves.take.times_nanos - began_nanos) / NANOS_PER_SEC
    _draw_shapes(lanes, secs, curves.take.blendshapes)
    _draw_units(units, (affect.times_nanos - began_nanos) / NANOS_PER_SEC, affect, chosen)
    _draw_head(head, secs, curves.take.head_deg, curves.found)
    _draw_face(face, secs, curves)
    lanes.set_xlim(0, max(float(secs[-1]), 1e-3))
    figure.text(0.17, 0.967, title, fontsize=17, weight="bold", color=_INK)
    figure.text(0.17, 0.9455, _caption(curves), fontsize=12, color=_FAINT)
    figure.align_ylabels((lanes, units, head))
    _save(figure, path)


def _caption(curves: Curves) -> str:
    parts = [f"{curves.count} frames", f"{curves.rate_hz:.2f} frames/s"]
    p50, p95 = curves.latency_percentile(50), curves.latency_percentile(95)
    if p50 is not None and p95 is not None:
        parts.append(f"captured to received p50 {p50:.1f} ms, p95 {p95:.1f} ms")
    parts.append(f"face found in {100 * curves.found_share:.1f} %")
    return "  ·  ".join(parts)


def _draw_shapes(axes: Any, secs: NDArray[np.float64], shapes: NDArray[np.float32]) -> None:
    moved = np.percentile(shapes, 98, axis=0) - np.percentile(shapes, 2, axis=0)
    if not moved.any():  # too short or too brief for percentiles: a shape of the synthetic source is up for a moment only
        moved = np.ptp(shapes, axis=0)
    chosen = sorted(most_active(moved, _LANES))
    top = _draw_lanes(axes, secs, shapes[:, chosen], [registry.BLENDSHAPES[place] for place in chosen], colour=_SHAPE_COLOUR)
    axes.set_ylabel(f"most active blendshapes (a lane is 0 to {top:.1f})", fontsize=11, color=_FAINT)
    _tidy(axes)


def _draw_units(axes: Any, secs: NDArray[np.float64], affect: AffectCurves, chosen: list[int]) -> None:
    """Gaps are where a unit was not measured: a face that turns away, a hand before the mouth."""
    if chosen:
        top = _draw_lanes(axes, secs, affect.units[:, chosen], [LABELS[place] for place in chosen], colour=_UNIT_COLOUR)
        axes.set_ylabel(f"action units (0 to {top:.1f})", fontsize=11, color=_FAINT)
    else:
        what = "no action unit was measured" if not np.isfinite(affect.units).any() else "all action units were at rest"
        axes.text(0.5, 0.5, what, transform=axes.transAxes, fontsize=12, color=_FAINT, ha="center", va="center")
        axes.set_yticks([0.5], ["action units"])
    _tidy(axes)


def _draw_lanes(axes: Any, secs: NDArray[np.float64], values: NDArray[np.float32], names: list[str], *, colour: str) -> float:
    """One lane for each column of `values` (at least one of which is a number), all of the same height, the first on top; returns what
    a lane is high.
    """
    top = max(0.1, np.ceil(float(np.nanmax(values)) * 10) / 10)
    for lane, peak in enumerate(np.nanmax(values, axis=0).tolist()):
        floor = len(names) - 1 - lane
        curve = floor + 0.86 * values[:, lane] / top
        axes.axhline(floor, color=_GRID, linewidth=1, zorder=0)
        axes.fill_between(secs, floor, curve, color=colour, alpha=0.16, linewidth=0)
        axes.plot(secs, curve, color=colour, linewidth=1.4, clip_on=False)
        axes.text(1.008, floor + 0.12, f"max {peak:.2f}", transform=axes.get_yaxis_transform(), fontsize=10, color=_FAINT)
    axes.set_yticks(np.arange(len(names)) + 0.12, list(reversed(names)))
    axes.set_ylim(0, len(names))
    return float(top)


def _draw_head(axes: Any, secs: NDArray[np.float64], head_deg: NDArray[np.float32], found: NDArray[np.bool_]) -> None:
    bottom, top = min(-5.0, float(head_deg.min())), max(5.0, float(head_deg.max()))
    label_deg = 0.11 * (top - bottom)
    ends = _spread(head_deg[-1].tolist(), gap=label_deg)
    for column, (name, colour) in enumerate(_HEAD_COLOURS):
        axes.plot(secs, np.where(found, head_deg[:, column], np.nan), color=colour, linewidth=1.6)
        axes.plot(secs, head_deg[:, column], color=colour, linewidth=0.6, alpha=0.5)  # held and eased poses, thin
        axes.text(1.008, ends[column], name, transform=axes.get_yaxis_transform(), color=colour, fontsize=11, va="center")
    axes.axhline(0, color=_GRID, linewidth=1, zorder=0)
    axes.set_ylim(bottom - label_deg, max(top, *ends) + label_deg)
    axes.set_ylabel("head (degrees)", fontsize=11, color=_FAINT)
    _tidy(axes)


def _spread(values: list[float], *, gap: float) -> list[float]:
    """The values, moved apart upwards until each is at least `gap` above the one below."""
    moved = list(values)
    order = sorted(range(len(values)), key=values.__getitem__)
    for below, above in zip(order, order[1:], strict=False):
        moved[above] = max(moved[above], moved[below] + gap)
    return moved


def _draw_face(axes: Any, secs: NDArray[np.float64], curves: Curves) -> None:
    """Green where a frame shows a face, a red line where frames did not arrive."""
    axes.broken_barh(runs(secs, curves.found), (0, 1), color=_FOUND_COLOUR, alpha=0.55, linewidth=0)
    lost_at = secs[curves.lost > 0]
    axes.vlines(lost_at, 0, 1, color=_LOST_COLOUR, linewidth=1.5)
    axes.set_ylim(0, 1)
    axes.set_yticks([0.5], ["face found"])
    lost = int(curves.lost.sum())
    colour = _LOST_COLOUR if lost else _FAINT
    axes.text(1.008, 0.5, f"{lost} lost", transform=axes.get_yaxis_transform(), fontsize=10, color=colour, va="center")
    axes.set_xlabel("seconds", fontsize=11, color=_FAINT)
    _tidy(axes)


def runs(secs: NDArray[np.float64], flags: NDArray[np.bool_]) -> list[tuple[float, float]]:
    """(start, length) in seconds of every stretch of set flags; a flag holds until the next frame."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], flags, [False])).astype(np.int8)))
    ends = np.append(secs, secs[-1])
    return [(float(secs[start]), float(ends[stop] - secs[start])) for start, stop in edges.reshape(-1, 2).tolist()]


def _tidy(axes: Any) -> None:
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set_color(_GRID)
    axes.tick_params(length=0, labelsize=11, labelcolor=_INK)
    axes.grid(axis="x", color=_GRID, linewidth=0.8)
    axes.set_axisbelow(True)


def _save(figure: Any, path: Path) -> None:
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "wb") as file:
            figure.savefig(file, format="png")
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
