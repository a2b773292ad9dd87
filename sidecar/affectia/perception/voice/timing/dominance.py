"""From visemes with times to weights in time: coarticulation by dominance.

After Cohen and Massaro, "Modeling coarticulation in synthetic visual speech", 1993: the dominance of a segment is
alpha * exp(-theta * distance), and a weight is its share of the sum of all. Three things are added. Distance counts from the segment's
core, not from its middle, so that a long vowel or pause stays itself up to its ends. Segments shorter than 90 ms fall off more quickly, by
the root of their length (openfacefx). And closures are not mixed: lips that touch hide what else a mouth would do.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

from affectia import registry
from affectia.errors import ConfigError
from affectia.perception.voice.timing.event_times import MAX_SECS
from affectia.perception.voice.timing.timed_visemes import TimedVisemes
from affectia.perception.voice.timing.viseme_timing import VisemeTiming, load_viseme_timing

RATE_HZ: Final = 100  # as voice observations

_VISEMES: Final = len(registry.VISEMES)
_SIL: Final = registry.VISEMES.index("sil")
_CLOSURES: Final = tuple(registry.VISEMES.index(name) for name in ("PP", "FF"))
_VOWELS: Final = tuple(registry.VISEMES.index(name) for name in ("aa", "E", "ih", "oh", "ou"))
_USUAL_SECS: Final = 0.09  # of a segment; its core is its middle, that of a longer one begins half of this from its ends
_USUAL_LOUDNESS: Final = 0.7
_STRESSED_LOUDNESS: Final = 0.75  # where vowels keep the size of their row
_REACH_SECS: Final = 0.5  # no dominance is looked for farther away
_PAUSE_SECS: Final = 0.06  # a gap that is shorter belongs to what comes before it
_WHOLE_PAUSE_SECS: Final = 0.18  # a shorter one does not close the mouth whole
_CLOSED: Final = 0.96  # what a closure has of the weight while it lasts
_CLOSED_AFTER_SECS: Final = 0.01  # its phone's begin; a mouth is shut from 0.4 on, some 20 ms earlier
_PARTING_SECS: Final = 0.04  # before its end, lips begin to part, a third of a short phone: a burst is where they are apart
_APART_SECS: Final = 0.015  # after its end it is over
_LEAD_SECS: Final = (0.04, 0.12)  # of a stop's movement before it
_STOP_SHARE: Final = 0.5  # of that lead, by which a stop's dominance begins earlier
_AFTER_VOWEL: Final = 0.6  # of the time that lips round ahead, where a vowel is before: 60 ms for 100 (JALI)


def viseme_weights(timed: TimedVisemes, *, clip_secs: float | None = None, timing: VisemeTiming | None = None) -> NDArray[np.float32]:
    """(k, 15) weights at RATE_HZ, each row sums to 1; row i is of the instant i / RATE_HZ, the last one before the clip's end.

    Without `clip_secs` the clip ends 0.2 s after the last viseme, shut. Gaps are silence. Raises ConfigError for a length that is none.
    """
    timing = timing or load_viseme_timing()
    length_secs = timed.duration_secs + 0.2 if clip_secs is None else clip_secs
    if not 0 < length_secs <= MAX_SECS + 1:
        raise ConfigError(f"clip_secs is {length_secs}, expected more than 0, at most {MAX_SECS:g}")
    count = max(1, math.ceil(length_secs * RATE_HZ - 1e-6))
    start, end, visemes, strengths = _without_gaps(timed, count / RATE_HZ)
    if not start.size:
        silent = np.zeros((count, _VISEMES), np.float32)
        silent[:, _SIL] = 1
        return silent
    lead = np.clip(np.diff(start, prepend=start[0] - 2 * _LEAD_SECS[1]) / 2, *_LEAD_SECS)
    begin = start - np.where(timing.occludes[visemes], lead * _STOP_SHARE, 0)
    mixed = np.where(np.isin(visemes, _CLOSURES), 0, strengths)
    dominance = _dominances(begin, end, visemes, mixed, count, timing)
    total = dominance.sum(axis=1, keepdims=True)
    weights = dominance / np.maximum(total, 1e-9)
    weights[total[:, 0] < 1e-9, _SIL] = 1
    for closure in _CLOSURES:
        mine = visemes == closure
        _close(weights, closure, start[mine], end[mine], lead[mine])
    return np.asarray(weights, np.float32)


def viseme_loudness(timed: TimedVisemes, *, clip_secs: float | None = None) -> NDArray[np.float32]:
    """(k,) 0..1 for the rows of `viseme_weights`, of speech that nobody has the sound of: as loud as its visemes are strong.

    So a schwa opens the mouth less than a stressed vowel; in pauses it is that of their ends.
    """
    length_secs = timed.duration_secs + 0.2 if clip_secs is None else clip_secs
    instants = np.arange(max(1, math.ceil(length_secs * RATE_HZ - 1e-6))) / RATE_HZ
    vowel = np.isin(timed.visemes, _VOWELS)
    if not vowel.any():
        return np.full(instants.size, _USUAL_LOUDNESS, np.float32)
    middles = (timed.start_secs[vowel] + timed.end_secs[vowel]) / 2
    return np.asarray(np.interp(instants, middles, _STRESSED_LOUDNESS * timed.strengths[vowel]), np.float32)


def _without_gaps(
    timed: TimedVisemes, length_secs: float
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.intp], NDArray[np.float64]]:
    """Starts, ends, visemes and strengths from 0 to the clip's end: pauses filled with silence, silences that follow each other joined."""
    start, end = timed.start_secs, timed.end_secs.copy()
    following = np.append(start[1:], length_secs)
    gap = following - end
    end = np.where((gap > 0) & (gap < _PAUSE_SECS), following, end)
    paused = np.flatnonzero(following - end > 1e-6)
    leading = start[:1] > 1e-6
    starts = np.concatenate((np.zeros(int(leading.sum())), start, end[paused]))
    ends = np.concatenate((start[:1][leading], end, following[paused]))
    silent = starts.size - start.size
    visemes = np.full(starts.size, _SIL, np.intp)
    strengths = np.ones(starts.size)
    own = slice(int(leading.sum()), int(leading.sum()) + start.size)
    visemes[own], strengths[own] = timed.visemes, timed.strengths
    if silent:
        order = np.argsort(starts, kind="stable")
        starts, ends, visemes, strengths = starts[order], ends[order], visemes[order], strengths[order]
    inner = starts < length_secs
    starts, ends, visemes, strengths = starts[inner], ends[inner], visemes[inner], strengths[inner]
    if not starts.size:
        return starts, ends, visemes, strengths
    first = np.flatnonzero(np.concatenate(([True], ~((visemes[1:] == _SIL) & (visemes[:-1] == _SIL)))))
    ends = np.maximum.reduceat(ends, first)
    starts, visemes, strengths = starts[first], visemes[first], strengths[first]
    pause = visemes == _SIL
    # At the clip's ends there is nothing to go on to: such a pause is whole, however short.
    pause[[0, -1]] = False
    strengths[pause] *= np.minimum((ends - starts)[pause] / _WHOLE_PAUSE_SECS, 1)
    return starts, np.minimum(ends, length_secs), visemes, strengths


