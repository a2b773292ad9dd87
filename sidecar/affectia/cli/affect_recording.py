"""What came in of action units, blinks and speech, as curves: every update of one avatar, for the plot and the summary."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from affectia import registry
from affectia.cli.action_units import LABELS, intensities
from affectia.client import BlinkCounter, Blinks, ReceivedUpdate

STRONG_PERCENT: Final = 98.0  # of what was measured: higher than nearly all, but no single slip


@dataclass(frozen=True, slots=True)
class AffectCurves:
    """n updates in order of arrival; `units` (n, units) 0..1, NaN where not measured; `blinks` None where nobody told of any;
    `speaking` (n,) the probability that somebody speaks, NaN where nobody is listened to.
    """

    times_nanos: NDArray[np.int64]
    units: NDArray[np.float32]
    blinks: Blinks | None
    speaking: NDArray[np.float32]

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
    """Keeps the updates of the first avatar that it is given, about 0.2 KB each. One thread adds, any thread reads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._rows: list[tuple[int, NDArray[np.float32], float]] = []
        self._avatar_id: str | None = None
        self._blinks = BlinkCounter()
        self._tells_blinks = False

    def add(self, received: ReceivedUpdate) -> None:
        """Keep an update; those of other avatars, and times that do not rise, are left out."""
        update = received.update
        if self._avatar_id is None:
            self._avatar_id = received.avatar_id
        elif received.avatar_id != self._avatar_id or update.time_nanos <= self._rows[-1][0]:
            return
        self._tells_blinks |= update.blink_events is not None
        self._blinks.add(update)
        probability = update.speaking_probability
        speaking = np.nan if probability is None else probability / registry.UNIT_WEIGHT_U8
        with self._lock:
            self._rows.append((update.time_nanos, intensities(update), speaking))

    def curves(self) -> AffectCurves:
        """Everything so far."""
        with self._lock:
            rows = list(self._rows)
        return AffectCurves(
            np.array([time_nanos for time_nanos, _units, _speaking in rows], np.int64),
            np.array([units for _time, units, _speaking in rows], np.float32).reshape(len(rows), len(LABELS)),
            self._blinks.total if self._tells_blinks else None,
            np.array([speaking for _time, _units, speaking in rows], np.float32),
        )
