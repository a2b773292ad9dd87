"""Times as somebody gives them, made into times that follow one another."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from affectia.errors import ConfigError

MAX_EVENTS: Final = 200_000  # more than four hours of phones
MAX_SECS: Final = 6 * 3600.0
_LAST_SECS: Final = 0.1  # of a last event that nobody says the end of
_SLIGHT_SECS: Final = 0.02  # what rounding makes of an end, and nobody need hear of


@dataclass(frozen=True, slots=True)
class EventTimes:
    """What is left of the given times: rising, without overlap, within the clip.

    `order` (n,) the given entries that are left, in the order of time; `start_secs` and `end_secs` (n,) float64. `notices` say what was
    changed, in counts.
    """

    order: NDArray[np.intp]
    start_secs: NDArray[np.float64]
    end_secs: NDArray[np.float64]
    notices: tuple[str, ...]


def event_times(
    start_secs: NDArray[np.float64], end_secs: NDArray[np.float64], *, place: Callable[[int], str], clip_secs: float | None = None
) -> EventTimes:
    """Sort (n,) starts and ends, cut what overlaps, what is before 0 and what is behind `clip_secs`.

    An end that is NaN was not given: the next start, at most, is meant. `place` names an entry in messages. Raises ConfigError where
    there is nothing, too much, or what can be no time.
    """
    count = start_secs.size
    if not 0 < count <= MAX_EVENTS:
        raise ConfigError(f"timing has {count} entries, expected 1 to {MAX_EVENTS}")
    if clip_secs is not None and not 0 < clip_secs < np.inf:
        raise ConfigError(f"clip_secs is {clip_secs}, expected more than 0")
    _refuse(~np.isfinite(start_secs), "start is no finite number", place)
    _refuse(np.isinf(end_secs), "end is no finite number", place)
    _refuse(np.maximum(np.abs(start_secs), np.abs(np.nan_to_num(end_secs))) > MAX_SECS, f"time is beyond {MAX_SECS:g} s", place)
    _refuse(end_secs < start_secs, "end is before its start", place)
    notices = []
    order = np.argsort(start_secs, kind="stable")
    moved = int((order != np.arange(count)).sum())
    if moved:
        notices.append(f"{moved} entries were not in the order of time and have been sorted")
    start, end = start_secs[order], end_secs[order]
    following = np.append(start[1:], max(float(np.nanmax(np.append(end, start[-1]))), start[-1] + _LAST_SECS))
    given = ~np.isnan(end)
    overlapping = given[:-1] & (end[:-1] > start[1:] + 1e-6)
    if overlapping.any():
        notices.append(f"{int(overlapping.sum())} entries overlap the next one and have been cut at its start")
    end = np.where(given, np.minimum(end, following), following)
    if (start < 0).any():
        notices.append(f"{int((start < 0).sum())} entries begin before 0 and have been cut there")
    if clip_secs is not None:
        beyond = int((end > clip_secs + _SLIGHT_SECS).sum())
        if beyond:
            notices.append(f"{beyond} entries reach behind the end of the clip and have been cut there")
        end = np.minimum(end, clip_secs)
    start = np.maximum(start, 0)
    left = end > start
    if not left.any():
        raise ConfigError("timing has no entry of any duration within the clip, expected at least one")
    return EventTimes(order[left], start[left], end[left], tuple(notices))


def _refuse(bad: NDArray[np.bool_], what: str, place: Callable[[int], str]) -> None:
    if bad.any():
        raise ConfigError(f"{what}, expected seconds of 0 or more, the end behind the start: {place(int(np.argmax(bad)))}")
