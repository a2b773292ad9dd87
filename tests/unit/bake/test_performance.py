from __future__ import annotations

import dataclasses
import threading
from pathlib import Path

import numpy as np
import pytest

from affectia import registry
from affectia.bake.performance import STARTS_AT_NANOS, Performance, Recorder, Spoken, SteppedClock, hear_lines, perform
from affectia.bake.performance_reader import read_script
from affectia.bake.performance_script import Override, PerformanceScript, SpokenLine
from affectia.errors import ConfigError, ModelError
from affectia.inference.model_store import ModelStore
from affectia.registry import Bone, Group, Source
from affectia.wire import avatar_frame, topic
from tests.unit.bake.voices import FakeVoice, write_timing

pytestmark = pytest.mark.unit

SCRIPT = read_script(b"""
secs = 6
seed = 3
rate_hz = 60

[[lines]]
at_secs = 2
timing = "line.json"
emotions = [{ at_secs = 0, emotions = { happy = 1 } }, { at_secs = 0.8, emotions = { sad = 1 } }]

[[overrides]]
name = "browOuterUpLeft"
value = 1
from_secs = 2.5
to_secs = 3.5

[[gestures]]
name = "nod"
at_secs = 0.5

[[looks]]
from_secs = 4
to_secs = 5.5
yaw_deg = 30
""")
JAW, BROW = (registry.BLENDSHAPES.index(name) for name in ("jawOpen", "browOuterUpLeft"))


@pytest.fixture(scope="module")
def spoken(tmp_path_factory: pytest.TempPathFactory) -> tuple[Spoken, ...]:
    folder = tmp_path_factory.mktemp("line")
    write_timing(folder / "line.json", (0.0, 0.4, "aa"), (0.4, 0.6, "PP"), (0.6, 1.5, "aa"))
    return hear(SCRIPT, folder)


@pytest.fixture(scope="module")
def played(spoken: tuple[Spoken, ...]) -> Performance:
    return perform(SCRIPT, spoken)


def hear(script: PerformanceScript, folder: Path) -> tuple[Spoken, ...]:
    return hear_lines(script, voice=FakeVoice(), models=ModelStore(folder), folder=folder)


def shapes(played: Performance) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    return np.stack([frame.blendshape_weights() for frame in played.frames])


def at(played: Performance, secs: float) -> int:
    return int(np.searchsorted(played.secs, secs - 1e-9))


def test_frames_stand_on_their_instants(played: Performance) -> None:
    assert len(played.frames) == 360
    assert played.secs == pytest.approx(np.arange(360) / 60, abs=1e-9)
    assert [frame.sequence for frame in played.frames] == list(range(360))
    assert {frame.stream_id for frame in played.frames} == {0}
    assert len({frame.publish_delay_micros for frame in played.frames}) <= 2  # of rounding


def test_the_same_seed_makes_the_same_bytes(played: Performance, spoken: tuple[Spoken, ...]) -> None:
    assert perform(SCRIPT, spoken).digest == played.digest
    assert perform(dataclasses.replace(SCRIPT, seed=4), spoken).digest != played.digest
    assert perform(dataclasses.replace(SCRIPT, avatar="other"), spoken).digest != played.digest


def test_the_mouth_is_the_lines_while_it_sounds(played: Performance) -> None:
    jaw = shapes(played)[:, JAW]
    by_voice = np.array([frame.group(Group.MOUTH)[1] == Source.VOICE for frame in played.frames])
    assert by_voice[at(played, 2.1) : at(played, 3.4)].all()
    assert not by_voice[: at(played, 1.95)].any()
    assert not by_voice[at(played, 4.5) :].any()
    assert jaw[at(played, 2.25)] > 0.2
    assert jaw[at(played, 2.5)] < 0.1  # lips meet for PP
    assert jaw[at(played, 4.5)] < 0.02


def test_frames_of_a_line_say_which_sample_they_are_of(played: Performance) -> None:
    frame = played.frames[at(played, 3.0)]
    assert frame.audio_sample == pytest.approx(48_000, abs=960)  # 1 s into the line, of timing alone


