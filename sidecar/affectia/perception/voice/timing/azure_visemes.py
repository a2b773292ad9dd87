"""Visemes of Microsoft's speech services: ids 0 to 21 (those of SAPI) at offsets in the sound."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from affectia import registry
from affectia.errors import ConfigError
from affectia.perception.voice.timing.event_times import event_times
from affectia.perception.voice.timing.phone_labels import shared
from affectia.perception.voice.timing.timed_visemes import TimedVisemes, VisemePart, timed_visemes

UNITS_PER_SEC: Final = {"ticks": 1e7, "ms": 1e3, "s": 1.0}
"""Units that offsets come in: the service counts ticks of 100 ns, its examples print milliseconds."""

# The phones of an id hardly differ in lips; 9, 10 and 11 are diphthongs; of 12, h, hardly anything is seen.
_NAMES: Final = (
    "sil", "aa", "aa", "oh", "E", "RR", "ih", "ou", "oh", "aa ou", "oh ih", "aa ih", "kk", "RR", "nn", "SS", "CH", "TH", "FF", "DD",
    "kk", "PP",
)  # fmt: skip
_H: Final = 12
_H_STRENGTH: Final = 0.4
_MOST_PER_SEC: Final = 200.0  # visemes; if there seem to be more, the unit is another one
_LAST_SECS: Final = 0.15  # of a last viseme that is not silence


def _parts() -> tuple[tuple[VisemePart, ...], ...]:
    rows = [shared(tuple(registry.VISEMES.index(name) for name in names.split())) for names in _NAMES]
    rows[_H] = (rows[_H][0]._replace(strength=_H_STRENGTH),)
    return tuple(rows)


_PARTS: Final = _parts()


def azure_visemes(
    offsets: NDArray[np.float64],
    ids: NDArray[np.int64],
    *,
    place: Callable[[int], str],
    unit: str | None = None,
    clip_secs: float | None = None,
) -> TimedVisemes:
    """Visemes of n events, each until the next one; `unit` is one of UNITS_PER_SEC, None where the offsets must tell.

    Raises ConfigError for an id or a unit that there is not, and for times that are none.
    """
    unknown = (ids < 0) | (ids >= len(_PARTS))
    if unknown.any():
        number = int(np.argmax(unknown))
        raise ConfigError(f"viseme id is {int(ids[number])}, expected 0 to {len(_PARTS) - 1}: {place(number)}")
    start = offsets / UNITS_PER_SEC[unit or told_unit(offsets)]
    end = np.full(start.size, np.nan)
    if start.size:
        last = int(np.argmax(start))
        end[last] = start[last] + _LAST_SECS
    times = event_times(start, end, place=place, clip_secs=clip_secs)
    return timed_visemes(times, [_PARTS[number] for number in ids.tolist()])


def told_unit(offsets: NDArray[np.float64]) -> str:
    """`ticks` or `ms`, whichever makes speech of the offsets: visemes come 5 to 30 times a second."""
    spread = float(np.ptp(offsets)) if offsets.size > 1 else float(np.max(offsets, initial=0.0))
    if not np.isfinite(spread):
        return "ticks"
    usual = spread / max(offsets.size - 1, 1)
    # A viseme of 40 ticks, or one of 2 minutes in ms, is none: the middle between 50 ms read as either is far from both.
    return "ms" if usual < np.sqrt(50.0 * 500_000.0) else "ticks"
