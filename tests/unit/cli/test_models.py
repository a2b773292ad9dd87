from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from affectia.cli.models import models_app
from affectia.errors import ConfigError, ModelCorrupt, ModelMissing, ModelUnavailable
from affectia.inference.manifest import Manifest, ModelEntry
from affectia.inference.model_store import ModelStore

pytestmark = pytest.mark.unit


@dataclass
class FakeSource:
    name: str
    content: bytes
    reason: str = ""

    def fetch(self, into: Path) -> Path:
        if self.reason:
            raise ModelUnavailable(self.reason)
        (into / "file").write_bytes(self.content)
        return into / "file"


def entry(model_id: str, *, used_for: tuple[str, ...] = (), reason: str = "") -> ModelEntry:
    content = model_id.encode() * 1000
    return ModelEntry(
        id=model_id,
        kind="model",
        file=f"{model_id}.bin",
        size_bytes=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        licence="MIT",
        purpose=f"the purpose of {model_id}",
        used_for=used_for,
        labels=(),
        sources=(FakeSource(f"fake [{model_id}]", content, reason),),
    )


@pytest.fixture
def store(tmp_path: Path) -> ModelStore:
    entries = (entry("face", used_for=("demo", "test")), entry("voice", used_for=("test",)), entry("clip", reason="npm is [not] installed"))
    return ModelStore(tmp_path, manifest=Manifest(entries))


def run(store: ModelStore, *arguments: str) -> Result:
    return CliRunner().invoke(models_app, list(arguments), obj=store, env={"COLUMNS": "100"})


def test_list_shows_every_state(store: ModelStore) -> None:
    store.pull("face")
    store.pull("voice").write_bytes(b"short")
    result = run(store, "list")
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    for model_id, state in (("face", "ready"), ("voice", "corrupt"), ("clip", "missing")):
        assert any(line.split()[:1] == [model_id] and state in line and f"the purpose of {model_id}" in line for line in lines)
    assert f"cache: {store.cache_dir}" in result.stdout


def test_list_is_json_on_request(store: ModelStore) -> None:
    store.pull("face")
    listed = json.loads(run(store, "list", "--json").stdout)
    assert [(item["id"], item["state"]) for item in listed] == [("face", "ready"), ("voice", "missing"), ("clip", "missing")]
    assert listed[0]["path"] == str(store.path("face"))
    assert listed[0]["sources"] == ["fake [face]"]


def test_pull_tells_its_steps_and_is_quiet_the_second_time(store: ModelStore) -> None:
    first = run(store, "pull", "--for", "test")
    assert first.exit_code == 0
    assert first.stdout.splitlines() == [
        "face: asking fake [face]",
        "face: ready, 0.0 MB from fake [face]",
        "voice: asking fake [voice]",
        "voice: ready, 0.0 MB from fake [voice]",
    ]
    assert run(store, "pull", "--for", "test").stdout == "2 models are ready, nothing to pull\n"
    assert store.verify("voice").state == "ready"


@pytest.mark.parametrize(
    ("arguments", "pulled"),
    [(["voice"], ["voice"]), (["--for", "demo"], ["face"]), (["voice", "--for", "demo"], ["face", "voice"]), (["face", "face"], ["face"])],
)
def test_pull_fetches_what_is_named(store: ModelStore, arguments: list[str], pulled: list[str]) -> None:
    assert run(store, "pull", *arguments).exit_code == 0
    assert [model_id for model_id in store.manifest.ids if store.verify(model_id).state == "ready"] == pulled


def test_one_that_cannot_be_had_does_not_cost_the_rest(store: ModelStore) -> None:
    result = run(store, "pull", "clip", "face")
    assert isinstance(result.exception, ModelUnavailable)
    assert "fake [clip]: npm is [not] installed" in str(result.exception)
    assert "clip: not from fake [clip]: npm is [not] installed" in result.stdout
    assert store.verify("face").state == "ready"
    assert isinstance(run(store, "pull", "--all").exception, ModelUnavailable)
    assert store.verify("voice").state == "ready"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "nothing is named to pull"),
        (["fase"], "model 'fase' is unknown, .* did you mean face"),
        (["--for", "tests"], "use is 'tests', expected one of demo, test, did you mean test"),
    ],
)
def test_pull_names_a_wrong_argument(store: ModelStore, arguments: list[str], message: str) -> None:
    result = run(store, "pull", *arguments)
    assert isinstance(result.exception, ConfigError)
    with pytest.raises(ConfigError, match=message):
        raise result.exception


def test_verify_passes_when_all_are_ready(store: ModelStore) -> None:
    run(store, "pull", "--for", "test")
    result = run(store, "verify", "--for", "test")
    assert result.exit_code == 0
    assert result.stdout.splitlines() == ["ready   face", "ready   voice"]


def test_verify_fails_on_what_is_missing_or_corrupt(store: ModelStore) -> None:
    store.pull("voice")
    missing = run(store, "verify")
    assert isinstance(missing.exception, ModelMissing)
    assert missing.exception.exit_code == 5
    # The third, `clip`, is for no use in particular: nobody misses it.
    assert str(missing.exception) == "1 of 2 models are not ready, expected all, run `affectia models pull face`"
    store.path("voice").write_bytes(b"short")
    corrupt = run(store, "verify", "voice")
    assert isinstance(corrupt.exception, ModelCorrupt)
    assert corrupt.stdout == "corrupt voice: has 5 bytes, expected 5000\n"
