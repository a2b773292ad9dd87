from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from affectia import registry
from affectia.control.act_calls import ActCalls, look, overridden, preferred
from affectia.errors import ConfigError
from affectia.rig.emotion.preferred_emotion import PreferredEmotion
from affectia.session.act.avatar_acts import EmotionAggregate
from affectia.session.act.layer_request import LayerRequest
from affectia.session.act.look_request import LookRequest, direction_deg
from affectia.session.act.override_request import OverrideRequest, OverrideTurn, OverrideValue
from affectia.v1 import act_pb2

pytestmark = pytest.mark.unit

NAN = math.nan
HAPPY = registry.EMOTIONS.index("happy")
SAD = registry.EMOTIONS.index("sad")


class Acts:
    """Keeps what it was asked."""

    def __init__(self) -> None:
        self.asked: list[Any] = []

    def prefer_emotion(self, avatar_id: str, wish: PreferredEmotion) -> EmotionAggregate:
        self.asked.append((avatar_id, wish))
        return EmotionAggregate(None, wish.weights, np.linspace(0, 0.7, 8, dtype=np.float32))

    def clear_emotion(self, avatar_id: str) -> EmotionAggregate:
        self.asked.append((avatar_id, "clear"))
        return EmotionAggregate(np.ones(8, np.float32), None, np.zeros(8, np.float32))

    def override(self, avatar_id: str, request: OverrideRequest) -> tuple[str, ...]:
        self.asked.append((avatar_id, request))
        return ("jawOpen", "head")

    def trigger(self, avatar_id: str, gesture: str, *, strength: float, speed: float) -> float:
        self.asked.append((avatar_id, gesture, strength, speed))
        return 1.25

    def look(self, avatar_id: str, request: LookRequest) -> None:
        self.asked.append((avatar_id, request))

    def look_freely(self, avatar_id: str) -> None:
        self.asked.append((avatar_id, "freely"))

    def weigh_layers(self, avatar_id: str, requests: list[LayerRequest]) -> tuple[LayerRequest, ...]:
        self.asked.append((avatar_id, requests))
        return (LayerRequest("idle", 0.5, 2.0), LayerRequest("face", 1.0))

    def route(self, avatar_id: str, group: str, from_avatar_id: str) -> dict[str, str]:
        self.asked.append((avatar_id, group, from_avatar_id))
        return {"eyes": "none", "head": "bert"}


@pytest.fixture
def acts() -> Acts:
    return Acts()


@pytest.fixture
def calls(acts: Acts) -> ActCalls:
    stand_in: Any = acts
    return ActCalls(stand_in)


def emotions(**weights: float) -> list[act_pb2.EmotionWeight]:
    return [act_pb2.EmotionWeight(emotion=name, weight=weight) for name, weight in weights.items()]


def test_an_emotion_is_asked_for_and_three_are_told(calls: ActCalls, acts: Acts) -> None:
    reply = calls.set_emotion(act_pb2.SetEmotionRequest(avatar_id="anna", emotions=emotions(happy=0.75)))
    [(avatar_id, wish)] = acts.asked
    assert (avatar_id, wish.weights[HAPPY], wish.weights.sum()) == ("anna", 0.75, 0.75)
    assert reply.avatar_id == "anna"
    assert not reply.inferred
    assert [one.emotion for one in reply.preferred] == [one.emotion for one in reply.shown] == list(registry.EMOTIONS)
    assert [one.weight for one in reply.shown] == pytest.approx(np.linspace(0, 0.7, 8))
    cleared = calls.clear_emotion(act_pb2.ClearEmotionRequest(avatar_id="anna"))
    assert acts.asked[1] == ("anna", "clear")
    assert (len(cleared.inferred), len(cleared.preferred), len(cleared.shown)) == (8, 0, 8)


