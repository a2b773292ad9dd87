"""Tracks made by hand."""

from __future__ import annotations

import numpy as np

from affectia import registry
from affectia.wire.track_chunk import SHAPE_PLACES, TrackChunk, quantized

JAW_OPEN = SHAPE_PLACES.tolist().index(registry.BLENDSHAPES.index("jawOpen"))
AA, SIL = registry.VISEMES.index("aa"), registry.VISEMES.index("sil")


def track(jaw: list[float], *, rate_hz: int = 60, sample_rate_hz: int = 48_000, per_chunk: int = 0, stream_id: int = 7) -> list[TrackChunk]:
    """A track in which nothing but the jaw moves; `per_chunk` frames of it in each chunk, 0 for all in one."""
    shapes = np.zeros((len(jaw), SHAPE_PLACES.size), np.float32)
    shapes[:, JAW_OPEN] = jaw
    visemes = np.zeros((len(jaw), len(registry.VISEMES)), np.float32)
    visemes[np.arange(len(jaw)), np.where(np.array(jaw) > 0, AA, SIL)] = 1
    step = per_chunk or len(jaw)
    starts = range(0, len(jaw), step)
    chunks = []
    for number, start in enumerate(starts):
        blendshapes, weights = quantized(shapes[start : start + step], visemes[start : start + step])
        sample = start * sample_rate_hz // rate_hz
        is_last = number == len(starts) - 1
        chunks.append(TrackChunk(stream_id, number, sample, sample_rate_hz, rate_hz, blendshapes, weights, end=is_last))
    return chunks
