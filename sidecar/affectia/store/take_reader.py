"""Reads a take: a CSV as this project writes it (`take_csv`) and as the Live Link Face app exports it.

Columns are found by their names, in any order and in any case; what is unknown is passed over, a shape that is not there stays at 0.
A row that cannot be used is left out and counted. A row with count 0, or without any value, is an instant at which nobody was seen.

A timecode does not say how many frames its second has. That is read off the rows on both sides of each new second: what the frame
number loses there is a second's worth. Rows that are left out have no say in it.
"""

from __future__ import annotations

import array
import csv
import re
import stat
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from affectia import registry
from affectia.clock import NANOS_PER_SEC
from affectia.errors import CaptureError
from affectia.store.take_csv import COLUMNS, HALF_TURNS, SECS_PER_DAY, VALUE_COLUMNS, Take

MAX_BYTES: Final = 256 << 20  # an hour of 60 frames a second has 150 MB
LONGEST_PAUSE_SECS: Final = 10.0
DEFAULT_RATE_HZ: Final = 60.0  # of a take that does not tell its rate

_SHAPES: Final = len(registry.BLENDSHAPES)
_ABOVE_ANY_FRAME: Final = 1000.0  # FF has three digits at most: counted so, rows are in the order in which they are written
_USUAL_RATES_HZ: Final = (23.976, 24.0, 25.0, 29.97, 30.0, 47.952, 48.0, 50.0, 59.94, 60.0, 119.88, 120.0)
_TIMECODE: Final = re.compile(r"\s*(\d{1,2}):(\d\d):(\d\d)[:;](\d{1,3}(?:\.\d{1,9})?)\s*")
_MOST: Final = (23, 59, 59)  # of a time of day: hours, minutes, seconds
_PLACE: Final = {name.lower(): place for place, name in enumerate(VALUE_COLUMNS)}


@dataclass(frozen=True, slots=True)
class TakeReading:
    """What stands in a file of a take.

    `take` has its first frame at 0; `found` (n,) is false where the file says that nobody was seen. `skipped` counts the rows that were
    left out, by reason, `first_skipped_line` is the line of the first of them. `missing` and `unknown` are names of columns, `clipped`
    counts values that were beyond 0..1, `shortened` pauses that were longer than LONGEST_PAUSE_SECS. `too_far`: a head or an eye turns by
    more than half a turn, so the angles are not on the scale that was named.
    """

    take: Take
    found: NDArray[np.bool_]
    rate_hz: float
    skipped: Counter[str]
    first_skipped_line: int
    missing: tuple[str, ...]
    unknown: tuple[str, ...]
    clipped: int
    shortened: int
    too_far: bool

    @property
    def duration_secs(self) -> float:
        """From the first frame to one period after the last one."""
        return float(self.take.times_nanos[-1]) / NANOS_PER_SEC + 1 / self.rate_hz

    def remarks(self) -> list[str]:
        """What a person should know of this file, a sentence each; empty when every row was used as it stands."""
        said = []
        if total := self.skipped.total():
            reasons = ", ".join(f"{count} {reason}" for reason, count in self.skipped.most_common())
            rows = "row was" if total == 1 else "rows were"
            said.append(f"{total} {rows} left out ({reasons}); the first is line {self.first_skipped_line}")
        if self.missing:
            said.append(f"{_columns(self.missing, 'missing')}, what they drive stays at rest")
        if self.unknown:
            said.append(f"{_columns(self.unknown, 'unknown')} and passed over")
        if self.clipped:
            said.append(f"{self.clipped} weights were beyond 0 to 1 and clipped")
        if self.shortened:
            said.append(f"{self.shortened} pauses of more than {LONGEST_PAUSE_SECS:.0f} s were shortened to that")
        if self.too_far:
            said.append("angles go beyond half a turn, so they are on another scale: try --angles radians or --angles degrees")
        return said


def read_take(path: Path, *, rate_hz: float | None = None, angle_scale: float = HALF_TURNS) -> TakeReading:
    """Read a take; blocks for about a second per 50 MB.

    Args:
        path: The file.
        rate_hz: Frames a second that FF of the timecode counts; None reads it off the rows.
        angle_scale: What a degree is written as: HALF_TURNS, RADIANS or 1.

    Raises:
        CaptureError: the file is not there, is no take, or has no row that can be used.
    """
    _check_file(path)
    try:
        # Damaged letters and stray quotes spoil a row each, not the file.
        with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
            rows = _Rows(csv.reader(line.replace('"', "") for line in file), path)
            rows.read()
    except CaptureError:  # an OSError too, and already a sentence
        raise
    except csv.Error as error:
        raise CaptureError(f"take is no CSV ({str(error).lower()}), expected one of Live Link Face: {path}") from None
    except OSError as error:
        raise CaptureError(f"take cannot be read ({(error.strerror or type(error).__name__).lower()}), expected a CSV: {path}") from None
    return rows.reading(rate_hz, angle_scale)


