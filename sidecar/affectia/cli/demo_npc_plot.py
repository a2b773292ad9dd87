"""A picture of a performance: what the script asks for, and layer by layer what the avatar does of it. Curves only."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from affectia import registry
from affectia.bake.performance import Performance
from affectia.bake.whole_file import write_whole
from affectia.cli.bake_plot import envelope
from affectia.cli.recording import Curves
from affectia.registry import Bone
from affectia.wire import rotation

_INK, _FAINT, _GRID = "#24292f", "#8c959f", "#e4e8ec"
_LINE, _OVERRIDE, _LOOK, _GESTURE = "#8250df", "#cf222e", "#2da44e", "#bf5700"
_COLOURS: Final = ("#8c959f", "#d4a72c", "#0969da", "#cf222e", "#bf8700", "#2da44e", "#8250df", "#bf3989")  # of the emotions
_WIDTH, _HEIGHT = 16.0, 16.0  # inches of 100 pixels
_LIDS: Final = (("eyeBlinkLeft", "#0a7ea4"), ("eyeBlinkRight", "#bf5700"))
_MOUTH: Final = (("jawOpen", "#bf5700"), ("mouthFunnel", "#2da44e"), ("mouthPressLeft", "#cf222e"))
_FACE: Final = (
    ("mouthSmileLeft", "#d4a72c"),
    ("cheekSquintLeft", "#bf5700"),
    ("browInnerUp", "#0a7ea4"),
    ("eyeWideLeft", "#8250df"),
    ("mouthFrownLeft", "#0969da"),
    ("browDownLeft", "#cf222e"),
)
_TURNS: Final = (("yaw", "#0a7ea4"), ("pitch", "#bf5700"), ("roll", "#6e5494"))
_TRUNK: Final = (Bone.SPINE, Bone.CHEST, Bone.UPPER_CHEST)


def write_npc_plot(path: Path, performance: Performance, curves: Curves) -> None:
    """Draw a performance as a PNG of 1600 x 1600, written whole or not at all; needs matplotlib."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # 0.5 s to import, and an extra
    from matplotlib.figure import Figure

    secs, shapes = performance.secs, curves.take.blendshapes
    figure = Figure(figsize=(_WIDTH, _HEIGHT), dpi=100, facecolor="white")
    FigureCanvasAgg(figure)
    ratios = (1.5, 1.2, 2.2, 1.8, 2.2, 1.8, 2.2, 2.0, 1.6)
    axes = figure.subplots(len(ratios), 1, sharex=True, height_ratios=ratios)
    figure.subplots_adjust(left=0.09, right=0.885, top=0.94, bottom=0.035, hspace=0.14)
    script, sound, mouth, lids, gaze, moods, face, head, body = axes
    _draw_script(script, performance)
    _draw_sound(sound, performance)
    _draw_shapes(mouth, secs, shapes, _MOUTH, "mouth")
    _draw_shapes(lids, secs, shapes, _LIDS, "lids")
    eyes_deg = curves.take.eyes_deg.mean(axis=1)
    _draw_turns(gaze, secs, [("yaw", "#0a7ea4", eyes_deg[:, 0]), ("pitch", "#bf5700", eyes_deg[:, 1])], "eyes, degrees")
    _draw_moods(moods, performance)
    _draw_shapes(face, secs, shapes, _FACE, "face")
    turns = [(name, colour, curves.take.head_deg[:, place]) for place, (name, colour) in enumerate(_TURNS)]
    _draw_turns(head, secs, turns, "head, degrees")
    trunk_deg, shoulders_deg = body_deg(performance)
    _draw_turns(body, secs, [("trunk", "#0a7ea4", trunk_deg), ("shoulders", "#bf5700", shoulders_deg)], "body, degrees")
    for each in axes:
        _shade(each, performance)
        _tidy(each)
    script.set_xlim(0, performance.script.secs)
    body.set_xlabel("seconds", fontsize=11, color=_FAINT)
    figure.align_ylabels(axes)
    words = [f"seed {performance.script.seed}", f"{len(performance.frames)} frames at {performance.script.rate_hz:g}/s"]
    words += [f"frames {performance.digest[:12]}"]
    figure.text(0.09, 0.975, f"affectia demo npc   {performance.script.avatar}", fontsize=17, weight="bold", color=_INK)
    figure.text(0.09, 0.957, "  ·  ".join(words), fontsize=12, color=_FAINT)
    content = BytesIO()
    figure.savefig(content, format="png")
    write_whole(path, content.getvalue())


def body_deg(performance: Performance) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """(k,) how far the trunk leans forward, all of its bones together, and (k,) how far the shoulders are up, in degrees."""
    bones = np.stack([frame.bone_quaternions() for frame in performance.frames])
    turns = rotation.to_euler_deg(bones)
    shoulders = (turns[:, Bone.LEFT_SHOULDER, 2] - turns[:, Bone.RIGHT_SHOULDER, 2]) / 2
    return turns[:, _TRUNK, 1].sum(axis=1), -shoulders


