"""Action units of the real network at moments that a person has judged, over whole clips."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

BENCH = str(Path(__file__).resolve().parents[1] / "bench")
if BENCH not in sys.path:  # where the measurement of the same moments lies
    sys.path.insert(0, BENCH)

import marked_moments  # noqa: E402 - found only through the lines above
from marked_moments import HIGH, LOW, SOME  # noqa: E402

pytestmark = pytest.mark.integration

MOMENTS = marked_moments.load()
SLACK = 0.03  # processors do not round alike, and the network's answer goes through thresholds


def test_the_moments_are_many_and_of_all_kinds() -> None:
    assert len(MOMENTS) >= 24
    kinds = [expectation.kind for moment in MOMENTS for expectation in moment.expectations]
    assert min(kinds.count(kind) for kind in (HIGH, SOME, LOW)) >= 20
    excused = sum(bool(expectation.excuse) for moment in MOMENTS for expectation in moment.expectations)
    assert excused <= 0.03 * len(kinds), "too much is excused to call the rest a result"


def test_what_a_moment_expects_is_what_is_judged(tmp_path: Path) -> None:
    """The judge itself: an intensity of 0.3 is some, and neither high nor low."""
    path = tmp_path / "moments.toml"
    row = '[[moment]]\nclip = "a"\nfrom = 0\nto = 0\nwhat = "b"\n'
    for kind, holds in ((HIGH, False), (SOME, True), (LOW, False)):
        path.write_text(f'{row}{kind} = ["au12_smile"]', encoding="utf-8")
        (expectation,) = marked_moments.load(path)[0].expectations
        assert expectation.holds(0.3) is holds


@pytest.mark.slow
@pytest.mark.parametrize("clip", dict.fromkeys(moment.clip for moment in MOMENTS))
def test_units_are_what_a_person_sees(clip: str, face_landmarker_path: Path, model_path: Callable[[str], Path]) -> None:
    units = marked_moments.watched(model_path(clip), face_landmarker_path)
    judged = [(moment, *one) for moment in MOMENTS if moment.clip == clip for one in moment.judged(units)]
    misses = [one for one in judged if not one[1].holds(one[2], slack=SLACK)]
    lines = [
        f"{moment.first}-{moment.last} ({moment.what}): {one.kind} {one.names} is {value:.2f}; {one.excuse or 'new'}"
        for moment, one, value in misses
    ]
    print(f"\n{clip}: {len(judged) - len(misses)} of {len(judged)} expectations hold", *lines, sep="\n")
    new = [line for (_, expectation, _), line in zip(misses, lines, strict=True) if not expectation.excuse]
    assert not new, "\n".join(new)
