from __future__ import annotations

import functools
from pathlib import Path

import pytest

from affectia.clock import FakeClock
from affectia.errors import ModelCorrupt, ModelMissing
from affectia.inference.model_store import ModelStore
from affectia.perception.voice.emotion.speech_emotion_choice import SpeechEmotionChoice
from affectia.perception.voice.emotion.speech_emotion_options import SpeechEmotionOptions
from tests.unit.perception.voice.emotion.made_speech import FakeNetwork

pytestmark = pytest.mark.unit


class Place:
    """What there is to be opened, and what was."""

    def __init__(self, *there: str) -> None:
        self.clock = FakeClock()
        self.networks = {method: FakeNetwork() for method in there}
        self.broken: set[str] = set()
        self.opened: list[str] = []
        for method, network in self.networks.items():
            network.name, network.clock = method, self.clock

    def load(self, method: str = "auto") -> SpeechEmotionChoice:
        openers = {name: functools.partial(self.open, name) for name in ("sensevoice", "funasr", "edge")}
        return SpeechEmotionChoice.of(openers, SpeechEmotionOptions(method=method), clock=self.clock)

    def open(self, method: str) -> FakeNetwork:
        self.opened.append(method)
        if method in self.broken:
            raise ModelCorrupt(f"{method} network is no model")
        if method not in self.networks:
            raise ModelMissing(f"model {method} is not in the cache")
        return self.networks[method]


def told(choice: SpeechEmotionChoice) -> tuple[str | None, str]:
    return None if choice.network is None else choice.network.name, choice.notice


def test_the_small_one_runs_where_nobody_brought_the_large_one_and_nothing_is_amiss() -> None:
    assert told(Place("edge").load()) == ("edge", "")


def test_the_large_one_is_preferred_where_it_is_there_and_quick_enough() -> None:
    place = Place("edge", "sensevoice", "funasr")
    place.networks["sensevoice"].takes_secs = 0.19
    assert told(place.load()) == ("sensevoice", "")
    assert place.opened == ["sensevoice"], "nothing is loaded that is not needed"
    assert [window.size for (window,) in place.networks["sensevoice"].calls] == [48_000] * 2


def test_one_that_is_too_slow_for_the_machine_makes_way_unless_it_was_asked_for() -> None:
    place = Place("edge", "sensevoice")
    place.networks["sensevoice"].takes_secs = 0.21
    expected = 'sensevoice takes 0.21 s for a window on this machine, speech_emotion.method = "sensevoice" has it run all the same'
    assert told(place.load()) == ("edge", f"{expected}; edge runs instead")
    assert place.networks["sensevoice"].is_closed
    place = Place("edge", "sensevoice")
    place.networks["sensevoice"].takes_secs = 5
    assert told(place.load("sensevoice")) == ("sensevoice", "")
    assert place.networks["sensevoice"].calls == []


def test_one_that_opens_and_does_not_run_makes_way() -> None:
    place = Place("edge", "sensevoice")
    place.networks["sensevoice"].is_broken = True
    assert told(place.load()) == ("edge", "sensevoice does not run (RuntimeError); edge runs instead")
    assert place.networks["sensevoice"].is_closed


def test_what_was_asked_for_and_is_not_there_is_told() -> None:
    for method in ("sensevoice", "funasr"):
        place = Place("edge")
        assert told(place.load(method)) == ("edge", f"model {method} is not in the cache; edge runs instead")
        assert place.opened == [method, "edge"]


def test_a_corrupt_file_is_told_and_never_raised() -> None:
    place = Place("edge", "sensevoice")
    place.broken = {"sensevoice"}
    assert told(place.load()) == ("edge", "sensevoice network is no model; edge runs instead")
    place.broken = {"sensevoice", "edge"}
    assert told(place.load()) == (None, "sensevoice network is no model; edge network is no model; how voices sound is not told")


def test_with_nothing_there_it_is_off_and_says_what_to_do() -> None:
    assert told(Place().load()) == (None, "model edge is not in the cache; how voices sound is not told")


def test_off_loads_nothing_and_has_nothing_to_say() -> None:
    place = Place("edge")
    assert told(place.load("off")) == (None, "")
    assert place.opened == []


def test_what_does_not_run_on_what_was_wanted_is_told() -> None:
    place = Place("edge")
    place.networks["edge"].notice = "CUDA is not available, CPU runs instead"
    assert told(place.load()) == ("edge", "CUDA is not available, CPU runs instead")


def test_the_real_ones_are_looked_for_in_the_store(tmp_path: Path) -> None:
    choice = SpeechEmotionChoice.load(ModelStore(tmp_path))
    assert choice.network is None
    assert choice.notice.startswith("model smart_turn is not in the cache, run `affectia models pull smart_turn`")
    asked = SpeechEmotionChoice.load(ModelStore(tmp_path), SpeechEmotionOptions(method="sensevoice"))
    assert asked.notice.startswith(
        "sense voice is not in the cache, run `affectia models pull sense_voice sense_voice_tokens`; model smart_turn"
    )
