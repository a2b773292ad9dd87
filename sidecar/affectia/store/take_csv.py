"""A take: the frames of one avatar as a CSV in the column order of Live Link Face.

Columns: `Timecode`, `BlendShapeCount` (61), the 52 shapes in registry order with a capital first letter, then yaw, pitch and roll of the
head, the left and the right eye. One row per frame; a frame without a valid face is a row at rest.

`Timecode` is `HH:MM:SS:FF.mmm`: hours, minutes and seconds of the day are real time, FF.mmm is the rest of the second counted in frames
of the take's rate, rounded down to thousandths of a frame (no drop-frame counting, so it never runs away from the clock).

Angles are those of protos/avatar_frame.md (yaw + to the subject's left, pitch + down, roll + towards the right shoulder) times
`angle_scale`. The default, degrees/180, is what Unreal's own publisher writes for an unmirrored face. What the Live Link Face app itself
writes is not documented, and some tools read its columns as radians: `RADIANS` is for those. `take_reader` reads takes back.
"""

from __future__ import annotations

import csv
import math
import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from affectia import registry
from affectia.clock import NANOS_PER_SEC

HALF_TURNS: Final = 1 / 180
RADIANS: Final = math.pi / 180

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
SECS_PER_DAY: Final = 86_400


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
    minutes, secs = divmod(whole % SECS_PER_DAY, 60)
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
