from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

if (TRAINING := str(Path(__file__).resolve().parents[2] / "models" / "training")) not in sys.path:  # where the evaluation lies
    sys.path.insert(0, TRAINING)

from affectia.evaluate.viseme.reference import IGNORED, Clip, DataSet  # noqa: E402
from affectia.evaluate.viseme.reference import labels as labelled  # noqa: E402
from affectia.evaluate.viseme.track import of_labels  # noqa: E402
from tests.unit.evaluate.viseme.sentences import AA, PP, SENTENCE, SIL, said  # noqa: E402
from viseme.evaluation import data_sets, table  # noqa: E402 - found only through the lines above
from viseme.evaluation.cut_off import cut_off  # noqa: E402
from viseme.evaluation.sound import at_rate  # noqa: E402

pytestmark = pytest.mark.unit


def test_tables_of_made_voices_hold_visemes_or_phones() -> None:
    labels = labelled(data_sets.viseme_table("0.0\t0.05\tPP\n0.05\t0.1\t?\n0.1\t0.15\tAA1\n"), 15)
    np.testing.assert_array_equal(labels, said((PP, 5), (IGNORED, 5), (AA, 5)))


def listening(pcm: NDArray[np.float32], *, until_ms: int) -> NDArray[np.float64]:
    """A row per 10 ms that is the sum of all sound up to `until_ms` behind its instant."""
    sums = np.cumsum(np.concatenate((pcm.astype(np.float64), np.zeros(until_ms * 16))))
    return sums[np.arange(len(pcm) // 160) * 160 + until_ms * 16 - 1][:, None]


@pytest.mark.parametrize(("until_ms", "holds", "leaks", "used"), [(40, True, 0, 12), (30, False, 0, 0), (50, False, 12, 12)])
def test_cut_off_finds_more_and_less_look_ahead_than_declared(until_ms: int, holds: bool, leaks: int, used: int) -> None:
    pcm = np.random.default_rng(3).normal(0, 0.1, 16_000).astype(np.float32)
    found = cut_off(lambda sound: listening(sound, until_ms=until_ms), pcm, look_ahead_ms=40)
    assert (found.holds, found.tried, found.leaks, found.used) == (holds, 12, leaks, used)
    assert ("holds" in str(found)) is holds


def test_sound_at_another_rate_is_in_time() -> None:
    at_secs = np.arange(8000) / 16_000
    pcm = (np.sin(2 * np.pi * 300 * at_secs) * np.hanning(8000)).astype(np.float32)
    more = at_rate(pcm, 48_000)
    assert len(more) == 24_000
    np.testing.assert_allclose(more[::3], pcm, atol=1e-3)
    with pytest.raises(ValueError, match="rate is 8000 Hz"):
        at_rate(pcm, 8000)


def test_table_has_what_each_set_can_tell() -> None:
    labels = said(*SENTENCE)
    pcm = np.zeros(len(labels) * 160, np.float32)
    phones = DataSet("b", "voice", (Clip("one", pcm, labels, labels != SIL),))
    films = DataSet("c", "films", (Clip("two", pcm, None, labels != SIL),))
    rows = [table.row("perfect", 40, data, [of_labels(labels)]) for data in (phones, films)]
    by_column = [dict(zip(table.COLUMNS, row, strict=True)) for row in rows]
    assert (by_column[0]["right"], by_column[0]["PP rec/prec"], by_column[0]["moves in words"]) == ("100", "100/100", "-")
    assert (by_column[1]["right"], by_column[1]["moves in words"], by_column[1]["shut before/after"]) == ("-", "100", "100/100")
    text = table.markdown(rows)
    assert len({line.count("|") for line in text.splitlines()}) == 1
    assert len(table.plain(rows).splitlines()) == 3


def test_section_goes_between_the_markers_and_nowhere_else() -> None:
    text = f"before\n{table.BEGIN}\nold\n{table.END}\nafter\n"
    once = table.between_markers(text, "new")
    assert once == f"before\n{table.BEGIN}\n\nnew\n\n{table.END}\nafter\n"
    assert table.between_markers(once, "new") == once
    with pytest.raises(ValueError, match="markers of the table are missing or doubled"):
        table.between_markers("", "new")
