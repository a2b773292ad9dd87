from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest

from affectia.cli import curves_plot
from affectia.cli.affect_recording import AffectCurves, AffectRecording
from affectia.cli.curves_plot import runs, write_plot
from affectia.cli.recording import Curves, Recording
from tests.unit.cli.frames_by_hand import received, updated

pytestmark = pytest.mark.unit


def curves(count: int, *, found: bool = True) -> Curves:
    recording = Recording()
    for number in range(count):
        shapes = {"jawOpen": number % 10 / 10, "browInnerUp": number % 7 / 10}
        recording.add(received(number + (number > 20), at_millis=33 * number, shapes=shapes, head_deg=(number / 2, 0, -5), found=found))
    return recording.curves()


def affect(count: int, *, found: bool = True, units: bool = True) -> AffectCurves:
    recording = AffectRecording()
    for number in range(count):
        values = {"au12_smile": number % 9 / 10, "au25_lips_part": None if number % 20 < 5 else 0.5} if units else {}
        recording.add(updated(number, at_millis=33 * number, units=values, found=found))
    return recording.curves()


@pytest.mark.parametrize(
    ("count", "found", "units"), [(1, True, True), (60, True, True), (60, True, False), (60, False, True)], ids=["1", "all", "rest", "none"]
)
def test_plot_is_a_png_of_its_size(tmp_path: Path, count: int, found: bool, units: bool) -> None:
    assert curves_plot.can_plot()
    write_plot(tmp_path / "curves.png", curves(count, found=found), affect(count, found=found, units=units), title="a test")
    raw = (tmp_path / "curves.png").read_bytes()
    assert raw[:8] == b"\x89PNG\r\n\x1a\n"
    assert struct.unpack(">II", raw[16:24]) == (1400, 1400)
    assert [file.name for file in tmp_path.iterdir()] == ["curves.png"]


def test_run_without_updates_is_drawn_too(tmp_path: Path) -> None:
    write_plot(tmp_path / "curves.png", curves(5), AffectRecording().curves(), title="a test")
    assert (tmp_path / "curves.png").stat().st_size > 10_000


def test_drawing_that_breaks_off_leaves_nothing(tmp_path: Path) -> None:
    broken = curves(5)
    object.__setattr__(broken, "found", np.ones(3, np.bool_))
    with pytest.raises(ValueError, match="shape|broadcast|dimension"):
        write_plot(tmp_path / "curves.png", broken, affect(5), title="a test")
    assert not list(tmp_path.iterdir())


def test_runs_are_the_stretches_of_set_flags() -> None:
    secs = np.array([0.0, 1.0, 2.0, 3.0, 4.0])
    assert runs(secs, np.array([1, 1, 0, 1, 0], np.bool_)) == [(0.0, 2.0), (3.0, 1.0)]
    assert runs(secs, np.ones(5, np.bool_)) == [(0.0, 4.0)]
    assert runs(secs, np.zeros(5, np.bool_)) == []