def _dominances(
    begin: NDArray[np.float64],
    end: NDArray[np.float64],
    visemes: NDArray[np.intp],
    strengths: NDArray[np.float64],
    count: int,
    timing: VisemeTiming,
) -> NDArray[np.float64]:
    """(count, 15) sums of dominances; each segment is looked at only where it can count."""
    length = np.maximum(end - begin, 1e-3)
    inset = np.minimum(length, _USUAL_SECS) / 2
    core_begin, core_end = begin + inset, end - inset
    steepness = np.sqrt(_USUAL_SECS / np.minimum(length, _USUAL_SECS))
    fall = timing.theta_per_sec[visemes] * steepness
    after_vowel = np.concatenate(([False], np.isin(visemes[:-1], _VOWELS)))
    ahead = timing.ahead_secs[visemes] * np.where(after_vowel, _AFTER_VOWEL, 1)
    rise = np.where(ahead > 0, 1 / np.maximum(ahead + inset, 1e-3), fall)
    # A clip does not begin with half a mouth: what is at its ends has been there before, and stays.
    core_begin[0], core_end[-1] = min(core_begin[0], 0.0), max(core_end[-1], count / RATE_HZ)
    first = np.clip(np.floor((core_begin - _REACH_SECS) * RATE_HZ), 0, count - 1).astype(np.intp)
    last = np.clip(np.ceil((core_end + _REACH_SECS) * RATE_HZ), 0, count - 1).astype(np.intp)
    sums = np.zeros(count * _VISEMES)
    spans = last - first + 1
    # In portions, so that hours of phones need no more memory than minutes.
    edges = np.append(0, np.cumsum(spans))
    for chunk in range(0, int(edges[-1]), 1 << 21):
        low, high = np.searchsorted(edges, (chunk, min(chunk + (1 << 21), int(edges[-1]))), side="left")
        rows = np.arange(low, high)
        if not rows.size:
            continue
        owner = np.repeat(rows, spans[rows])
        frames = np.arange(owner.size) - np.repeat(edges[rows] - edges[low], spans[rows]) + first[owner]
        instants = frames / RATE_HZ
        away = np.maximum(core_begin[owner] - instants, 0) * rise[owner] + np.maximum(instants - core_end[owner], 0) * fall[owner]
        amounts = (timing.alpha[visemes] * strengths)[owner] * np.exp(-away)
        begins = int(first[rows].min())
        block = np.bincount((frames - begins) * _VISEMES + visemes[owner], weights=amounts)
        sums[begins * _VISEMES : begins * _VISEMES + block.size] += block
    return sums.reshape(count, _VISEMES)


def _close(
    weights: NDArray[np.float64], closure: int, start: NDArray[np.float64], end: NDArray[np.float64], lead: NDArray[np.float64]
) -> None:
    """Give a closure, which has nothing yet, its weight: growing from `lead` before its phone on, whole in it, gone soon behind it."""
    count = weights.shape[0]
    share = np.zeros(count)
    for begins, ends, ahead in zip(start.tolist(), end.tolist(), lead.tolist(), strict=True):
        middle = (begins + ends) / 2
        whole_from, whole_to = min(begins + _CLOSED_AFTER_SECS, middle), max(middle, ends - min((ends - begins) / 3, _PARTING_SECS))
        first, last = max(0, math.floor((begins - ahead) * RATE_HZ)), min(count - 1, math.ceil((ends + _APART_SECS) * RATE_HZ))
        instants = np.arange(first, last + 1) / RATE_HZ
        rising = np.clip(1 - (whole_from - instants) / (whole_from - begins + ahead), 0, 1)
        falling = 1 - (instants - whole_to) / (ends + _APART_SECS - whole_to)
        np.maximum(share[first : last + 1], np.clip(np.minimum(rising * rising, falling), 0, 1), out=share[first : last + 1])
    share *= _CLOSED
    weights *= (1 - share)[:, None]
    weights[:, closure] = share
