from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from affectia.cli.act import act_app
from affectia.cli.sidecar_call import SidecarCall
from affectia.errors import CaptureError, ConfigError
from affectia.v1 import act_pb2

pytestmark = pytest.mark.unit


class Stub:
    """Keeps the request, and answers what the test says."""

    def __init__(self, reply: object) -> None:
        self.reply = reply
        self.name = ""
        self.request: Any = None

    def __getattr__(self, name: str) -> Any:
        def call(request: object, *, timeout: float) -> object:
            self.name, self.request = name, request
            return self.reply

        return call


def run(*arguments: str, reply: object = None) -> tuple[Stub, Result]:
    stub = Stub(reply)
    return stub, CliRunner().invoke(act_app, list(arguments), obj=SidecarCall(stub=stub))


def error(*arguments: str) -> str:
    stub, result = run(*arguments)
    assert isinstance(result.exception, ConfigError), result.output
    assert stub.request is None, "nothing is asked of a sidecar"
    return str(result.exception)


def emotions(**weights: float) -> list[act_pb2.EmotionWeight]:
    return [act_pb2.EmotionWeight(emotion=name, weight=weight) for name, weight in weights.items()]


def test_an_emotion_is_set_and_what_becomes_of_it_is_told() -> None:
    reply = act_pb2.EmotionAggregate(preferred=emotions(neutral=0, happy=0.8), shown=emotions(neutral=0, happy=0.004))
    stub, result = run("emotion", "anna", "happy=0.8", "sad=0.25", reply=reply)
    assert stub.name == "SetEmotion"
    assert stub.request == act_pb2.SetEmotionRequest(avatar_id="anna", emotions=emotions(happy=0.8, sad=0.25))
    assert result.output.splitlines() == ["inferred  not known", "preferred happy 0.80", "shown     nothing"]


def test_all_of_an_emotion_can_be_said(tmp_path: Path) -> None:
    line = tmp_path / "line.json"
    line.write_text('[{"at_secs": 0.5, "emotions": {"fear": 1}}]')
    settings = "--preferred-strength 0 --strength 0 --max-emotions 2 --contrast 2 --live-blend 0 --hold-secs 3"
    stub, _ = run("emotion", "anna", *settings.split(), "--line", str(line), reply=act_pb2.EmotionAggregate())
    assert stub.request == act_pb2.SetEmotionRequest(
        avatar_id="anna",
        preferred_emotion_strength=0,
        emotion_strength=0,
        max_emotions=2,
        emotion_contrast=2,
        live_blend_coef=0,
        hold_secs=3,
        time_codes=[act_pb2.EmotionTimeCode(at_secs=0.5, emotions=emotions(fear=1))],
    )
    _, result = run("emotion", "anna", "--line", str(tmp_path / "none.json"))
    assert isinstance(result.exception, CaptureError)


def test_an_emotion_is_cleared() -> None:
    stub, result = run("emotion", "anna", "--clear", reply=act_pb2.EmotionAggregate(inferred=emotions(sad=1), shown=emotions(sad=0.6)))
    assert (stub.name, stub.request) == ("ClearEmotion", act_pb2.ClearEmotionRequest(avatar_id="anna"))
    assert result.output.splitlines() == ["inferred  sad 1.00", "preferred not set", "shown     sad 0.60"]
    assert error("emotion", "anna", "sad=1", "--clear") == "emotion is to be cleared and set, expected one of both"


def test_shapes_and_bones_are_overridden() -> None:
    arguments = "override anna jawOpen=0.5 head=10,-20,5 neck=3 --weight 0.5 --hold --fade 0"
    stub, result = run(*arguments.split(), reply=act_pb2.OverrideResponse(names=["jawOpen", "head"]))
    assert stub.name == "Override"
    assert stub.request == act_pb2.OverrideRequest(
        avatar_id="anna",
        mode=act_pb2.OVERRIDE_MODE_SET,
        values=[act_pb2.OverrideValue(name="jawOpen", value=0.5, weight=0.5)],
        turns=[
            act_pb2.OverrideTurn(bone="head", yaw_deg=10, pitch_deg=-20, roll_deg=5, weight=0.5),
            act_pb2.OverrideTurn(bone="neck", yaw_deg=3, weight=0.5),
        ],
        hold=True,
        fade_secs=0,
    )
    assert result.output == "in force: jawOpen, head\n"


