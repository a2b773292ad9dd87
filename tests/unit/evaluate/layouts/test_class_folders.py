from __future__ import annotations

from pathlib import Path

import pytest

from affectia.evaluate.layouts import class_folders
from affectia.evaluate.layouts.class_folders import PICTURES, SOUNDS
from tests.unit.evaluate.trees import labels_of, touched

pytestmark = pytest.mark.unit


def test_folders_are_emotions_and_others_are_counted(tmp_path: Path) -> None:
    touched(tmp_path, "angry/a.JPG", "angry/deep/b.png", "Happiness/c.jpeg", "calm/d.png", "calm/e.png", "angry/notes.txt", ".git/x.png")
    assert class_folders.is_here(tmp_path, PICTURES)
    assert not class_folders.is_here(tmp_path, SOUNDS)
    found = class_folders.read(tmp_path, PICTURES)
    assert labels_of(found) == {"angry/a.JPG": "angry", "angry/deep/b.png": "angry", "Happiness/c.jpeg": "happy"}
    assert found.left_out == {"calm": 2}
    assert found.corpus == tmp_path.name
    assert all(not item.groups for item in found.items)


def test_one_folder_of_an_emotion_is_no_data_set(tmp_path: Path) -> None:
    assert not class_folders.is_here(touched(tmp_path, "angry/a.wav", "other/b.wav"), SOUNDS)
    assert not class_folders.is_here(touched(tmp_path, "happy/notes.txt", "sad/notes.txt"), PICTURES)


def test_names_of_emodb_are_told_apart_from_names_that_are_not(tmp_path: Path) -> None:
    touched(tmp_path, "angry/03a01Wa.flac", "happy/08a02Fc.flac")
    found = class_folders.read(tmp_path, SOUNDS)
    assert found.corpus == "EmoDB"
    assert dict(found.items[1].groups) == {"sex": "female", "age": "30 to 44", "actor": "08"}
    touched(tmp_path, "sad/mine.wav")
    mixed = class_folders.read(tmp_path, SOUNDS)
    assert mixed.corpus == tmp_path.name
    assert not any(item.groups for item in mixed.items)
