from __future__ import annotations

import numpy as np
import pytest

from affectia import registry
from affectia.bake.performance_cues import PerformanceCues, preferred
from affectia.bake.performance_script import Gesture, Layer, Look, Override, PerformanceScript, SpokenLine
from affectia.rig.acting import Acting
from affectia.rig.emotion.emotion_line import EmotionTimeCode

pytestmark = pytest.mark.unit

SLOTS = np.array([0])
JAW = registry.BLENDSHAPES.index("jawOpen")


def instant(secs: float) -> int:
    return round((10 + secs) * 1e9)


def code(at_secs: float, name: str) -> EmotionTimeCode:
    return EmotionTimeCode(at_secs, tuple(float(each == name) for each in registry.EMOTIONS))


def started(script: PerformanceScript) -> tuple[Acting, PerformanceCues]:
    acting = Acting(1)
    acting.open(0, "npc", seed=1, lives=False)
    cues = PerformanceCues(acting, 0, instant)
    cues.add_script(script)
    return acting, cues


def shown_jaw(acting: Acting, secs: float) -> float:
    rows = acting.overrides.rows(SLOTS, np.array([instant(secs)]))
    return 0.0 if rows is None else float(rows.share[0, JAW] * rows.value[0, JAW] + rows.added[0, JAW])


def test_override_holds_from_its_second_to_its_end() -> None:
    acting, cues = started(PerformanceScript(9.0, overrides=(Override(1.0, 4.0, name="jawOpen", value=0.5, fade_secs=0.2),)))
    cues.run(instant(0.99))
    assert not acting.overrides.active
    cues.run(instant(1.01))
    assert shown_jaw(acting, 1.1) == pytest.approx(0.25, abs=1e-4)
    assert shown_jaw(acting, 3.9) == pytest.approx(0.5)
    cues.run(instant(4.05))
    # Released at its own second, whenever the frame is.
    assert shown_jaw(acting, 4.1) == pytest.approx(0.25, abs=1e-4)
    assert shown_jaw(acting, 4.3) == 0


def test_one_that_follows_another_is_not_released_with_it() -> None:
    late, early = Override(2.0, 3.0, name="jawOpen", value=0.8, fade_secs=0.0), Override(1.0, 2.0, name="jawOpen", value=0.3, fade_secs=0.0)
    acting, cues = started(PerformanceScript(9.0, overrides=(late, early)))
    cues.run(instant(2.0))
    assert shown_jaw(acting, 2.5) == pytest.approx(0.8)


def test_gestures_looks_and_layers_begin_at_their_second() -> None:
    script = PerformanceScript(
        9.0, gestures=(Gesture("nod", 1.0),), looks=(Look(2.0, 3.0, yaw_deg=20.0),), layers=(Layer("idle", 4.0, 0.5, 0.0),)
    )
    acting, cues = started(script)
    cues.run(instant(1.0))
    assert (acting.gestures.active, acting.look.active) == (True, False)
    cues.run(instant(2.0))
    assert acting.look.active
    out = np.zeros((1, 101), np.float32)
    acting.look.add(SLOTS, np.array([instant(2.9)]), out)
    assert out.any()
    cues.run(instant(5.0))
    out[:] = 0
    acting.look.add(SLOTS, np.array([instant(8.0)]), out)
    assert np.abs(out).max() < 1e-6
    assert acting.layers.goals(0, instant(5.0))[0][0] == 0.5


def test_emotions_of_a_line_begin_with_it_and_linger() -> None:
    acting, cues = started(PerformanceScript(9.0))
    line = SpokenLine(2.0, sound="x", linger_secs=0.5, emotion_strength=0.9, emotions=(code(0.0, "happy"), code(1.0, "sad")))
    cues.add_line(line, 3.0)
    cues.add_line(SpokenLine(6.0, sound="x"), 1.0)  # has none
    cues.run(instant(1.9))
    assert acting.overlay.aggregate(0)[1] is None
    cues.run(instant(9.0))
    assert acting.overlay.aggregate(0)[1] is not None
    wish = preferred(line, 3.0)
    assert wish.ends_secs == pytest.approx(3.5)
    assert wish.emotion_strength == 0.9
    assert wish.at_secs.tolist() == [0.0, 1.0]


def test_emotions_beyond_the_end_of_a_line_end_at_once() -> None:
    line = SpokenLine(2.0, sound="x", linger_secs=0.0, emotions=(code(5.0, "happy"),))
    assert preferred(line, 1.0).ends_secs == pytest.approx(5.001)
