from __future__ import annotations

import hashlib
import threading
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from affectia.errors import ConfigError, ModelCorrupt, ModelMissing, ModelUnavailable
from affectia.inference.manifest import Manifest, ModelEntry
from affectia.inference.model_source import ModelSource
from affectia.inference.model_store import ModelStore, PullStep, default_cache_dir

pytestmark = pytest.mark.unit

CONTENT = b"weights" * 1000
SHA256 = hashlib.sha256(CONTENT).hexdigest()


@dataclass
class FakeSource:
    """Delivers its content, or raises its error after having written half of it."""

    name: str = "fake"
    content: bytes = CONTENT
    error: BaseException | None = None
    calls: int = 0
    entered: threading.Event = field(default_factory=threading.Event)
    may_go_on: threading.Event | None = None

    def fetch(self, into: Path) -> Path:
        self.calls += 1
        self.entered.set()
        path = into / "some" / "name"
        path.parent.mkdir()
        if self.error is not None:
            path.write_bytes(self.content[: len(self.content) // 2])
            raise self.error
        if self.may_go_on is not None:
            assert self.may_go_on.wait(timeout=60)
        path.write_bytes(self.content)
        return path


def store_of(cache_dir: Path, *sources: ModelSource) -> ModelStore:
    entry = ModelEntry(
        id="face",
        kind="model",
        file="face.task",
        size_bytes=len(CONTENT),
        sha256=SHA256,
        licence="MIT",
        purpose="test",
        used_for=(),
        labels=(),
        sources=sources,
    )
    return ModelStore(cache_dir, manifest=Manifest((entry,)))


def files_in(cache_dir: Path) -> list[str]:
    """Every path below models/; the empty lock files lie elsewhere and stay."""
    models = cache_dir / "models"
    return sorted(path.relative_to(models).as_posix() for path in models.rglob("*"))


PLACE = [SHA256[:16], f"{SHA256[:16]}/face.task"]


def put(cache_dir: Path, content: bytes) -> Path:
    path = cache_dir / "models" / PLACE[1]
    path.parent.mkdir(parents=True)
    path.write_bytes(content)
    return path


def test_a_pulled_file_is_found_again(tmp_path: Path) -> None:
    source = FakeSource()
    store = store_of(tmp_path, source)
    path = store.pull("face")
    assert path == tmp_path / "models" / PLACE[1] == store.path("face")
    assert path.read_bytes() == CONTENT
    assert files_in(tmp_path) == PLACE
    assert store.verify("face").state == "ready"


def test_a_file_that_is_there_is_not_fetched_again(tmp_path: Path) -> None:
    source = FakeSource()
    store = store_of(tmp_path, source)
    steps: list[PullStep] = []
    assert store.pull("face") == store.pull("face", progress=steps.append)
    assert source.calls == 1
    assert steps == []


def test_path_never_fetches_and_says_what_to_do(tmp_path: Path) -> None:
    source = FakeSource()
    with pytest.raises(ModelMissing) as caught:
        store_of(tmp_path, source).path("face")
    assert str(caught.value) == "model face is not in the cache, run `affectia models pull face`"
    assert caught.value.exit_code == 5
    assert source.calls == 0
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (CONTENT[:-1], "model face has 6999 bytes, expected 7000, run `affectia models pull face`"),
        (b"", "model face has 0 bytes, expected 7000"),
        (CONTENT[:-1] + b"x", f"model face has sha256 [0-9a-f]{{64}}, expected {SHA256}, run `affectia models pull face`"),
    ],
)
def test_a_corrupt_file_is_refused_and_then_replaced(tmp_path: Path, content: bytes, message: str) -> None:
    put(tmp_path, content)
    store = store_of(tmp_path, FakeSource())
    assert store.verify("face").state == "corrupt"
    with pytest.raises(ModelCorrupt, match=message):
        store.path("face")
    assert store.pull("face").read_bytes() == CONTENT
    assert files_in(tmp_path) == PLACE


def test_sources_are_asked_in_order_until_one_delivers(tmp_path: Path) -> None:
    down = FakeSource("down", error=ModelUnavailable("it does not answer in time"))
    wrong = FakeSource("wrong", content=b"x" * len(CONTENT))
    broken = FakeSource("broken", error=OSError(28, "No space left on device"))
    good, unasked = FakeSource("good"), FakeSource("unasked")
    steps: list[PullStep] = []
    store_of(tmp_path, down, wrong, broken, good, unasked).pull("face", progress=steps.append)
    assert [(step.state, step.source) for step in steps] == [
        ("trying", "down"),
        ("failed", "down"),
        ("trying", "wrong"),
        ("failed", "wrong"),
        ("trying", "broken"),
        ("failed", "broken"),
        ("trying", "good"),
        ("ready", "good"),
    ]
    assert steps[1].reason == "it does not answer in time"
    assert steps[3].reason.startswith("its file has sha256 ")
    assert steps[5].reason == "No space left on device"
    assert unasked.calls == 0
    assert files_in(tmp_path) == PLACE


