from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner, Result

from affectia.cli.eval import eval_app
from affectia.errors import CaptureError, ConfigError, ModelMissing
from affectia.inference.model_store import ModelStore
from tests.unit.perception.voice.made_networks import save_viseme_network
from tests.unit.perception.voice.made_voices import silence, syllables
from tests.unit.sounds import write_sound

pytestmark = pytest.mark.unit

GRID = 'item []:\n  name = "phones"\n  intervals [1]:\n    xmin = 0.5\n    xmax = 1.0\n    text = "AA"\n'
ALIGN = "0 12500 sil\n12500 25000 bin\n25000 37500 sil\n"


def run(folder: Path, *arguments: str) -> Result:
    network = folder / "made.onnx"
    if not network.exists():
        save_viseme_network(network)
    given = ["viseme", str(folder), "--model", str(network), *arguments]
    return CliRunner().invoke(eval_app, given, obj=ModelStore(folder / "cache"), env={"COLUMNS": "100"})


def sentences(folder: Path, suffix: str, text: str, *, count: int = 3) -> Path:
    pcm = np.concatenate((silence(0.5), syllables(0.5), silence(0.5)))
    for number in range(count):
        write_sound(folder / f"{number}.wav", pcm, rate_hz=16_000)
        (folder / f"{number}{suffix}").write_text(text)
    return folder


def test_phones_with_times_are_scored(tmp_path: Path) -> None:
    found = run(sentences(tmp_path, ".TextGrid", GRID))
    assert found.exit_code == 0, found.output
    assert f"{tmp_path.name}: 3 sentences, 4 s; network: made.onnx" in found.output
    assert "right frames %" in found.output
    assert "moves in words" not in found.output
    assert "warning: speech is told from loudness alone" in found.output.replace("\n", " ")


def test_words_with_times_are_scored_as_json(tmp_path: Path) -> None:
    found = run(sentences(tmp_path, ".align", ALIGN), "--json", "-", "--limit", "2")
    told = json.loads(found.output)
    assert list(told["systems"]) == ["affectia", "affectia, network alone", "affectia, energy only"]
    energy = told["systems"]["affectia, energy only"]
    assert energy["clips"] == 2
    assert energy["words"]["shut_before"] == 1.0


def test_sentence_that_cannot_be_read_is_named_and_ends_it_with_4(tmp_path: Path) -> None:
    sentences(tmp_path, ".TextGrid", GRID)
    (tmp_path / "1.wav").write_bytes(b"no sound")
    found = run(tmp_path)
    assert found.exit_code == 4
    assert "1 not read" in found.output
    assert "2 sentences" in found.output


def test_what_is_not_there_is_told(tmp_path: Path) -> None:
    assert isinstance(run(tmp_path).exception, ConfigError)
    (tmp_path / "a.TextGrid").write_text(GRID)
    nothing = run(tmp_path).exception
    assert isinstance(nothing, CaptureError)
    assert "none of 1 sentences can be read" in str(nothing)
    missing = CliRunner().invoke(eval_app, ["viseme", str(tmp_path), "--model", str(tmp_path / "gone.onnx")])
    assert isinstance(missing.exception, ModelMissing)
