"""How a mouth behaves, whatever viseme it shows: shut in silence, moving in words, in time with the voice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from affectia.evaluate.viseme import mouth
from affectia.evaluate.viseme.metrics import FF, PP, Pair, edge_offsets_ms, median
from affectia.evaluate.viseme.reference import FRAME_MS
from affectia.evaluate.viseme.track import Track

SHUT: Final = 0.05  # as far open as this counts as shut
AWAY_FRAMES: Final = 10  # silence is what lies 100 ms from speech: lips open before a sound and close behind it
MOVES: Final = 0.1  # a mouth that opens or closes by this much within 200 ms is seen to move
MOST_LAG_FRAMES: Final = 25


@dataclass(frozen=True)
class Silence:
    """`open_share` of the silent frames with a mouth that is not shut, `open_mean` of them all; NaN where there is no silence."""

    open_share: float
    open_mean: float
    frames: int


@dataclass(frozen=True)
class Words:
    """Shares 0..1: of the time of words with a mouth that moves, of the silence before and after them with one that is shut."""

    moving: float
    shut_before: float
    shut_after: float


@dataclass(frozen=True)
class Lead:
    """Milliseconds, positive where the mouth is before the sound: by the curve of its opening, and by edges of closures (PP, FF)."""

    curve_ms: float
    edges_ms: float


def far_from(spoken: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """(n,) frames that lie `AWAY_FRAMES` or more from any that is spoken."""
    near = np.convolve(spoken.astype(np.int64), np.ones(2 * AWAY_FRAMES - 1, np.int64), mode="full")
    return np.asarray(near[AWAY_FRAMES - 1 :][: len(spoken)] == 0)


def silence(pairs: Sequence[tuple[NDArray[np.bool_], Track]]) -> Silence:
    """Over all pairs of what is spoken and a track."""
    values = np.concatenate([track.mouth_open[far_from(spoken)] for spoken, track in pairs])
    if not len(values):
        return Silence(float("nan"), float("nan"), 0)
    return Silence(float((values > SHUT).mean()), float(values.mean()), len(values))


def words(pairs: Sequence[tuple[NDArray[np.bool_], Track]]) -> Words:
    """Over all pairs of what is inside a word and a track."""
    moving, before, after = [], [], []
    for spoken, track in pairs:
        inside = np.flatnonzero(spoken)
        moving.append(_moves(track.mouth_open)[inside])
        shut, far = track.mouth_open <= SHUT, far_from(spoken)
        before.append(shut[: inside[0]][far[: inside[0]]])
        after.append(shut[inside[-1] :][far[inside[-1] :]])
    return Words(*(float(np.concatenate(one).mean()) if any(map(len, one)) else float("nan") for one in (moving, before, after)))


def lead(pairs: Sequence[Pair]) -> Lead:
    """Medians: over clips of the shift at which the curve of the opening fits best, over all edges of closures that were found."""
    lags = np.array([_lag_frames(mouth.openness()[np.maximum(labels, 0)], track.mouth_open) for labels, track in pairs])
    edges = edge_offsets_ms(pairs, (PP, FF), ends=True)
    return Lead(-median(lags[np.isfinite(lags)]) * FRAME_MS, -median(edges))


def _moves(mouth_open: NDArray[np.float64]) -> NDArray[np.bool_]:
    padded = np.pad(mouth_open, AWAY_FRAMES, mode="edge")
    around = np.lib.stride_tricks.sliding_window_view(padded, 2 * AWAY_FRAMES + 1)
    return np.asarray(np.ptp(around, axis=1) >= MOVES)


def _lag_frames(reference: NDArray[np.float64], seen: NDArray[np.float64]) -> float:
    """How late `seen` is, to fractions of a frame; NaN of a mouth that does not move."""
    lags = range(-MOST_LAG_FRAMES, MOST_LAG_FRAMES + 1)
    fits = np.array(
        [_correlation(reference[max(-lag, 0) : len(seen) - max(lag, 0)], seen[max(lag, 0) : len(seen) + min(lag, 0)]) for lag in lags]
    )
    top = int(np.argmax(fits))
    if not np.isfinite(fits).all():
        return float("nan")
    if not 0 < top < len(lags) - 1:
        return float(lags[top])
    before, at, behind = fits[top - 1 : top + 2]  # the top of the parabola through the three
    return float(lags[top] + (before - behind) / (2 * (before - 2 * at + behind)))


def _correlation(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    one, other = one - one.mean(), other - other.mean()
    spread = np.sqrt((one @ one) * (other @ other))
    return float(one @ other / spread) if spread > 0 else float("nan")