def test_emotions_follow_the_line_and_end_after_it(played: Performance) -> None:
    happy, sad = (played.moods[:, registry.EMOTIONS.index(name)] for name in ("happy", "sad"))
    assert happy[: at(played, 2.0)].max() == 0
    assert happy[at(played, 2.5)] > 0.1 > happy[at(played, 3.5)]
    assert sad[at(played, 3.5)] > 0.4
    assert max(happy[-1], sad[-1]) < 0.05


def test_override_holds_between_its_seconds(played: Performance) -> None:
    brow = shapes(played)[:, BROW]
    assert brow[at(played, 2.7) : at(played, 3.4)] == pytest.approx(np.ones(42), abs=1e-3)
    assert brow[: at(played, 2.5)].max() < 0.5
    assert brow[at(played, 3.8) :].max() == 0


def test_head_nods_and_turns_to_where_it_is_to_look(played: Performance) -> None:
    heads = np.stack([frame.bone_quaternions()[Bone.HEAD] for frame in played.frames])
    nod = heads[at(played, 0.5) : at(played, 1.2), 0]
    assert nod.max() > 0.02
    assert heads[at(played, 5.4), 1] > 0.03


def test_avatar_without_idle_life_and_cues_is_at_rest() -> None:
    still = perform(PerformanceScript(1.0, idle=False))
    assert not shapes(still).any()
    assert not any(frame.is_valid(Group.EYES) for frame in still.frames)
    alive = perform(PerformanceScript(1.0))
    assert all(frame.is_valid(Group.EYES) for frame in alive.frames)


def test_rate_is_the_scripts() -> None:
    at_30 = perform(PerformanceScript(2.0, rate_hz=30.0, overrides=(Override(0.5, 1.0, name="jawOpen", value=1.0, fade_secs=0.2),)))
    at_60 = perform(PerformanceScript(2.0, rate_hz=60.0, overrides=(Override(0.5, 1.0, name="jawOpen", value=1.0, fade_secs=0.2),)))
    assert len(at_30.frames) == 60
    # The same instants show the same, whoever asks how often.
    assert shapes(at_30)[:, JAW] == pytest.approx(shapes(at_60)[::2, JAW], abs=0.01)


def test_lines_do_not_overlap(tmp_path: Path) -> None:
    write_timing(tmp_path / "line.json", (0.0, 1.5, "aa"))
    lines = (SpokenLine(3.0, timing="line.json"), SpokenLine(2.0, timing="line.json"))
    with pytest.raises(ConfigError, match=r"^line 2 begins at 3 s, expected 3\.50 or later: one is spoken until then$"):
        hear(PerformanceScript(9.0, lines=lines), tmp_path)
    apart = hear(PerformanceScript(9.0, lines=(lines[0], dataclasses.replace(lines[1], at_secs=1.0))), tmp_path)
    assert [each.ends_secs for each in apart] == pytest.approx([2.5, 4.5])


def test_clip_that_is_not_there_says_so(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="two-cities"):
        hear(PerformanceScript(9.0, lines=(SpokenLine(0.0, sound="clip:two-cities"),)), tmp_path)


def test_moods_are_those_that_are_shown(played: Performance) -> None:
    assert played.moods.shape == (360, len(registry.EMOTIONS))
    assert (played.moods >= 0).all()


def test_clock_stands_where_it_is_put() -> None:
    clock = SteppedClock(5)
    clock.put(9)
    condition = threading.Condition()
    with condition:
        assert not clock.wait(condition, 100.0)
    assert clock.now_nanos() == 9


def test_recorder_keeps_frames_and_wants_nothing_else(played: Performance) -> None:
    recorder = Recorder("npc")
    body = avatar_frame.encode(dataclasses.replace(played.frames[0], stream_id=77))
    recorder.send(topic.avatar("npc"), body)
    recorder.send(topic.layout("npc"), b"anything")
    recorder.forget(topic.avatar("npc"))
    assert recorder.frames == [played.frames[0]]
    assert recorder.wants(topic.avatar("npc"))
    assert not recorder.wants(topic.affect("npc"))
    assert played.frames[0].time_nanos == STARTS_AT_NANOS
