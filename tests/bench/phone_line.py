"""A line of which every phone's time is known, and whether lips meet for each p, b and m of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from affectia import registry
from affectia.bake.bake_timing import BakeTiming
from affectia.bake.clip_bake import bake_clip
from affectia.bake.track_format import whole_track
from affectia.perception.voice.timing.timed_visemes import TimedVisemes
from affectia.perception.voice.timing.timing_file import read_timing
from affectia.rig.lip_gap import lip_gap
from affectia.wire.track_chunk import SHAPE_PLACES
from published_curves import Curves

# "My mum put a big map of Paris by the lamp", each phone with the second at which it ends, as a speech synthesizer timed it (flite 2.2).
PHONES = (
    "m 0.291, ay 0.443, m 0.558, aa 0.699, m 0.767, p 0.900, uh 0.957, t 1.014, ax 1.080, b 1.164, ih 1.239, g 1.313, m 1.386, ae 1.522, "
    "p 1.601, aa 1.694, v 1.742, p 1.869, eh 1.998, r 2.054, ih 2.108, s 2.201, b 2.272, ay 2.417, dh 2.455, ax 2.500, l 2.570, ae 2.667, "
    "m 2.716, p 2.806"
)
BEGINS_SECS = 0.220
CLOSED = ("p", "b", "m")
PP = registry.VISEMES.index("PP")
JAW, CLOSE = (registry.BLENDSHAPES.index(name) for name in ("jawOpen", "mouthClose"))


def phones() -> list[tuple[float, float, str]]:
    """(start, end, phone) of the whole line."""
    ends = [(entry.split()[0], float(entry.split()[1])) for entry in PHONES.split(", ")]
    starts = [BEGINS_SECS, *(end for _, end in ends[:-1])]
    return [(start, end, phone) for start, (phone, end) in zip(starts, ends, strict=True)]


def timed() -> TimedVisemes:
    """The line as its timing file says it."""
    rows = "\n".join(f"{start} {end} {phone}" for start, end, phone in phones())
    return read_timing(rows.encode(), clip_secs=None)


def baked() -> Curves:
    """The baked track of the line, 60 frames a second."""
    track = whole_track(bake_clip(None, engine=None, timing=BakeTiming(timed(), is_words=False)))
    shapes = np.zeros((track.frame_count, len(registry.BLENDSHAPES)), np.float32)
    shapes[:, SHAPE_PLACES] = track.blendshape_weights()
    return Curves(np.arange(track.frame_count) / track.frame_rate_hz, shapes, track.viseme_weights())


@dataclass(frozen=True)
class Closing:
    """One p, b or m: the largest `weight` (of viseme PP), and the smallest `jaw` (jawOpen), `apart` (jawOpen - mouthClose) and `gap`
    (lip_gap) while it lasts.
    """

    phone: str
    start_secs: float
    end_secs: float
    weight: float
    jaw: float
    apart: float
    gap: float


def closings(curves: Curves) -> list[Closing]:
    """What is shown of each p, b and m, within its time."""
    found = []
    for start, end, phone in phones():
        if phone not in CLOSED:
            continue
        lasts = (curves.secs >= start) & (curves.secs <= end)
        smallest = [float(values.min()) for values in _openings(curves.final[lasts])]
        found.append(Closing(phone, start, end, float(curves.visemes[lasts, PP].max()), *smallest))
    return found


def _openings(shapes: NDArray[np.float32]) -> tuple[NDArray[np.float32], ...]:
    return shapes[:, JAW], shapes[:, JAW] - shapes[:, CLOSE], lip_gap(shapes)
