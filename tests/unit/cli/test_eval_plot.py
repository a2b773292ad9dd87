from __future__ import annotations

import importlib.util
from pathlib import Path

import av
import pytest

from affectia.cli.eval_plot import check_plot, write_eval_plot
from affectia.errors import ConfigError
from affectia.evaluate.durations import Durations
from affectia.evaluate.emotion_run import View
from tests.unit.evaluate.trees import ANGRY, HAPPY, SAD, answered

pytestmark = pytest.mark.unit


def size(path: Path) -> tuple[int, int]:
    with av.open(str(path)) as container:
        picture = next(container.decode(video=0))
        return picture.width, picture.height


@pytest.mark.parametrize("views", [1, 2])
def test_every_view_has_a_row(tmp_path: Path, views: int) -> None:
    pytest.importorskip("matplotlib")
    view = View("crops", answered([HAPPY, SAD, ANGRY], [HAPPY, ANGRY, ANGRY]), Durations())
    write_eval_plot(tmp_path / "a.png", [view] * views, title="made")
    assert size(tmp_path / "a.png") == (1400, 110 + 660 * views)


def test_missing_library_is_told_before_the_work(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    check_plot(None)
    with pytest.raises(ConfigError, match=r"--plot needs matplotlib, which is not installed; run `pip install affectia\[demo\]`"):
        check_plot(tmp_path / "a.png")