def test_what_is_not_set_of_an_emotion_is_as_it_is_set_up() -> None:
    wish = preferred(act_pb2.SetEmotionRequest())
    assert not wish.weights.any()
    assert (wish.strength, wish.emotion_strength, wish.max_emotions, wish.contrast, wish.live_blend_coef) == (1, None, None, None, None)
    assert (wish.at_secs.size, wish.hold_secs) == (0, 0)


def test_all_of_an_emotion_may_be_set_also_to_nothing() -> None:
    request = act_pb2.SetEmotionRequest(
        emotions=emotions(sad=1.0),
        preferred_emotion_strength=0.0,
        emotion_strength=0.0,
        max_emotions=2,
        emotion_contrast=1.5,
        live_blend_coef=0.0,
        time_codes=[
            act_pb2.EmotionTimeCode(at_secs=0.5, emotions=emotions(happy=1.0)),
            act_pb2.EmotionTimeCode(at_secs=2.0, emotions=emotions(happy=0.25, sad=0.5)),
        ],
        hold_secs=3.0,
    )
    wish = preferred(request)
    assert (wish.strength, wish.emotion_strength, wish.max_emotions, wish.contrast, wish.live_blend_coef) == (0, 0, 2, 1.5, 0)
    assert (wish.at_secs.tolist(), wish.hold_secs) == ([0.5, 2.0], 3.0)
    assert (wish.line_weights[0, HAPPY], wish.line_weights[1, HAPPY], wish.line_weights[1, SAD]) == (1, 0.25, 0.5)


@pytest.mark.parametrize(
    "wrong",
    [
        {"emotions": emotions(joy=1.0)},
        {"emotions": emotions(happy=1.5)},
        {"emotions": emotions(happy=NAN)},
        {"preferred_emotion_strength": 1.5},
        {"emotion_strength": NAN},
        {"max_emotions": 0},
        {"max_emotions": 9},
        {"emotion_contrast": 0.0},
        {"live_blend_coef": 1.0},
        {"hold_secs": -1.0},
        {"hold_secs": NAN},
        {"time_codes": [act_pb2.EmotionTimeCode(at_secs=1), act_pb2.EmotionTimeCode(at_secs=1)]},
        {"time_codes": [act_pb2.EmotionTimeCode(at_secs=NAN)]},
        {"time_codes": [act_pb2.EmotionTimeCode(at_secs=1, emotions=emotions(joy=1.0))]},
    ],
)
def test_emotions_that_cannot_be_are_refused_before_anybody_is_asked(calls: ActCalls, acts: Acts, wrong: dict[str, Any]) -> None:
    with pytest.raises(ConfigError):
        calls.set_emotion(act_pb2.SetEmotionRequest(avatar_id="anna", **wrong))
    assert not acts.asked


def test_overrides_as_they_are_asked_for(calls: ActCalls, acts: Acts) -> None:
    request = act_pb2.OverrideRequest(
        avatar_id="anna",
        mode=act_pb2.OVERRIDE_MODE_ADD,
        values=[act_pb2.OverrideValue(name="jawOpen", value=-0.5), act_pb2.OverrideValue(name="aa", value=0.5, weight=0.0)],
        turns=[act_pb2.OverrideTurn(bone="head", yaw_deg=10, pitch_deg=20, roll_deg=30, weight=0.5)],
        hold=True,
        fade_secs=0.0,
    )
    assert calls.override(request).names == ["jawOpen", "head"]
    expected = OverrideRequest(
        values=[OverrideValue("jawOpen", -0.5, 1.0), OverrideValue("aa", 0.5, 0.0)],
        turns=[OverrideTurn("head", 10, 20, 30, 0.5)],
        adds=True,
        hold=True,
        fade_secs=0.0,
    )
    assert acts.asked == [("anna", expected)]


