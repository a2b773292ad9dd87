"""A timeline's vector in the making: pushes and asks with what is expected of them, written as JSON.

Times are milliseconds here unless a name says otherwise, integers of nanoseconds in the files.
"""

from __future__ import annotations

import json
import math
from fractions import Fraction
from pathlib import Path
from typing import Any

from script_files import write_files

Millis = float | Fraction
MS = 1_000_000
HOUR = 3_600_000
HALF_ROOT = math.sqrt(0.5)
YAW_90 = [0.0, HALF_ROOT, 0.0, HALF_ROOT]
IDENTITY = [0.0, 0.0, 0.0, 1.0]


def yaw(degrees: float) -> list[float]:
    """A turn to the left, as a quaternion."""
    half = math.radians(degrees) / 2
    return [0.0, math.sin(half), 0.0, math.cos(half)]


SCRIPTS: dict[str, dict[str, Any]] = {}


def nanos(millis: Millis) -> int:
    """Milliseconds to nanoseconds; a Fraction is exact."""
    return int(millis * MS) if isinstance(millis, (int, Fraction)) else round(millis * MS)


class Script:
    """One vector in the making; registers itself."""

    def __init__(self, name: str, shows: str, **options: Any) -> None:
        self.events: list[dict[str, Any]] = []
        SCRIPTS[name] = {"shows": shows, "options": options, "events": self.events}

    def push(self, arrive: Millis, sequence: int, time: Millis, jaw: float | None = None, *, accepted: bool = True, **fields: Any) -> None:
        """A frame; `jaw` is the blendshape jawOpen."""
        frame = {"stream_id": 7, "sequence": sequence, "time_nanos": nanos(time), "publish_delay_micros": 0}
        if jaw is not None:
            fields.setdefault("blendshapes", {})["jawOpen"] = jaw
        event: dict[str, Any] = {"arrive_nanos": nanos(arrive), "frame": frame | fields}
        self.events.append(event if accepted else event | {"accepted": False})

    def ask(self, now: Millis, jaw: float | None = None, **expect: Any) -> None:
        """What is expected; `delay`, `offset` and `shown` are milliseconds."""
        if jaw is not None:
            expect.setdefault("blendshapes", {})["jawOpen"] = jaw
        for name in ("delay", "offset", "shown"):
            if name in expect:
                expect[f"{name}_nanos"] = nanos(expect.pop(name))
        self.events.append({"ask_nanos": nanos(now), "expect": expect})


def text_of(script: dict[str, Any]) -> str:
    """One event a line, so that a change of one shows as one."""
    events = ",\n".join("  " + json.dumps(event) for event in script["events"])
    head = f'"shows": {json.dumps(script["shows"])},\n "options": {json.dumps(script["options"])}'
    return f'{{{head},\n "events": [\n{events}\n]}}\n'


def write_scripts(folder: Path, arguments: list[str]) -> int:
    """Write every script into a folder, or with --check compare; 0 when the files are what the scripts say."""
    return write_files(folder, {name: text_of(script) for name, script in SCRIPTS.items()}, arguments, what="the timeline's vectors")
