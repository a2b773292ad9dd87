from __future__ import annotations

import hashlib
import json
from pathlib import Path

import numpy as np
import pytest
import typer
from typer.testing import CliRunner, Result

from affectia.cli.eval import _answered, eval_app
from affectia.errors import CaptureError, ConfigError, ModelMissing
from affectia.evaluate.emotion_run import EmotionRun
from affectia.evaluate.labelled_set import LabelledItem, LabelledSet
from affectia.inference.manifest import Manifest
from affectia.inference.model_store import ModelStore
from tests.unit.evaluate.trees import picture
from tests.unit.perception.face.emotion.made_networks import save_fer_network
from tests.unit.perception.voice.emotion.made_edge import edge_encoder, save_edge_head
from tests.unit.perception.voice.made_voices import syllables
from tests.unit.sounds import write_sound

pytestmark = pytest.mark.unit

DATA = LabelledSet("made", "folders", (LabelledItem("a", 0),))


def run(models: ModelStore, *arguments: str) -> Result:
    return CliRunner().invoke(eval_app, list(arguments), obj=models, env={"COLUMNS": "100"})


def store(folder: Path, content: bytes) -> ModelStore:
    """A store that knows encoder and detector, and has the encoder."""
    sha256 = hashlib.sha256(content).hexdigest()
    entries = [
        f"""
[[model]]
id = "{name}"
kind = "model"
file = "{name}.onnx"
bytes = {len(content)}
sha256 = "{sha}"
licence = "BSD-2-Clause"
purpose = "made by a test"
used_for = ["test"]
sources = [{{ type = "url", url = "https://example.org/{name}.onnx" }}]
"""
        for name, sha in (("smart_turn", sha256), ("silero_vad", "0" * 64))
    ]
    place = folder / "models" / sha256[:16] / "smart_turn.onnx"
    place.parent.mkdir(parents=True)
    place.write_bytes(content)
    return ModelStore(folder, manifest=Manifest.parse("".join(entries)))


@pytest.fixture
def faces(tmp_path: Path) -> Path:
    folder = tmp_path / "faces"
    for number in range(4):
        picture(folder / "happy" / f"{number}.png")
        picture(folder / "sad" / f"{number}.png", rgb=(10, 20, 30))
    return folder


@pytest.fixture
def network(tmp_path: Path) -> str:
    return str(save_fer_network(tmp_path / "mine.onnx"))


def test_faces_are_scored_and_told(faces: Path, network: str, tmp_path: Path) -> None:
    found = run(ModelStore(tmp_path), "fer", str(faces), "--model", network, "--path", "crops")
    assert found.exit_code == 0, found.output
    assert "faces (folders): 8 items; fer made (mine.onnx), what it was trained on is not known" in found.output
    assert "accuracy (WA) %" in found.output
    assert "UAR (UA) %" in found.output
    # A grey picture says nothing to this network, and the first emotion stands first.
    assert "neutral" in found.output


def test_json_goes_to_standard_output_alone(faces: Path, network: str, tmp_path: Path) -> None:
    found = run(ModelStore(tmp_path), "fer", str(faces), "--model", network, "--path", "crops", "--json", "-", "--limit", "5")
    told = json.loads(found.output)
    assert (told["task"], told["dataset"], told["items"], told["trained_on"]) == ("fer", "faces", 5, [])
    assert told["views"][0]["count"] == 5
    assert told["views"][0]["affect"]["auc"][0] == {"axis": "arousal", "high": ["happy"], "low": ["sad"], "area": 0.5}
    again = run(ModelStore(tmp_path), "fer", str(faces), "--model", network, "--path", "crops", "--json", "-", "--limit", "5")
    figures = [{key: value for key, value in each["views"][0].items() if key != "latency"} for each in (told, json.loads(again.output))]
    assert figures[0] == figures[1]


def test_broken_pictures_are_named_and_end_it_with_4(faces: Path, network: str, tmp_path: Path) -> None:
    (faces / "sad" / "0.png").write_bytes(b"no picture")
    to = tmp_path / "out.json"
    found = run(ModelStore(tmp_path), "fer", str(faces), "--model", network, "--path", "crops", "--json", str(to))
    assert found.exit_code == CaptureError.exit_code
    assert "sad/0.png" in found.output
    told = json.loads(to.read_text())
    assert told["failures"] == [{"file": "sad/0.png", "error": "picture cannot be decoded, expected JPEG, PNG or the like"}]
    assert told["views"][0]["count"] == 7


def test_nothing_that_can_be_read_is_an_error(faces: Path, network: str, tmp_path: Path) -> None:
    for path in faces.rglob("*.png"):
        path.write_bytes(b"")
    found = run(ModelStore(tmp_path), "fer", str(faces), "--model", network, "--path", "crops")
    assert isinstance(found.exception, CaptureError)
    assert "nothing of 8 items could be answered, expected some: 0 were left out, 8 could not be read" in str(found.exception)


def test_shapes_of_the_face_are_not_read_off_crops(faces: Path, tmp_path: Path) -> None:
    found = run(ModelStore(tmp_path), "fer", str(faces), "--model", "blendshapes", "--path", "crops")
    assert isinstance(found.exception, ConfigError)
    assert "expected --path runtime" in str(found.exception)
    missing = run(ModelStore(tmp_path), "fer", str(faces), "--model", "blendshapes")
    assert isinstance(missing.exception, ModelMissing)


def test_voices_are_scored_and_training_data_is_no_test(tmp_path: Path) -> None:
    content, _weights = edge_encoder()
    models = store(tmp_path / "cache", content)
    head = save_edge_head(tmp_path / "mine.onnx", encoder_sha256=hashlib.sha256(content).hexdigest(), trained_on="EmoDB")
    (tmp_path / "db" / "wav").mkdir(parents=True)
    for name in ("03a01Wa", "03a01Na", "08a01Fa", "08a01La", "08a01Aa"):
        write_sound(tmp_path / "db" / "wav" / f"{name}.wav", np.asarray(syllables(1.6), np.float32), rate_hz=16_000)
    found = run(models, "ser", str(tmp_path / "db"), "--model", str(head), "--json", "-")
    told = json.loads(found.output)
    assert found.exit_code == 0
    assert told["left_out"] == {"boredom": 1, "fear, which the network does not tell": 1}
    assert [view["view"] for view in told["views"]] == ["utterances", "single results"]
    assert told["views"][0]["count"] == 3
    assert set(told["views"][0]["groups"]) == {"actor", "sex"}  # both speakers are of one age
    assert any("speech is told from loudness alone" in warning for warning in told["warnings"])
    assert any("was trained on EmoDB, so these figures do not say how good it is" in warning for warning in told["warnings"])
    plain = run(models, "ser", str(tmp_path / "db"), "--model", str(head))
    assert "warning: the network was trained on EmoDB" in plain.output


def test_ctrl_c_ends_it_with_130_and_one_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    def interrupted(data: LabelledSet, *, step: object) -> EmotionRun:
        raise KeyboardInterrupt

    with pytest.raises(typer.Exit) as caught:
        _answered(interrupted, DATA)
    assert caught.value.exit_code == 130
    assert capsys.readouterr().err == "stopped, nothing is written\n"


@pytest.mark.parametrize("command", ["fer", "ser", "viseme"])
def test_help_has_an_example(command: str, tmp_path: Path) -> None:
    found = run(ModelStore(tmp_path), command, "--help")
    assert f"affectia eval {command} " in " ".join(found.output.split())
