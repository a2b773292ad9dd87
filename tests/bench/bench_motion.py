"""What motion does to real faces and to a spoken line: whether they rest, keep their blinks, come in time and shut their lips.

Of each clip, as fusion holds it (raw) against as it is published by the whole pipeline (final). At rest: a still picture of the clip,
each frame with a Gaussian sensor noise of 5/255 of its own; RMS of the difference between consecutive frames over the range p95 - p5 of
the same shape in the moving clip, the median over the shapes that move at all; and the largest RMS of any shape about its mean. The lag of
jawOpen is where the cross-correlation of the two curves peaks. A p, b or m closes where, while it is said, its viseme has 0.9 or jawOpen
is 0.05 or less; and where lips do meet, jawOpen less mouthClose.

Then the filters alone, per region, and what a pass of each part of motion costs. `--clip ID` (repeatable; default: the demo's, and one of
GRID where AFFECTIA_DATA_DIR has it), `--faces N` (the landmarker's num_faces), `--picture FILE` (default motion.png in the temporary
folder).
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from pathlib import Path

import numpy as np

import face_takes
import phone_line
import published_curves
from affectia.clock import NANOS_PER_SEC
from affectia.motion.layer_motion import LayerMotion
from affectia.motion.smoother import Smoother
from affectia.registry import Emotion
from affectia.signals import pose_layer
from affectia.signals.acting_layers import ActingLayers
from affectia.signals.avatar_weights import SHAPES, VISEMES, AvatarWeights
from affectia.signals.groups import GroupStates
from curve_figures import jitter, lag_millis, peaks_kept, regions, rms, spread, step_rms
from face_takes import Take
from motion_picture import write_picture
from phone_line import JAW
from published_curves import Curves
from report import against, console, table

_CLIPS = ("carphone", "grid/bbaf2n.mpg")
_MOVES = 0.05  # a shape whose range is below this says nothing about jitter
_JITTER_PERCENT = 5.0
_REST = 0.01
_KEPT = 0.9
_LAG_MILLIS = 40.0
_CLOSED_WEIGHT = 0.9
_CLOSED_JAW = 0.05
_MET = 0.02  # of lip_gap: lips are seen to touch


def region_rows(take: Take) -> list[tuple[str, ...]]:
    """A row for each region in which something moves."""
    raw, smooth = take.curves(slowness=0), take.curves()
    rows: list[tuple[str, ...]] = []
    for region, places in regions().items():
        moving = [place for place in places if spread(raw[:, place]) > _MOVES]
        if not moving:
            continue
        before, after = (float(np.median([jitter(curve[:, place]) for place in moving])) for curve in (raw, smooth))
        lag = float(np.median([lag_millis(take.secs, raw[:, place], smooth[:, place]) for place in moving]))
        rows.append((region, str(len(moving)), f"{before:.3f}", f"{after:.3f}", f"{after / before:.2f}", f"{lag:.0f}"))
    return rows


def cost_micros(avatars: int, passes: int) -> list[float]:
    """How long each pass over so many moving avatars takes."""
    smoother, slots = Smoother(avatars), np.arange(avatars)
    dice, slowness = np.random.default_rng(1), np.ones(avatars, np.float32)
    given = AvatarWeights.at_rest(GroupStates.unknown(avatars))
    given.visemes[:, VISEMES.stop - VISEMES.start - 1] = 1
    micros = []
    for number in range(passes):
        weights = AvatarWeights(given.channels.copy(), given.groups)
        weights.shapes[:] = dice.uniform(0, 1, (avatars, SHAPES.stop))
        times_nanos = np.full(avatars, NANOS_PER_SEC + number * NANOS_PER_SEC // 30)
        began = time.perf_counter_ns()
        smoother.moved(slots, times_nanos, weights, slowness)
        micros.append((time.perf_counter_ns() - began) / 1000)
    return micros[passes // 5 :]


def rest_row(clip: str, curves: Curves, still: Curves) -> tuple[str, ...]:
    """How still the first picture of a clip stands: raw and final jitter, final against its limit, and the worst RMS."""
    settled = still.secs >= 1
    assert curves.raw is not None
    assert still.raw is not None
    ranges = np.array([spread(curve) for curve in curves.raw.T])
    moving = ranges > _MOVES
    before, after = (step_rms(shapes[settled])[moving] / ranges[moving] for shapes in (still.raw, still.final))
    worst = float(rms(still.final[settled]).max())
    share = float(100 * np.median(after))
    return clip, str(moving.sum()), f"{100 * np.median(before):.1f} %", against(share, _JITTER_PERCENT, "%"), f"{worst:.4f} of {_REST}"


def motion_row(clip: str, curves: Curves) -> tuple[str, ...]:
    """What is left of blinks, and how late the jaw is."""
    assert curves.raw is not None
    raw, final = curves.raw, curves.final
    kept = [share for place in regions()["blink"] for share in peaks_kept(curves.secs, raw[:, place], final[:, place])]
    lag = lag_millis(curves.secs, raw[:, JAW], final[:, JAW])
    least = f"{100 * min(kept):.0f} of at least {100 * _KEPT:.0f} %" if kept else "no blink"
    return clip, str(len(kept)), least, against(lag, _LAG_MILLIS, "ms")


def line_row(name: str, line: Curves) -> tuple[str, ...]:
    """How many of a line's p, b and m close, by the weight or the jaw, and by the lips."""
    found = phone_line.closings(line)
    closed = sum(closing.weight >= _CLOSED_WEIGHT or closing.jaw <= _CLOSED_JAW for closing in found)
    met = sum(closing.apart <= _CLOSED_JAW and closing.gap <= _MET for closing in found)
    least, jaw = min(closing.weight for closing in found), max(closing.jaw for closing in found)
    return name, f"{closed} of {len(found)}", f"{met} of {len(found)}", f"{least:.2f}", f"{jaw:.3f}", f"{max(c.gap for c in found):.3f}"


