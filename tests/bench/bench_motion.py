"""What smoothing does to a real face: jitter before and after, and how late the result is, per region; and what a pass costs.

Jitter is the RMS of the difference between consecutive frames over the range p95 - p5 of the same shape, the median over the shapes of
a region that move at all. Lag is where the cross-correlation of the filtered and the unfiltered curve peaks. `--clip ID` (repeatable),
`--faces N` (the landmarker's num_faces, default 1).
"""

from __future__ import annotations

import argparse
import time

import numpy as np

import face_takes
from affectia.clock import NANOS_PER_SEC
from affectia.motion.smoother import Smoother
from affectia.signals.avatar_weights import SHAPES, VISEMES, AvatarWeights
from affectia.signals.groups import GroupStates
from curve_figures import jitter, lag_millis, regions, spread
from face_takes import Take
from report import console, table

_MOVES = 0.05  # a shape whose range is below this says nothing about jitter


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


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clip", action="append")
    parser.add_argument("--faces", type=int, default=1)
    args = parser.parse_args()
    for clip in args.clip or ["carphone"]:
        take = face_takes.of_clip(clip, args.faces)
        console.print(f"clip {clip}, num_faces {args.faces}: {len(take.seen)} frames with a face")
        table("smoothing", ("region", "shapes that move", "jitter raw", "smoothed", "ratio", "lag ms"), region_rows(take))
    rows = []
    for avatars, passes in ((1, 3000), (500, 100)):
        p50, p95 = np.percentile(cost_micros(avatars, passes), (50, 95))
        rows.append((str(avatars), f"{p50:.0f}", f"{p95:.0f}"))
    table("a pass", ("avatars", "p50 us", "p95 us"), rows)


if __name__ == "__main__":
    main()