def test_overrides_are_added_and_released() -> None:
    stub, _ = run("override", "anna", "jawOpen=-0.5", "--add", reply=act_pb2.OverrideResponse())
    assert (stub.request.mode, stub.request.hold, stub.request.HasField("fade_secs")) == (act_pb2.OVERRIDE_MODE_ADD, False, False)
    stub, result = run("override", "anna", "jawOpen", "head", "--release", reply=act_pb2.OverrideResponse())
    assert ([value.name for value in stub.request.values], [turn.bone for turn in stub.request.turns]) == (["jawOpen"], ["head"])
    assert stub.request.release
    assert result.output == "in force: none\n"
    stub, _ = run("override", "anna", "--release", reply=act_pb2.OverrideResponse())
    assert not stub.request.values


@pytest.mark.parametrize(
    ("argument", "message"),
    [
        ("jawOpen", "override is 'jawOpen', expected NAME=NUMBER"),
        ("jawOpen=1,2", "override is 'jawOpen=1,2', expected NAME=VALUE, or YAW,PITCH,ROLL of a bone: spine, "),
        ("head=1,2,3,4", "override is 'head=1,2,3,4', expected NAME=VALUE, or YAW,PITCH,ROLL of a bone: spine, "),
    ],
)
def test_overrides_that_mean_nothing(argument: str, message: str) -> None:
    assert error("override", "anna", argument).startswith(message)


def test_a_gesture_is_triggered() -> None:
    stub, result = run("trigger", "anna", "nod", "--speed", "2", reply=act_pb2.TriggerResponse(lasts_secs=0.75))
    assert (stub.name, stub.request) == ("Trigger", act_pb2.TriggerRequest(avatar_id="anna", gesture="nod", strength=1, speed=2))
    assert result.output == "nod: 0.8 s\n"


def test_a_gaze_is_directed() -> None:
    stub, result = run("look", "anna", "--at", "10,-5,60", "--head-share", "0", reply=act_pb2.LookAtResponse(yaw_deg=9.46, pitch_deg=4.7))
    point = act_pb2.Point(x=10, y=-5, z=60)
    assert (stub.name, stub.request) == ("LookAt", act_pb2.LookAtRequest(avatar_id="anna", point_cm=point, weight=1, head_share=0))
    assert result.output == "looks at yaw 9.5, pitch 4.7 degrees\n"
    stub, _ = run("look", "anna", "--yaw", "-20", "--hold", "--weight", "0.5", reply=act_pb2.LookAtResponse())
    direction = act_pb2.Direction(yaw_deg=-20)
    assert stub.request == act_pb2.LookAtRequest(avatar_id="anna", direction=direction, weight=0.5, hold=True)
    stub, result = run("look", "anna", "--release", reply=act_pb2.LookAtResponse())
    assert (stub.request.release, result.output) == (True, "looks where it likes\n")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "gaze has no target, expected --at, --yaw, --pitch or --release"),
        (["--at", "1,2,3", "--pitch", "0"], "gaze has a place and a direction, expected --at, or --yaw and --pitch"),
        (["--at", "1,2"], "place to look at is '1,2', expected X,Y,Z"),
        (["--at", "here"], "place to look at is 'here', expected a number, or several with commas between them"),
    ],
)
def test_gazes_that_mean_nothing(arguments: list[str], message: str) -> None:
    assert error("look", "anna", *arguments) == message


def test_layers_are_weighed() -> None:
    reply = act_pb2.SetLayersResponse(
        layers=[act_pb2.LayerWeight(layer="idle", weight=0, fade_secs=2), act_pb2.LayerWeight(layer="face", weight=1)]
    )
    stub, result = run("layers", "anna", "idle=0", "face=1", "--fade", "2", reply=reply)
    assert stub.name == "SetLayers"
    assert [(layer.layer, layer.weight, layer.fade_secs) for layer in stub.request.layers] == [("idle", 0, 2), ("face", 1, 2)]
    assert result.output.splitlines() == ["idle      0.00 in 2.0 s", "face      1.00"]


@pytest.mark.parametrize(("source", "sent"), [("bert", "bert"), ("none", "none"), ("own", "")])
def test_a_part_is_taken_from_elsewhere_and_back(source: str, sent: str) -> None:
    stub, result = run("route", "anna", "head", source, reply=act_pb2.RouteResponse())
    assert (stub.name, stub.request) == ("SetRoute", act_pb2.RouteRequest(avatar_id="anna", group="head", from_avatar_id=sent))
    assert result.output == "all parts are its own\n"


def test_parts_of_others_are_told() -> None:
    routes = [act_pb2.Route(group="head", from_avatar_id="bert"), act_pb2.Route(group="eyes", from_avatar_id="none")]
    _, result = run("route", "anna", "head", "bert", reply=act_pb2.RouteResponse(routes=routes))
    assert result.output == "head from bert, eyes from none\n"
