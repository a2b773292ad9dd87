"""`affectia devices`: the cameras of this machine, and what keeps one from working."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer
from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from affectia import config
from affectia.capture.camera_list import FoundCamera, list_cameras
from affectia.capture.camera_options import CameraOptions

_STATE_STYLES = {"ready": "green", "busy": "yellow"}


class Desk:
    """Where cameras are looked for; a test puts its own into the context."""

    def cameras(self, options: CameraOptions) -> list[FoundCamera]:
        """The cameras of this machine, as they would be opened; takes up to seconds for each."""
        with _quiet_native_output():
            return list_cameras((), options)


def devices(
    context: typer.Context,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="For a program to read.")] = False,
    settings_path: Annotated[Path | None, typer.Option("--config", help="Settings file (TOML).", show_default=False)] = None,
) -> None:
    """List the cameras of this machine; no sidecar is needed, and no picture is taken."""
    desk = context.find_object(Desk) or Desk()
    cameras = desk.cameras(config.load(settings_path).camera)
    if as_json:
        typer.echo(json.dumps([_described(camera) for camera in cameras], indent=2))
        return
    # Made here: a console keeps the stream that it finds when it is made.
    console = Console(highlight=False)
    if cameras:
        console.print(_table(cameras))
    for line in _next_steps(cameras):
        console.print(line, markup=False, soft_wrap=True)


def _table(cameras: list[FoundCamera]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, header_style="bold", pad_edge=False)
    for heading in ("source", "name", "state", "size", "rate", "can do"):
        table.add_column(heading, no_wrap=heading not in ("name", "can do"))
    for camera in cameras:
        size = f"{camera.width_px} x {camera.height_px}" if camera.width_px else ""
        rate = f"{camera.rate_hz:g} Hz" if camera.rate_hz else ""
        state = f"[{_STATE_STYLES.get(camera.state, 'red')}]{camera.state}[/]"
        table.add_row(f"camera:{camera.index}", escape(camera.name), state, size, rate, _best_modes(camera))
    return table


def _best_modes(camera: FoundCamera) -> str:
    """The largest mode of each format, the fastest of these."""
    largest: dict[str, _Best] = {}
    for mode in camera.modes:
        best = _Best(mode.width_px * mode.height_px, mode.rate_hz, f"{mode.width_px} x {mode.height_px}")
        if (known := largest.get(mode.pixel_format)) is None or (best.area_px, best.rate_hz) > (known.area_px, known.rate_hz):
            largest[mode.pixel_format] = best
    told = (f"{escape(name)} {best.size}" + (f" at {best.rate_hz:g} Hz" if best.rate_hz else "") for name, best in largest.items())
    return ", ".join(told)


@dataclass(frozen=True, slots=True)
class _Best:
    area_px: int
    rate_hz: float
    size: str


def _next_steps(cameras: list[FoundCamera]) -> Iterator[str]:
    for camera in cameras:
        if camera.fault is not None:
            yield f"camera:{camera.index} is {_TOLD[camera.state]}: {camera.next_step}"
    ready = [camera for camera in cameras if camera.fault is None]
    if ready:
        which = "it" if len(cameras) == 1 else "the first that is ready"
        yield f"`affectia serve --source camera:{ready[0].index}` watches through {which}"
    elif cameras:
        yield "no camera is ready; `affectia serve --source synthetic` works without one"
    else:
        yield "no camera was found: plug one in; `affectia serve --source synthetic` works without one"


_TOLD = {"busy": "busy", "no permission": "not allowed", "no answer": "silent", "gone": "gone", "stalled": "stalled"}


def _described(camera: FoundCamera) -> dict[str, Any]:
    return {
        "source": f"camera:{camera.index}",
        "index": camera.index,
        "name": camera.name,
        "state": camera.state,
        "next_step": camera.next_step,
        "width_px": camera.width_px,
        "height_px": camera.height_px,
        "rate_hz": camera.rate_hz,
        "modes": [
            {"pixel_format": mode.pixel_format, "width_px": mode.width_px, "height_px": mode.height_px, "rate_hz": mode.rate_hz}
            for mode in camera.modes
        ],
    }


@contextmanager
def _quiet_native_output() -> Iterator[None]:
    """Send what OpenCV writes to standard error of cameras that do not open away: it is told in the table."""
    kept = os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(nowhere)
        os.close(kept)