def line_rows(baked: Curves) -> list[tuple[str, ...]]:
    """The baked line, and the same line said live, without a feeling and with each that an avatar can be told to show."""
    timed = phone_line.timed()
    rows: list[tuple[str, ...]] = [line_row("baked", baked), line_row("live", published_curves.of_line(timed))]
    return rows + [line_row(f"live, {feeling.name.lower()}", published_curves.of_line(timed, feeling)) for feeling in list(Emotion)[1:]]


def layer_micros(avatars: int, passes: int, acts: str) -> list[float]:
    """How long each pass of the layers takes over faces that move; `acts`: any of i(dle), f(eeling), t(alking)."""
    layers, slots, dice = LayerMotion(avatars), np.arange(avatars), np.random.default_rng(1)
    idle, feeling = (dice.normal(0, 0.1, (avatars, pose_layer.CHANNELS)).astype(np.float32) for _ in range(2))
    talking = np.full(avatars, 0.5, np.float32)
    acting = ActingLayers(idle if "i" in acts else None, feeling if "f" in acts else None, talking if "t" in acts else None)
    weights = AvatarWeights.at_rest(GroupStates.unknown(avatars), None, acting if acts else None)
    faces = dice.uniform(0, 0.5, (avatars, SHAPES.stop)).astype(np.float32)
    micros = []
    for number in range(passes):
        weights.shapes[:] = faces
        times_nanos = np.full(avatars, NANOS_PER_SEC + number * NANOS_PER_SEC // 30)
        began = time.perf_counter_ns()
        layers.layered(slots, times_nanos, weights)
        micros.append((time.perf_counter_ns() - began) / 1000)
    return micros[passes // 5 :]


def cost_rows() -> list[tuple[str, ...]]:
    """Microseconds of a pass of each part, for one avatar and for a crowd."""
    rows: list[tuple[str, ...]] = []
    for avatars, passes in ((1, 3000), (500, 100)):
        parts = {"One Euro": cost_micros(avatars, passes)}
        for name, acts in (("correctors alone", ""), ("idle", "i"), ("feeling", "f"), ("idle, feeling", "if"), ("all, talking", "ift")):
            parts[f"layers: {name}"] = layer_micros(avatars, passes, acts)
        for name, micros in parts.items():
            p50, p95 = np.percentile(micros, (50, 95))
            rows.append((name, str(avatars), f"{p50:.0f}", f"{p95:.0f}"))
    return rows


def main() -> None:
    """Measure, draw and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clip", action="append")
    parser.add_argument("--faces", type=int, default=1)
    parser.add_argument("--frames", type=int, default=300)
    parser.add_argument("--picture", type=Path, default=Path(tempfile.gettempdir()) / "motion.png")
    args = parser.parse_args()
    clips = args.clip or [clip for clip in _CLIPS if clip == _CLIPS[0] or (Path(os.environ.get("AFFECTIA_DATA_DIR", "")) / clip).is_file()]
    if not args.clip and len(clips) < len(_CLIPS):
        console.print(f"without {_CLIPS[1]}: AFFECTIA_DATA_DIR names no folder that has it")
    found = {clip: published_curves.of_take(face_takes.of_clip(clip, 1)) for clip in clips}
    baked = phone_line.baked()
    stills = {clip: published_curves.of_take(face_takes.of_still(clip, 1, args.frames)) for clip in clips}
    write_picture(args.picture, found, stills=stills, line=baked, met=phone_line.closings(baked))
    rested = ("clip", "shapes that move", "raw jitter", "final jitter", "worst RMS")
    table("at rest", rested, [rest_row(clip, curves, stills[clip]) for clip, curves in found.items()])
    rows = [motion_row(clip, curves) for clip, curves in found.items()]
    table("in motion", ("clip", "blink peaks", "least kept", "lag of jawOpen"), rows)
    closed = ("line", "p b m closed", "lips meet", "least weight", "jawOpen", "widest gap")
    table("closures", closed, line_rows(baked))
    for clip in clips:
        take = face_takes.of_clip(clip, args.faces)
        console.print(f"clip {clip}, num_faces {args.faces}: {len(take.seen)} frames with a face")
        table("the filters alone", ("region", "shapes that move", "jitter raw", "smoothed", "ratio", "lag ms"), region_rows(take))
    table("a pass", ("part", "avatars", "p50 us", "p95 us"), cost_rows())
    console.print(f"raw and final curves: {args.picture}")


if __name__ == "__main__":
    main()
