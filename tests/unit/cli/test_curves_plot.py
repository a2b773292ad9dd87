from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest

from affectia.cli import curves_plot
from affectia.cli.affect_recording import AffectCurves, AffectRecording
from affectia.cli.curves_plot import columns, runs, strip, write_plot
from affectia.cli.recording import Curves, Recording
from tests.unit.cli.frames_by_hand import Feeling, received, updated

pytestmark = pytest.mark.unit


def curves(count: int, *, found: bool = True, spoken: bool = False) -> Curves:
    recording = Recording()
    for number in range(count):
        shapes = {"jawOpen": number % 10 / 10, "browInnerUp": number % 7 / 10}
        by_voice = spoken and number % 30 < 20
        recording.add(
            received(
                number + (number > 20), at_millis=33 * number, shapes=shapes, head_deg=(number / 2, 0, -5), found=found, spoken=by_voice
            )
        )
    return recording.curves()


def affect(
    count: int, *, found: bool = True, units: bool = True, speaking: float | None = None, feeling: Feeling | None = None
) -> AffectCurves:
    recording = AffectRecording()
    for number in range(count):
        values = {"au12_smile": number % 9 / 10, "au25_lips_part": None if number % 20 < 5 else 0.5} if units else {}
        recording.add(updated(number, at_millis=33 * number, units=values, found=found, speaking=speaking, feeling=feeling))
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


@pytest.mark.parametrize(
    ("count", "spoken", "speaking"),
    [(1, True, 0.9), (60, True, 0.9), (60, False, 0.1), (60, True, None)],
    ids=["1", "all", "silent", "bare"],
)
def test_plot_of_a_voice_is_taller(tmp_path: Path, count: int, spoken: bool, speaking: float | None) -> None:
    write_plot(tmp_path / "curves.png", curves(count, spoken=spoken), affect(count, speaking=speaking), title="a test")
    assert struct.unpack(">II", (tmp_path / "curves.png").read_bytes()[16:24]) == (1400, 1900)


@pytest.mark.parametrize(("spoken", "height"), [(False, 1700), (True, 2200)])
@pytest.mark.parametrize("count", [1, 60])
def test_plot_of_feelings_is_taller(tmp_path: Path, count: int, spoken: bool, height: int) -> None:
    write_plot(tmp_path / "curves.png", curves(count, spoken=spoken), affect(count, feeling=Feeling()), title="a test")
    assert struct.unpack(">II", (tmp_path / "curves.png").read_bytes()[16:24]) == (1400, height)


def test_columns_show_the_frame_that_holds_at_their_end() -> None:
    secs = np.array([0.0, 0.5, 0.6, 1.0])
    assert columns(secs, 1.0, 4).tolist() == [0, 1, 2, 3]
    assert columns(secs[:1], 0.001, 3).tolist() == [0, 0, 0]


def test_strip_has_every_peak_and_no_gaps() -> None:
    weights = np.array([[0.0, 1.0], [0.9, 0.0], [0.1, 0.2], [0.3, 0.4], [0.5, 0.1]], np.float32)
    shown = strip(weights, np.array([0, 0, 2, 2, 3, 4]))
    np.testing.assert_allclose(shown, [[0.0, 1.0], [0.0, 1.0], [0.9, 0.2], [0.1, 0.2], [0.3, 0.4], [0.5, 0.1]])
    np.testing.assert_allclose(strip(weights, np.array([4])), weights.max(axis=0, keepdims=True))
    np.testing.assert_allclose(strip(weights[:1], np.array([0, 0])), weights[[0, 0]])


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
