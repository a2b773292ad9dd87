from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from affectia.bake.bake_job import BakeJob, run_job
from affectia.cli.bake_plot import envelope, write_bake_plot
from tests.unit.bake.voices import FakeVoice, spoken, write_timing
from tests.unit.sounds import write_sound

pytestmark = pytest.mark.unit


def test_a_sound_is_drawn_between_its_lowest_and_highest_samples() -> None:
    pcm = np.tile(np.array([0.5, -0.25], np.float32), 8_000)
    secs, low, high = envelope(pcm, 100)
    assert secs.size == 100
    assert secs[-1] == pytest.approx(0.99)
    assert (low == -0.25).all()
    assert (high == 0.5).all()
    assert envelope(pcm[:3], 100)[0].size == 3


def test_a_plot_of_a_sound_and_of_a_timing_alone_is_a_png(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    line = write_sound(tmp_path / "line.wav", spoken(0.5), rate_hz=16_000)
    for job in (BakeJob(line), BakeJob(None, write_timing(tmp_path / "a.json", (0.0, 0.01, "aa")))):
        baked = run_job(job, FakeVoice())
        assert baked is not None
        write_bake_plot(tmp_path / "plot.png", baked, title="line")
        assert (tmp_path / "plot.png").read_bytes().startswith(b"\x89PNG")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.json", "line.wav", "plot.png"]
