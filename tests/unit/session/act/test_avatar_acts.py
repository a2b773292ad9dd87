from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from affectia.clock import NANOS_PER_SEC, FakeClock
from affectia.errors import ConfigError, SessionError
from affectia.registry import Group
from affectia.rig import layer_names
from affectia.rig.channel_routing import ChannelRouting
from affectia.rig.emotion.preferred_emotion import PreferredEmotion, preferred_emotion
from affectia.rig.layer_weights import LAYERS, LayerWeights
from affectia.rig.override_layer import OverrideLayer
from affectia.session.act.avatar_acts import AvatarActs
from affectia.session.act.layer_request import LayerRequest
from affectia.session.act.look_request import LookRequest
from affectia.session.act.override_request import OverrideRequest, OverrideTurn, OverrideValue
from tests.unit.fakes import SHAPE, nanos, slots

pytestmark = pytest.mark.unit

ANNA, BERT = 5, 2


class Overlay:
    """Remembers what was preferred, slot by slot."""

    def __init__(self) -> None:
        self.wishes: dict[int, tuple[PreferredEmotion, int]] = {}

    def prefer(self, slot: int, wish: PreferredEmotion, now_nanos: int) -> None:
        self.wishes[slot] = wish, now_nanos

    def clear(self, slot: int, now_nanos: int) -> None:
        del self.wishes[slot]

    def aggregate(self, slot: int) -> tuple[Any, Any, Any]:
        wish = self.wishes.get(slot)
        return None, None if wish is None else wish[0].weights, np.full(8, 0.125, np.float32)


class Gestures:
    names = ("nod", "shake")

    def __init__(self) -> None:
        self.triggered: list[tuple[object, ...]] = []

    def trigger(self, slot: int, name: str, *, strength: float, speed: float, now_nanos: int) -> float:
        self.triggered.append((slot, name, strength, speed, now_nanos))
        return 1.5


class Look:
    def __init__(self) -> None:
        self.asked: list[dict[str, object]] = []

    def look(self, slot: int, **wish: object) -> None:
        self.asked.append({"slot": slot, **wish})

    def release(self, slot: int, *, now_nanos: int) -> None:
        self.asked.append({"slot": slot, "released": now_nanos})


