"""`affectia replay`: a take, published as if the person were there."""

from __future__ import annotations

import dataclasses
import enum
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Final

import typer

from affectia import config, registry
from affectia.capture.source import SourceState
from affectia.capture.take_file import FASTEST, TakeFileOptions, TakeFileSource
from affectia.cli.serve import run_sidecar, session_request, until_stopped
from affectia.clock import NANOS_PER_SEC, Clock, SystemClock
from affectia.config import Settings
from affectia.errors import CaptureError
from affectia.session.session import Session
from affectia.session.session_request import SessionRequest
from affectia.store.take_csv import HALF_TURNS, RADIANS

MOST_FRAMES_HZ: Final = 120.0


class Angles(enum.Enum):
    """What a take writes angles as."""

    HALF_TURNS = "half-turns"
    RADIANS = "radians"
    DEGREES = "degrees"


_SCALES: Final = {Angles.HALF_TURNS: HALF_TURNS, Angles.RADIANS: RADIANS, Angles.DEGREES: 1.0}


def replay(
    take: Annotated[Path, typer.Argument(metavar="TAKE", help="A CSV as `affectia demo` and Live Link Face write it.")],
    *,
    loop: Annotated[bool, typer.Option("--loop", help="Start again at its end, until Ctrl-C.")] = False,
    speed: Annotated[float, typer.Option(min=1 / FASTEST, max=FASTEST, help="2 is twice as fast.")] = 1.0,
    avatar: Annotated[str, typer.Option(help="Id of the avatar.")] = "default",
    angles: Annotated[Angles, typer.Option(help="What the file writes angles as.")] = Angles.HALF_TURNS,
    port_base: Annotated[int | None, typer.Option(help="First of four ports.", show_default=str(registry.PORT_BASE))] = None,
    precision: Annotated[int | None, typer.Option(help="Bits of a weight: 8 or 16.", show_default="8")] = None,
    settings_path: Annotated[Path | None, typer.Option("--config", help="Settings file (TOML).", show_default=False)] = None,
    log_level: Annotated[str, typer.Option(help="debug, info, warning or error.")] = "warning",
) -> None:
    """Publish a take as if the person were there; ends with it."""
    flags = {"server.port_base": port_base, "frames.precision_bits": precision, "log.level": log_level}
    settings = config.load(settings_path, flags=flags)
    request = replay_request(settings, take, avatar=avatar, loop=loop, options=TakeFileOptions(speed=speed, angle_scale=_SCALES[angles]))
    # A lost face is held and then eased to rest; the sidecar stays for that, or the avatar would keep the last row's face.
    afterwards_secs = settings.fusion.hold_secs + settings.fusion.ease_secs

    async def play(session: Session | None) -> None:
        assert session is not None
        source = session.source
        assert isinstance(source, TakeFileSource)
        for line in opening_lines(source, loop=loop):
            typer.echo(line)
        await until_stopped(is_over=ending(source, afterwards_secs, SystemClock()))
        for line in closing_lines(source):
            typer.echo(line)
        if source.state is SourceState.ENDED and source.captured_count + source.passed_over < len(source.reading.found):
            raise CaptureError(source.detail)

    run_sidecar(settings, request, play)


def replay_request(settings: Settings, take: Path, *, avatar: str, loop: bool, options: TakeFileOptions) -> SessionRequest:
    """The session that plays a take; every row is a frame, and what was smoothed when it was recorded is not smoothed again."""
    session = dataclasses.replace(settings.session, source=f"take:{take}", id=avatar, avatars=1, consent=(), loop=loop)
    frames = dataclasses.replace(settings.frames, rate_hz=MOST_FRAMES_HZ, smoothing=0.0)
    request = session_request(dataclasses.replace(settings, session=session, frames=frames))
    assert request is not None
    return dataclasses.replace(request, source=dataclasses.replace(request.source, take=options))


def ending(source: TakeFileSource, afterwards_secs: float, clock: Clock) -> Callable[[], bool]:
    """A question that is answered with yes once the source has been at its end for so long."""
    ended_at_nanos: int | None = None

    def is_over() -> bool:
        nonlocal ended_at_nanos
        if source.state is not SourceState.ENDED:
            return False
        now_nanos = clock.now_nanos()
        ended_at_nanos = now_nanos if ended_at_nanos is None else ended_at_nanos
        return now_nanos - ended_at_nanos >= afterwards_secs * NANOS_PER_SEC

    return is_over


def opening_lines(source: TakeFileSource, *, loop: bool) -> list[str]:
    """What is about to be played."""
    rows = len(source.reading.found)
    played = f"{rows} {'row' if rows == 1 else 'rows'}, {source.duration_secs:.1f} s at {source.frame_rate_hz:.2f} frames/s"
    until = "again and again until Ctrl-C" if loop else "then it ends"
    return [f"replaying {source.description}: {played}, {until}"]


def closing_lines(source: TakeFileSource) -> list[str]:
    """What came of it, and what a person should know of the file."""
    lines = [f"replayed {source.captured_count} rows of {source.description}"]
    if source.passed_over:
        lines.append(f"note: {source.passed_over} rows were passed over, their successors were due already")
    return lines + [f"note: {remark}" for remark in source.reading.remarks()]
