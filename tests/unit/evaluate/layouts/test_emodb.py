from __future__ import annotations

from pathlib import Path

import pytest

from affectia.evaluate.layouts import emodb
from tests.unit.evaluate.trees import labels_of, touched

pytestmark = pytest.mark.unit


def test_letter_is_the_emotion_and_boredom_is_left_out(tmp_path: Path) -> None:
    names = {"W": "angry", "E": "disgust", "A": "fear", "F": "happy", "T": "sad", "N": "neutral"}
    touched(tmp_path, "wav/16b10La.wav", "wav/readme.wav", *(f"wav/03a01{letter}a.wav" for letter in names))
    assert emodb.is_here(tmp_path)
    found = emodb.read(tmp_path)
    assert labels_of(found) == {f"wav/03a01{letter}a.wav": emotion for letter, emotion in names.items()}
    assert (found.corpus, found.left_out) == ("EmoDB", {"boredom": 1})
    assert dict(found.items[0].groups) == {"sex": "male", "age": "30 to 44", "actor": "03"}


def test_folder_of_the_sounds_themselves_will_do(tmp_path: Path) -> None:
    assert emodb.is_here(touched(tmp_path, "03a01Wa.wav"))
    assert labels_of(emodb.read(tmp_path)) == {"03a01Wa.wav": "angry"}
    assert not emodb.is_here(touched(tmp_path / "other", "a.wav", "03a01Xa.wav"))
