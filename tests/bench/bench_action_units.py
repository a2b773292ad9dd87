"""Action units at moments that a person has judged (tests/integration/marked_moments.toml): all units, how many expectations hold, and what
the unit stage costs. Clips that are not in the cache are left out and named. `--clip ID` (repeatable).
"""

from __future__ import annotations

import argparse
import timeit

import numpy as np
from numpy.typing import NDArray

import marked_moments
from affectia import registry
from affectia.errors import ModelMissing
from affectia.inference.model_store import ModelStore
from affectia.perception.face.expression.action_units import ActionUnits
from affectia.perception.face.expression.face_geometry import FEATURES
from affectia.session.session_parts import FACE_MODEL
from marked_moments import Moment
from report import against, console, table

BUDGET_MICROS = 60.0
CALLS = 5_000


def line(moment: Moment, units: NDArray[np.floating]) -> str:
    """One row: hundredths of each unit, blank below 5, `!` behind what was expected otherwise."""
    missed = {unit for expectation, value in moment.judged(units) if not expectation.holds(value) for unit in expectation.units}
    hundredths = (round(value * 100) for value in moment.intensities(units))
    cells = (f"{value if value >= 5 else '':>3}{'!' if unit in missed else ' '}" for unit, value in enumerate(hundredths))
    return f"{moment.first:>5}-{moment.last:<5}" + "".join(cells) + f" {moment.what}"


def call_micros() -> float:
    """Of one call for one face, the best of several rounds."""
    units, random = ActionUnits(), np.random.default_rng(1)
    shapes, deviations = random.uniform(0, 1, len(registry.BLENDSHAPES)), random.normal(0, 0.3, len(FEATURES))
    return min(timeit.repeat(lambda: units.intensities(shapes, deviations), number=CALLS, repeat=5)) / CALLS * 1e6


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clip", action="append")
    chosen = parser.parse_args().clip
    store, moments = ModelStore(), marked_moments.load()
    clips = [clip for clip in dict.fromkeys(moment.clip for moment in moments) if not chosen or clip in chosen]
    rows, misses = [], []
    for clip in clips:
        try:
            units = marked_moments.watched(store.path(clip), store.path(FACE_MODEL))
        except ModelMissing as error:
            console.print(f"left out: {error}")
            continue
        here = [moment for moment in moments if moment.clip == clip]
        print(f"\n{clip}: hundredths of intensity by FACS number; ! is not as expected")
        print(" " * 11 + "".join(f"{facs:>3} " for facs in registry.ACTION_UNIT_FACS))
        for moment in here:
            print(line(moment, units))
        judged = [(moment, *one) for moment in here for one in moment.judged(units)]
        missed = [one for one in judged if not one[1].holds(one[2])]
        whole = len(here) - len({id(moment) for moment, _, _ in missed})
        rows.append((clip, f"{whole} of {len(here)}", f"{len(judged) - len(missed)} of {len(judged)}"))
        misses += [
            (f"{moment.clip} {moment.first}", f"{one.kind} {one.names}", f"{value:.2f}", one.excuse or "-") for moment, one, value in missed
        ]
    print()
    table("marked moments", ("clip", "moments that hold whole", "expectations that hold"), rows)
    table("what does not hold", ("moment", "expected", "found", "why"), misses)
    table("cost", ("figure", "value"), [("action units of one face", against(call_micros(), BUDGET_MICROS, "us"))])


if __name__ == "__main__":
    main()
