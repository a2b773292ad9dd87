from __future__ import annotations

from pathlib import Path

import pytest

from affectia.evaluate.layouts import ravdess
from tests.unit.evaluate.trees import labels_of, touched

pytestmark = pytest.mark.unit


def test_third_number_is_the_emotion_and_the_last_the_actor(tmp_path: Path) -> None:
    speech = "Audio_Speech_Actors_01-24"
    touched(tmp_path, f"{speech}/Actor_01/03-01-05-02-01-01-01.wav", f"{speech}/Actor_02/03-01-08-01-02-02-02.wav")
    touched(tmp_path, f"{speech}/Actor_02/03-01-02-01-02-02-02.wav", "Audio_Song_Actors_01-24/Actor_01/03-02-03-01-01-01-01.wav")
    assert ravdess.is_here(tmp_path)
    found = ravdess.read(tmp_path)
    assert sorted(labels_of(found).values()) == ["angry", "surprise"]
    assert found.left_out == {"calm": 1, "songs": 1}
    assert [dict(item.groups) for item in found.items] == [{"sex": "male", "actor": "01"}, {"sex": "female", "actor": "02"}]


def test_songs_are_read_where_there_is_nothing_else(tmp_path: Path) -> None:
    touched(tmp_path, "Actor_01/03-02-03-01-01-01-01.wav")
    assert labels_of(ravdess.read(tmp_path)) == {"Actor_01/03-02-03-01-01-01-01.wav": "happy"}


def test_other_names_are_another_set(tmp_path: Path) -> None:
    assert not ravdess.is_here(touched(tmp_path, "Actor_01/a.wav"))
