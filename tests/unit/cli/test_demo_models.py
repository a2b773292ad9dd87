from __future__ import annotations

import io
from types import SimpleNamespace

import pytest
from rich.console import Console

from affectia.cli.demo_models import SPOKEN_CLIP, bring, default_voice, hearing_gap
from affectia.errors import ModelUnavailable
from affectia.inference.manifest import Manifest
from affectia.perception.voice.silero_network import SILERO_MODEL
from affectia.session.source_spec import SourceSpec
from affectia.session.voice_spec import VoiceSpec

pytestmark = pytest.mark.unit

LINE = VoiceSpec("clip", clip_id=SPOKEN_CLIP)


class BareStore:
    """A store in which nothing is ready, what was pulled from it, and what does not come."""

    def __init__(self, *unavailable: str) -> None:
        self.unavailable = unavailable
        self.pulled: list[str] = []

    def verify(self, model_id: str) -> SimpleNamespace:
        return SimpleNamespace(state="ready" if model_id in self.pulled else "missing")

    def pull(self, model_id: str) -> None:
        if model_id in self.unavailable:
            raise ModelUnavailable("no source delivered:\n  one\n  two")
        self.pulled.append(model_id)


def gap(store: BareStore, voice: VoiceSpec = LINE, *, runtime: str = "json") -> str:
    return hearing_gap(voice, store, Console(file=io.StringIO()), runtime=runtime)  # type: ignore[arg-type]


def test_what_is_missing_is_fetched_once() -> None:
    store = BareStore()
    for _ in range(2):
        bring("face_landmarker", store, Console(file=io.StringIO()))  # type: ignore[arg-type]
    assert store.pulled == ["face_landmarker"]


@pytest.mark.parametrize(
    ("source", "voice"),
    [
        ("clip:carphone", f"clip:{SPOKEN_CLIP}"),
        ("camera:0", "none"),
        ("file:a.mp4", "none"),
        ("synthetic", "none"),
        ("take:a.csv", "none"),
        ("none", "none"),
    ],
)
def test_a_line_is_spoken_beside_a_clip_and_over_nobody_else(source: str, voice: str) -> None:
    assert default_voice(SourceSpec.parse(source)) == voice


def test_the_spoken_clip_is_one_that_the_demo_gets() -> None:
    assert {SPOKEN_CLIP, SILERO_MODEL} <= set(Manifest.load().ids_for("demo"))


def test_hearing_is_whole_where_everything_comes() -> None:
    store = BareStore()
    assert gap(store) == ""
    assert store.pulled == [SILERO_MODEL, SPOKEN_CLIP]
    assert gap(store := BareStore(), VoiceSpec("microphone")) == ""
    assert store.pulled == [SILERO_MODEL]


@pytest.mark.parametrize("missing", [SILERO_MODEL, SPOKEN_CLIP])
def test_what_does_not_come_is_told_in_one_line_with_the_next_step(missing: str) -> None:
    assert gap(BareStore(missing)) == f"{missing} did not come, `affectia models pull {missing}` says why"


def test_without_the_library_of_the_networks_nothing_is_fetched() -> None:
    store = BareStore()
    assert gap(store, runtime="no_such_runtime") == "no_such_runtime is not installed, run `pip install affectia[cpu]`"
    assert store.pulled == []