def test_when_no_source_delivers_each_has_its_line(tmp_path: Path) -> None:
    store = store_of(tmp_path, FakeSource("a", error=ModelUnavailable("npm is not installed")), FakeSource("b", content=b"short"))
    with pytest.raises(ModelUnavailable) as caught:
        store.pull("face")
    first, *rest, last = str(caught.value).splitlines()
    assert first == "model face came from 0 of its 2 sources, expected 1"
    assert rest == ["  a: npm is not installed", "  b: its file has 5 bytes, expected 7000"]
    assert last.endswith(str(tmp_path / "models" / PLACE[1]))
    assert files_in(tmp_path) == []


def test_a_failed_pull_leaves_the_corrupt_file_where_it_was(tmp_path: Path) -> None:
    path = put(tmp_path, b"corrupt")
    with pytest.raises(ModelUnavailable):
        store_of(tmp_path, FakeSource(content=b"wrong")).pull("face")
    assert path.read_bytes() == b"corrupt"
    assert files_in(tmp_path) == PLACE


def test_an_interrupted_pull_leaves_nothing_and_can_be_repeated(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        store_of(tmp_path, FakeSource(error=KeyboardInterrupt())).pull("face")
    assert files_in(tmp_path) == []
    assert store_of(tmp_path, FakeSource()).pull("face").read_bytes() == CONTENT


def test_the_rest_of_a_killed_pull_is_cleared_and_others_are_left(tmp_path: Path) -> None:
    own = tmp_path / "models" / f".pull-{SHA256[:16]}-abc"
    other = tmp_path / "models" / ".pull-0123456789abcdef-abc"
    for folder in (own, other):
        folder.mkdir(parents=True)
        (folder / "half").write_bytes(b"half")
    store_of(tmp_path, FakeSource()).pull("face")
    assert not own.exists()
    assert (other / "half").exists()


def test_two_pulls_at_once_fetch_once(tmp_path: Path) -> None:
    first = FakeSource("first", may_go_on=threading.Event())
    second = FakeSource("second")
    waiting = threading.Event()
    paths: list[Path] = []
    states: list[str] = []

    def on_step(step: PullStep) -> None:
        states.append(step.state)
        waiting.set()

    one = threading.Thread(target=lambda: paths.append(store_of(tmp_path, first).pull("face")))
    two = threading.Thread(target=lambda: paths.append(store_of(tmp_path, second).pull("face", progress=on_step)))
    one.start()
    assert first.entered.wait(timeout=60)
    two.start()
    assert waiting.wait(timeout=60)
    assert first.may_go_on is not None
    first.may_go_on.set()
    one.join(timeout=60)
    two.join(timeout=60)
    assert paths == [tmp_path / "models" / PLACE[1]] * 2
    assert (first.calls, second.calls, states) == (1, 0, ["waiting"])
    assert files_in(tmp_path) == PLACE


def test_a_cache_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(ModelUnavailable, match="model face cannot be written to the cache: .* set AFFECTIA_CACHE_DIR"):
        store_of(tmp_path / "file", FakeSource()).pull("face")


def test_a_folder_in_the_place_of_the_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "models" / PLACE[1]).mkdir(parents=True)
    store = store_of(tmp_path, FakeSource())
    with pytest.raises(ModelCorrupt, match="model face cannot be read"):
        store.path("face")
    with pytest.raises(ModelUnavailable, match="cannot be written to the cache"):
        store.pull("face")
    assert files_in(tmp_path) == PLACE


def test_an_unknown_id_is_an_error_everywhere(tmp_path: Path) -> None:
    store = store_of(tmp_path, FakeSource())
    for ask in (store.path, store.verify, store.pull):
        with pytest.raises(ConfigError, match="model 'fase' is unknown"):
            ask("fase")


def test_the_environment_chooses_the_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AFFECTIA_CACHE_DIR", str(tmp_path))
    assert default_cache_dir() == tmp_path
    assert ModelStore(manifest=Manifest(())).cache_dir == tmp_path
    monkeypatch.setenv("AFFECTIA_CACHE_DIR", "")
    assert "affectia" in default_cache_dir().parts
