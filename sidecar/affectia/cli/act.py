"""`affectia act`: asks an avatar of a running sidecar to feel, to look, to nod, to hold a shape."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

import typer

from affectia import registry
from affectia.cli.act_arguments import read_numbers, split_argument, weights_by_name
from affectia.cli.sidecar_call import TIMEOUT_SECS, SidecarCall
from affectia.errors import ConfigError
from affectia.rig.emotion.emotion_line import load_emotion_line
from affectia.v1 import act_pb2

act_app = typer.Typer(name="act", help="Ask an avatar of a running sidecar to act.", no_args_is_help=True)

OWN: Final = "own"

Avatar = Annotated[str, typer.Argument(help="Id of the avatar.")]
PortBase = Annotated[int, typer.Option(help="First of the sidecar's four ports.")]
Weight = Annotated[float, typer.Option(help="0..1: how far.")]
Hold = Annotated[bool, typer.Option("--hold", help="Until it is released; else for a second.")]
Release = Annotated[bool, typer.Option("--release", help="Let it go.")]


@act_app.command()
def emotion(
    context: typer.Context,
    avatar: Avatar,
    emotions: Annotated[list[str] | None, typer.Argument(metavar="[NAME=WEIGHT]...", help="For example happy=0.8; none: neutral.")] = None,
    *,
    line: Annotated[
        Path | None, typer.Option(metavar="FILE", help='Emotions along a line from now on: [{"at_secs": 0.4, "emotions": {"happy": 1}}].')
    ] = None,
    preferred_strength: Annotated[float | None, typer.Option(help="0..1 against what is inferred.", show_default="1")] = None,
    strength: Annotated[float | None, typer.Option(help="0..1: how strongly it is shown.", show_default="as set up")] = None,
    max_emotions: Annotated[int | None, typer.Option(min=0, help="1..8: so many at once.", show_default="as set up")] = None,
    contrast: Annotated[float | None, typer.Option(help="0.1..3: more makes the strong stronger.", show_default="as set up")] = None,
    live_blend: Annotated[float | None, typer.Option(help="0..0.99: how slowly it changes.", show_default="as set up")] = None,
    hold_secs: Annotated[float, typer.Option(help="So long, after its line; 0: until it is cleared.")] = 0.0,
    clear: Annotated[bool, typer.Option("--clear", help="Back to what is inferred.")] = False,
    port_base: PortBase = registry.PORT_BASE,
) -> None:
    """Set the emotion that an avatar shows, alone or along a line."""
    if clear:
        if emotions or line is not None:
            raise ConfigError("emotion is to be cleared and set, expected one of both")
        _show_emotions(
            _call(context, port_base).ask(
                lambda stub: stub.ClearEmotion(act_pb2.ClearEmotionRequest(avatar_id=avatar), timeout=TIMEOUT_SECS)
            )
        )
        return
    request = act_pb2.SetEmotionRequest(
        avatar_id=avatar, emotions=_emotions(weights_by_name(emotions or (), what="emotion")), hold_secs=hold_secs
    )
    if preferred_strength is not None:
        request.preferred_emotion_strength = preferred_strength
    if strength is not None:
        request.emotion_strength = strength
    if max_emotions is not None:
        request.max_emotions = max_emotions
    if contrast is not None:
        request.emotion_contrast = contrast
    if live_blend is not None:
        request.live_blend_coef = live_blend
    for code in () if line is None else load_emotion_line(line):
        weights = dict(zip(registry.EMOTIONS, code.weights, strict=True))
        request.time_codes.add(at_secs=code.at_secs, emotions=_emotions({name: weight for name, weight in weights.items() if weight}))
    _show_emotions(_call(context, port_base).ask(lambda stub: stub.SetEmotion(request, timeout=TIMEOUT_SECS)))


@act_app.command()
def override(
    context: typer.Context,
    avatar: Avatar,
    values: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[NAME=VALUE]...", help="jawOpen=0.5 of a shape, head=YAW,PITCH,ROLL of a bone, in degrees; NAME to release."
        ),
    ] = None,
    *,
    add: Annotated[bool, typer.Option("--add", help="Add to what is shown, instead of setting it.")] = False,
    weight: Weight = 1.0,
    fade: Annotated[float | None, typer.Option(help="Seconds in and out, 0..10.", show_default="0.1")] = None,
    hold: Hold = False,
    release: Release = False,
    port_base: PortBase = registry.PORT_BASE,
) -> None:
    """Set shapes, visemes, effects and bones above all else, for a second or until they are released."""
    mode = act_pb2.OVERRIDE_MODE_ADD if add else act_pb2.OVERRIDE_MODE_SET
    request = act_pb2.OverrideRequest(avatar_id=avatar, mode=mode, hold=hold, release=release)
    if fade is not None:
        request.fade_secs = fade
    for argument in values or ():
        name, numbers = (argument, ()) if release and "=" not in argument else split_argument(argument, what="override")
        if name in registry.BONES:
            yaw_deg, pitch_deg, roll_deg = (*numbers, 0.0, 0.0, 0.0)[:3]
            request.turns.add(bone=name, yaw_deg=yaw_deg, pitch_deg=pitch_deg, roll_deg=roll_deg, weight=weight)
        else:
            request.values.add(name=name, value=numbers[0] if numbers else 0.0, weight=weight)
        if len(numbers) > (3 if name in registry.BONES else 1):
            raise ConfigError(f"override is {argument!r}, expected NAME=VALUE, or YAW,PITCH,ROLL of a bone: {', '.join(registry.BONES)}")
    reply = _call(context, port_base).ask(lambda stub: stub.Override(request, timeout=TIMEOUT_SECS))
    typer.echo(f"in force: {', '.join(reply.names) or 'none'}")


@act_app.command()
def trigger(
    context: typer.Context,
    avatar: Avatar,
    gesture: Annotated[str, typer.Argument(help="For example nod; another word is answered with those that there are.")],
    *,
    strength: Annotated[float, typer.Option(help="0..2.")] = 1.0,
    speed: Annotated[float, typer.Option(help="0.25..4.")] = 1.0,
    port_base: PortBase = registry.PORT_BASE,
) -> None:
    """Play a gesture once."""
    request = act_pb2.TriggerRequest(avatar_id=avatar, gesture=gesture, strength=strength, speed=speed)
    reply = _call(context, port_base).ask(lambda stub: stub.Trigger(request, timeout=TIMEOUT_SECS))
    typer.echo(f"{gesture}: {reply.lasts_secs:.1f} s")


@act_app.command()
def look(
    context: typer.Context,
    avatar: Avatar,
    *,
    at: Annotated[
        str | None, typer.Option(metavar="X,Y,Z", help="A place in cm from between the eyes: to the subject's left, up, forward.")
    ] = None,
    yaw: Annotated[float | None, typer.Option(help="Degrees to the subject's left.")] = None,
    pitch: Annotated[float | None, typer.Option(help="Degrees down.")] = None,
    weight: Weight = 1.0,
    head_share: Annotated[float | None, typer.Option(help="0..1: how much of the way the head turns.", show_default="0.4")] = None,
    hold: Hold = False,
    release: Release = False,
    port_base: PortBase = registry.PORT_BASE,
) -> None:
    """Direct an avatar's gaze to a place or in a direction, for a second or until it is released."""
    request = act_pb2.LookAtRequest(avatar_id=avatar, weight=weight, hold=hold, release=release)
    if head_share is not None:
        request.head_share = head_share
    if at is not None and (yaw is not None or pitch is not None):
        raise ConfigError("gaze has a place and a direction, expected --at, or --yaw and --pitch")
    if at is not None:
        place = read_numbers(at, what="place to look at")
        if len(place) != 3:
            raise ConfigError(f"place to look at is {at!r}, expected X,Y,Z")
        request.point_cm.x, request.point_cm.y, request.point_cm.z = place
    elif yaw is not None or pitch is not None:
        request.direction.yaw_deg, request.direction.pitch_deg = yaw or 0.0, pitch or 0.0
    elif not release:
        raise ConfigError("gaze has no target, expected --at, --yaw, --pitch or --release")
    reply = _call(context, port_base).ask(lambda stub: stub.LookAt(request, timeout=TIMEOUT_SECS))
    typer.echo("looks where it likes" if release else f"looks at yaw {reply.yaw_deg:.1f}, pitch {reply.pitch_deg:.1f} degrees")


