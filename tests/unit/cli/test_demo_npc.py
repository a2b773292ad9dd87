from __future__ import annotations

import io
from pathlib import Path

import pytest
from rich.console import Console

from affectia import registry
from affectia.bake.performance import perform
from affectia.bake.performance_reader import load_script
from affectia.bake.performance_script import PerformanceScript, SpokenLine
from affectia.cli.demo_npc import blinks, bring_clips, curves_of, demo_npc, npc_script
from affectia.errors import ConfigError, ModelUnavailable
from affectia.inference.model_store import ModelStore
from affectia.store.take_reader import read_take
from tests.unit.bake.voices import write_timing
from tests.unit.cli.test_demo_models import BareStore

pytestmark = pytest.mark.unit

SCRIPT = """
secs = 4
seed = 5
[[lines]]
at_secs = 1
timing = "line.json"
emotions = [{ at_secs = 0, emotions = { happy = 1 } }]
[[overrides]]
name = "jawOpen"
value = 1
from_secs = 3
to_secs = 3.5
"""


@pytest.fixture
def script(tmp_path: Path) -> Path:
    write_timing(tmp_path / "line.json", (0.0, 0.4, "aa"), (0.4, 0.6, "PP"), (0.6, 1.0, "aa"))
    path = tmp_path / "script.toml"
    path.write_text(SCRIPT)
    return path


def performed(script: Path, out: Path, *, seed: int | None = None, seconds: float | None = None) -> str:
    said = io.StringIO()
    demo_npc(ModelStore(out / "cache"), Console(file=said, width=160), script=script, seed=seed, seconds=seconds, out=out)
    return said.getvalue()


def test_the_same_seed_leaves_the_same_bytes(script: Path, tmp_path: Path) -> None:
    for name, seed in (("one", None), ("again", 5), ("other", 6)):
        performed(script, tmp_path / name, seed=seed)
    for file in ("take.csv", "plot.png", "script.json"):
        one, again, other = ((tmp_path / name / file).read_bytes() for name in ("one", "again", "other"))
        assert one == again
        assert one != other


def test_what_is_left_is_whole_and_named(script: Path, tmp_path: Path) -> None:
    said = performed(script, tmp_path / "out", seconds=3.25)
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["plot.png", "script.json", "take.csv"]
    take = read_take(tmp_path / "out" / "take.csv")
    assert (take.take.times_nanos.size, round(take.rate_hz, 3)) == (195, 60.0)
    assert take.take.blendshapes[:, registry.BLENDSHAPES.index("jawOpen")].max() == pytest.approx(1, abs=1e-3)
    as_used = load_script(tmp_path / "out" / "script.json")
    assert (as_used.secs, as_used.seed, as_used.overrides[0].to_secs) == (3.25, 5, 3.25)
    for words in (
        "3.25 s, 195 frames",
        "line.json, 1 to 2 s, mouth by visemes of the timing",
        "happy up to",
        "overrides: 1",
        "take.csv (195 rows)",
    ):
        assert words in said


def test_built_in_script_is_idle_speaks_feels_and_is_idle_again() -> None:
    script = npc_script(None, seed=None, seconds=None)
    (line,) = script.lines
    assert line.to_secs is not None
    ends_secs = line.at_secs + line.to_secs - line.from_secs
    assert line.at_secs >= 4
    assert script.secs - ends_secs >= 4
    strongest = [registry.EMOTIONS[code.weights.index(max(code.weights))] for code in line.emotions]
    assert list(dict.fromkeys(strongest)) == ["happy", "surprise", "sad"]
    for override in script.overrides:
        assert line.at_secs < override.from_secs < override.to_secs < ends_secs
    assert script.overrides[0].to_secs - script.overrides[0].from_secs == 1
    assert "nod" in {gesture.name for gesture in script.gestures}


def test_seed_and_length_may_be_chosen() -> None:
    script = npc_script(None, seed=8, seconds=3.0)
    assert (script.seed, script.secs, script.lines) == (8, 3.0, ())
    for seconds in (0.0, 601.0, float("nan")):
        with pytest.raises(ConfigError, match=r"^--seconds is \S+, expected 0\.1 to 600 for a script$"):
            npc_script(None, seed=None, seconds=seconds)


def test_broken_script_is_named_and_leaves_nothing(tmp_path: Path) -> None:
    path = tmp_path / "script.toml"
    path.write_text("secs = 1\n[[gestures]]\nname = 'nodd'\nat_secs = 0")
    with pytest.raises(ConfigError, match=rf"^name of gesture 1 is 'nodd', expected one of nod, .*: {path}$"):
        performed(path, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_output_that_is_a_file_is_refused(script: Path, tmp_path: Path) -> None:
    (tmp_path / "out").write_text("mine")
    with pytest.raises(ConfigError, match=r"^output folder cannot be made \(file exists\), expected a place to write to"):
        demo_npc(ModelStore(tmp_path / "cache"), Console(file=io.StringIO()), script=script, out=tmp_path / "out")
    assert (tmp_path / "out").read_text() == "mine"


def brought(store: BareStore, *sounds: str, runtime: str = "json") -> list[str]:
    script = PerformanceScript(9.0, lines=tuple(SpokenLine(0.0, sound=sound, timing="t") for sound in sounds))
    return bring_clips(script, store, Console(file=io.StringIO()), runtime=runtime)  # type: ignore[arg-type]


def test_clips_are_fetched_and_what_hears_them() -> None:
    store = BareStore()
    assert brought(store, "clip:two-cities", "clip:two-cities", "line.wav") == []
    assert store.pulled == ["two-cities", "silero_vad"]
    assert brought(BareStore(), "") == []


def test_clip_that_does_not_come_ends_it_in_a_sentence() -> None:
    expected = "^spoken line did not come; `affectia models pull two-cities` says why, --script FILE performs something else: two-cities$"
    with pytest.raises(ModelUnavailable, match=expected):
        brought(BareStore("two-cities"), "clip:two-cities")


def test_what_a_line_is_not_heard_well_for_want_of_is_a_note() -> None:
    assert brought(BareStore("silero_vad"), "clip:two-cities", "a.wav") == [
        "silero_vad did not come, `affectia models pull silero_vad` says why"
    ]


def test_curves_are_those_of_the_frames_and_blinks_are_counted() -> None:
    curves = curves_of(perform(PerformanceScript(20.0, rate_hz=60.0, seed=2)))
    assert curves.count == 1200
    assert not curves.lost.any()
    assert 1 <= blinks(curves) <= 20
    assert blinks(curves_of(perform(PerformanceScript(2.0, idle=False)))) == 0
