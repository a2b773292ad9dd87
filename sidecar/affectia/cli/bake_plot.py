"""A picture of a baked line: its sound, what moves the mouth, and the mouth. Curves only."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from affectia import registry
from affectia.bake.bake_job import Baked
from affectia.bake.mouth_look import track_gaps
from affectia.bake.track_format import whole_track
from affectia.bake.whole_file import write_whole
from affectia.signals.audio_sample import VOICE_RATE_HZ
from affectia.wire.layout import TRACK
from affectia.wire.track_chunk import TrackChunk

_INK, _FAINT, _GRID, _SOUND_COLOUR = "#24292f", "#8c959f", "#e4e8ec", "#0a7ea4"
_CURVES: Final = (("jawOpen", "#bf5700"), ("mouthClose", "#6e5494"), ("mouthFunnel", "#2da44e"), ("mouthPucker", "#0a7ea4"))
_PRESSED: Final = ("mouthPressLeft", "mouthRollLower", "mouthRollUpper")
_COLUMNS: Final = 2000  # of the waveform: more than there are pixels


def write_bake_plot(path: Path, baked: Baked, *, title: str) -> None:
    """Draw a track as a PNG of 1600 x 900, written whole or not at all; needs matplotlib."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # 0.5 s to import, and an extra
    from matplotlib.figure import Figure

    track = whole_track(baked.chunks)
    secs = np.arange(track.frame_count) / track.frame_rate_hz
    figure = Figure(figsize=(16, 9), dpi=100, facecolor="white")
    FigureCanvasAgg(figure)
    sound, visemes, mouth = figure.subplots(3, 1, sharex=True, height_ratios=(2, 5, 4))
    figure.subplots_adjust(left=0.07, right=0.91, top=0.9, bottom=0.06, hspace=0.1)
    _draw_sound(sound, baked)
    _draw_visemes(visemes, track, secs)
    _draw_mouth(mouth, track, secs)
    sound.set_xlim(0, max(track.frame_count / track.frame_rate_hz, 1e-3))
    facts, look = baked.facts, baked.facts.look
    caption = [f"{facts.frame_count} frames at {facts.frame_rate_hz}/s", facts.made_from]
    caption += [f"{look.closures} closures", f"open {100 * look.open_share:.0f} %", *facts.notices]
    figure.text(0.07, 0.955, title, fontsize=17, weight="bold", color=_INK)
    figure.text(0.07, 0.92, "  ·  ".join(caption), fontsize=12, color=_FAINT)
    content = BytesIO()
    figure.savefig(content, format="png")
    write_whole(path, content.getvalue())


def envelope(pcm: NDArray[np.float32], columns: int = _COLUMNS) -> tuple[NDArray[np.float64], NDArray[np.float32], NDArray[np.float32]]:
    """(seconds, lowest, highest) of a sound at VOICE_RATE_HZ, in at most so many columns."""
    starts = np.unique(np.linspace(0, pcm.size, min(columns, pcm.size), endpoint=False).astype(np.intp))
    return starts / VOICE_RATE_HZ, np.minimum.reduceat(pcm, starts), np.maximum.reduceat(pcm, starts)


def _draw_sound(axes: Any, baked: Baked) -> None:
    if baked.clip is None or not baked.clip.pcm.size:
        axes.text(0.5, 0.5, "no sound: timing alone", transform=axes.transAxes, fontsize=12, color=_FAINT, ha="center", va="center")
        top = 1.0
    else:
        secs, low, high = envelope(baked.clip.pcm)
        axes.fill_between(secs, low, high, color=_SOUND_COLOUR, linewidth=0)
        top = max(float(np.abs(baked.clip.pcm).max()), 1e-3)
    axes.set_ylim(-top, top)
    axes.set_yticks([0], ["sound"])
    _tidy(axes)


def _draw_visemes(axes: Any, track: TrackChunk, secs: NDArray[np.float64]) -> None:
    weights = track.viseme_weights()
    extent = (0, track.frame_count / track.frame_rate_hz, len(registry.VISEMES) - 0.5, -0.5)
    axes.imshow(weights.T, aspect="auto", extent=extent, cmap="Blues", vmin=0, vmax=1, interpolation="nearest")
    axes.plot(secs, weights.argmax(axis=1), color="#bf5700", linewidth=0, marker=".", markersize=1.5)
    axes.set_yticks(range(len(registry.VISEMES)), registry.VISEMES)
    _tidy(axes)


def _draw_mouth(axes: Any, track: TrackChunk, secs: NDArray[np.float64]) -> None:
    shapes, names = track.blendshape_weights(), TRACK.parts[0]
    gaps = track_gaps(track)
    axes.fill_between(secs, 0, gaps, color=_FAINT, alpha=0.25, linewidth=0)
    curves = [(name, shapes[:, names.index(name)], colour) for name, colour in _CURVES]
    pressed = shapes[:, [names.index(name) for name in _PRESSED]].max(axis=1)
    for number, (name, curve, colour) in enumerate([*curves, ("lips pressed", pressed, "#cf222e")]):
        axes.plot(secs, curve, color=colour, linewidth=1.2)
        axes.text(1.01, 0.9 - 0.12 * number, name, transform=axes.transAxes, color=colour, fontsize=11, va="center")
    axes.text(1.01, 0.9 - 0.12 * (len(curves) + 1), "gap of the lips", transform=axes.transAxes, color=_FAINT, fontsize=11, va="center")
    axes.set_ylim(0, 1)
    axes.set_xlabel("seconds", fontsize=11, color=_FAINT)
    _tidy(axes)


def _tidy(axes: Any) -> None:
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set_color(_GRID)
    axes.tick_params(length=0, labelsize=10, labelcolor=_INK)
    axes.grid(axis="x", color=_GRID, linewidth=0.8)
    axes.set_axisbelow(True)
