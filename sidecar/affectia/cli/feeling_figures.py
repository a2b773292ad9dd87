"""What a run came to of how somebody felt: how long which emotion was held, how often that changed, and what it was read off."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from affectia import registry
from affectia.cli.affect_recording import NONE_HELD, NOT_TOLD, AffectCurves
from affectia.cli.sidecar_status import SidecarStatus
from affectia.clock import NANOS_PER_SEC

_EMOTIONS: Final = 3
_PAUSE_NANOS: Final = NANOS_PER_SEC  # a gap in what is received that is longer is no time of the last emotion


@dataclass(frozen=True, slots=True)
class FeelingFigures:
    """Shares are 0..1 of the time; `held` is (emotion, share) the longest first, of what was told; `told_share` is of all.

    `changes_per_sec` counts changes of the label between two emotions, also with nothing held between them, by the second of what
    was told. `valence` and `arousal` are (lowest, highest); `by_face` and `by_voice` the mean shares of the modalities.
    """

    told_share: float
    held: tuple[tuple[str, float], ...]
    changes_per_sec: float
    valence: tuple[float, float]
    arousal: tuple[float, float]
    by_face: float
    by_voice: float


def feeling_figures(affect: AffectCurves) -> FeelingFigures | None:
    """The figures, None where it was never told how somebody feels, with everything that belongs to it."""
    told = (affect.held != NOT_TOLD) & np.isfinite(affect.affect).all(axis=1) & np.isfinite(affect.shares).all(axis=1)
    secs = _durations_secs(affect.times_nanos)
    told_secs = float(secs[told].sum())
    if not told_secs:
        return None
    held = np.where(told, affect.held, NOT_TOLD)
    labels = held[held >= 0]
    changes = int(np.count_nonzero(np.diff(labels)))
    shares = [(name, float(secs[held == place].sum()) / told_secs) for place, name in enumerate(registry.EMOTIONS)]
    unclear = ("nothing clear", float(secs[held == NONE_HELD].sum()) / told_secs)
    lows, highs = affect.affect[told].min(axis=0), affect.affect[told].max(axis=0)
    by_face, by_voice = affect.shares[told].mean(axis=0).tolist()
    return FeelingFigures(
        told_share=told_secs / float(secs.sum()),
        held=tuple(sorted((each for each in (*shares, unclear) if each[1] > 0), key=lambda each: -each[1])),
        changes_per_sec=changes / told_secs,
        valence=(float(lows[0]), float(highs[0])),
        arousal=(float(lows[1]), float(highs[1])),
        by_face=by_face,
        by_voice=by_voice,
    )


def feeling_rows(affect: AffectCurves, status: SidecarStatus | None) -> list[tuple[str, str]]:
    """(label, value) of every line of a summary; none where nothing tells how people feel."""
    figures = feeling_figures(affect)
    rows = []
    if figures is not None:
        held = ", ".join(f"{name} {100 * share:.0f} %" for name, share in figures.held[:_EMOTIONS])
        told = "" if figures.told_share > 0.995 else f"; told {100 * figures.told_share:.0f} % of the time"
        values = (f"{name} {low:+.2f} to {high:+.2f}" for name, (low, high) in (("valence", figures.valence), ("arousal", figures.arousal)))
        rows = [
            ("feels", f"{held}; {figures.changes_per_sec:.2f} changes/s{told}"),
            ("affect", ", ".join(values)),
            ("read off", f"face {100 * figures.by_face:.0f} %, voice {100 * figures.by_voice:.0f} %"),
        ]
    if status is not None and status.feeling_methods:
        rows.append(("feelings told by", status.feeling_methods))
    return rows


def _durations_secs(times_nanos: NDArray[np.int64]) -> NDArray[np.float64]:
    """How long each update stood until the next one; the last as long as the one before."""
    steps = np.diff(times_nanos)
    steps[steps > _PAUSE_NANOS] = 0
    if not steps.size:
        return np.ones(times_nanos.size)
    return np.append(steps, steps[-1]) / NANOS_PER_SEC
