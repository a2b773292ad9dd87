from __future__ import annotations

import numpy as np
import pytest

from affectia import registry
from affectia.errors import ConfigError
from affectia.perception.voice.timing.azure_visemes import azure_visemes, told_unit
from affectia.perception.voice.timing.timed_visemes import TimedVisemes

pytestmark = pytest.mark.unit

EXPECTED = [
    "sil",
    "aa",
    "aa",
    "oh",
    "E",
    "RR",
    "ih",
    "ou",
    "oh",
    "aa+ou",
    "oh+ih",
    "aa+ih",
    "kk",
    "RR",
    "nn",
    "SS",
    "CH",
    "TH",
    "FF",
    "DD",
    "kk",
    "PP",
]


def visemes(offsets: list[float], ids: list[int], unit: str | None = None, clip_secs: float | None = None) -> TimedVisemes:
    return azure_visemes(
        np.array(offsets, np.float64), np.array(ids, np.int64), place=lambda number: f"entry {number + 1}", unit=unit, clip_secs=clip_secs
    )


@pytest.mark.parametrize(("number", "names"), list(enumerate(EXPECTED)))
def test_each_id_is_its_viseme(number: int, names: str) -> None:
    found = visemes([0, 100], [number, 0], unit="ms")
    assert "+".join(registry.VISEMES[viseme] for viseme in found.visemes[:-1]) == names


def test_a_viseme_lasts_until_the_next_and_the_last_a_moment() -> None:
    found = visemes([500_000, 1_500_000, 3_500_000], [21, 9, 19], unit="ticks")
    assert found.start_secs.tolist() == pytest.approx([0.05, 0.15, 0.27, 0.35])
    assert found.end_secs.tolist() == pytest.approx([0.15, 0.27, 0.35, 0.5])


def test_an_h_is_weak() -> None:
    assert visemes([0, 100], [12, 0], unit="ms").strengths[0] == pytest.approx(0.4)


@pytest.mark.parametrize(
    ("offsets", "unit"),
    [
        ([500_000, 1_000_000, 2_125_000], "ticks"),
        ([50, 100, 212], "ms"),
        ([50.0], "ms"),
        ([500_000], "ticks"),
        ([0, 3_000, 3_080], "ms"),
        ([0, 30_000_000, 30_800_000], "ticks"),
        (list(range(0, 60_000, 80)), "ms"),
        (list(range(0, 600_000_000, 800_000)), "ticks"),
    ],
)
def test_offsets_tell_their_unit(offsets: list[float], unit: str) -> None:
    assert told_unit(np.array(offsets, np.float64)) == unit


@pytest.mark.parametrize("number", [-1, 22])
def test_an_id_that_there_is_not_is_refused(number: int) -> None:
    with pytest.raises(ConfigError, match=f"viseme id is {number}, expected 0 to 21: entry 2"):
        visemes([0, 100], [0, number])


def test_unsorted_events_are_sorted_and_the_last_in_time_ends_them() -> None:
    found = visemes([300, 100], [21, 2], unit="ms")
    assert [registry.VISEMES[viseme] for viseme in found.visemes] == ["aa", "PP"]
    assert found.end_secs.tolist() == pytest.approx([0.3, 0.45])
    assert found.notices


def test_nothing_is_refused() -> None:
    with pytest.raises(ConfigError, match="timing has 0 entries"):
        visemes([], [])
