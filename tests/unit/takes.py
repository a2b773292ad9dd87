"""Takes for the tests of what writes, reads and plays them; nobody is in them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from affectia.clock import NANOS_PER_SEC
from affectia.registry import BLENDSHAPES
from affectia.store.take_csv import COLUMNS, Take

HEADER = ",".join(COLUMNS)
VALUES = ",0.25" * 61


def take(count: int, *, rate_hz: float = 30.0, most_deg: float = 85.0) -> Take:
    """Random weights and turns, evenly spaced."""
    random = np.random.default_rng(7)
    times = np.round(5 * NANOS_PER_SEC + np.arange(count) * NANOS_PER_SEC / rate_hz).astype(np.int64)
    turns = random.uniform(-most_deg, most_deg, (count, 9)).astype(np.float32)
    return Take(times, random.random((count, 52), np.float32), turns[:, :3], turns[:, 3:].reshape(count, 2, 3))


def posable(made: Take) -> Take:
    """The same take as a face could make it: nothing together with its opposite, both lids alike, lips not closed over a shut jaw."""
    shapes = made.blendshapes.copy()
    sides = ("Left", "Right")
    opposed = [("jawLeft", "jawRight"), ("mouthLeft", "mouthRight")]
    opposed += [(f"eyeLook{one}{side}", f"eyeLook{other}{side}") for one, other in (("In", "Out"), ("Up", "Down")) for side in sides]
    off = [second for _first, second in opposed] + ["mouthClose", *(f"eyeWide{side}" for side in sides)]
    shapes[:, [BLENDSHAPES.index(name) for name in off]] = 0
    shapes[:, BLENDSHAPES.index("eyeBlinkRight")] = shapes[:, BLENDSHAPES.index("eyeBlinkLeft")]
    return replace(made, blendshapes=shapes)


def csv(*timecodes: str, values: str = VALUES) -> str:
    """A file with a row of the same values at each of these times."""
    return "\n".join((HEADER, *(f"{timecode},61{values}" for timecode in timecodes))) + "\n"
