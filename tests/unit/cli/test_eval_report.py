from __future__ import annotations

from io import StringIO

import pytest
from rich.console import Console

from affectia.cli.eval_report import left_out_words, print_report
from affectia.evaluate.durations import Durations
from affectia.evaluate.emotion_run import EmotionRun, View
from tests.unit.evaluate.trees import ANGRY, HAPPY, NEUTRAL, SAD, answered

pytestmark = pytest.mark.unit


def printed(run: EmotionRun, *, width: int = 80, warnings: tuple[str, ...] = ()) -> str:
    console = Console(width=width, file=StringIO(), highlight=False, record=True)
    print_report(console, run, heading=("made: 4 items",), low_valence=("sad", "angry"), warnings=warnings)
    return console.export_text()


def view(name: str = "crops", *, coverage: float = float("nan"), unreached: str = "") -> View:
    groups = [{"actor": str(number % 8), "sex": ("female", "male")[number % 2]} for number in range(160)]
    truth = [NEUTRAL, HAPPY, SAD, ANGRY] * 40
    told = [NEUTRAL, HAPPY, SAD, SAD] * 40
    durations = Durations()
    durations.add(1_500_000)
    return View(name, answered(truth, told, groups=groups), durations, coverage, unreached)


def rows(text: str) -> dict[str, list[str]]:
    return {line.split("  ")[0].strip(): line.split() for line in text.splitlines() if line.strip()}


def test_figures_stand_under_their_views() -> None:
    text = printed(EmotionRun((view(), view("run time", coverage=0.75, unreached="no landmarks")), {"calm": 3}))
    found = rows(text)
    assert found["items"][-2:] == ["160", "160"]
    assert found["accuracy (WA) %"][-2:] == ["75.0", "75.0"]
    assert found["ms p50"][-1] == "1.5"
    assert "left out: 3 calm" in text
    assert "run time: coverage 75.0 %; in the others no landmarks" in text
    assert "crops: coverage" not in text


def test_confusions_are_shares_of_the_label() -> None:
    found = rows(printed(EmotionRun((view(),), {})))
    assert found["angry"] == ["angry", "0", "0", "100", "0"]
    assert found["label"] == ["label", "neutral", "happy", "sad", "angry"]


def test_few_groups_are_all_listed_and_many_by_the_worst_and_the_best() -> None:
    text = printed(EmotionRun((view(),), {}))
    found = rows(text)
    assert found["female"][1:] == ["80", "100.0", "100.0"]
    assert found["male"][1:] == ["80", "50.0", "50.0"]
    assert "sex: crops, UAR apart by 50.0 points" in text
    assert "and 6 between these, or small" in text


def test_warnings_come_whole_and_first() -> None:
    text = printed(EmotionRun((view(),), {}), width=60, warnings=("the network was trained on this, so the figures say nothing of it",))
    assert text.splitlines()[1] == "warning: the network was trained on this, so the figures say nothing of it"


@pytest.mark.parametrize("width", [40, 80, 200])
def test_any_width_will_do(width: int) -> None:
    assert "accuracy" in printed(EmotionRun((view(), view("run time")), {}, (("a[b].png", "is empty"),)), width=width)


def test_largest_reason_comes_first() -> None:
    assert left_out_words({"a": 1, "c": 5, "b": 5}) == "5 b, 5 c, 1 a"
