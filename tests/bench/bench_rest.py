"""Whether a face at rest stands still, and what that costs a face that moves; for a landmarker of one face and of two.

At rest: a still picture, 300 times, each with a Gaussian sensor noise of 5/255 of its own. Every blendshape's RMS about its mean, over
all but the first second, must stay within 0.01 after filtering; the RMS of consecutive differences stands beside it. In motion: the lag
of jawOpen (peak of the cross-correlation) must stay within 40 ms, and blinks must keep 90 % of their peaks. `network` are MediaPipe's
own blendshapes, `seen` those that perception makes of them, `filtered` what is published. `--still NAME` and `--clip ID` (repeatable),
`--frames N`.
"""

from __future__ import annotations

import argparse
import math

import numpy as np

import face_takes
from affectia import registry
from affectia.registry import Bone
from affectia.signals.avatar_weights import QUATERNIONS, SHAPES, SHIFT
from bench_motion import region_rows
from curve_figures import lag_millis, peaks_kept, regions, rms, step_rms
from face_takes import Take
from report import against, console, table

_CLIPS = ("carphone", "actor-expressions", "actor-expressions-2")
_FACES = (1, 2)
_REST = 0.01
_LAG_MILLIS = 40.0
_KEPT = 0.9
_TURN = slice(QUATERNIONS.start + 4 * Bone.HEAD, QUATERNIONS.start + 4 * Bone.HEAD + 3)  # x y z: half radians while small
_JAW = SHAPES.start + registry.BLENDSHAPES.index("jawOpen")


def rest_rows(take: Take) -> tuple[list[tuple[str, ...]], list[str]]:
    """Rows per region of a picture that stands still, and the shapes that are above the limit."""
    settled = take.secs >= 1
    network = np.array(take.network)[settled]
    seen, filtered = (take.curves(slowness=slowness)[settled][:, SHAPES] for slowness in (0, 1))
    rows: list[tuple[str, ...]] = []
    for region, places in regions().items():
        worst = [f"{rms(curves)[places].max():.4f}" for curves in (network, seen, filtered)]
        steps = [f"{step_rms(curves)[places].max():.4f}" for curves in (network, seen, filtered)]
        rows.append((take.name, str(take.faces), region, *worst, *steps))
    above = [
        f"{take.name}, num_faces {take.faces}: {registry.BLENDSHAPES[place]} {rms(filtered)[place]:.4f}"
        for place in np.flatnonzero(rms(filtered) > _REST)
    ]
    return rows, above


def head_row(take: Take) -> tuple[str, ...]:
    """How much head and place tremble: degrees and cm, seen and filtered, the worst axis of each."""
    cells = []
    for channels, unit in ((_TURN, math.degrees(2)), (SHIFT, 1.0)):
        for slowness in (0, 1):
            cells.append(f"{unit * rms(take.curves(slowness=slowness)[take.secs >= 1][:, channels]).max():.3f}")
    return take.name, str(take.faces), *cells


def motion_row(take: Take) -> tuple[str, ...]:
    """The lag of the jaw and what is left of blinks."""
    raw, filtered = take.curves(slowness=0), take.curves()
    kept = [share for place in regions()["blink"] for share in peaks_kept(take.secs, raw[:, place], filtered[:, place])]
    lag = lag_millis(take.secs, raw[:, _JAW], filtered[:, _JAW])
    least = f"{min(kept):.2f} of at least {_KEPT}" if kept else "none"
    return take.name, str(take.faces), against(lag, _LAG_MILLIS, "ms"), str(len(kept)), least


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--still", action="append")
    parser.add_argument("--clip", action="append")
    parser.add_argument("--frames", type=int, default=300)
    args = parser.parse_args()
    rows: list[tuple[str, ...]] = []
    above: list[str] = []
    stills = [face_takes.of_still(name, faces, args.frames) for name in args.still or face_takes.still_names() for faces in _FACES]
    for take in stills:
        found, exceeding = rest_rows(take)
        rows += found
        above += exceeding
    kinds = ("network", "seen", "filtered")
    title = f"at rest: the worst shape's RMS about its mean (limit {_REST}), then its RMS of differences"
    table(title, ("still picture", "num_faces", "region", *kinds, *kinds), rows)
    console.print(f"blendshapes above {_REST}: " + ("; ".join(above) or "none"))
    axes = ("turn deg", "filtered", "place cm", "filtered")
    table("the head at rest: RMS about its mean", ("still picture", "num_faces", *axes), [head_row(take) for take in stills])
    takes = [face_takes.of_clip(clip, faces) for clip in args.clip or _CLIPS for faces in _FACES]
    kept = ("blink peaks", "least kept")
    table("in motion", ("clip", "num_faces", "lag of jawOpen", *kept), [motion_row(take) for take in takes])
    rows = [(take.name, str(take.faces), *row) for take in takes for row in region_rows(take)]
    table("per region", ("clip", "num_faces", "region", "shapes", "jitter raw", "filtered", "ratio", "lag ms"), rows)


if __name__ == "__main__":
    main()