class Stage:
    """Two avatars; commands run at once, after whatever the test puts in between."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.clock.advance(secs=7)
        self.now = self.clock.now_nanos()
        self.slots = {"anna": ANNA, "bert": BERT}
        self.acting = SimpleNamespace(
            overlay=Overlay(), gestures=Gestures(), look=Look(), overrides=OverrideLayer(8), layers=LayerWeights(8)
        )
        self.routing = ChannelRouting(8)
        self.before: Callable[[], None] = lambda: None
        self.calls = 0
        pipeline: Any = SimpleNamespace(acting=self.acting, routing=self.routing, instant_of=lambda _slot, now_nanos: now_nanos)
        itself: Any = self
        self.acts = AvatarActs(itself, pipeline, itself, self.clock)

    def slot_of(self, avatar_id: str) -> int:
        if avatar_id not in self.slots:
            raise SessionError(f"avatar {avatar_id!r} is of no open session")
        return self.slots[avatar_id]

    def all(self) -> tuple[Any, ...]:
        return (SimpleNamespace(slot_by_avatar=self.slots),)

    def call(self, command: Callable[[], None]) -> None:
        self.calls += 1
        self.before()
        command()


@pytest.fixture
def stage() -> Stage:
    return Stage()


CALLS: list[Callable[[AvatarActs, str], object]] = [
    lambda acts, name: acts.prefer_emotion(name, preferred_emotion({"happy": 1.0})),
    lambda acts, name: acts.clear_emotion(name),
    lambda acts, name: acts.override(name, OverrideRequest(release=True)),
    lambda acts, name: acts.trigger(name, "nod"),
    lambda acts, name: acts.look(name, LookRequest(0, 0)),
    lambda acts, name: acts.look_freely(name),
    lambda acts, name: acts.weigh_layers(name, [LayerRequest("idle", 0)]),
    lambda acts, name: acts.route(name, "head", "none"),
]


@pytest.mark.parametrize("call", CALLS)
def test_an_avatar_that_nobody_has_is_refused_without_waiting(stage: Stage, call: Callable[[AvatarActs, str], object]) -> None:
    with pytest.raises(SessionError, match="'carl' is of no open session"):
        call(stage.acts, "carl")
    assert stage.calls == 0


@pytest.mark.parametrize("call", CALLS)
def test_an_avatar_that_goes_while_it_is_asked_is_refused_and_no_other_is_touched(
    stage: Stage, call: Callable[[AvatarActs, str], object]
) -> None:
    stage.before = stage.slots.clear
    with pytest.raises(SessionError, match="'anna' is of no open session"):
        call(stage.acts, "anna")
    assert not stage.acting.overlay.wishes
    assert not stage.acting.gestures.triggered
    assert not stage.acting.look.asked
    assert not stage.acting.overrides.active
    assert not stage.routing.active
    assert stage.acting.layers.weights(slots(ANNA), nanos(stage.now)) is None


def test_an_emotion_is_preferred_now_and_cleared(stage: Stage) -> None:
    wish = preferred_emotion({"happy": 1.0})
    found = stage.acts.prefer_emotion("anna", wish)
    assert stage.acting.overlay.wishes == {ANNA: (wish, stage.now)}
    assert (found.inferred, found.preferred is wish.weights) == (None, True)
    assert found.shown.tolist() == [0.125] * 8
    assert stage.acts.clear_emotion("anna").preferred is None
    assert not stage.acting.overlay.wishes


def test_overrides_are_set_and_let_go_by_name(stage: Stage) -> None:
    jaw = OverrideValue("jawOpen", 0.5)
    assert stage.acts.override("anna", OverrideRequest(values=[jaw], turns=[OverrideTurn("head", 20)], hold=True)) == ("jawOpen", "head")
    rows = stage.acting.overrides.rows(slots(BERT, ANNA), nanos(*[stage.now + NANOS_PER_SEC // 20] * 2))
    assert rows.rows.tolist() == [1]
    assert rows.share[0, SHAPE["jawOpen"]] == pytest.approx(0.5), "half of the usual fade of 0.1 s"
    added = stage.acts.override("anna", OverrideRequest(values=[OverrideValue("mouthSmileLeft", -0.5)], adds=True, fade_secs=0.0))
    assert added == ("jawOpen", "mouthSmileLeft", "head")
    rows = stage.acting.overrides.rows(slots(ANNA), nanos(stage.now + NANOS_PER_SEC // 2))
    assert rows.added[0, SHAPE["mouthSmileLeft"]] == -0.5
    assert rows.value[0, layer_names.bone_channels("head")[1]] == pytest.approx(np.radians(20))
    assert stage.acts.override("anna", OverrideRequest(values=[jaw], release=True)) == ("mouthSmileLeft", "head")
    assert stage.acts.override("anna", OverrideRequest(release=True, fade_secs=0.0)) == ()


def test_a_gesture_is_played_now_and_one_that_there_is_not_is_told(stage: Stage) -> None:
    assert stage.acts.trigger("bert", "nod", strength=2, speed=0.25) == 1.5
    assert stage.acting.gestures.triggered == [(BERT, "nod", 2, 0.25, stage.now)]
    with pytest.raises(ConfigError, match="^gesture is 'nodd', expected one of nod, shake, did you mean nod$"):
        stage.acts.trigger("bert", "nodd")


@pytest.mark.parametrize(("strength", "speed"), [(-0.1, 1), (2.1, 1), (float("nan"), 1), (1, 0.2), (1, 4.1), (1, float("nan"))])
def test_a_gesture_has_limits(stage: Stage, strength: float, speed: float) -> None:
    with pytest.raises(ConfigError, match="^(strength|speed) is "):
        stage.acts.trigger("bert", "nod", strength=strength, speed=speed)
    assert not stage.acting.gestures.triggered


def test_a_gaze_is_directed_and_let_go(stage: Stage) -> None:
    stage.acts.look("anna", LookRequest(30, -10, 0.5, 0.25, hold=True))
    stage.acts.look_freely("anna")
    wish = {"yaw_deg": 30, "pitch_deg": -10, "weight": 0.5, "head_share": 0.25, "hold": True, "now_nanos": stage.now}
    assert stage.acting.look.asked == [{"slot": ANNA, **wish}, {"slot": ANNA, "released": stage.now}]


def test_layers_are_weighed_and_all_of_them_told(stage: Stage) -> None:
    told = stage.acts.weigh_layers("anna", [LayerRequest("face", 0.25, 2.0), LayerRequest("idle", 0.0)])
    assert [layer.layer for layer in told] == list(LAYERS)
    assert [layer.weight for layer in told] == [0, 0.25, 1, 1, 1]
    assert [layer.fade_secs for layer in told] == [0, 2, 0, 0, 0]
    weights = stage.acting.layers.weights(slots(ANNA, BERT), nanos(*[stage.now + NANOS_PER_SEC] * 2))
    assert weights.tolist() == [[0, 0.625, 1, 1, 1], [1, 1, 1, 1, 1]]
    stage.clock.advance(secs=1)
    assert stage.acts.weigh_layers("anna", [])[1].fade_secs == pytest.approx(1)


def test_parts_come_from_another_avatar_or_from_nobody(stage: Stage) -> None:
    assert stage.acts.route("anna", "head", "bert") == {"head": "bert"}
    assert stage.acts.route("anna", "eyes", "none") == {"eyes": "none", "head": "bert"}
    assert stage.routing.routes(ANNA) == {Group.EYES: None, Group.HEAD: BERT}
    assert stage.acts.route("anna", "head", "") == {"eyes": "none"}
    assert stage.acts.route("anna", "eyes", "anna") == {}


def test_parts_and_sources_that_there_are_not_are_told(stage: Stage) -> None:
    with pytest.raises(ConfigError, match="^group is 'hands', expected one of eyes, brows, mouth, head, body, emotion, did you mean head$"):
        stage.acts.route("anna", "hands", "bert")
    with pytest.raises(SessionError, match="'carl' is of no open session"):
        stage.acts.route("anna", "head", "carl")
    assert not stage.routing.active