def cue_bars(performance: Performance) -> list[tuple[str, str, float, float]]:
    """(words, colour, from, length) of everything that the script asks for; gestures have no length."""
    bars = [("line", _LINE, each.line.at_secs, each.voice.secs) for each in performance.spoken]
    bars += [(it.name or it.bone, _OVERRIDE, it.from_secs, it.to_secs - it.from_secs) for it in performance.script.overrides]
    bars += [(gesture.name, _GESTURE, gesture.at_secs, 0.0) for gesture in performance.script.gestures]
    bars += [("look", _LOOK, look.from_secs, look.to_secs - look.from_secs) for look in performance.script.looks]
    bars += [(f"{it.layer} to {it.weight:g}", _FAINT, it.at_secs, it.fade_secs) for it in performance.script.layers]
    return sorted(bars, key=lambda bar: bar[2])


def _draw_script(axes: Any, performance: Performance) -> None:
    """One bar each, in as many lanes as keep their words apart."""
    lanes: list[float] = []
    room_secs = 0.11 * performance.script.secs
    for words, colour, begins, length in cue_bars(performance):
        lane = next((number for number, free in enumerate(lanes) if free <= begins), len(lanes))
        lanes[lane:] = [begins + max(length, room_secs), *lanes[lane + 1 :]]
        axes.broken_barh([(begins, max(length, 0.06))], (-lane - 0.8, 0.6), color=colour, alpha=0.8, linewidth=0)
        inside = length >= room_secs
        place = begins + (length / 2 if inside else max(length, 0.06) + 0.06)
        ink = "white" if inside else colour
        axes.text(place, -lane - 0.5, words, color=ink, fontsize=10, va="center", ha="center" if inside else "left", clip_on=True)
    axes.set_ylim(-max(len(lanes), 1), 0)
    axes.set_yticks([])
    axes.set_ylabel("script", fontsize=11, color=_FAINT)


def _draw_sound(axes: Any, performance: Performance) -> None:
    top = 1e-3
    for each in performance.spoken:
        if each.voice.pcm.size:
            secs, low, high = envelope(each.voice.pcm)
            axes.fill_between(each.line.at_secs + secs, low, high, color=_LINE, linewidth=0)
            top = max(top, float(np.abs(each.voice.pcm).max()))
    axes.set_ylim(-top, top)
    axes.set_yticks([])
    axes.set_ylabel("sound", fontsize=11, color=_FAINT)


def _draw_shapes(axes: Any, secs: NDArray[np.float64], shapes: NDArray[np.float32], chosen: tuple[tuple[str, str], ...], what: str) -> None:
    for number, (name, colour) in enumerate(chosen):
        axes.plot(secs, shapes[:, registry.BLENDSHAPES.index(name)], color=colour, linewidth=1.3, clip_on=False)
        _name(axes, number, len(chosen), name, colour)
    axes.set_ylim(0, 1)
    axes.set_yticks([0, 0.5, 1])
    axes.set_ylabel(what, fontsize=11, color=_FAINT)


def _draw_turns(axes: Any, secs: NDArray[np.float64], turns: list[tuple[str, str, NDArray[Any]]], what: str) -> None:
    for number, (name, colour, degrees) in enumerate(turns):
        axes.plot(secs, degrees, color=colour, linewidth=1.3)
        _name(axes, number, len(turns), name, colour)
    axes.axhline(0, color=_GRID, linewidth=1, zorder=0)
    axes.set_ylabel(what, fontsize=11, color=_FAINT)


def _draw_moods(axes: Any, performance: Performance) -> None:
    felt = np.flatnonzero(performance.moods.max(axis=0) > 0.02)
    for number, place in enumerate(felt.tolist()):
        axes.fill_between(performance.secs, 0, performance.moods[:, place], color=_COLOURS[place], alpha=0.2, linewidth=0)
        axes.plot(performance.secs, performance.moods[:, place], color=_COLOURS[place], linewidth=1.3, clip_on=False)
        _name(axes, number, felt.size, registry.EMOTIONS[place], _COLOURS[place])
    axes.set_ylim(0, 1)
    axes.set_yticks([0, 0.5, 1])
    axes.set_ylabel("emotion shown", fontsize=11, color=_FAINT)


def _name(axes: Any, number: int, count: int, words: str, colour: str) -> None:
    axes.text(1.008, 1 - (number + 0.5) / max(count, 3), words, transform=axes.transAxes, color=colour, fontsize=11, va="center")


def _shade(axes: Any, performance: Performance) -> None:
    for each in performance.spoken:
        axes.axvspan(each.line.at_secs, each.ends_secs, color=_LINE, alpha=0.05, linewidth=0, zorder=0)
    for span in {(override.from_secs, override.to_secs) for override in performance.script.overrides}:
        axes.axvspan(*span, color=_OVERRIDE, alpha=0.1, linewidth=0, zorder=0)
    for look in performance.script.looks:
        axes.axvspan(look.from_secs, look.to_secs, color=_LOOK, alpha=0.08, linewidth=0, zorder=0)
    for gesture in performance.script.gestures:
        axes.axvline(gesture.at_secs, color=_GESTURE, linewidth=1, alpha=0.6, zorder=0)


def _tidy(axes: Any) -> None:
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set_color(_GRID)
    axes.tick_params(length=0, labelsize=10, labelcolor=_INK)
    axes.grid(axis="x", color=_GRID, linewidth=0.8)
    axes.set_axisbelow(True)
