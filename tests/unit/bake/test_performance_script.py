from __future__ import annotations

import json

import pytest

from affectia import registry
from affectia.bake.performance_reader import read_script
from affectia.bake.performance_script import Gesture, Layer, Look, Override, PerformanceScript, SpokenLine
from affectia.errors import ConfigError
from affectia.rig.emotion.emotion_line import EmotionTimeCode
from affectia.signals.pose_layer import TURNS

pytestmark = pytest.mark.unit

HAPPY = EmotionTimeCode(0.5, tuple(float(name == "happy") for name in registry.EMOTIONS))


def full() -> PerformanceScript:
    return PerformanceScript(
        secs=10.0,
        seed=9,
        rate_hz=30.0,
        idle=False,
        lines=(SpokenLine(2.0, sound="line.wav", timing="line.json", to_secs=3.0, emotion_strength=0.5, emotions=(HAPPY,)),),
        overrides=(Override(1.0, 4.0, name="jawOpen", value=0.0), Override(5.0, 6.0, bone="head", yaw_deg=20.0, mode="add")),
        gestures=(Gesture("nod", 3.0, speed=2.0),),
        looks=(Look(1.0, 9.0, yaw_deg=10.0),),
        layers=(Layer("idle", 8.0, 0.5),),
    )


def test_text_is_read_back_to_the_same() -> None:
    assert read_script(full().text().encode()) == full()
    assert read_script(PerformanceScript(secs=1.0).text().encode()) == PerformanceScript(secs=1.0)


def test_text_has_only_what_is_not_so_anyway() -> None:
    written = json.loads(full().text())
    assert written["gestures"] == [{"name": "nod", "at_secs": 3.0, "speed": 2.0}]
    assert written["overrides"][0] == {"from_secs": 1.0, "to_secs": 4.0, "name": "jawOpen", "value": 0.0}
    assert written["lines"][0]["emotions"] == [{"at_secs": 0.5, "emotions": {"happy": 1.0}}]
    assert "avatar" not in written


def test_shorter_script_leaves_out_what_begins_later() -> None:
    short = full().within(3.0)
    assert (short.secs, len(short.lines), short.gestures, short.layers) == (3.0, 1, (), ())
    assert [(override.from_secs, override.to_secs) for override in short.overrides] == [(1.0, 3.0)]
    assert short.looks[0].to_secs == 3.0
    assert read_script(short.text().encode()) == short
    assert full().within(20.0).overrides == full().overrides


def test_override_names_a_channel_or_a_bone() -> None:
    (jaw,) = full().overrides[0].entries()
    assert jaw == (registry.BLENDSHAPES.index("jawOpen"), 0.0, 1.0)
    turn = full().overrides[1].entries()
    assert [entry.channel for entry in turn] == list(range(TURNS.start + 12, TURNS.start + 15))
    assert turn[1].value == pytest.approx(0.349, abs=1e-3)
    with pytest.raises(ConfigError, match="did you mean jawOpen"):
        Override(0.0, 1.0, name="jawOpne").entries()