class _Rows:
    """The rows of one file, as far as they can be used."""

    def __init__(self, lines: Iterator[list[str]], path: Path) -> None:
        self._lines = lines
        self._path = path
        self._whole_secs = array.array("q")
        self._frames = array.array("d")
        self._values = array.array("f")
        self._found = array.array("b")
        self._numbers = array.array("q")
        self._skipped: Counter[str] = Counter()
        self._first_skipped_line = 0
        self._missing: tuple[str, ...] = ()
        self._unknown: tuple[str, ...] = ()

    def read(self) -> None:
        header = next(self._lines, None)
        if header is None:
            raise CaptureError(f"take is empty, expected a header and rows: {self._path}")
        names = [name.strip().lower() for name in header]
        columns = [(place, column) for column, name in enumerate(names) if (place := _PLACE.get(name)) is not None]
        if not columns or "timecode" not in names:
            raise CaptureError(f"take has {_found_in_header(names, columns)}, expected the header of Live Link Face: {self._path}")
        if len({place for place, _column in columns}) < len(columns):
            raise CaptureError(f"take has a column twice, expected each of Live Link Face's {len(COLUMNS)} once: {self._path}")
        known = {"timecode", "blendshapecount", *_PLACE}
        self._missing = tuple(name for name in VALUE_COLUMNS if name.lower() not in names)
        self._unknown = tuple(name.strip() for name in header if name.strip().lower() not in known and name.strip())
        timecode = names.index("timecode")
        count = names.index("blendshapecount") if "blendshapecount" in names else None
        blank = [0.0] * len(VALUE_COLUMNS)
        for number, cells in enumerate(self._lines, start=2):
            if not any(cells):
                continue  # a blank line
            moment = _TIMECODE.fullmatch(cells[timecode]) if len(cells) > timecode else None
            if moment is None:
                self._skip("without a timecode", number)
                continue
            hours, minutes, secs = clock = tuple(map(int, moment.groups()[:3]))
            if any(value > most for value, most in zip(clock, _MOST, strict=True)):
                self._skip("with a timecode that is no time of day", number)
                continue
            values = blank.copy()
            is_blank = len(cells) >= len(header) and not any(cells[column] for _place, column in columns)
            seen = not is_blank and (count is None or len(cells) <= count or cells[count].strip() != "0")
            if seen:
                try:
                    for place, column in columns:
                        values[place] = float(cells[column])
                except (IndexError, ValueError):
                    self._skip("too short" if len(cells) < len(header) else "with something else than numbers", number)
                    continue
            self._whole_secs.append(hours * 3600 + minutes * 60 + secs)
            self._frames.append(float(moment[4]))
            self._values.extend(values)
            self._found.append(seen)
            self._numbers.append(number)

    def reading(self, rate_hz: float | None, angle_scale: float) -> TakeReading:
        values = np.array(self._values, np.float32).reshape(-1, len(VALUE_COLUMNS))
        numbers, frames = np.array(self._numbers, np.int64), np.array(self._frames, np.float64)
        whole_secs, found = np.array(self._whole_secs, np.int64), np.array(self._found, np.bool_)
        finite = np.isfinite(values).all(axis=1)
        self._skip_all("with values that are no numbers", numbers[~finite])
        used = np.flatnonzero(finite)
        if rate_hz is None:
            # A row that is out of order whatever the rate is must not decide it.
            _times, rises = _rising(_times_nanos(whole_secs[used], frames[used], _ABOVE_ANY_FRAME))
            self._skip_all("out of time order", numbers[used[~rises]])
            used = used[rises]
            rate_hz = _rate_hz(whole_secs[used], frames[used])
        times, rises = _rising(_times_nanos(whole_secs[used], frames[used], rate_hz))
        self._skip_all("out of time order", numbers[used[~rises]])
        used = used[rises]
        if not used.size:
            left_out = f", {self._skipped.total()} were left out" if self._skipped else ""
            raise CaptureError(f"take has 0 rows that can be used{left_out}, expected HH:MM:SS:FF.mmm and numbers: {self._path}")
        steps = np.diff(times[rises])
        pauses = steps > LONGEST_PAUSE_SECS * NANOS_PER_SEC
        steps[pauses] = round(LONGEST_PAUSE_SECS * NANOS_PER_SEC)
        weights, turns = values[used, :_SHAPES], values[used, _SHAPES:] / np.float32(angle_scale)
        clipped = np.clip(weights, 0, 1)
        take = Take(np.concatenate(([0], np.cumsum(steps))), clipped, turns[:, :3], turns[:, 3:].reshape(-1, 2, 3))
        return TakeReading(
            take,
            found[used],
            float(NANOS_PER_SEC / np.median(steps)) if steps.size else rate_hz,
            self._skipped,
            self._first_skipped_line,
            self._missing,
            self._unknown,
            int((clipped != weights).sum()),
            int(pauses.sum()),
            bool((np.abs(turns) > 181).any()),
        )

    def _skip(self, reason: str, line: int) -> None:
        self._skipped[reason] += 1
        self._first_skipped_line = min(self._first_skipped_line or line, line)

    def _skip_all(self, reason: str, lines: NDArray[np.int64]) -> None:
        for line in lines.tolist():
            self._skip(reason, line)


