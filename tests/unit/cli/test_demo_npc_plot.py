from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest

from affectia.bake.performance import Performance, hear_lines, perform
from affectia.bake.performance_reader import read_script
from affectia.bake.performance_script import Override, PerformanceScript
from affectia.cli.demo_npc import curves_of
from affectia.cli.demo_npc_plot import body_deg, cue_bars, write_npc_plot
from affectia.inference.model_store import ModelStore
from tests.unit.bake.voices import FakeVoice, spoken
from tests.unit.sounds import write_sound

pytestmark = pytest.mark.unit

SCRIPT = b"""
secs = 5
[[lines]]
at_secs = 1
sound = "line.wav"
emotions = [{ at_secs = 0, emotions = { angry = 1 } }]
[[overrides]]
name = "jawOpen"
value = 1
from_secs = 2
to_secs = 3
[[gestures]]
name = "nod"
at_secs = 0.5
[[looks]]
from_secs = 4
to_secs = 4.5
[[layers]]
layer = "idle"
at_secs = 4.2
weight = 0.5
"""


def played(folder: Path) -> Performance:
    write_sound(folder / "line.wav", spoken(2.0), rate_hz=16_000)
    script = read_script(SCRIPT)
    return perform(script, hear_lines(script, voice=FakeVoice(), models=ModelStore(folder), folder=folder))


def test_plot_is_a_png_of_its_size_and_the_same_each_time(tmp_path: Path) -> None:
    performance = played(tmp_path)
    for name in ("one.png", "two.png"):
        write_npc_plot(tmp_path / name, performance, curves_of(performance))
    raw = (tmp_path / "one.png").read_bytes()
    assert raw[:8] == b"\x89PNG\r\n\x1a\n"
    assert struct.unpack(">II", raw[16:24]) == (1600, 1600)
    assert raw == (tmp_path / "two.png").read_bytes()


def test_plot_of_a_still_moment_is_drawn_too(tmp_path: Path) -> None:
    performance = perform(PerformanceScript(0.1, rate_hz=10.0, idle=False))
    write_npc_plot(tmp_path / "plot.png", performance, curves_of(performance))
    assert [path.name for path in tmp_path.iterdir()] == ["plot.png"]


def test_bars_are_what_the_script_asks_for(tmp_path: Path) -> None:
    bars = [(words, begins, round(length, 6)) for words, _colour, begins, length in cue_bars(played(tmp_path))]
    assert bars == [("nod", 0.5, 0.0), ("line", 1.0, 3.0), ("jawOpen", 2.0, 1.0), ("look", 4.0, 0.5), ("idle to 0.5", 4.2, 0.2)]


def test_body_is_how_the_trunk_leans_and_the_shoulders_rise() -> None:
    turns = (
        Override(0.0, 1.0, bone="spine", pitch_deg=4.0, fade_secs=0.0),
        Override(0.0, 1.0, bone="chest", pitch_deg=3.0, fade_secs=0.0),
        Override(0.0, 1.0, bone="left_shoulder", roll_deg=-6.0, fade_secs=0.0),
        Override(0.0, 1.0, bone="right_shoulder", roll_deg=6.0, fade_secs=0.0),
    )
    trunk, shoulders = body_deg(perform(PerformanceScript(0.5, idle=False, overrides=turns)))
    assert trunk == pytest.approx(np.full(30, 7.0), abs=0.02)
    assert shoulders == pytest.approx(np.full(30, 6.0), abs=0.02)
