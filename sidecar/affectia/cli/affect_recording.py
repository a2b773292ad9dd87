"""What came in of action units, blinks, speech and feelings, as curves: every update of one avatar, for the plot and the summary."""

from __future__ import annotations

import math
import threading
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from affectia import registry
from affectia.cli.action_units import LABELS, intensities
from affectia.client import BlinkCounter, Blinks, ReceivedUpdate
from affectia.registry import Group
from affectia.wire.emotion_update import EmotionUpdate

NONE_HELD: Final = -1
NOT_TOLD: Final = -2
_NO_AFFECT: Final = (math.nan,) * 3
_NO_SHARES: Final = (math.nan,) * 2
STRONG_PERCENT: Final = 98.0  # of what was measured: higher than nearly all, but no single slip


@dataclass(frozen=True, slots=True)
class AffectCurves:
    """n updates in order of arrival; `units` (n, units) 0..1, NaN where not measured; `blinks` None where nobody told of any;
    `speaking` (n,) the probability that somebody speaks, NaN where nobody is listened to. Of how somebody feels: `held` (n,) the place of
    the emotion that is held, NONE_HELD or NOT_TOLD; `affect` (n, 3) -1..1 valence, arousal, dominance, and `shares` (n, 2) those of face
    and voice, NaN where not told.
    """

    times_nanos: NDArray[np.int64]
    units: NDArray[np.float32]
    blinks: Blinks | None
    speaking: NDArray[np.float32]
    held: NDArray[np.int8]
    affect: NDArray[np.float32]
    shares: NDArray[np.float32]

    def strongest(self, count: int) -> list[tuple[int, float]]:
        """(place, strength) of at most `count` action units, the strongest first; one that is measured but never seen is left out.

        The strength is the percentile STRONG_PERCENT of what was measured.
        """
        places = np.flatnonzero(np.isfinite(self.units).any(axis=0))
        if not places.size:
            return []
        strengths = np.nanpercentile(self.units[:, places], STRONG_PERCENT, axis=0)
        order = np.argsort(-strengths, kind="stable")[:count]
        return [(int(places[row]), float(strengths[row])) for row in order if strengths[row] > 0]


class AffectRecording:
    """Keeps the updates of the first avatar that it is given, about 0.3 KB each. One thread adds, any thread reads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._rows: list[_Row] = []
        self._avatar_id: str | None = None
        self._blinks = BlinkCounter()
        self._tells_blinks = False

    def add(self, received: ReceivedUpdate) -> None:
        """Keep an update; those of other avatars, and times that do not rise, are left out."""
        update = received.update
        if self._avatar_id is None:
            self._avatar_id = received.avatar_id
        elif received.avatar_id != self._avatar_id or update.time_nanos <= self._rows[-1].time_nanos:
            return
        self._tells_blinks |= update.blink_events is not None
        self._blinks.add(update)
        probability = update.speaking_probability
        speaking = np.nan if probability is None else probability / registry.UNIT_WEIGHT_U8
        row = _Row(update.time_nanos, intensities(update), speaking, *_feeling(update))
        with self._lock:
            self._rows.append(row)

    def curves(self) -> AffectCurves:
        """Everything so far."""
        with self._lock:
            rows = list(self._rows)
        return AffectCurves(
            np.array([row.time_nanos for row in rows], np.int64),
            np.array([row.units for row in rows], np.float32).reshape(len(rows), len(LABELS)),
            self._blinks.total if self._tells_blinks else None,
            np.array([row.speaking for row in rows], np.float32),
            np.array([row.held for row in rows], np.int8),
            np.array([row.affect for row in rows], np.float32).reshape(len(rows), 3),
            np.array([row.shares for row in rows], np.float32).reshape(len(rows), 2),
        )


class _Row(NamedTuple):
    """One update, as far as it is kept."""

    time_nanos: int
    units: NDArray[np.float32]
    speaking: float
    held: int
    affect: tuple[float, ...]
    shares: tuple[float, ...]


def _feeling(update: EmotionUpdate) -> tuple[int, tuple[float, ...], tuple[float, ...]]:
    """What is held, affect and shares of an update."""
    if update.emotions is None or not update.is_valid(Group.EMOTION):
        return NOT_TOLD, _NO_AFFECT, _NO_SHARES
    held = NONE_HELD if update.emotion_label is None else update.emotion_label
    affect = _NO_AFFECT if update.affect is None else tuple(n / registry.UNIT_AFFECT_I8 for n in update.affect)
    return held, affect, tuple(update.shares().tolist()) or _NO_SHARES