def _times_nanos(whole_secs: NDArray[np.int64], frames: NDArray[np.float64], rate_hz: float) -> NDArray[np.int64]:
    return whole_secs * NANOS_PER_SEC + np.round(frames / rate_hz * NANOS_PER_SEC).astype(np.int64)


def _rate_hz(whole_secs: NDArray[np.int64], frames: NDArray[np.float64]) -> float:
    """Frames a second that the timecode counts."""
    highest = float(frames.max()) if frames.size else 0.0
    passed = np.diff(whole_secs) % SECS_PER_DAY
    inside, across = passed == 0, passed == 1
    steps = np.diff(frames)[inside]
    rate_hz = 0.0
    if across.any() and steps.size:
        # From row to row the frame number rises by a usual step, over the border of a second by that less a second's frames.
        rate_hz = float(np.median(np.median(steps) - np.diff(frames)[across]))
    usual = [rate for rate in _USUAL_RATES_HZ if rate > highest]
    near = min(usual, key=lambda rate: abs(rate - rate_hz), default=rate_hz)
    if rate_hz > 0 and abs(near - rate_hz) > 0.015 * rate_hz:
        return max(rate_hz, highest)
    return near if rate_hz > 0 else max(DEFAULT_RATE_HZ, highest)


def _rising(times: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """The times with days added where they pass midnight, and which of them rise above all before them."""
    half_day = SECS_PER_DAY // 2 * NANOS_PER_SEC
    keep = np.ones(times.size, np.bool_)
    if times.size > 2:
        # A single row far ahead of both its neighbours would otherwise hide all that follow it.
        keep[1:-1] = ~((times[1:-1] > times[2:]) & (times[2:] > times[:-2]))
    kept = times[keep]
    days = np.zeros(kept.size, np.int64)
    days[1:] = np.cumsum(np.diff(kept) < -half_day)
    times = times.copy()
    times[keep] = kept + days * SECS_PER_DAY * NANOS_PER_SEC
    kept = times[keep]
    highest = np.maximum.accumulate(kept)
    keep[np.flatnonzero(keep)[1:]] = kept[1:] > highest[:-1]
    return times, keep


def _check_file(path: Path) -> None:
    try:
        found = path.stat()
    except FileNotFoundError:
        raise CaptureError(f"take does not exist: {path}") from None
    except OSError as error:
        raise CaptureError(f"take cannot be read ({(error.strerror or type(error).__name__).lower()}), expected a CSV: {path}") from None
    if not stat.S_ISREG(found.st_mode):
        raise CaptureError(f"take is {'a folder' if stat.S_ISDIR(found.st_mode) else 'a device or a pipe'}, expected a CSV file: {path}")
    if found.st_size == 0:
        raise CaptureError(f"take is empty, expected a header and rows: {path}")
    if found.st_size > MAX_BYTES:
        raise CaptureError(f"take has {found.st_size} bytes, expected at most {MAX_BYTES}; cut it into pieces: {path}")


def _found_in_header(names: list[str], columns: list[tuple[int, int]]) -> str:
    if any("\ufffd" in name or "\0" in name for name in names):
        return "no UTF-8 text in its first line"
    if len(names) == 1 and any(sign in names[0] for sign in ";\t"):
        return "no commas between its columns"
    return f"{len(columns)} known columns and {'a' if 'timecode' in names else 'no'} Timecode"


def _columns(names: tuple[str, ...], what: str) -> str:
    listed = ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
    return f"{len(names)} {'column is' if len(names) == 1 else 'columns are'} {what} ({listed})"
