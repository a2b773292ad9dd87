"""What avatars are asked to act, through the real door: what is asked is seen in their frames."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import grpc
import pytest

from affectia import registry
from affectia.pipeline import PipelineOptions
from affectia.registry import Group, Source
from affectia.rig.mapping.mapping_options import MappingOptions
from affectia.session.sidecar import SidecarOptions
from affectia.v1 import act_pb2, session_pb2
from affectia.wire import topic
from affectia.wire.avatar_frame import AvatarFrame
from tests.contract.door import SLOTS, TIMEOUT_SECS, Door, eventually, next_frame, open_door, refused

pytestmark = pytest.mark.contract

JAW = registry.BLENDSHAPES.index("jawOpen")
SMILES = tuple(registry.BLENDSHAPES.index(name) for name in ("mouthSmileLeft", "mouthSmileRight"))
NAN = math.nan


@dataclass(frozen=True)
class Npc:
    """An avatar that does nothing unless it is asked to."""

    door: Door
    name: str

    def ask(self, call: str, request: Any, avatar_id: str | None = None) -> Any:
        asked = type(request)()
        asked.CopyFrom(request)
        asked.avatar_id = self.name if avatar_id is None else avatar_id
        return getattr(self.door.stub, call)(asked, timeout=TIMEOUT_SECS)

    def until(self, holds: Callable[[AvatarFrame], bool]) -> AvatarFrame:
        """The first frame of which something is true."""
        stream = self.door.stream(self.name)
        while not holds(frame := next_frame(stream)):
            pass
        stream.cancel()
        return frame

    def until_asked(self, call: str, request: Any, holds: Callable[[AvatarFrame], bool]) -> AvatarFrame:
        """The same of what lasts a while only: it is asked for again and again, however slow the machine is."""
        stream = self.door.stream(self.name)
        while True:
            self.ask(call, request)
            for _ in range(5):
                if holds(frame := next_frame(stream)):
                    stream.cancel()
                    return frame


_NUMBERS = itertools.count(1)  # ids are never used twice


@pytest.fixture
def npc(door: Door) -> Npc:
    name = f"npc-of-{next(_NUMBERS)}"
    door.start(name, "npc", idle="off")
    return Npc(door, name)


def jaw(frame: AvatarFrame) -> float:
    return float(frame.blendshape_weights()[JAW])


def happy(weight: float) -> list[act_pb2.EmotionWeight]:
    return [act_pb2.EmotionWeight(emotion="happy", weight=weight)]


def test_an_emotion_is_shown_until_it_is_cleared(npc: Npc) -> None:
    reply = npc.ask("SetEmotion", act_pb2.SetEmotionRequest(emotions=happy(1.0), emotion_strength=1.0))
    assert (reply.avatar_id, len(reply.inferred)) == (npc.name, 0)
    assert {one.emotion: one.weight for one in reply.preferred}["happy"] == pytest.approx(1)
    frame = npc.until(lambda frame: all(frame.blendshape_weights()[place] > 0.2 for place in SMILES))
    assert frame.group(Group.MOUTH)[:2] == (True, Source.EMOTION)
    reply = npc.ask("ClearEmotion", act_pb2.ClearEmotionRequest())
    assert not reply.preferred
    npc.until(lambda frame: not frame.blendshape_weights().any())


def test_emotions_along_a_line_come_when_they_are_due_and_end(npc: Npc) -> None:
    codes = [act_pb2.EmotionTimeCode(at_secs=0.0, emotions=happy(0.0)), act_pb2.EmotionTimeCode(at_secs=0.3, emotions=happy(1.0))]
    npc.ask("SetEmotion", act_pb2.SetEmotionRequest(time_codes=codes, emotion_strength=1.0))
    npc.until(lambda frame: frame.blendshape_weights()[SMILES[0]] > 0.2)
    npc.ask("SetEmotion", act_pb2.SetEmotionRequest(time_codes=codes, hold_secs=0.1))
    npc.until(lambda frame: not frame.blendshape_weights().any())


def test_an_override_is_shown_for_a_while_or_until_it_is_released(npc: Npc) -> None:
    values = [act_pb2.OverrideValue(name="jawOpen", value=0.5)]
    assert npc.ask("Override", act_pb2.OverrideRequest(values=values)).names == ["jawOpen"]
    frame = npc.until_asked("Override", act_pb2.OverrideRequest(values=values), lambda frame: jaw(frame) > 0.49)
    assert frame.group(Group.MOUTH)[:2] == (True, Source.OVERRIDE)
    npc.until(lambda frame: jaw(frame) == 0)
    turns = [act_pb2.OverrideTurn(bone="head", yaw_deg=30)]
    reply = npc.ask("Override", act_pb2.OverrideRequest(values=values, turns=turns, hold=True))
    assert reply.names == ["jawOpen", "head"]
    assert npc.ask("Override", act_pb2.OverrideRequest(values=values, release=True)).names == ["head"]
    assert npc.ask("Override", act_pb2.OverrideRequest(release=True)).names == []
    npc.until(lambda frame: jaw(frame) == 0)


def test_what_is_added_comes_on_top_of_what_is_set(npc: Npc) -> None:
    for mode, value in ((act_pb2.OVERRIDE_MODE_SET, 0.5), (act_pb2.OVERRIDE_MODE_ADD, 0.25)):
        values = [act_pb2.OverrideValue(name="browInnerUp", value=value, weight=0.5 if mode == act_pb2.OVERRIDE_MODE_SET else 1.0)]
        npc.ask("Override", act_pb2.OverrideRequest(mode=mode, values=values, hold=True, fade_secs=0.0))
    brow = registry.BLENDSHAPES.index("browInnerUp")
    npc.until(lambda frame: abs(float(frame.blendshape_weights()[brow]) - (0.25 + 0.5 * (0.5 - 0.25))) < 0.01)


def test_gestures_play_once(npc: Npc) -> None:
    reply = npc.ask("Trigger", act_pb2.TriggerRequest(gesture="nod"))
    assert 0.2 < reply.lasts_secs < 10
    npc.until_asked("Trigger", act_pb2.TriggerRequest(gesture="nod"), lambda frame: frame.is_valid(Group.HEAD))
    npc.until(lambda frame: not frame.is_valid(Group.HEAD))


def test_a_gaze_is_directed_and_let_go(npc: Npc) -> None:
    reply = npc.ask("LookAt", act_pb2.LookAtRequest(point_cm=act_pb2.Point(x=50, z=50), hold=True))
    assert (reply.yaw_deg, reply.pitch_deg) == pytest.approx((45, 0))
    look_left = registry.BLENDSHAPES.index("eyeLookOutLeft")
    npc.until(lambda frame: frame.blendshape_weights()[look_left] > 0.3)
    assert npc.ask("LookAt", act_pb2.LookAtRequest(release=True)) == act_pb2.LookAtResponse()
    npc.until(lambda frame: not frame.blendshape_weights()[look_left])


def test_a_layer_that_weighs_nothing_is_not_seen(npc: Npc) -> None:
    values = [act_pb2.OverrideValue(name="jawOpen", value=0.5)]
    npc.ask("Override", act_pb2.OverrideRequest(values=values, hold=True))
    npc.until(lambda frame: jaw(frame) > 0.49)
    reply = npc.ask("SetLayers", act_pb2.SetLayersRequest(layers=[act_pb2.LayerWeight(layer="override", weight=0)]))
    assert [(layer.layer, layer.weight) for layer in reply.layers] == [
        ("idle", 1), ("face", 1), ("speech", 1), ("emotion", 1), ("override", 0)
    ]  # fmt: skip
    npc.until(lambda frame: jaw(frame) == 0)
    npc.ask("SetLayers", act_pb2.SetLayersRequest(layers=[act_pb2.LayerWeight(layer="override", weight=1)]))
    npc.until(lambda frame: jaw(frame) > 0.49)


def test_a_part_comes_from_another_avatar(npc: Npc) -> None:
    donor = Npc(npc.door, f"{npc.name}-donor")
    donor.door.start(donor.name, "npc", idle="off")
    values = [act_pb2.OverrideValue(name="jawOpen", value=0.5)]
    donor.ask("Override", act_pb2.OverrideRequest(values=values, hold=True))
    reply = npc.ask("SetRoute", act_pb2.RouteRequest(group="mouth", from_avatar_id=donor.name))
    assert [(route.group, route.from_avatar_id) for route in reply.routes] == [("mouth", donor.name)]
    npc.until(lambda frame: jaw(frame) > 0.49)
    assert not npc.ask("SetRoute", act_pb2.RouteRequest(group="mouth")).routes
    npc.until(lambda frame: jaw(frame) == 0)


GOOD: dict[str, Any] = {
    "SetEmotion": act_pb2.SetEmotionRequest(emotions=happy(0.5)),
    "ClearEmotion": act_pb2.ClearEmotionRequest(),
    "Override": act_pb2.OverrideRequest(values=[act_pb2.OverrideValue(name="jawOpen", value=0.5)]),
    "Trigger": act_pb2.TriggerRequest(gesture="nod"),
    "LookAt": act_pb2.LookAtRequest(direction=act_pb2.Direction(yaw_deg=10)),
    "SetLayers": act_pb2.SetLayersRequest(layers=[act_pb2.LayerWeight(layer="idle", weight=0.5)]),
    "SetRoute": act_pb2.RouteRequest(group="head", from_avatar_id="none"),
}


@pytest.mark.parametrize("name", GOOD)
@pytest.mark.parametrize("avatar", ["nobody", "", "Not An Id", "x" * 40_000])
def test_an_avatar_that_no_session_has_is_not_found(npc: Npc, name: str, avatar: str) -> None:
    with refused(grpc.StatusCode.NOT_FOUND, f"avatar '{avatar[:100]}"):
        npc.ask(name, GOOD[name], avatar)


def test_of_an_avatar_whose_session_has_ended_nothing_goes_on(npc: Npc) -> None:
    door = npc.door
    npc.ask("Override", act_pb2.OverrideRequest(values=[act_pb2.OverrideValue(name="jawOpen", value=1.0)], hold=True))
    slot = door.sidecar.sessions.slot_of(npc.name)
    door.stop(npc.name)
    with refused(grpc.StatusCode.NOT_FOUND, f"{npc.name!r} is of no open session"):
        npc.ask("Override", act_pb2.OverrideRequest(release=True))
    crowd = door.start("heirs", "npc", idle="off", avatar_count=SLOTS)  # one of them gets its slot
    [heir] = [name for name in crowd.avatar_ids if door.sidecar.sessions.slot_of(name) == slot]
    stream = door.stream(heir)
    assert {jaw(next_frame(stream)) for _ in range(5)} == {0}


WRONG: list[tuple[str, Any, str]] = [
    ("SetEmotion", act_pb2.SetEmotionRequest(emotions=[act_pb2.EmotionWeight(emotion="joy", weight=1)]), "'joy'"),
    ("SetEmotion", act_pb2.SetEmotionRequest(emotions=happy(NAN)), "happy"),
    ("SetEmotion", act_pb2.SetEmotionRequest(emotions=happy(1.5)), "happy"),
    ("SetEmotion", act_pb2.SetEmotionRequest(emotion_strength=NAN), "emotion_strength"),
    ("SetEmotion", act_pb2.SetEmotionRequest(preferred_emotion_strength=-1), "preferred_emotion_strength"),
    ("SetEmotion", act_pb2.SetEmotionRequest(max_emotions=0), "max_emotions"),
    ("SetEmotion", act_pb2.SetEmotionRequest(max_emotions=2**32 - 1), "max_emotions"),
    ("SetEmotion", act_pb2.SetEmotionRequest(emotion_contrast=0), "emotion_contrast"),
    ("SetEmotion", act_pb2.SetEmotionRequest(live_blend_coef=1), "live_blend_coef"),
    ("SetEmotion", act_pb2.SetEmotionRequest(hold_secs=math.inf), "hold_secs"),
    ("SetEmotion", act_pb2.SetEmotionRequest(time_codes=[act_pb2.EmotionTimeCode(at_secs=NAN)]), "at_secs"),
    ("SetEmotion", act_pb2.SetEmotionRequest(time_codes=[act_pb2.EmotionTimeCode(at_secs=1)] * 2), "at_secs"),
    ("Override", act_pb2.OverrideRequest(), "names nothing"),
    ("Override", act_pb2.OverrideRequest(values=[act_pb2.OverrideValue(name="jawOpne", value=0.5)]), "did you mean jawOpen"),
    ("Override", act_pb2.OverrideRequest(values=[act_pb2.OverrideValue(name="jawOpen", value=NAN)]), "value of jawOpen is nan"),
    ("Override", act_pb2.OverrideRequest(values=[act_pb2.OverrideValue(name="jawOpen", value=-0.5)]), "value of jawOpen is -0.5"),
    ("Override", act_pb2.OverrideRequest(values=[act_pb2.OverrideValue(name="jawOpen", weight=2)]), "weight of jawOpen is 2"),
    ("Override", act_pb2.OverrideRequest(turns=[act_pb2.OverrideTurn(bone="hand")]), "bone is 'hand'"),
    ("Override", act_pb2.OverrideRequest(turns=[act_pb2.OverrideTurn(bone="head", roll_deg=math.inf)]), "roll_deg of head is inf"),
    ("Override", act_pb2.OverrideRequest(release=True, fade_secs=11), "fade_secs is 11"),
    ("Trigger", act_pb2.TriggerRequest(gesture="wave"), "gesture is 'wave', expected one of "),
    ("Trigger", act_pb2.TriggerRequest(gesture="nod", strength=NAN), "strength is nan"),
    ("Trigger", act_pb2.TriggerRequest(gesture="nod", strength=2.5), "strength is 2.5"),
    ("Trigger", act_pb2.TriggerRequest(gesture="nod", speed=0), "speed is 0"),
    ("LookAt", act_pb2.LookAtRequest(), "gaze has no target"),
    ("LookAt", act_pb2.LookAtRequest(point_cm=act_pb2.Point()), "between the eyes"),
    ("LookAt", act_pb2.LookAtRequest(point_cm=act_pb2.Point(x=NAN)), "x of point_cm is nan"),
    ("LookAt", act_pb2.LookAtRequest(direction=act_pb2.Direction(pitch_deg=91)), "pitch_deg is 91"),
    ("LookAt", act_pb2.LookAtRequest(direction=act_pb2.Direction(), weight=-1), "weight is -1"),
    ("LookAt", act_pb2.LookAtRequest(direction=act_pb2.Direction(), head_share=NAN), "head_share is nan"),
    ("SetLayers", act_pb2.SetLayersRequest(layers=[act_pb2.LayerWeight(layer="hair")]), "layer is 'hair'"),
    ("SetLayers", act_pb2.SetLayersRequest(layers=[act_pb2.LayerWeight(layer="idle", weight=NAN)]), "weight of idle is nan"),
    ("SetLayers", act_pb2.SetLayersRequest(layers=[act_pb2.LayerWeight(layer="idle", fade_secs=-1)]), "fade_secs of idle is -1"),
    ("SetRoute", act_pb2.RouteRequest(group="hands"), "group is 'hands'"),
]


@pytest.mark.parametrize(("name", "request_", "words"), WRONG)
def test_names_and_numbers_that_cannot_be_are_refused(npc: Npc, name: str, request_: Any, words: str) -> None:
    with refused(grpc.StatusCode.INVALID_ARGUMENT, words):
        npc.ask(name, request_)
    assert not npc.until(lambda frame: True).blendshape_weights().any()


def test_a_part_of_somebody_that_there_is_not_is_not_found(npc: Npc) -> None:
    with refused(grpc.StatusCode.NOT_FOUND, "'nobody' is of no open session"):
        npc.ask("SetRoute", act_pb2.RouteRequest(group="head", from_avatar_id="nobody"))


def test_a_crowd_lives_by_itself_the_same_seed_the_same_life(door: Door) -> None:
    started = door.start("crowd", "npc", avatar_count=3, seed=2**64 - 1)
    assert list(started.avatar_ids) == ["crowd", "crowd-2", "crowd-3"]
    assert (started.source, started.state) == ("npc", session_pb2.SESSION_STATE_RUNNING)
    assert (started.seed, started.idle, started.profile, started.mapping) == (2**64 - 1, "auto", "arkit52", "shapes")
    for avatar in started.avatar_ids:
        frame = Npc(door, avatar).until(lambda frame: bool(frame.blendshape_weights().any()))
        assert frame.group(Group.EYES)[:2] == (True, Source.IDLE)
    eventually(lambda: door.session("crowd").motion_status.frames > 100)
    assert door.stop("crowd").motion_status.frames > 100


@pytest.mark.parametrize(
    ("how", "words"),
    [
        ({"idle": "sometimes"}, "idle is 'sometimes', expected one of auto, on, off"),
        ({"mapping": "magic"}, "mapping is 'magic', expected one of "),
        ({"profile": "vrm9"}, "profile is 'vrm9', expected one of "),
        ({"calibration": "Not A Name"}, "calibration is 'Not A Name'"),
    ],
)
def test_ways_of_acting_that_there_are_not_are_refused(door: Door, how: dict[str, str], words: str) -> None:
    with refused(grpc.StatusCode.INVALID_ARGUMENT, words):
        door.start("wrong", "npc", **how)
    assert not door.status().sessions
    with refused(grpc.StatusCode.NOT_FOUND, "'a-calibration-nobody-has' is not kept"):
        door.start("wrong", "npc", calibration="a-calibration-nobody-has")
    with refused(grpc.StatusCode.NOT_FOUND, "/nowhere/mine.toml"):
        door.start("wrong", "npc", profile="/nowhere/mine.toml")


def test_sessions_act_as_set_up_unless_they_say_otherwise() -> None:
    options = SidecarOptions(pipeline=PipelineOptions(slots=4), mapping=MappingOptions(variant="blend", record=False), idle="off")
    with open_door(options) as door:
        session = door.start("npc", "npc", profile="jaw-only")
        assert (session.profile, session.mapping, session.idle) == ("jaw-only", "blend", "off")
        announced = door.start("other", "npc", mapping="shapes", idle="on")
        assert (announced.profile, announced.mapping, announced.idle) == ("arkit52", "shapes", "on")
        assert next(door.stream("npc")).topic == topic.avatar("npc")
