from __future__ import annotations

from pathlib import Path

import pytest

from affectia.errors import ConfigError
from affectia.evaluate.layouts.layout import FACE_LAYOUTS, VOICE_LAYOUTS, Layout, read_set
from tests.unit.evaluate.trees import touched, written

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("names", "layouts", "layout"),
    [
        (("wav/03a01Wa.wav",), VOICE_LAYOUTS, "emodb"),
        (("Actor_01/03-01-05-02-01-01-01.wav",), VOICE_LAYOUTS, "ravdess"),
        (("AudioWAV/1001_DFA_ANG_XX.wav",), VOICE_LAYOUTS, "cremad"),
        (("EB0_anger_15.flac",), VOICE_LAYOUTS, "nemo"),
        (("angry/a.wav", "happy/b.wav"), VOICE_LAYOUTS, "folders"),
        (("angry/a.png", "happy/b.png"), FACE_LAYOUTS, "folders"),
    ],
)
def test_layout_is_found_by_its_files(tmp_path: Path, names: tuple[str, ...], layouts: tuple[Layout, ...], layout: str) -> None:
    assert read_set(touched(tmp_path, *names), layouts).layout == layout


def test_usual_split_is_taken_unless_one_is_named(tmp_path: Path) -> None:
    written(tmp_path / "basic/EmoLabel/list_patition_label.txt", "test_0001.jpg 1", "train_00001.jpg 2")
    assert read_set(tmp_path, FACE_LAYOUTS).corpus == "RAF-DB test"
    assert read_set(tmp_path, FACE_LAYOUTS, split="train").corpus == "RAF-DB train"


def test_unknown_layout_lists_what_was_looked_for(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        read_set(touched(tmp_path, "a.wav"), VOICE_LAYOUTS)
    for layout in VOICE_LAYOUTS:
        assert f"{layout.name}: {layout.looks_for}" in str(caught.value)
    assert str(caught.value).endswith(str(tmp_path))


@pytest.mark.parametrize(
    ("name", "split", "message"),
    [
        ("emodbb", None, "layout is 'emodbb', expected one of .*, did you mean emodb"),
        ("cremad", None, "folder does not have layout cremad, looked for AudioWAV"),
        ("emodb", "test", "split is 'test' for layout emodb, expected none"),
    ],
)
def test_wrong_names_are_told(tmp_path: Path, name: str, split: str | None, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        read_set(touched(tmp_path, "wav/03a01Wa.wav"), VOICE_LAYOUTS, name=name, split=split)


def test_folder_that_is_missing_or_has_nothing_to_score_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="folder of a data set is not there"):
        read_set(tmp_path / "gone", VOICE_LAYOUTS)
    with pytest.raises(ConfigError, match="layout emodb has nothing that can be scored"):
        read_set(touched(tmp_path, "wav/03a01La.wav"), VOICE_LAYOUTS)
