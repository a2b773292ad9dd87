from __future__ import annotations

from pathlib import Path

import pytest

from affectia.errors import ConfigError, ModelCorrupt, ModelMissing
from affectia.evaluate.face_method import open_face_method
from affectia.inference.model_store import ModelStore
from tests.unit.perception.face.emotion.made_networks import save_fer_network, save_hsemotion_network
from tests.unit.perception.voice.made_networks import save_sum_network

pytestmark = pytest.mark.unit


@pytest.fixture
def models(tmp_path: Path) -> ModelStore:
    return ModelStore(tmp_path / "cache")


def test_shapes_of_the_face_need_landmarks(models: ModelStore) -> None:
    found = open_face_method("blendshapes", models)
    assert (found.title, found.needs_landmarks, found.trained_on) == ("blendshapes", True, ("FER+ train",))


def test_files_are_told_apart_by_what_they_take(models: ModelStore, tmp_path: Path) -> None:
    ours = open_face_method(str(save_fer_network(tmp_path / "mine.onnx")), models)
    assert (ours.reader.name, ours.title, ours.needs_landmarks) == ("fer", "fer made (mine.onnx)", False)
    theirs = open_face_method(str(save_hsemotion_network(tmp_path / "theirs.onnx")), models)
    assert (theirs.reader.name, theirs.title) == ("hsemotion", "hsemotion (theirs.onnx)")
    with pytest.raises(ModelCorrupt, match=r"face emotion network takes a, b, expected faces \(ours\) or input"):
        open_face_method(str(save_sum_network(tmp_path / "sum.onnx")), models)


def test_what_is_missing_or_unknown_is_told(models: ModelStore) -> None:
    assert "hsemotion" in models.manifest.ids
    with pytest.raises(ModelMissing, match="hsemotion"):
        open_face_method("hsemotion", models)
    with pytest.raises(ConfigError, match="model is 'better', expected fer, hsemotion, blendshapes or the path of an ONNX file"):
        open_face_method("better", models)
