from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from affectia.errors import ConfigError, ModelMissing
from affectia.evaluate.voice_method import open_voice_method
from affectia.inference.model_store import ModelStore
from tests.unit.perception.voice.emotion.made_edge import edge_encoder, save_edge_head, store_with_encoder

pytestmark = pytest.mark.unit


def test_another_head_is_opened_over_the_encoder(tmp_path: Path) -> None:
    content, _weights = edge_encoder()
    models = store_with_encoder(tmp_path, content)
    sha256 = hashlib.sha256(content).hexdigest()
    head = save_edge_head(tmp_path / "mine.onnx", encoder_sha256=sha256, trained_on="EmoDB")
    found = open_voice_method(str(head), models)
    assert (found.network.name, found.title, found.trained_on) == ("edge", "edge (mine.onnx)", ("EmoDB",))
    found.network.close()


@pytest.mark.parametrize("model", ["sensevoice", "edge", "funasr"])
def test_model_that_was_not_fetched_is_named_and_nothing_takes_its_place(tmp_path: Path, model: str) -> None:
    with pytest.raises(ModelMissing):
        open_voice_method(model, ModelStore(tmp_path))


def test_unknown_name_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="model is 'best', expected edge, sensevoice, funasr or the path of a head for edge"):
        open_voice_method("best", ModelStore(tmp_path))
