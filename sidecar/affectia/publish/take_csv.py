"""A take: the frames of one avatar as a CSV in the column order of Live Link Face.

Columns: `Timecode`, `BlendShapeCount` (61), the 52 shapes in registry order with a capital first letter, then yaw, pitch and roll of the
head, the left and the right eye. One row per frame; a frame without a valid face is a row at rest.

`Timecode` is `HH:MM:SS:FF.mmm`: hours, minutes and seconds of the day are real time, FF.mmm is the rest of the second counted in frames
of the take's rate, rounded down to thousandths of a frame (no drop-frame counting, so it never runs away from the clock).

Angles are those of protos/avatar_frame.md (yaw + to the subject's left, pitch + down, roll + towards the right shoulder) times
`angle_scale`. The default, degrees/180, is what Unreal's own publisher writes for an unmirrored face. What the Live Link Face app itself
writes is not documented, and some tools read its columns as radians: `RADIANS` is for those.
"""

from __future__ import annotations

import csv
import itertools
import math
import os
import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from affectia import registry
from affectia.clock import NANOS_PER_SEC
from affectia.errors import AffectiaError

HALF_TURNS: Final = 1 / 180
RADIANS: Final = math.pi / 180

_SHAPES: Final = len(registry.BLENDSHAPES)
_TURNS: Final = (
    "HeadYaw",
    "HeadPitch",
    "HeadRoll",
    "LeftEyeYaw",
    "LeftEyePitch",
    "LeftEyeRoll",
    "RightEyeYaw",
    "RightEyePitch",
    "RightEyeRoll",
)
VALUE_COLUMNS: Final = (*(name[0].upper() + name[1:] for name in registry.BLENDSHAPES), *_TURNS)
COLUMNS: Final = ("Timecode", "BlendShapeCount", *VALUE_COLUMNS)
_SECS_PER_DAY: Final = 86_400
_TIMECODE: Final = re.compile(r"(\d\d):(\d\d):(\d\d):(\d\d+\.\d{3})")


@dataclass(frozen=True, slots=True)
class Take:
    """n frames: `times_nanos` (n,) rising, `blendshapes` (n, 52) 0..1, `head_deg` (n, 3) and `eyes_deg` (n, 2, 3) yaw, pitch, roll."""

    times_nanos: NDArray[np.int64]
    blendshapes: NDArray[np.float32]
    head_deg: NDArray[np.float32]
    eyes_deg: NDArray[np.float32]


def timecode(secs_of_day: float, rate_hz: float) -> str:
    """A time of the day as `HH:MM:SS:FF.mmm`; what is beyond a day starts again at 0."""
    whole = math.floor(secs_of_day)
    thousandths = math.floor((secs_of_day - whole) * rate_hz * 1000)
    minutes, secs = divmod(whole % _SECS_PER_DAY, 60)
    frame, rest = divmod(thousandths, 1000)
    return f"{minutes // 60:02}:{minutes % 60:02}:{secs:02}:{frame:02}.{rest:03}"


def write_take(path: Path, take: Take, *, rate_hz: float, start_secs_of_day: float = 0.0, angle_scale: float = HALF_TURNS) -> None:
    """Write a take whole or not at all.

    Args:
        path: The file; its folder must be there. One that exists is replaced.
        take: The frames; the first one stands at `start_secs_of_day`.
        rate_hz: Frames a second that FF counts.
        start_secs_of_day: Time of the day of the first frame, 0 up to 86400.
        angle_scale: What a degree is written as: HALF_TURNS or RADIANS.
    """
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "w", encoding="ascii", newline="") as file:
            rows = csv.writer(file, lineterminator="\n")
            rows.writerow(COLUMNS)
            rows.writerows(_rows(take, rate_hz, start_secs_of_day, angle_scale))
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def _rows(take: Take, rate_hz: float, start_secs_of_day: float, angle_scale: float) -> Iterator[list[str]]:
    if not take.times_nanos.size:
        return
    count = take.times_nanos.size
    turns = np.concatenate((take.head_deg, take.eyes_deg.reshape(count, 6)), axis=1) * angle_scale
    values = np.concatenate((take.blendshapes, turns), axis=1)
    first = int(take.times_nanos[0])
    for time_nanos, row in zip(take.times_nanos.tolist(), values.tolist(), strict=True):
        secs = start_secs_of_day + (time_nanos - first) / NANOS_PER_SEC
        yield [timecode(secs, rate_hz), str(len(VALUE_COLUMNS)), *(f"{value:.9f}" for value in row)]


def read_take(path: Path, *, rate_hz: float, angle_scale: float = HALF_TURNS) -> Take:
    """Read a take back; its first frame stands at 0. Raises AffectiaError for a file that is none, with the line."""
    times: list[int] = []
    values: list[list[float]] = []
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = csv.reader(file)
        if tuple(next(rows, ())) != COLUMNS:
            raise AffectiaError(f"take has other columns, expected the {len(COLUMNS)} of Live Link Face, Timecode first: {path}")
        for row in rows:
            if len(row) != len(COLUMNS):
                raise AffectiaError(f"take line {rows.line_num} has {len(row)} values, expected {len(COLUMNS)}: {path}")
            found = _TIMECODE.fullmatch(row[0])
            try:
                numbers = [float(text) for text in row[2:]]
            except ValueError:
                numbers = []
            if found is None or not numbers:
                raise AffectiaError(f"take line {rows.line_num} cannot be read, expected HH:MM:SS:FF.mmm and numbers: {path}")
            hours, minutes, secs, frame = found.groups()
            whole = int(hours) * 3600 + int(minutes) * 60 + int(secs)
            times.append(whole * NANOS_PER_SEC + round(float(frame) / rate_hz * NANOS_PER_SEC))
            values.append(numbers)
    table = np.array(values, np.float32).reshape(-1, len(VALUE_COLUMNS))
    turns = table[:, _SHAPES:] / np.float32(angle_scale)
    return Take(_since_first(times), table[:, :_SHAPES], turns[:, :3], turns[:, 3:].reshape(-1, 2, 3))


def _since_first(times_of_day_nanos: list[int]) -> NDArray[np.int64]:
    """Times since the first one; a take that ran past midnight goes on rising."""
    days = itertools.accumulate((later < earlier for earlier, later in itertools.pairwise(times_of_day_nanos)), initial=0)
    first = times_of_day_nanos[0] if times_of_day_nanos else 0
    day_nanos = _SECS_PER_DAY * NANOS_PER_SEC
    return np.array([time + day * day_nanos - first for time, day in zip(times_of_day_nanos, days, strict=False)], np.int64)
