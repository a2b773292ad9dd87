"""What a baked mouth does, in a few numbers that a person can judge it by."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from affectia import registry
from affectia.rig.lip_gap import lip_gap
from affectia.wire.track_chunk import SHAPE_PLACES, TrackChunk

_SHUT_GAP: Final = 0.02  # of lip_gap: from here on lips are seen to touch
_OPEN_GAP: Final = 0.06  # between the two a mouth is what it was
_LONGEST_CLOSURE_SECS: Final = 0.3  # lips that are shut for longer do not say p, b or m: it is a pause


@dataclass(frozen=True, slots=True)
class MouthLook:
    """`open_share` 0..1: of the time that the lips are apart; `openings`: how often they come apart; `closures`: how often they meet for
    a moment in the midst of speech, as in p, b and m; `widest_gap` 0..1 as `lip_gap`.
    """

    open_share: float
    openings: int
    closures: int
    widest_gap: float


def mouth_look(track: TrackChunk) -> MouthLook:
    """The look of a track that is one chunk."""
    gaps = track_gaps(track)
    if not gaps.size:
        return MouthLook(0.0, 0, 0, 0.0)
    # Each frame's state is that of the last one that was clearly open or clearly shut.
    clear = (gaps >= _OPEN_GAP) | (gaps <= _SHUT_GAP)
    clear[0] = True
    is_open = (gaps >= _OPEN_GAP)[np.maximum.accumulate(np.where(clear, np.arange(gaps.size), 0))]
    changes = np.flatnonzero(np.diff(np.concatenate(([False], is_open, [False])).astype(np.int8)))
    begins, ends = changes[::2], changes[1::2]
    pauses = (begins[1:] - ends[:-1]) / track.frame_rate_hz
    return MouthLook(float(is_open.mean()), int(begins.size), int((pauses <= _LONGEST_CLOSURE_SECS).sum()), round(float(gaps.max()), 3))


def track_gaps(track: TrackChunk) -> NDArray[np.float32]:
    """(frames,) how far the lips are apart, as `lip_gap`."""
    shapes = np.zeros((track.frame_count, len(registry.BLENDSHAPES)), np.float32)
    shapes[:, SHAPE_PLACES] = track.blendshape_weights()
    return lip_gap(shapes)