def test_overrides_are_set_unless_they_are_added() -> None:
    jaw = [act_pb2.OverrideValue(name="jawOpen", value=0.5)]
    for mode in (act_pb2.OVERRIDE_MODE_UNSPECIFIED, act_pb2.OVERRIDE_MODE_SET):
        found = overridden(act_pb2.OverrideRequest(values=jaw, mode=mode))
        assert (found.adds, found.hold, found.fade_secs, found.release) == (False, False, None, False)
    assert overridden(act_pb2.OverrideRequest(release=True)).channels() is None
    with pytest.raises(ConfigError, match=r"^mode is 7, expected 1 \(set\) or 2 \(add\)$"):
        overridden(act_pb2.OverrideRequest(values=jaw, mode=7))  # type: ignore[arg-type] # as a later version may send it


def test_gestures_have_their_usual_strength_unless_it_is_said(calls: ActCalls, acts: Acts) -> None:
    assert calls.trigger(act_pb2.TriggerRequest(avatar_id="anna", gesture="nod")).lasts_secs == 1.25
    calls.trigger(act_pb2.TriggerRequest(avatar_id="anna", gesture="nod", strength=0.0, speed=2.0))
    assert acts.asked == [("anna", "nod", 1.0, 1.0), ("anna", "nod", 0.0, 2.0)]


def test_a_gaze_goes_to_a_place_or_in_a_direction_or_free(calls: ActCalls, acts: Acts) -> None:
    reply = calls.look_at(act_pb2.LookAtRequest(avatar_id="anna", point_cm=act_pb2.Point(x=100, y=0, z=100), head_share=0.0, hold=True))
    assert (reply.yaw_deg, reply.pitch_deg) == pytest.approx((45, 0))
    reply = calls.look_at(act_pb2.LookAtRequest(avatar_id="anna", direction=act_pb2.Direction(yaw_deg=-20, pitch_deg=10), weight=0.0))
    assert (reply.yaw_deg, reply.pitch_deg) == (-20, 10)
    assert calls.look_at(act_pb2.LookAtRequest(avatar_id="anna", release=True)) == act_pb2.LookAtResponse()
    assert acts.asked == [
        ("anna", LookRequest(*direction_deg(100, 0, 100), 1.0, 0.0, hold=True)),
        ("anna", LookRequest(-20, 10, 0.0, 0.4, hold=False)),
        ("anna", "freely"),
    ]


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({}, "^gaze has no target, expected point_cm, direction or release$"),
        ({"point_cm": act_pb2.Point()}, "^point_cm is between the eyes"),
        ({"point_cm": act_pb2.Point(x=NAN, z=1)}, "^x of point_cm is nan"),
        ({"direction": act_pb2.Direction(yaw_deg=NAN)}, "^yaw_deg is nan"),
        ({"direction": act_pb2.Direction(), "weight": NAN}, "^weight is nan"),
        ({"direction": act_pb2.Direction(), "head_share": 2.0}, "^head_share is 2"),
    ],
)
def test_gazes_that_cannot_be(wrong: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        look(act_pb2.LookAtRequest(**wrong))


def test_layers_are_weighed_and_all_are_told(calls: ActCalls, acts: Acts) -> None:
    request = act_pb2.SetLayersRequest(avatar_id="anna", layers=[act_pb2.LayerWeight(layer="idle", weight=0.5, fade_secs=2)])
    reply = calls.set_layers(request)
    assert acts.asked == [("anna", [LayerRequest("idle", 0.5, 2.0)])]
    assert [(layer.layer, layer.weight, layer.fade_secs) for layer in reply.layers] == [("idle", 0.5, 2.0), ("face", 1.0, 0.0)]
    with pytest.raises(ConfigError, match="^weight of idle is nan"):
        calls.set_layers(act_pb2.SetLayersRequest(avatar_id="anna", layers=[act_pb2.LayerWeight(layer="idle", weight=NAN)]))


def test_parts_of_others_are_told(calls: ActCalls, acts: Acts) -> None:
    reply = calls.set_route(act_pb2.RouteRequest(avatar_id="anna", group="head", from_avatar_id="bert"))
    assert acts.asked == [("anna", "head", "bert")]
    assert [(route.group, route.from_avatar_id) for route in reply.routes] == [("eyes", "none"), ("head", "bert")]
