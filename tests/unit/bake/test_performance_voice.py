from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from affectia import registry
from affectia.bake.performance_script import SpokenLine
from affectia.bake.performance_voice import SILENCE_SECS, PerformanceVoice, hear_line
from affectia.clock import NANOS_PER_MILLI
from affectia.errors import CaptureError, ConfigError
from tests.unit.bake.voices import FakeVoice, spoken, write_timing
from tests.unit.sounds import write_sound

pytestmark = pytest.mark.unit

AA, PP, SIL = (registry.VISEMES.index(name) for name in ("aa", "PP", "sil"))
SILENT = round(100 * SILENCE_SECS)


@pytest.fixture
def sound(tmp_path: Path) -> Path:
    """3 s: silence, speech from 0.5 to 2.5, silence."""
    return write_sound(tmp_path / "line.wav", spoken(2.0), rate_hz=16_000)


def heard(line: SpokenLine, *, sound: Path | None = None, timing: Path | None = None) -> PerformanceVoice:
    return hear_line(line, sound=sound, timing=timing, voice=FakeVoice())


def test_sound_is_heard_with_silence_behind_it(sound: Path) -> None:
    voice = heard(SpokenLine(0.0), sound=sound)
    assert voice.secs == pytest.approx(3.0)
    assert voice.count == pytest.approx(300 + SILENT, abs=2)
    assert voice.speaking[60:240].max() > 0.7
    assert voice.visemes[150, AA] == pytest.approx(1)
    assert (voice.visemes[-SILENT:, SIL] == 1).all()
    assert not voice.speaking[-SILENT:].any()
    assert voice.pcm.size == 48_000
    assert (voice.made_from, voice.degraded) == ("visemes of the sound", False)


def test_part_of_a_sound_is_heard_as_if_it_were_all(sound: Path) -> None:
    voice = heard(SpokenLine(0.0, from_secs=1.0, to_secs=2.0), sound=sound)
    assert voice.secs == pytest.approx(1.0)
    assert voice.pcm.size == 16_000
    assert voice.count == pytest.approx(100 + SILENT, abs=2)


def test_timing_alone_needs_no_network(tmp_path: Path) -> None:
    timing = write_timing(tmp_path / "line.json", (0.0, 0.5, "aa"), (0.5, 0.7, "PP"), (0.7, 1.0, "aa"))
    fake = FakeVoice()
    voice = hear_line(SpokenLine(0.0), sound=None, timing=timing, voice=fake)
    assert fake.loads == 0
    assert voice.visemes[60, PP] > 0.8
    assert voice.speaking[30] == 1
    assert voice.pcm.size == 0


def test_times_of_a_timing_are_those_of_the_whole_sound(tmp_path: Path, sound: Path) -> None:
    timing = write_timing(tmp_path / "line.json", (0.5, 1.5, "aa"), (1.5, 1.7, "PP"), (1.7, 2.5, "aa"))
    voice = heard(SpokenLine(0.0, from_secs=1.0, to_secs=2.0), sound=sound, timing=timing)
    assert voice.visemes[60, PP] > 0.8
    assert voice.pcm.size == 16_000


def test_observations_stand_on_their_instants(sound: Path) -> None:
    seen = heard(SpokenLine(0.0), sound=sound).observations(20, 24, starts_at_nanos=5 * NANOS_PER_MILLI)
    assert seen.starts_at_nanos == 205 * NANOS_PER_MILLI
    assert seen.ends_at_nanos == 235 * NANOS_PER_MILLI
    assert seen.source_samples.tolist() == [3200, 3360, 3520, 3680]
    assert seen.visemes.dtype == seen.loudness.dtype == seen.speaking.dtype == np.float32


@pytest.mark.parametrize(("from_secs", "to_secs"), [(0.0, 3.5), (3.0, None), (4.0, 5.0)])
def test_part_that_the_sound_has_not_got_is_refused(sound: Path, from_secs: float, to_secs: float | None) -> None:
    with pytest.raises(ConfigError, match=r"^sound is 3\.00 s long, expected \d\.\d\d at least: .*line\.wav$"):
        heard(SpokenLine(0.0, from_secs=from_secs, to_secs=to_secs), sound=sound)


def test_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(CaptureError, match=r"none\.wav$"):
        heard(SpokenLine(0.0), sound=tmp_path / "none.wav")


def test_the_same_line_is_heard_the_same(sound: Path) -> None:
    first, again = (heard(SpokenLine(0.0), sound=sound) for _ in range(2))
    assert first.visemes.tobytes() == again.visemes.tobytes()
    assert first.loudness.tobytes() == again.loudness.tobytes()
