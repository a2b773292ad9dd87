"""A picture of a run: blendshapes, action units, the head, where the face was, the visemes of a voice, and how somebody felt. Curves only,
no pictures of anybody.
"""

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
from affectia.cli.affect_recording import NOT_TOLD, AffectCurves
from affectia.cli.feeling_plot import draw_feeling
from affectia.cli.recording import Curves
from affectia.clock import NANOS_PER_SEC

_LANES: Final = 10
_UNIT_LANES: Final = 5
_INK, _FAINT, _GRID = "#24292f", "#8c959f", "#e4e8ec"
_SHAPE_COLOUR, _UNIT_COLOUR, _FOUND_COLOUR, _LOST_COLOUR = "#0a7ea4", "#bf5700", "#2da44e", "#cf222e"
_VOICE_COLOUR: Final = "#8250df"
_STRIP_COLUMNS: Final = 1064  # as many as there are pixels
_WIDTH, _HEIGHT, _SPEECH_HEIGHT, _FEELING_HEIGHT = 14.0, 14.0, 5.0, 3.0  # inches of 100 pixels
_HEAD_COLOURS: Final = (("yaw", "#0a7ea4"), ("pitch", "#bf5700"), ("roll", "#6e5494"))


def can_plot() -> bool:
    """Whether matplotlib is installed (`pip install affectia[demo]`)."""
    return importlib.util.find_spec("matplotlib") is not None


def write_plot(path: Path, curves: Curves, affect: AffectCurves, *, title: str) -> None:
    """Draw at least one frame's curves as a PNG of 1400 x 1400, 500 more where a voice was listened to, 300 more where it was told how
    somebody felt, written whole or not at all; needs matplotlib.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # 0.5 s to import, and an extra
    from matplotlib.figure import Figure

    began_nanos = curves.take.times_nanos[0]
    secs = (curves.take.times_nanos - began_nanos) / NANOS_PER_SEC
    affect_secs = (affect.times_nanos - began_nanos) / NANOS_PER_SEC
    chosen = sorted(place for place, _strength in affect.strongest(_UNIT_LANES))
    with_voice = bool(curves.by_voice.any() or np.isfinite(affect.speaking).any())
    with_feeling = bool((affect.held != NOT_TOLD).any())
    height = _HEIGHT + (_SPEECH_HEIGHT if with_voice else 0) + (_FEELING_HEIGHT if with_feeling else 0)
    figure = Figure(figsize=(_WIDTH, height), dpi=100, facecolor="white")
    FigureCanvasAgg(figure)
    ratios = (10, max(0.9, len(chosen)), 4, 0.9, *((3.6,) if with_feeling else ()), *((5.6, 1.8) if with_voice else ()))
    lanes, units, head, face, *more = figure.subplots(len(ratios), 1, sharex=True, height_ratios=ratios)
    figure.subplots_adjust(left=0.17, right=0.93, top=1 - 1.0 / height, bottom=0.7 / height, hspace=0.08)
    _draw_shapes(lanes, secs, curves.take.blendshapes)
    _draw_units(units, affect_secs, affect, chosen)
    _draw_head(head, secs, curves.take.head_deg, curves.found)
    _draw_face(face, secs, curves)
    speech = more[with_feeling:]
    if with_feeling:
        draw_feeling(more[0], affect_secs, affect, end_secs=float(secs[-1]))
        _tidy(more[0])
    if with_voice:
        _draw_visemes(speech[0], secs, curves)
        _draw_speaking(speech[1], secs, curves, affect_secs, affect)
    (more or [face])[-1].set_xlabel("seconds", fontsize=11, color=_FAINT)
    lanes.set_xlim(0, max(float(secs[-1]), 1e-3))
    figure.text(0.17, 1 - 0.46 / height, title, fontsize=17, weight="bold", color=_INK)
    figure.text(0.17, 1 - 0.76 / height, _caption(curves), fontsize=12, color=_FAINT)
    figure.align_ylabels((lanes, units, head, *more))
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
    _tidy(axes)


def _draw_visemes(axes: Any, secs: NDArray[np.float64], curves: Curves) -> None:
    """The weights of the final mouth: in colour where the voice has it, grey where they follow the face's."""
    from matplotlib.colors import to_rgb

    end_secs = max(float(secs[-1]), 1e-3)
    places = columns(secs, end_secs, _STRIP_COLUMNS)
    weights = strip(curves.visemes, places)
    inks = np.where(curves.by_voice[places][:, None], to_rgb(_VOICE_COLOUR), to_rgb(_FAINT))
    axes.imshow(
        (1 - weights[:, :, None] * (1 - inks[:, None])).swapaxes(0, 1),
        aspect="auto",
        extent=(0, end_secs, len(registry.VISEMES) - 0.5, -0.5),
        interpolation="nearest",
    )
    axes.set_yticks(range(len(registry.VISEMES)), registry.VISEMES)
    axes.set_ylabel("visemes (grey: the face's)", fontsize=11, color=_FAINT)
    _tidy(axes)
    axes.tick_params(labelsize=10)


def columns(secs: NDArray[np.float64], end_secs: float, count: int) -> NDArray[np.intp]:
    """(count,) the frame that is shown at the end of each of `count` equal parts of 0..end_secs."""
    ends = np.linspace(0, end_secs, count + 1)[1:]
    return np.maximum(np.searchsorted(secs, ends, side="right") - 1, 0)


def strip(weights: NDArray[np.float32], places: NDArray[np.intp]) -> NDArray[np.float32]:
    """(columns, n) the highest of each weight in every column; a column without a frame of its own shows the frame before."""
    starts = np.minimum(np.concatenate((places[:1] * 0, places[:-1] + 1)), places)
    highest: NDArray[np.float32] = np.maximum(np.maximum.reduceat(weights, starts, axis=0), weights[places])
    return highest


def _draw_speaking(axes: Any, secs: NDArray[np.float64], curves: Curves, affect_secs: NDArray[np.float64], affect: AffectCurves) -> None:
    """How likely it is that somebody speaks, over a bar that says when the voice has the mouth."""
    axes.fill_between(affect_secs, 0, affect.speaking, color=_VOICE_COLOUR, alpha=0.16, linewidth=0, step="post")
    axes.plot(affect_secs, affect.speaking, color=_VOICE_COLOUR, linewidth=1.4, drawstyle="steps-post", clip_on=False)
    axes.broken_barh(runs(secs, curves.by_voice), (-0.34, 0.22), color=_VOICE_COLOUR, alpha=0.75, linewidth=0)
    axes.set_ylim(-0.4, 1.08)
    axes.set_yticks([-0.23, 0.5], ["mouth by the voice", "somebody speaks"])
    share = f"{100 * float(curves.by_voice.mean()):.0f} %"
    axes.text(1.008, -0.23, share, transform=axes.get_yaxis_transform(), fontsize=10, color=_FAINT, va="center")
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
