"""`affectia serve`: the sidecar itself."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
import threading
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer
from rich.prompt import Confirm

from affectia import config, registry
from affectia.capture.camera_options import parse_size
from affectia.config import Settings
from affectia.control.grpc_server import ControlServer
from affectia.perception.face.emotion.face_emotion import OFF as FACE_OFF
from affectia.perception.voice.emotion.speech_emotion_options import OFF as SPEECH_OFF
from affectia.session.consent import checked_modality
from affectia.session.session import Session, SessionOptions
from affectia.session.session_request import SessionRequest
from affectia.session.sidecar import Sidecar, SidecarOptions
from affectia.session.source_spec import SourceSpec
from affectia.session.voice_spec import VoiceSpec
from affectia.store.port_file import PortFile
from affectia.telemetry import log
from affectia.version import installed_version

CAMERA_QUESTION = (
    "Affectia wants to use camera {index}. No picture is stored or sent; curves of the face, and how it seems to feel, go to programs on "
    "this machine{more}. Allow?"
)
MICROPHONE_QUESTION = (
    "Affectia wants to listen to {name}. No sound and no word is stored or sent; curves of the mouth, whether somebody speaks and "
    "how that sounds go to programs on this machine{more}. Allow?"
)
VOICE_HELP = "microphone, microphone:N, microphone:NAME, file:PATH, clip:ID, same (the sound of the source's file), or none."
CONSENT_HELP = "What the person in front of it allows: camera, microphone. Repeatable."


def serve(
    *,
    source: Annotated[
        str | None, typer.Option(help="camera:N, file:PATH, clip:ID, take:PATH, synthetic, npc, or none.", show_default="camera:0")
    ] = None,
    voice: Annotated[str | None, typer.Option(help=VOICE_HELP, show_default="none")] = None,
    session_id: Annotated[str | None, typer.Option("--session", help="Id of the session and its avatar.", show_default="default")] = None,
    avatars: Annotated[
        int | None, typer.Option(help="How many avatars; of pictures the most faces to follow, at most 8.", show_default="1")
    ] = None,
    consent: Annotated[list[str] | None, typer.Option(help=CONSENT_HELP, show_default=False)] = None,
    loop: Annotated[bool | None, typer.Option("--loop/--no-loop", help="Start a file again at its end.", show_default="no-loop")] = None,
    port_base: Annotated[int | None, typer.Option(help="First of four ports.", show_default=str(registry.PORT_BASE))] = None,
    precision: Annotated[int | None, typer.Option(help="Bits of a weight: 8 or 16.", show_default="8")] = None,
    rate: Annotated[float | None, typer.Option(help="Most frames a second.", show_default="60")] = None,
    smoothing: Annotated[float | None, typer.Option(help="0 raw, 1 normal, 2 twice as slow, 10 at most.", show_default="1")] = None,
    camera_size: Annotated[str | None, typer.Option(help="Size asked of the camera, in pixels.", show_default="640x480")] = None,
    camera_rate: Annotated[float | None, typer.Option(help="Pictures a second asked of the camera.", show_default="30")] = None,
    camera_fov: Annotated[
        float | None, typer.Option(help="Degrees that the camera sees from bottom to top; webcams 40 to 50.", show_default="63")
    ] = None,
    emotion: Annotated[
        bool | None, typer.Option("--emotion/--no-emotion", help="Tell how people feel, by face and by voice.", show_default="emotion")
    ] = None,
    profile: Annotated[str | None, typer.Option(help="The kind of avatar: a name, or a .toml of yours.", show_default="arkit52")] = None,
    mapping: Annotated[
        str | None,
        typer.Option(
            help="A face on it by shapes, action_units, emotion, blend, or split: one by the session's id.", show_default="shapes"
        ),
    ] = None,
    idle: Annotated[
        str | None,
        typer.Option(help="Avatars live: auto where there are no pictures, on also where nobody is seen, off.", show_default="auto"),
    ] = None,
    seed: Annotated[int | None, typer.Option(help="Of idle life: the same seed, the same life.", show_default="0")] = None,
    calibration: Annotated[str | None, typer.Option(help="Name of a kept calibration.", show_default="none")] = None,
    settings_path: Annotated[Path | None, typer.Option("--config", help="Settings file (TOML).", show_default=False)] = None,
    end_with_input: Annotated[
        bool, typer.Option("--end-with-input", help="End when standard input is closed: a parent's pipe tells that the parent is gone.")
    ] = False,
    log_level: Annotated[str | None, typer.Option(help="debug, info, warning or error.", show_default="info")] = None,
) -> None:
    """Watch a source and publish its avatars until Ctrl-C."""
    camera_width_px, camera_height_px = (None, None) if camera_size is None else parse_size(camera_size)
    settings = config.load(
        settings_path,
        flags={
            "session.source": source,
            "session.voice": voice,
            "session.id": session_id,
            "session.avatars": avatars,
            "session.consent": tuple(consent) if consent else None,
            "session.loop": loop,
            "session.profile": profile,
            "session.mapping": mapping,
            "session.idle": idle,
            "session.seed": seed,
            "session.calibration": calibration,
            "server.port_base": port_base,
            "frames.precision_bits": precision,
            "frames.rate_hz": rate,
            "frames.smoothing": smoothing,
            "camera.width_px": camera_width_px,
            "camera.height_px": camera_height_px,
            "camera.rate_hz": camera_rate,
            "camera.vertical_fov_deg": camera_fov,
            "log.level": log_level,
            **emotion_flags(emotion),
        },
    )
    run_sidecar(settings, session_request(settings), lambda _session: until_stopped(end_with_input=end_with_input))


def emotion_flags(emotion: bool | None) -> dict[str, str | None]:
    """The settings that `--no-emotion` stands for."""
    is_off = emotion is False
    return {"face_emotion.method": FACE_OFF if is_off else None, "speech_emotion.method": SPEECH_OFF if is_off else None}


def run_sidecar(settings: Settings, request: SessionRequest | None, during: Callable[[Session | None], Awaitable[None]]) -> None:
    """Be the sidecar of these settings for as long as `during` takes, which is given the session that was asked for.

    Raises AlreadyRunning, PortInUse, and what opening the session raises.
    """
    if settings.log.level != "debug":
        log.silence_native_output()
    log.set_up(settings.log.level)
    port_file = PortFile(settings.server.port_base)
    port_file.claim()
    try:
        asyncio.run(_serve(settings, request, port_file, during))
    finally:
        port_file.release()


def session_request(settings: Settings) -> SessionRequest | None:
    """The session that the settings ask for, None where they want neither pictures nor a voice; asks for consent where a person can
    answer.
    """
    chosen = settings.session
    consent = frozenset(checked_modality(name) for name in chosen.consent)
    spec, voice = SourceSpec.parse(chosen.source or "none"), VoiceSpec.parse(chosen.voice)
    if spec.kind == "none" and voice is None:
        return None
    options = SessionOptions(settings.frames.precision_bits, settings.frames.rate_hz, settings.frames.smoothing)
    request = SessionRequest(
        chosen.id,
        spec,
        chosen.avatars,
        consent,
        options,
        chosen.loop,
        voice,
        profile=chosen.profile,
        mapping=chosen.mapping,
        seed=chosen.seed,
        idle=chosen.idle,
        calibration=chosen.calibration,
    )
    request.check()  # before anybody is asked anything
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        return request
    return replace(request, consent=with_consent(spec, voice, consent, ask=lambda question: Confirm.ask(question, default=False)))


def with_consent(
    spec: SourceSpec, voice: VoiceSpec | None, consent: frozenset[str], *, ask: Callable[[str], bool], more: str = ""
) -> frozenset[str]:
    """What is allowed: what was given, and for each device that is not among it what a person answers; `more` ends the question."""
    questions = {}
    if spec.kind == "camera":
        questions["camera"] = CAMERA_QUESTION.format(index=spec.camera_index, more=more)
    if voice is not None and voice.kind == "microphone":
        name = f"microphone {voice.microphone}" if voice.microphone else "the microphone"
        questions["microphone"] = MICROPHONE_QUESTION.format(name=name, more=more)
    return consent.union(modality for modality, question in questions.items() if modality not in consent and ask(question))


async def _serve(
    settings: Settings, request: SessionRequest | None, port_file: PortFile, during: Callable[[Session | None], Awaitable[None]]
) -> None:
    server = settings.server
    sidecar = Sidecar(
        SidecarOptions(
            port_base=server.port_base,
            host=server.host,
            perception_workers=server.perception_workers,
            pipeline=settings.pipeline(),
            camera=settings.camera,
            microphone=settings.microphone,
            attention=settings.attention,
            voice=settings.voice,
            face_emotion=settings.face_emotion,
            speech_emotion=settings.speech_emotion,
            sense_voice=settings.sense_voice,
            mapping=settings.mapping,
            idle=settings.session.idle,
        )
    )
    sidecar.start()
    try:
        grpc_port = server.port_base + registry.PORT_GRPC
        control = ControlServer(sidecar, port=grpc_port, host=server.host)
        await control.start()
        try:
            session: Session | None = None
            if request is not None:
                session = await asyncio.to_thread(sidecar.sessions.start, request)
                print(described(session), flush=True)
            publish_port = server.port_base + registry.PORT_PUBLISH
            port_file.write({"publish": publish_port, "grpc": grpc_port}, installed_version())
            where = f"frames tcp://{server.host}:{publish_port}, control {server.host}:{grpc_port}"
            print(f"affectia {installed_version()} is serving: {where}", flush=True)
            await during(session)
        finally:
            await control.stop(0.3)
    finally:
        await asyncio.to_thread(sidecar.stop)


def described(session: Session) -> str:
    """One line about a session that was just opened: what it sees and hears, and where each of them stands."""
    parts = (f"{source.description}, {session.state_of(source).value}" for source in session.sources)
    avatars = session.avatar_ids
    named = ", ".join(avatars) if len(avatars) <= 3 else f"{avatars[0]}, {avatars[1]} ... {avatars[-1]}"
    return f"session {session.session_id}: {'; '.join(parts)}" + (f"; {len(avatars)} avatars: {named}" if len(avatars) > 1 else "")


async def until_stopped(*, end_with_input: bool = False, is_over: Callable[[], bool] = lambda: False) -> None:
    """Wait for Ctrl-C, a termination signal, `is_over` (asked twice a second) or, where that was asked for, the end of standard input."""
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    if end_with_input:
        threading.Thread(target=_tell_end_of_input, args=(loop, stopped), name="end-of-input", daemon=True).start()
    previous = {}
    numbers = [signal.SIGINT, signal.SIGTERM]
    if sys.platform == "win32":
        numbers.append(signal.SIGBREAK)  # what a parent process can send there
    else:
        numbers.append(signal.SIGHUP)  # the terminal was closed
    for number in numbers:
        try:
            loop.add_signal_handler(number, stopped.set)
        except NotImplementedError:  # Windows has no signals in its event loop
            previous[number] = signal.signal(number, lambda *_: loop.call_soon_threadsafe(stopped.set))
    with contextlib.suppress(asyncio.CancelledError):
        while not stopped.is_set() and not is_over():
            # A short wait and not an endless one: on Windows Ctrl-C is only seen when the loop wakes.
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stopped.wait(), 0.5)
    for number, handler in previous.items():
        signal.signal(number, handler)


def _tell_end_of_input(loop: asyncio.AbstractEventLoop, stopped: asyncio.Event) -> None:
    while os.read(0, 4096):
        pass
    with contextlib.suppress(RuntimeError):  # the loop may have ended first
        loop.call_soon_threadsafe(stopped.set)
