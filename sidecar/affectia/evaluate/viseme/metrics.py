"""How well tracks agree with references: right frames, right mouth shapes, closures, times. Arrays in, numbers out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from affectia import registry
from affectia.evaluate.viseme.events import CLOSURE_FRAMES, TIMING_FRAMES, matched, stretches
from affectia.evaluate.viseme.reference import FRAME_MS, FRAMES_PER_SEC, IGNORED, SIL
from affectia.evaluate.viseme.track import VISEMES, Track

# What a mouth looks like, roughly; a viseme taken for another of its group is hardly seen.
SHAPES: Final = {
    "silent": ("sil",),
    "closed": ("PP",),
    "lip on teeth": ("FF",),
    "open": ("aa", "E"),
    "narrow, spread": ("TH", "DD", "kk", "SS", "nn", "ih"),
    "rounded": ("CH", "RR", "oh", "ou"),
}
SHAPE_OF: Final = np.array([next(place for place, names in enumerate(SHAPES.values()) if name in names) for name in registry.VISEMES])
PP: Final = registry.VISEMES.index("PP")
FF: Final = registry.VISEMES.index("FF")
MOST_SHIFT_FRAMES: Final = 15

Pair = tuple[NDArray[np.int64], Track]


@dataclass(frozen=True)
class Closures:
    """How many of the reference's are there (`recall`) and how many of the track's belong there (`precision`), 0..1; NaN without any."""

    recall: float
    precision: float


@dataclass(frozen=True)
class Agreement:
    """`accuracy` over 15 classes, `speech_accuracy` where somebody speaks, `balanced` over the six shapes, all 0..1.

    `onset_ms`: median over all visemes that were found, positive where the mouth is late. `changes_hz`: of the leading viseme.
    `best_accuracy` is what `accuracy` would be with the track moved by `best_shift_ms` (positive: it was late).
    """

    accuracy: float
    speech_accuracy: float
    balanced: float
    closed: Closures
    lip_on_teeth: Closures
    onset_ms: float
    changes_hz: float
    best_shift_ms: int
    best_accuracy: float


def agreement(pairs: Sequence[Pair]) -> Agreement:
    """Over all pairs of reference labels and track, equally long."""
    truth = np.concatenate([labels for labels, _ in pairs])
    found = np.concatenate([track.labels for _, track in pairs])
    known, spoken = truth != IGNORED, (truth != IGNORED) & (truth != SIL)
    shift, best = best_shift(pairs)
    return Agreement(
        accuracy=_share(truth[known] == found[known]),
        speech_accuracy=_share(truth[spoken] == found[spoken]),
        balanced=balanced_accuracy(SHAPE_OF[truth[known]], SHAPE_OF[found[known]]),
        closed=closures(pairs, PP),
        lip_on_teeth=closures(pairs, FF),
        onset_ms=median(onset_offsets_ms(pairs)),
        changes_hz=changes_hz([track for _, track in pairs]),
        best_shift_ms=shift * FRAME_MS,
        best_accuracy=best,
    )


def balanced_accuracy(truth: NDArray[np.int64], found: NDArray[np.int64]) -> float:
    """The mean of the recalls of those classes that occur."""
    return float(np.mean([np.mean(found[truth == one] == one) for one in np.unique(truth)])) if len(truth) else float("nan")


def closures(pairs: Sequence[Pair], viseme: int) -> Closures:
    """Of one viseme, stretch for stretch; what lies where nobody knows what is said does not count."""
    here = there = both = 0
    for labels, track in pairs:
        reference, detected = stretches(labels).of(viseme), stretches(track.labels).of(viseme)
        unknown = labels[np.minimum(detected.middle.astype(np.int64), len(labels) - 1)] == IGNORED
        hits = matched(reference, detected, within_frames=CLOSURE_FRAMES)
        both += len(hits)
        here += len(reference)
        there += len(detected) - sum(bool(unknown[place]) for place in range(len(detected)) if place not in {hit for _, hit in hits})
    return Closures(both / here if here else float("nan"), both / there if there else float("nan"))


def onset_offsets_ms(pairs: Sequence[Pair]) -> NDArray[np.float64]:
    """How late every viseme that was found begins, found meaning within 120 ms: a narrower search would call late tracks punctual."""
    return edge_offsets_ms(pairs, range(SIL + 1, VISEMES), ends=False)


def edge_offsets_ms(pairs: Sequence[Pair], visemes: Sequence[int], *, ends: bool) -> NDArray[np.float64]:
    """How late the found ones of these visemes begin, and with `ends` also how late they end.

    An edge at the beginning or the end of the sound is none.
    """
    found = []
    for labels, track in pairs:
        every, seen = stretches(labels), stretches(track.labels)
        for viseme in visemes:
            reference, detected = every.of(viseme), seen.of(viseme)
            for one, other in matched(reference, detected, within_frames=TIMING_FRAMES):
                if reference.start[one] > 0 and detected.start[other] > 0:
                    found.append(detected.start[other] - reference.start[one])
                if ends and reference.end[one] < len(labels) and detected.end[other] < len(labels):
                    found.append(detected.end[other] - reference.end[one])
    return np.array(found, np.float64) * FRAME_MS


def changes_hz(tracks: Sequence[Track]) -> float:
    """How often in a second another viseme leads."""
    changes = sum(int(np.count_nonzero(np.diff(track.labels))) for track in tracks)
    return changes * FRAMES_PER_SEC / sum(len(track.labels) for track in tracks)


def best_shift(pairs: Sequence[Pair]) -> tuple[int, float]:
    """Frames by which the tracks are late where they agree best, up to 150 ms either way, and how well they agree then."""
    best = (0, -1.0)
    for shift in sorted(range(-MOST_SHIFT_FRAMES, MOST_SHIFT_FRAMES + 1), key=abs):
        right = count = 0
        for labels, track in pairs:
            places = np.clip(np.arange(len(labels)) + shift, 0, len(labels) - 1)
            known = labels != IGNORED
            right += int(np.count_nonzero((track.labels[places] == labels) & known))
            count += int(np.count_nonzero(known))
        if count and right / count > best[1]:
            best = (shift, right / count)
    return best


def median(values: NDArray[np.float64]) -> float:
    """NaN of nothing."""
    return float(np.median(values)) if len(values) else float("nan")


def _share(right: NDArray[np.bool_]) -> float:
    return float(right.mean()) if len(right) else float("nan")