@act_app.command()
def layers(
    context: typer.Context,
    avatar: Avatar,
    weights: Annotated[
        list[str] | None,
        typer.Argument(metavar="[LAYER=WEIGHT]...", help="idle, face, speech, emotion, override; none: tell how they are."),
    ] = None,
    *,
    fade: Annotated[float, typer.Option(help="Seconds until then, 0..10.")] = 0.0,
    port_base: PortBase = registry.PORT_BASE,
) -> None:
    """Weigh an avatar's layers: idle life, captured face, speech, emotion, overrides."""
    wanted = weights_by_name(weights or (), what="layer")
    request = act_pb2.SetLayersRequest(
        avatar_id=avatar,
        layers=[act_pb2.LayerWeight(layer=name, weight=weight, fade_secs=fade) for name, weight in wanted.items()],
    )
    reply = _call(context, port_base).ask(lambda stub: stub.SetLayers(request, timeout=TIMEOUT_SECS))
    for layer in reply.layers:
        typer.echo(f"{layer.layer:9} {layer.weight:.2f}" + (f" in {layer.fade_secs:.1f} s" if layer.fade_secs else ""))


@act_app.command()
def route(
    context: typer.Context,
    avatar: Avatar,
    group: Annotated[str, typer.Argument(help=f"A part: {', '.join(registry.GROUPS)}.")],
    source: Annotated[str, typer.Argument(help=f"Another avatar's id, none (the engine fills it), or {OWN}.")],
    *,
    port_base: PortBase = registry.PORT_BASE,
) -> None:
    """Take a part of an avatar from another one: the head of a headset, the eyes of another camera."""
    request = act_pb2.RouteRequest(avatar_id=avatar, group=group, from_avatar_id="" if source == OWN else source)
    reply = _call(context, port_base).ask(lambda stub: stub.SetRoute(request, timeout=TIMEOUT_SECS))
    typer.echo(", ".join(f"{one.group} from {one.from_avatar_id}" for one in reply.routes) or "all parts are its own")


def _call(context: typer.Context, port_base: int) -> SidecarCall:
    """What the caller has put into the context, or the sidecar of that port base."""
    return context.find_object(SidecarCall) or SidecarCall(port_base)


def _emotions(weights: dict[str, float]) -> list[act_pb2.EmotionWeight]:
    return [act_pb2.EmotionWeight(emotion=name, weight=weight) for name, weight in weights.items()]


def _show_emotions(found: act_pb2.EmotionAggregate) -> None:
    for what, emotions in (("inferred", found.inferred), ("preferred", found.preferred), ("shown", found.shown)):
        told = ", ".join(f"{one.emotion} {one.weight:.2f}" for one in emotions if one.weight >= 0.005)
        typer.echo(f"{what:10}{told or ('nothing' if emotions else 'not known' if what == 'inferred' else 'not set')}")
