from __future__ import annotations

from pathlib import Path

import pytest

from affectia.errors import CaptureError, ConfigError
from affectia.evaluate.layouts import rafdb
from tests.unit.evaluate.trees import labels_of, written

pytestmark = pytest.mark.unit

LIST = "EmoLabel/list_patition_label.txt"


def test_numbers_are_emotions_and_pictures_the_aligned_ones(tmp_path: Path) -> None:
    emotions = ("surprise", "fear", "disgust", "happy", "sad", "angry", "neutral")
    lines = [f"test_000{number}.jpg {number}" for number in range(1, 8)]
    written(tmp_path / "basic" / LIST, "train_00001.jpg 5", *lines)
    written(tmp_path / "basic" / "Annotation" / "manual" / "test_0001_manu_attri.txt", *["1.0\t2.0"] * 5, "1", "0", "3")
    assert rafdb.is_here(tmp_path)
    found = rafdb.read(tmp_path, "test")
    assert list(labels_of(found).values()) == list(emotions)
    assert found.items[0].path == tmp_path / "basic" / "Image" / "aligned" / "test_0001_aligned.jpg"
    assert dict(found.items[0].groups) == {"sex": "female", "age": "40 to 69"}
    assert dict(found.items[1].groups) == {}
    assert labels_of(rafdb.read(tmp_path / "basic", "train")) == {"train_00001.jpg": "sad"}


def test_split_without_a_line_is_named(tmp_path: Path) -> None:
    written(tmp_path / LIST, "test_0001.jpg 1")
    with pytest.raises(ConfigError, match="nothing of split train"):
        rafdb.read(tmp_path, "train")


@pytest.mark.parametrize("line", ["test_0001.jpg", "test_0001.jpg x", "test_0001.jpg 8"])
def test_lines_of_another_kind_are_refused(tmp_path: Path, line: str) -> None:
    written(tmp_path / LIST, line)
    with pytest.raises(CaptureError, match="list of RAF-DB cannot be read"):
        rafdb.read(tmp_path, "test")
