from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from affectia import registry
from affectia.errors import CaptureError, ConfigError
from affectia.evaluate.viseme.spoken_files import read_sound, spoken_files
from tests.unit.sounds import tone, write_sound

pytestmark = pytest.mark.unit

GRID = 'item []:\n  name = "phones"\n  intervals [1]:\n    xmin = 0.0\n    xmax = 0.5\n    text = "M"\n'
ALIGN = "0 6250 sil\n6250 18750 bin\n18750 25000 sil\n"


def sound(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    return write_sound(path, tone(200, rate_hz=48_000), rate_hz=48_000)


def test_sound_and_text_grid_are_a_clip_with_labels(tmp_path: Path) -> None:
    sound(tmp_path / "deep" / "a.wav")
    (tmp_path / "deep" / "a.TextGrid").write_text(GRID)
    (file,) = spoken_files(tmp_path)
    clip = file.clip()
    assert (clip.name, clip.frames) == ("a", 100)
    assert clip.labels is not None
    assert np.count_nonzero(clip.labels == registry.VISEMES.index("PP")) == 50
    np.testing.assert_array_equal(clip.spoken, np.arange(100) < 50)


def test_sound_and_word_times_are_a_clip_that_only_knows_when_there_are_words(tmp_path: Path) -> None:
    sound(tmp_path / "a.wav")
    (tmp_path / "a.align").write_text(ALIGN)
    clip = spoken_files(tmp_path)[0].clip()
    assert clip.labels is None
    np.testing.assert_array_equal(np.flatnonzero(clip.spoken), np.arange(25, 75))


def test_any_rate_becomes_16_khz(tmp_path: Path) -> None:
    pcm = read_sound(sound(tmp_path / "a.wav"))
    assert abs(pcm.size - 16_000) <= 16
    assert pcm.dtype == np.float32


def test_folder_without_times_says_what_was_looked_for(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"looked for \*\.TextGrid \(LJ Speech\) and \*\.align \(GRID\): "):
        spoken_files(tmp_path)


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("gone.TextGrid", GRID, "sound is not there"),
        ("a.TextGrid", "no tiers", "times cannot be read"),
        ("a.TextGrid", GRID.replace('"M"', '"what"'), "times cannot be read"),
        ("a.align", "0 x sil", "times cannot be read"),
        ("broken.align", ALIGN, "sound cannot be decoded"),
    ],
)
def test_what_cannot_be_read_is_told(tmp_path: Path, name: str, text: str, message: str) -> None:
    sound(tmp_path / "a.wav")
    (tmp_path / "broken.wav").write_bytes(b"no sound")
    (tmp_path / name).write_text(text)
    with pytest.raises(CaptureError, match=message):
        spoken_files(tmp_path)[0].clip()
